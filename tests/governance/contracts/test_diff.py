"""What differs between two contracts, whom it wrongs, and which version it asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.governance.contracts.documents import action, column, contract
from voyant.domain.contract import Bump, ContractDiff
from voyant.domain.serialization import from_json, to_json
from voyant.errors import InvalidInput
from voyant.governance.contracts import diff, text_of, versions


def compared(old: dict[str, Any], new: dict[str, Any]) -> ContractDiff:
    """The diff of two contracts about the column ``x`` of which these are said."""
    return diff(contract(column("x", **old)), contract(column("x", **new), version="2.0.0"))


def options(**said: Any) -> dict[str, Any]:
    return {"logicalTypeOptions": said}


def null_values(**said: Any) -> dict[str, Any]:
    return {"quality": [{"id": "q", "metric": "nullValues", **said}]}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({}, {"required": True}, "added"),
        ({"required": True}, {"required": False}, "removed"),
        ({}, {"unique": True}, "added"),
        ({"logicalType": "integer"}, {"logicalType": "string"}, "changed"),
        ({"logicalType": "integer"}, {"logicalType": "number"}, "loosened"),
        ({"logicalType": "number"}, {"logicalType": "integer"}, "tightened"),
        (options(minimum=0), options(minimum=1), "tightened"),
        (options(minimum=1), options(minimum=0), "loosened"),
        (options(minimum="2024-01-01"), options(minimum="2023-01-01"), "loosened"),
        (options(maximum=5), options(maximum=4), "tightened"),
        (options(maxLength=5), options(maxLength=9), "loosened"),
        (options(pattern="a"), options(pattern="b"), "changed"),
        (options(), options(pattern="b"), "added"),
        ({"enum": [{"value": 1}]}, {"enum": [{"value": 1}, {"value": 2}]}, "loosened"),
        ({"enum": [{"value": 1}, {"value": 2}]}, {"enum": [{"value": 1}]}, "tightened"),
        ({"enum": [{"value": 1}]}, {"enum": [{"value": 2}]}, "changed"),
        (null_values(mustBeLessThan=5), null_values(mustBe=0), "tightened"),
        (null_values(mustBeLessThan=5), null_values(mustBeLessThan=5, unit="percent"), "changed"),
        (null_values(mustBeLessThan=5), null_values(mustBeLessThan=3), "tightened"),
        (null_values(mustBeLessThan=5), null_values(mustBeLessOrEqualTo=5), "loosened"),
        (null_values(mustBeBetween=[1, 5]), null_values(mustBeBetween=[0, 5]), "loosened"),
        (null_values(mustBe=0), {}, "removed"),
        ({"quality": [{"id": "q", "type": "sql", "query": "SELECT 1", "mustBe": 1}]},
         {"quality": [{"id": "q", "type": "sql", "query": "SELECT 2", "mustBe": 1}]}, "changed"),
        ({"relationships": [{"to": "a.b"}]}, {}, "removed"),
        ({"primaryKey": True}, {}, "removed"),
    ],
)  # fmt: skip
def test_promises(old: dict[str, Any], new: dict[str, Any], kind: str) -> None:
    found = compared(old, new)
    changes = [change for change in found.changes if change.bump is not Bump.PATCH]
    assert {str(change.kind) for change in changes} == {kind}
    breaking = kind not in {"added", "tightened"}
    assert {change.breaking for change in changes} == {breaking} == {found.breaking}
    assert found.bump is (Bump.MAJOR if breaking else Bump.MINOR)


def test_columns_and_tables_that_come_and_go_are_said_once() -> None:
    old = contract(column("a", required=True, logicalType="integer"), column("b"))
    new = contract(column("b"), column("c", required=True, quality=[{"metric": "nullValues", "mustBe": 0}]))
    assert [(change.element, str(change.kind), change.breaking) for change in diff(old, new).changes] == [
        ("orders.a", "removed", True),
        ("orders.c", "added", False),
    ]


def test_what_promises_nothing_asks_for_a_patch() -> None:
    found = compared({"description": "a"}, {"description": "b", "tags": ["x"]})
    assert [(change.element, str(change.kind)) for change in found.changes] == [
        ("orders.x description", "changed"),
        ("orders.x tags", "added"),
    ]
    assert (found.bump, found.breaking, found.wanted) == (Bump.PATCH, False, "1.0.1")
    moved = diff(contract(customProperties=action("block")), contract(customProperties=action("warn"), version="1.0.1"))
    assert [change.element for change in moved.changes] == ["customProperties/voyantOnViolation"]
    assert moved.sufficient


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({"value": 1, "unit": "d"}, {"value": 30, "unit": "h"}, "loosened"),
        ({"value": 2, "unit": "d"}, {"value": 30, "unit": "h"}, "tightened"),
        ({"property": "retention", "value": 3, "unit": "y"}, {"property": "retention", "value": 1, "unit": "y"},
         "loosened"),
        ({"property": "endOfLife", "value": "2030-01-01"}, {"property": "endOfLife", "value": "2028-01-01"},
         "loosened"),
        ({"property": "support", "value": "gold"}, {"property": "support", "value": "tin"}, "changed"),
    ],
)  # fmt: skip
def test_service_levels(old: dict[str, Any], new: dict[str, Any], kind: str) -> None:
    agreed = [[{"property": "latency"} | said] for said in (old, new)]
    [change] = diff(contract(slaProperties=agreed[0]), contract(slaProperties=agreed[1], version="2.0.0")).changes
    assert change.kind == kind


def test_a_contract_differs_from_itself_in_nothing() -> None:
    promised = contract(
        column("x", required=True, **options(minimum=1)), slaProperties=[{"property": "ga", "value": 1}]
    )
    found = diff(promised, promised)
    assert (found.changes, found.bump, found.sufficient, found.wanted) == ((), Bump.NONE, True, "1.0.0")
    assert "They promise the same." in text_of(found)


sides = st.fixed_dictionaries(
    {},
    optional={
        "required": st.booleans(),
        "unique": st.booleans(),
        "logicalType": st.sampled_from(["integer", "number"]),
        "logicalTypeOptions": st.fixed_dictionaries({}, optional={"minimum": st.integers(0, 3)}),
        "description": st.sampled_from("ab"),
    },
)


@given(sides, sides)
def test_each_way_is_the_other_turned_round(one: dict[str, Any], other: dict[str, Any]) -> None:
    turned = {"added": "removed", "removed": "added", "tightened": "loosened", "loosened": "tightened"}
    there = {(c.element, str(c.kind)) for c in compared(one, other).changes}
    back = {(c.element, turned.get(str(c.kind), str(c.kind))) for c in compared(other, one).changes}
    assert there == back


def test_people_and_programs_can_read_it() -> None:
    old = contract(column("amount", **options(minimum=1)), column("note"))
    new = contract(column("amount", **options(minimum=0)), column("currency"), version="1.1.0")
    found = diff(old, new)
    assert from_json(to_json(found), ContractDiff) == found
    assert text_of(found).splitlines() == [
        "orders@1.0.0 → orders@1.1.0",
        "~ orders.amount minimum  BREAKING    loosened: 1 → 0. What readers relied on may no longer hold.",
        "- orders.note            BREAKING    removed. Whoever reads the column finds nothing.",
        "+ orders.currency        compatible  added. A new column takes nothing from readers.",
        "This asks for a major version: 2.0.0 at least. 1.1.0 is too small.",
    ]


@pytest.mark.parametrize(
    ("old", "bump", "wanted"),
    [
        ("1.2.3", Bump.MAJOR, "2.0.0"), ("1.2.3", Bump.MINOR, "1.3.0"), ("1.2.3", Bump.PATCH, "1.2.4"),
        ("0.2.3", Bump.MAJOR, "0.3.0"), ("1.0.0-rc.1", Bump.PATCH, "1.0.0"), ("v1.0.0", Bump.NONE, "1.0.0"),
    ],
)  # fmt: skip
def test_versions_grow(old: str, bump: Bump, wanted: str) -> None:
    assert str(versions.parse(old).grown_by(bump)) == wanted


def test_versions_are_ordered_as_the_standard_says() -> None:
    said = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]
    said += ["1.0.1", "1.2.0", "1.10.0", "2.0.0"]
    assert sorted(said, key=lambda text: versions.parse(text).precedence) == said


@pytest.mark.parametrize("text", ["1", "1.0", "01.0.0", "1.0.0-", "one", "", "1.0.0" + "0" * 200, "1.0.0\n"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no semantic version"):
        versions.parse(text)
