"""What each element of a contract comes to: which rows break it, or why nothing can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.analysis.profile.tables import NAME, table_of
from tests.analysis.profile.tables import column as stored
from tests.governance.contracts.documents import NOW, clauses, column, contract, coverage, document
from voyant.domain.contract import Bounds, ClauseResult
from voyant.domain.finding import Severity
from voyant.errors import Code, InvalidInput
from voyant.governance.contracts import Subject, as_promised, check, contract_of, terms_of
from voyant.lake.table import EngineTable


def judged(
    kind: str, values: Sequence[Any], *, as_text: bool = False, of: dict[str, Any] | None = None, **said: Any
) -> dict[str, ClauseResult]:
    """The results, by what is promised, of a contract about the one column ``x``, which holds these values."""
    there = document(column("x", **said), **(of or {}))
    there["schema"][0]["name"] = NAME
    return results(there, [stored("x", kind)], [[value] for value in values], as_text=as_text)


def results(
    there: dict[str, Any], columns: Sequence[Any], rows: Sequence[Sequence[Any]], *, as_text: bool = False
) -> dict[str, ClauseResult]:
    terms = terms_of(contract_of(there), now=NOW)
    with table_of(columns, rows) as table:
        seen = as_promised(terms, NAME, table.dataset, as_text=as_text)
        subject = Subject(table=EngineTable(table.engine, seen), as_text=as_text, others={})
        found = check(terms, NAME, subject, now=NOW)
    return {result.clause.rpartition(":")[2]: result for result in found.results}


def failing(result: ClauseResult) -> list[int]:
    assert not result.passed
    assert result.reason is None, result.reason
    return [violation.row for violation in result.violations]


@pytest.mark.parametrize(
    ("kind", "values", "said", "what", "rows"),
    [
        ("BIGINT", [1, None, 3], {"required": True}, "required", [2]),
        ("BIGINT", [1, 2, 1, None, None], {"unique": True}, "unique", [1, 3]),
        ("BIGINT", [1, 2, 1], {"primaryKey": True}, "primary_key", [1, 3]),
        ("BIGINT", [1, None], {"primaryKey": True}, "key_present", [2]),
        ("BIGINT", [0, 1, 5, 6], {"logicalType": "integer", "logicalTypeOptions": {"minimum": 1, "maximum": 5}},
         "range", [1, 4]),
        ("BIGINT", [1, 2, 5], {"logicalType": "integer",
                               "logicalTypeOptions": {"exclusiveMinimum": 1, "exclusiveMaximum": 5}}, "range", [1, 3]),
        ("BIGINT", [1, 2], {"logicalType": "integer",
                            "logicalTypeOptions": {"minimum": 1, "exclusiveMinimum": True}}, "range", [1]),
        ("BIGINT", [-1, 255, 256], {"logicalType": "integer", "logicalTypeOptions": {"format": "u8"}}, "bits", [1, 3]),
        ("DECIMAL(9,2)", ["0.3", "0.25"], {"logicalType": "number", "logicalTypeOptions": {"multipleOf": 0.1}},
         "multiple", [2]),
        ("DATE", ["2023-12-31", "2024-01-01"], {"logicalType": "date", "logicalTypeOptions": {"minimum": "2024-01-01"}},
         "range", [1]),
        ("VARCHAR", ["a", "bbb", "cccccc"], {"logicalType": "string",
                                             "logicalTypeOptions": {"minLength": 2, "maxLength": 5}}, "length", [1, 3]),
        ("VARCHAR", ["AB", "ABC", "ab"], {"logicalType": "string", "logicalTypeOptions": {"pattern": "^[A-Z]{2}$"}},
         "pattern", [2, 3]),
        ("VARCHAR", ["x1y", "xy"], {"logicalType": "string", "logicalTypeOptions": {"pattern": "[0-9]"}},
         "pattern", [2]),
        ("VARCHAR", ["a@example.com", "a"], {"logicalType": "string", "logicalTypeOptions": {"format": "email"}},
         "format", [2]),
        ("VARCHAR", ["a", "b", None], {"enum": [{"value": "a"}]}, "enum", [2]),
        ("VARCHAR", ["abc", "abcd"], {"physicalType": "varchar(3)"}, "physical_length", [2]),
    ],
)  # fmt: skip
def test_rows_that_break_a_promise_of_the_schema(
    kind: str, values: list[Any], said: dict[str, Any], what: str, rows: list[int]
) -> None:
    assert failing(judged(kind, values, **said)[what]) == rows


@pytest.mark.parametrize(
    ("metric", "kind", "values", "failed"),
    [
        ({"metric": "nullValues"}, "BIGINT", [1, None, None, 4], 2),
        ({"rule": "nullValues"}, "BIGINT", [1, None], 1),
        ({"metric": "missingValues", "arguments": {"missingValues": [None, "n/a", "-"]}}, "VARCHAR",
         ["a", None, "n/a", "-"], 3),
        ({"metric": "missingValues", "arguments": {"missingValues": ["n/a"]}}, "VARCHAR", ["a", None, "n/a"], 2),
        ({"metric": "missingValues"}, "VARCHAR", ["a", None], 1),
        ({"metric": "invalidValues", "arguments": {"validValues": ["kg", "lb"]}}, "VARCHAR", ["kg", "g", None], 1),
        ({"metric": "invalidValues", "arguments": {"validValues": [1, 2]}}, "BIGINT", [1, 2, 3], 1),
        ({"metric": "invalidValues", "arguments": {"pattern": "^k"}}, "VARCHAR", ["kg", "g"], 1),
        ({"metric": "duplicateValues"}, "BIGINT", [1, 1, 2, None, None], 2),
    ],
)  # fmt: skip
def test_metrics_of_the_standard_count_rows(metric: dict[str, Any], kind: str, values: list[Any], failed: int) -> None:
    [name] = [name for key, name in metric.items() if key != "arguments"]
    found = judged(kind, values, quality=[{**metric, "mustBe": 0}])[name]
    assert (found.failed, found.measured, found.passed) == (failed, failed, False)
    assert judged(kind, values, quality=[{**metric, "mustBe": failed}])[name].passed


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("mustBe", 2, True), ("mustBe", 1, False), ("mustNotBe", 2, False), ("mustNotBe", 1, True),
        ("mustBeGreaterThan", 1, True), ("mustBeGreaterThan", 2, False),
        ("mustBeGreaterOrEqualTo", 2, True), ("mustBeGreaterOrEqualTo", 3, False),
        ("mustBeLessThan", 3, True), ("mustBeLessThan", 2, False),
        ("mustBeLessOrEqualTo", 2, True), ("mustBeLessOrEqualTo", 1, False),
        ("mustBeBetween", [2, 4], True), ("mustBeBetween", [3, 4], False),
        ("mustNotBeBetween", [2, 4], False), ("mustNotBeBetween", [3, 4], True),
    ],
)  # fmt: skip
def test_operators_compare_in_rows_and_percent(operator: str, value: Any, holds: bool) -> None:
    values = [1, 2, 3, 4, 5, 6, None, None]
    rows = judged("BIGINT", values, quality=[{"metric": "nullValues", operator: value}])["nullValues"]
    assert (rows.passed, rows.measured) == (holds, 2)
    eighths = [12.5 * part for part in value] if isinstance(value, list) else 12.5 * value
    quality = [{"metric": "nullValues", operator: eighths, "unit": "percent"}]
    percent = judged("BIGINT", values, quality=quality)["nullValues"]
    assert (percent.passed, percent.measured) == (holds, 25)


def test_two_operators_hold_together() -> None:
    quality = [{"metric": "nullValues", "mustBeGreaterThan": 0, "mustBeLessThan": 2}]
    assert judged("BIGINT", [None, 1], quality=quality)["nullValues"].passed
    assert not judged("BIGINT", [None, None], quality=quality)["nullValues"].passed
    assert not judged("BIGINT", [1, 1], quality=quality)["nullValues"].passed


def test_rows_are_blamed_only_where_fewer_of_them_would_mend_it() -> None:
    too_many = judged("BIGINT", [None, 1], quality=[{"metric": "nullValues", "mustBe": 0}])["nullValues"]
    too_few = judged("BIGINT", [None, 1], quality=[{"metric": "nullValues", "mustBe": 2}])["nullValues"]
    assert (len(too_many.violations), len(too_few.violations)) == (1, 0)


def test_rows_of_the_table_are_counted() -> None:
    of = {"quality": [{"metric": "rowCount", "mustBeBetween": [2, 3]}]}
    assert judged("BIGINT", [1, 2, 3], of=of)["rowCount"].passed
    found = judged("BIGINT", [1], of=of)["rowCount"]
    assert (found.passed, found.measured, found.expected) == (False, 1, "≥ 2 and ≤ 3 rows")


def test_duplicates_of_several_columns_are_counted() -> None:
    quality = [{"metric": "duplicateValues", "mustBe": 0, "arguments": {"properties": ["a", "b"]}}]
    there = document(column("a"), column("b"), quality=quality)
    there["schema"][0]["name"] = NAME
    rows = [[1, 1], [1, 2], [1, 1]]
    found = results(there, [stored("a", "BIGINT"), stored("b", "BIGINT")], rows)["duplicateValues"]
    assert failing(found) == [1, 3]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM ${table} WHERE ${column} < 0",
        "SELECT count(*) FROM {object} WHERE {property} < 0",
        "select count(*) from trial where X < 0",
        "SELECT count(*) FROM orders_2024 AS o WHERE o.x < 0",
        "SELECT count(*) = 1 FROM trial WHERE trial.x < 0",
        "WITH bad AS (SELECT * FROM trial WHERE x < 0) SELECT count(*) FROM bad",
    ],
)
def test_statements_run_over_the_table_whatever_they_call_it(query: str) -> None:
    of = {"physicalName": "orders_2024"}
    quality = [{"type": "sql", "query": query, "mustBe": 1}]
    found = judged("BIGINT", [1, -1, 2], quality=quality, of=of)["sql"]
    assert (found.passed, found.measured, found.reason) == (True, 1, None)
    assert not judged("BIGINT", [-1, -1], quality=quality, of=of)["sql"].passed


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT y FROM trial", "names the column 'y'"),
        ("SELECT x FROM trial", "no single number"),
        ("SELECT 'a'", "no single number"),
        ("SELECT max(x) FROM trial WHERE x > 100", "no single number"),
    ],
)
def test_a_statement_that_gives_no_number_breaks_its_clause(query: str, told: str) -> None:
    found = judged("BIGINT", [1, 2], quality=[{"type": "sql", "query": query, "mustBe": 1}])["sql"]
    assert not found.passed
    assert told in str(found.reason)


def test_voyants_own_rules_are_counted_as_they_are_declared() -> None:
    def custom(**rule: Any) -> ClauseResult:
        quality = [{"type": "custom", "engine": "voyant", "implementation": rule}]
        return next(result for name, result in judged("BIGINT", [1, 2, 30], quality=quality).items() if name == "own")

    assert failing(custom(kind="range", maximum=10, name="own")) == [3]
    assert custom(kind="range", maximum=10, tolerance=0.5, name="own").passed
    assert failing(custom(kind="condition", condition="x < 10", name="own")) == [3]
    assert failing(custom(kind="sql", sql="SELECT * FROM ${table} WHERE x > 10", name="own")) == [3]
    assert not custom(kind="distribution", statistic="mean", maximum=5, name="own").passed
    assert not custom(kind="row_count", minimum=5, name="own").passed
    assert custom(kind="range", maximum=10, name="own").text == "x lies at or below 10."
    quantile = custom(kind="distribution", statistic="quantile", quantile=0.5, maximum=-1, name="own")
    assert (quantile.passed, quantile.reason) == (False, None)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "rnage"},
        {"kind": "range", "minimun": 1},
        {"kind": "range", "minimum": 5, "maximum": 1},
        {"kind": "condition", "condition": "1; DROP TABLE x"},
        {"kind": "pattern", "pattern": "("},
        "kind: [",
        "just text",
    ],
)
def test_a_rule_that_cannot_be_meant_refuses_the_contract(rule: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        clauses(column("x", quality=[{"type": "custom", "engine": "voyant", "implementation": rule}]))
    assert caught.value.code is Code.BAD_CONTRACT


@pytest.mark.parametrize(
    ("kind", "logical", "as_text", "holds"),
    [
        ("BIGINT", "integer", False, True), ("BIGINT", "number", False, True), ("DOUBLE", "integer", False, False),
        ("DECIMAL(38,0)", "integer", False, True), ("DECIMAL(9,2)", "integer", False, False),
        ("BIGINT", "string", False, False), ("BIGINT", "string", True, True), ("VARCHAR", "number", True, False),
        ("DATE", "date", False, True), ("TIMESTAMP", "date", False, False), ("DATE", "timestamp", False, True),
        ("BOOLEAN", "boolean", False, True), ("TIME", "time", False, True), ("VARCHAR", "boolean", True, False),
    ],
)  # fmt: skip
def test_types(kind: str, logical: str, as_text: bool, holds: bool) -> None:
    found = judged(kind, [None], logicalType=logical, as_text=as_text)["type"]
    assert found.passed is holds
    assert (found.reason is None) is holds


def test_before_odcs_3_1_dates_hold_times() -> None:
    there = document(column("x", logicalType="date")) | {"apiVersion": "v3.0.2"}
    there["schema"][0]["name"] = NAME
    assert results(there, [stored("x", "TIMESTAMP")], [])["type"].passed


@pytest.mark.parametrize(
    ("physical", "kind", "holds"),
    [
        ("NUMERIC(10, 2)", "DOUBLE", True),
        ("int4", "BIGINT", True),
        ("int", "VARCHAR", False),
        ("text[]", "BLOB", False),
    ],
)
def test_physical_types_stand_for_families(physical: str, kind: str, holds: bool) -> None:
    assert judged(kind, [None], physicalType=physical)["physical_type"].passed is holds


def test_a_missing_column_is_said_once() -> None:
    there = document(column("y", logicalType="integer", required=True, physicalType="int"))
    there["schema"][0]["name"] = NAME
    found = results(there, [stored("x", "BIGINT")], [[1]])
    assert [(name, result.passed) for name, result in found.items()] == [("exists", False)]
    assert "the table has x" in str(found["exists"].reason)


def test_columns_are_found_by_physical_and_original_names() -> None:
    there = document(column("amount", physicalName="X"), column("Unit Price", logicalType="number"))
    there["schema"][0]["name"] = NAME
    price = replace(stored("unit_price", "DOUBLE"), original_name="Unit Price")
    found = results(there, [stored("x", "BIGINT"), price], [[1, 1.0]])
    assert all(result.passed for result in found.values())


def sla(**said: Any) -> dict[str, Any]:
    return {"slaProperties": [{"property": "latency", "element": f"{NAME}.x", **said}]}


@pytest.mark.parametrize(
    ("said", "what", "hours", "holds"),
    [
        ({"value": 4, "unit": "d"}, "latency", [200, 95], True),
        ({"value": 4, "unit": "d"}, "latency", [200, 97], False),
        ({"property": "freshness", "value": 90, "unit": "hours"}, "latency", [95], False),
        ({"property": "retention", "value": 10, "unit": "d"}, "retention", [200], True),
        ({"property": "retention", "value": 5, "unit": "days"}, "retention", [200, 10], False),
        ({"property": "completeness", "value": 60, "unit": "percent"}, "completeness", [1, 1, None], True),
        ({"property": "completeness", "value": 0.7}, "completeness", [1, 1, None], False),
    ],
)
def test_service_levels_that_rows_show(said: dict[str, Any], what: str, hours: list[Any], holds: bool) -> None:
    values = [None if age is None else (NOW - timedelta(hours=age)).replace(tzinfo=None) for age in hours]
    assert judged("TIMESTAMP", values, of=sla(**said))[what].passed is holds


def test_retention_stops_nothing() -> None:
    found = judged("DATE", ["1999-01-01"], of=sla(property="retention", value=1, unit="y"))["retention"]
    assert (found.passed, found.severity, found.stops) == (False, Severity.WARNING, False)


def test_severities() -> None:
    found = clauses(
        *(column(name, quality=[{"metric": "nullValues", "mustBe": 0, "severity": severity}])
          for name, severity in {"a": "error", "b": "warning", "c": "INFO", "d": "catastrophe"}.items())
    )  # fmt: skip
    assert [found[f"orders.{name}:nullValues"].severity for name in "abcd"] == [
        *(Severity.CRITICAL, Severity.WARNING, Severity.INFO, Severity.CRITICAL)
    ]


@pytest.mark.parametrize(
    ("said", "path", "reason"),
    [
        ({"quality": [{"type": "text", "description": "Good."}]}, "quality/0", "text for people"),
        ({"quality": [{"type": "custom", "engine": "soda", "implementation": "x"}]}, "quality/0", "engine 'soda'"),
        ({"quality": [{"type": "custom", "engine": "voyant", "implementation": {"kind": "volume"}}]}, "quality/0",
         "earlier snapshots"),
        ({"quality": [{"metric": "nullValues"}]}, "quality/0", "nothing that the figure must be"),
        ({"quality": [{"metric": "nullValues", "mustBe": "few"}]}, "quality/0", "nothing that the figure must be"),
        ({"quality": [{"metric": "nullValues", "mustBe": 0, "unit": "dozens"}]}, "quality/0", "neither rows nor"),
        ({"quality": [{"metric": "invalidValues", "mustBe": 0}]}, "quality/0", "neither which values"),
        ({"quality": [{"type": "sql", "query": "SELECT 1 FROM other", "mustBe": 0}]}, "quality/0", "reads other"),
        ({"quality": [{"type": "sql", "query": "SELEC 1", "mustBe": 0}]}, "quality/0", "parsed"),
        ({"quality": [{"type": "sql", "query": "SELECT now()", "mustBe": 0}]}, "quality/0", "not known"),
        ({"logicalType": "string", "logicalTypeOptions": {"pattern": r"(?=a)b"}}, "pattern", "compile"),
        ({"logicalType": "string", "logicalTypeOptions": {"pattern": r"(a)\1"}}, "pattern", "compile"),
        ({"logicalType": "string", "logicalTypeOptions": {"pattern": "((a{99}){99}){99}"}}, "pattern", "steps"),
        ({"logicalType": "string", "logicalTypeOptions": {"format": "password"}}, "format", "'password' cannot"),
        ({"logicalType": "date", "logicalTypeOptions": {"format": "yyyy"}}, "format", "way of writing"),
        ({"logicalType": "array", "logicalTypeOptions": {"maxItems": 3}}, "maxItems", "nested"),
        ({"logicalType": "string", "logicalTypeOptions": {"maxLenght": 3}}, "maxLenght", "no such option"),
        ({"physicalType": "geography"}, "physicalType", "no type that is known"),
        ({"requird": True}, "requird", "no such element"),
        ({"required": False}, "required", "false promises nothing"),
        ({"classification": "secret"}, "classification", "describes"),
        ({"relationships": [{"to": "a.b.c"}]}, "relationships", "whole columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_enforced_says_why(said: dict[str, Any], path: str, reason: str) -> None:
    place = f"logicalTypeOptions/{path}" if "logicalTypeOptions" in said else path
    assert reason in coverage(column("amount", **said))[f"schema/orders/properties/amount/{place}"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"property": "availability", "value": "99.9"}, "about the service"),
        ({"property": "frequency", "value": 1, "unit": "d"}, "several deliveries"),
        ({"property": "latency", "value": 4, "unit": "d"}, "names no element"),
        ({"property": "latency", "value": 4, "unit": "d", "element": "x.y"}, "not in the schema"),
        ({"property": "latency", "value": "four", "unit": "d", "element": "orders.amount"}, "no number"),
        ({"property": "latency", "value": 4, "unit": "parsec", "element": "orders.amount"}, "no length of time"),
        ({"property": "retention", "value": 90_000, "unit": "y", "element": "orders.amount"}, "calendar"),
        ({"property": "completeness", "value": 120, "unit": "%", "element": "orders.amount"}, "no share"),
    ],
)
def test_service_levels_that_rows_do_not_show_say_why(said: dict[str, Any], reason: str) -> None:
    assert reason in coverage(column("amount"), slaProperties=[said])["slaProperties/0"]


def test_clauses_have_ids_of_their_own() -> None:
    twice = [{"metric": "nullValues", "mustBe": 0}, {"metric": "nullValues", "mustBeLessThan": 5}]
    found = clauses(column("a", quality=twice))
    assert {"orders.a:nullValues", "orders.a:nullValues:2"} <= set(found)


def test_a_statement_for_a_column_needs_one() -> None:
    quality = [{"type": "sql", "query": "SELECT count(${column}) FROM ${table}", "mustBe": 0}]
    assert "asks for a column" in coverage(column("a"), quality=quality)["schema/orders/quality/0"]


def test_bounds_read_well() -> None:
    said = [
        Bounds(minimum=0, maximum=0), Bounds(maximum=5, unit="percent"), Bounds(minimum=1, exclusive_minimum=True),
        Bounds(minimum=1, maximum=2, excluded=True, unit="value"), Bounds(minimum=3, maximum=3, excluded=True),
    ]  # fmt: skip
    assert [str(bounds) for bounds in said] == ["0 rows", "≤ 5 %", "> 1 rows", "not ≥ 1 and ≤ 2", "not 3 rows"]


def test_a_large_contract_is_made_into_clauses_at_once() -> None:
    there = contract(*(column(f"c{n}", logicalType="integer", required=True) for n in range(2000)))
    assert len(terms_of(there, now=NOW).clauses) == 6000
