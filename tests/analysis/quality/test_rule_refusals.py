"""Rules that contradict themselves, and SQL that does more than judge, are refused before anything runs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.analysis.quality.declaring import rule
from voyant.analysis.quality.declared import refuse_contradictions, tables_named
from voyant.analysis.quality.declared.patterns import Compiler
from voyant.domain.rule import DeclaredRule
from voyant.errors import Code, InvalidInput

CONTRADICTIONS: list[tuple[DeclaredRule, str]] = [
    (rule("range", "a", minimum=2, maximum=1), "above its maximum"),
    (rule("range", "a", minimum="2024-02-01", maximum="2024-01-01"), "above its maximum"),
    (rule("range", "a", minimum="10", maximum=9), "above its maximum"),
    (rule("range", "a", minimum=1, maximum=1, exclusive_minimum=True), "no value lies between"),
    (rule("range", "a", minimum=1, maximum="2024-01-01"), "not of one kind"),
    (rule("range", "a"), "neither a minimum nor a maximum"),
    (rule("range", "a", "b", minimum=1), "about one column"),
    (rule("range", "a", minimum=1, tolerance=1.0), "tolerance"),
    (rule("range", "a", minimum=1, tolerance=math.nan), "tolerance"),
    (rule("length", "a", minimum=-1), "whole numbers from 0"),
    (rule("length", "a", maximum=1.5), "whole numbers from 0"),
    (rule("row_count", minimum="many"), "give a number"),
    (rule("unique"), "1 to 32 columns"),
    (rule("unique", "a", "A"), "a column twice"),
    (rule("values", "a"), "no values"),
    (rule("values", "a", values=(1, None)), "missing value"),
    (rule("pattern", "a"), "no pattern"),
    (rule("pattern", "a", pattern="("), "does not compile"),
    (rule("pattern", "a", pattern="(?=a)b"), "does not compile"),
    (rule("pattern", "a", pattern="a" * 1001), "1,001 characters"),
    (rule("pattern", "a", pattern="((a{100}){100}){10}"), "100,000 steps"),
    (rule("format", "a", format="nonsense"), "no format"),
    (rule("format", "a", format="date:%Q"), "cannot be used"),
    (rule("type", "a", type="varchar"), "no type"),
    (rule("reference", "a"), "names no table"),
    (rule("reference", "a", reference="t", reference_columns=("x", "y")), "1 columns and 2"),
    (rule("monotonic", "a", direction="up"), "no direction"),
    (rule("freshness", "a"), "within_seconds"),
    (rule("comparison", "a", operator="<"), "compares two columns"),
    (rule("comparison", "a", "b", operator="~"), "no operator"),
    (rule("condition"), "no condition"),
    (rule("distribution", "a", statistic="median", minimum=1), "no statistic"),
    (rule("distribution", "a", statistic="quantile", minimum=1), "need each other"),
    (rule("distribution", "a", statistic="quantile", quantile=2.0, minimum=1), "between 0 and 1"),
    (rule("sql"), "no sql"),
    (rule("sql", sql="SELECT 1 FROM ${table}", when="a > 1"), "into its WHERE"),
]


@pytest.mark.parametrize(("given", "reason"), CONTRADICTIONS, ids=[reason for _, reason in CONTRADICTIONS])
def test_what_contradicts_itself_is_refused_by_name(given: DeclaredRule, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as refused:
        refuse_contradictions([rule("missing", "other"), given])
    assert refused.value.code is Code.BAD_RULE
    assert repr(given.id) in refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize(
    "condition",
    [
        "a > (SELECT max(a) FROM secrets)",
        "sum(a) > 1",
        "row_number() OVER () > 1",
        "SELECT 1",
        "a > 1; DROP TABLE t",
        "read_text('/etc/passwd') = ''",
        "getenv('HOME') = ''",
        "random() > 0.5",
        "a > now()",
        "length(repeat(b, 1000000000)) > 1",
        "length(rpad(b, 1000000000, ' ')) > 1",
        "len(range(1000000000)) > 1",
        "nextval('s') > 1",
        "a >",
        "a > $1",
        f"a IN ({', '.join(map(str, range(4000)))})",
    ],
)
@pytest.mark.parametrize("field", ["condition", "when"])
def test_conditions_that_do_more_than_look_at_a_row_are_refused(field: str, condition: str) -> None:
    kind = "condition" if field == "condition" else "row_count"
    fields: dict[str, Any] = {field: condition} | ({} if kind == "condition" else {"minimum": 1})
    with pytest.raises(InvalidInput) as refused:
        refuse_contradictions([rule(kind, **fields)])
    assert refused.value.code is Code.BAD_RULE


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'data.parquet'",
        "SELECT * FROM main.secrets",
        "SELECT * FROM duckdb_settings()",
        "SELECT getenv('HOME') FROM ${table}",
        "DELETE FROM ${table}",
        "INSERT INTO ${table} VALUES (1)",
        "COPY (SELECT 1) TO '/tmp/x'",
        "ATTACH '/tmp/x'",
        "PRAGMA version",
        "SET memory_limit = '10GB'",
        "SELECT * FROM ${table} FOR UPDATE",
        "SELECT * FROM range(1000000000000)",
        "SELECT unnest(range(1000000000000))",
        "a > 1",
    ],
)
def test_sql_that_does_more_than_read_tables_is_refused(sql: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        refuse_contradictions([rule("sql", sql=sql, name="s")])
    assert refused.value.code is Code.BAD_RULE


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="same name"):
        refuse_contradictions([rule("range", "a", minimum=1), rule("range", "a", maximum=3)])
    refuse_contradictions([rule("range", "a", minimum=1), rule("range", "a", maximum=3, name="upper")])


def test_the_tables_that_rules_read_are_known_before() -> None:
    rules = [
        rule("reference", "a", reference="customers"),
        rule("sql", sql="WITH x AS (SELECT * FROM shops) SELECT * FROM ${table} JOIN x USING (a)"),
    ]
    assert tables_named(rules) == ("customers", "shops")


@pytest.mark.parametrize(
    "pattern", [r"\d{4}-\d{2}-\d{2}", r"[A-Z]{2}[0-9]{1,30}", r"(a|b)*c+", r"\{not{2}\}", "[{(]{3}"]
)
def test_common_patterns_are_taken(pattern: str) -> None:
    with Compiler() as compiler:
        assert compiler.obstacle(pattern) is None
