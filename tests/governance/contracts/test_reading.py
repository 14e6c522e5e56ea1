"""A contract is read whole or refused with what is wrong and where; no text can hurt."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.governance.contracts.documents import action, column, contract, document
from voyant.domain.contract import Action, ContractStatus
from voyant.errors import Code, InvalidInput
from voyant.governance.contracts import contract_of, with_action, with_source, with_status, yaml_of
from voyant.governance.contracts.yaml_text import read_yaml, write_yaml

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\n"


def refusal(given: str | bytes | dict[str, Any]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        contract_of(given)
    assert caught.value.code is Code.BAD_CONTRACT
    assert caught.value.remedy
    return caught.value


def test_it_says_what_it_is_about() -> None:
    found = contract(column("amount"), name="Orders", customProperties=action("warn"))
    assert (found.id, found.name, found.version, found.status) == ("orders", "Orders", "1.0.0", ContractStatus.DRAFT)
    assert (found.tables, found.action, found.source) == (("orders",), Action.WARN, None)


def test_data_that_break_it_are_blocked_unless_it_says_otherwise() -> None:
    assert contract().action is Action.BLOCK


def test_written_and_read_it_is_the_same() -> None:
    found = contract(column("amount", physicalName="Ä", examples=["1", None, "09:30", "2024-01-01", 1.5, True]))
    assert contract_of(yaml_of(found)) == found


@pytest.mark.parametrize("text", ["09:30", "2024-01-01", "2022-11-15T02:59:43+00:00", "12:30:45", "007"])
def test_times_and_dates_stay_the_text_they_are(text: str) -> None:
    assert read_yaml(f"value: {text}") == {"value": text}


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")))
names = st.text(st.characters(categories=["L", "N"]), min_size=1)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(plain)
def test_whatever_plain_data_is_written_is_read_again(value: Any) -> None:
    assert read_yaml(write_yaml(value)) == value


def test_the_order_of_elements_makes_no_other_contract() -> None:
    there = document(column("amount", required=True, logicalType="number"))
    turned = {name: there[name] for name in reversed(there)}
    assert yaml_of(contract_of(there)) == yaml_of(contract_of(turned))


def test_what_is_changed_stands_in_the_document() -> None:
    found = with_source(with_action(with_status(contract(), ContractStatus.ACTIVE), Action.QUARANTINE), "src_1")
    assert contract_of(yaml_of(found)) == found
    assert (found.status, found.action, found.source) == (ContractStatus.ACTIVE, Action.QUARANTINE, "src_1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1, 2", "line 2"),
        ("- a\n- b\n", "not a mapping"),
        ("", "not a mapping"),
        ("hello", "not a mapping"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("id: a\nid: b\n", "'id' twice"),
        ("1: a\n", "names are text"),
        ("a: !!python/object/apply:os.system ['true']\n", "python/object"),
        ("a: !!binary aGVsbG8=\n", "plain data cannot"),
        ("a: .inf\n", "plain data cannot"),
        ("a: 1\n---\nb: 2\n", "another document"),
        ("a: " + "9" * 5000 + "\n", "no YAML"),
        ("a: \0\n", "no YAML"),
        ("kind: DataContract\n", "lacks apiVersion, id, version"),
        (HEAD.replace("DataContract", "Pipeline"), "its kind is 'Pipeline'"),
        (HEAD.replace("v3.1.0", "v2.2.2"), "understood are v3.0.0"),
        (HEAD.replace("v3.1.0", "v9.0.0"), "'v9.0.0'"),
        (HEAD.replace("1.0.0", "1.0"), "no text"),
        (HEAD + "schema: orders\n", "schema"),
        (HEAD + "schemas: []\n", "schemas"),
        (HEAD + "schema:\n- name: a\n  properties:\n  - name: b\n    required: perhaps\n", "properties/0/required"),
        (HEAD + "customProperties:\n- {property: voyantOnViolation, value: shout}\n", "'shout'"),
        (HEAD + "customProperties:\n- {property: voyantSource, value: orders.csv}\n", "no source id"),
    ],
)  # fmt: skip
def test_what_is_no_contract_is_refused_with_where(text: str | bytes, told: str) -> None:
    assert told in refusal(text).message


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (bomb(), "elements large"),
        ("a: &a [*a]", "refers to itself"),
        ("a: &a {b: *a}", "refers to itself"),
        ("a: " + "[" * 500 + "]" * 500, "levels deep"),
        ("\n".join(" " * n + f"k{n}:" for n in range(500)) + " x", "levels deep"),
        ("a: " + "x" * (10 * 2**20), "bytes"),
        ("\n".join(f"k{n}: x" for n in range(250_000)), "elements large"),
    ],
)
def test_no_text_can_grow_large_or_deep(text: str, told: str) -> None:
    started = time.monotonic()
    assert told in refusal(text).message
    assert time.monotonic() - started < 5


def test_plain_data_are_bounded_too() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"a": deep}
    assert "deeper" in refusal(document() | {"customProperties": [{"property": "a", "value": deep}]}).message
    assert "larger" in refusal(document() | {"name": "x" * 5_000_000}).message


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidInput):
        contract_of(text)


def test_only_true_and_false_are_truth_and_no_is_a_country() -> None:
    text = HEAD.replace("v3.1.0", "v3.2.0") + "status: draft\nschema:\n  - name: a\n    properties:\n"
    text += "      - {name: land, required: yes, enum: [{value: NO}, {value: SE}]}\n"
    [table] = contract_of(text).document["schema"]
    assert [entry["value"] for entry in table["properties"][0]["enum"]] == ["NO", "SE"]
