"""What no data could keep is refused before any is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from tests.governance.contracts.documents import column, contract, document
from voyant.errors import Code, InvalidInput
from voyant.governance.contracts import contract_of


def options(**said: Any) -> dict[str, Any]:
    return column("amount", logicalTypeOptions=said)


def check(**said: Any) -> dict[str, Any]:
    return column("amount", quality=[{"metric": "nullValues", **said}])


@pytest.mark.parametrize(
    ("columns", "said", "told"),
    [
        ([options(minimum=5, maximum=1)], {}, "leave no value between"),
        ([options(minimum=5, exclusiveMaximum=5)], {}, "leave no value between"),
        ([options(minimum=5, maximum=5, exclusiveMaximum=True)], {}, "leave no value between"),
        ([options(minimum="2024-02-01", maximum="2024-01-01")], {}, "leave no value between"),
        ([options(minimum=5, maximum="x")], {}, "cannot be compared"),
        ([options(minLength=5, maxLength=1)], {}, "leave no value between"),
        ([options(minLength=-1)], {}, "whole number"),
        ([options(maxLength="ten")], {}, "whole number"),
        ([column("a"), column("A")], {}, "two elements named 'a'"),
        ([column("a", id="x"), column("b", id="x")], {}, "two elements of the id 'x'"),
        ([column("")], {}, "no name"),
        ([check(mustBeBetween=[5, 1])], {}, "the first is the larger"),
        ([check(mustBeGreaterThan=5, mustBeLessThan=1)], {}, "leave no value between"),
        ([column("amount", quality=[{"metric": "nulValues", "mustBe": 0}])], {}, "no metric 'nulValues'"),
        ([column("a", primaryKey=True, primaryKeyPosition=1), column("b", primaryKey=True, primaryKeyPosition=1)], {},
         "position 1"),
        ([column("a")], {"quality": [{"metric": "duplicateValues", "mustBe": 0, "arguments": {"properties": ["b"]}}]},
         "the schema lacks"),
        ([column("a")], {"relationships": [{"from": "orders.b", "to": "customers.id"}]}, "the schema lacks"),
        ([column("a", logicalType="object", properties=[column("b")], logicalTypeOptions={"required": ["c"]})], {},
         "the schema lacks"),
        ([column("a", relationships=[{"to": "orders.b"}]), column("b", relationships=[{"to": "orders.a"}])], {},
         "form a circle: orders.a → orders.b → orders.a"),
        ([column("a", relationships=[{"to": "orders.a"}])], {}, "form a circle"),
        ([column("a")], {"relationships": [{"from": ["orders.a"], "to": ["x.a", "x.b"]}]}, "2 on the other"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(columns: list[dict[str, Any]], said: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        contract(*columns, **said)
    assert caught.value.code is Code.BAD_CONTRACT
    assert told in caught.value.message


def test_two_tables_of_one_name_are_refused() -> None:
    twice = document()
    with pytest.raises(InvalidInput, match="two elements named 'orders'"):
        contract_of(twice | {"schema": twice["schema"] * 2})


def test_references_that_lead_somewhere_are_no_circle() -> None:
    contract(column("a", relationships=[{"to": "orders.b"}]), column("b", relationships=[{"to": "customers.id"}]))


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE orders",
        "SELECT 1; DROP TABLE orders",
        "INSERT INTO orders VALUES (1)",
        "COPY orders TO '/tmp/x'",
        "SELECT count(*) FROM read_csv('/etc/passwd')",
        "SELECT count(*) FROM '/etc/passwd'",
        "ATTACH '/tmp/x.db'",
        "SELECT * INTO y FROM orders",
        "amount > 0",
    ],
)
def test_a_statement_that_does_more_than_read_the_table_refuses_the_contract(query: str) -> None:
    from tests.governance.contracts.documents import clauses

    with pytest.raises(InvalidInput) as caught:
        clauses(column("amount", quality=[{"type": "sql", "query": query, "mustBe": 0}]))
    assert caught.value.code is Code.BAD_CONTRACT
