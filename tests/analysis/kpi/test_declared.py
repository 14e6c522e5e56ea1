"""Declared key figures: what is measured, and what is refused before it runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.analysis.kpi.orders import COLUMNS, breakdown, measured, named, orders
from voyant.analysis.narrative.key_figures import key_figures
from voyant.domain.kpi import KpiKind
from voyant.errors import Code, InvalidInput

ROWS = [
    (date(2023, month, day), category, Decimal(month * price), price)
    for month in (1, 2, 3, 4, 5, 6, 7)
    for day in (1, 6, 11, 16, 21, 28)
    for category, price in (("books", 3), ("games", 1))
]


def test_an_aggregate_is_measured_by_period_and_taken_apart() -> None:
    with orders(ROWS) as table:
        [kpi] = measured(table, ("revenue", "SUM(Amount)")).kpis
    assert (kpi.name, kpi.kind, kpi.declared, kpi.columns) == ("revenue", KpiKind.TOTAL, True, ("amount",))
    assert [point.value for point in kpi.series] == [24.0 * month for month in range(1, 8)]
    assert [part.effect for part in breakdown(kpi.change, "category").parts] == [18.0, 6.0]


def test_a_quotient_of_sums_has_rate_and_mix() -> None:
    with orders(ROWS) as table:
        [kpi] = measured(table, ("price a point", "sum(amount) / sum(rating)")).kpis
    assert (kpi.kind, kpi.value) == (KpiKind.RATIO, 7.0)
    parts = breakdown(kpi.change, "category").parts
    assert [(part.value, part.rate_effect, part.mix_effect) for part in parts] == [
        ("books", 0.75, 0.0),
        ("games", 0.25, 0.0),
    ]


def test_what_does_not_add_up_is_measured_but_not_taken_apart() -> None:
    with orders(ROWS) as table:
        [kpi] = measured(table, ("middle", "median(amount)")).kpis
    assert (kpi.kind, kpi.value) == (KpiKind.OTHER, 14.0)
    assert kpi.change is not None
    assert kpi.change.breakdowns == ()


def test_a_select_gives_a_value_or_a_series() -> None:
    with orders(ROWS) as table:
        kpis = measured(
            table,
            ("customers", "SELECT count(DISTINCT email) FROM trial"),
            (
                "by month",
                "WITH m AS (SELECT date_trunc('month', ordered_at) AS m, amount FROM trial) "
                "SELECT m, sum(amount) FROM m GROUP BY 1 ORDER BY 1",
            ),
        )
        again = table.query(named(kpis, "by month").sql)
    assert [kpi.name for kpi in kpis.kpis] == ["customers", "by month"]
    assert named(kpis, "customers").value == 0.0
    by_month = named(kpis, "by month")
    assert (len(by_month.series), by_month.value) == (7, 168.0)
    assert by_month.change is not None
    assert by_month.change.absolute == 24.0
    assert float(again[0]["value"]) == 168.0


def test_a_name_may_say_the_unit() -> None:
    """Shares change by points: a percentage of a percentage is mistaken for them."""
    books = "100 * count(*) FILTER (WHERE category = 'books') / count(*)"
    with orders(ROWS) as table:
        kpis = measured(table, ("books in percent", books), ("wait in days", "avg(rating)"), ("orders", "count(*)"))
    assert [kpi.unit for kpi in kpis.kpis] == ["%", "days", None]
    assert key_figures(kpis)[0].startswith("Books in July 2023: 50 %")


def test_a_column_may_be_named_as_in_the_source() -> None:
    columns = (*COLUMNS[:2], replace(COLUMNS[2], original_name="Amount in €"))
    with orders([row[:3] for row in ROWS], columns) as table:
        [kpi] = measured(table, ("revenue", 'sum("Amount in €")')).kpis
    assert kpi.expression == 'SUM("amount")'


def test_division_by_nothing_has_no_value() -> None:
    with orders([(None, "books", Decimal(1), 0)]) as table:
        [kpi] = measured(table, ("quotient", "sum(amount) / sum(rating)")).kpis
        assert (kpi.value, table.query(kpi.sql)[0]["value"]) == (None, None)


REFUSED = [
    "",
    "amount",
    "sum(amount) + rating",
    "sum(sum(amount))",
    "sum(amount) OVER ()",
    "sum(amount); DROP TABLE trial",
    "DROP TABLE trial",
    "DELETE FROM trial",
    "UPDATE trial SET amount = 0",
    "INSERT INTO trial VALUES (1)",
    "CREATE TABLE x AS SELECT 1",
    "COPY trial TO '/tmp/x.csv'",
    "ATTACH '/tmp/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET threads = 1",
    "CALL pragma_version()",
    "EXPORT DATABASE '/tmp/x'",
    "SELECT 1; SELECT 2",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT count(*) FROM '/etc/passwd'",
    'SELECT count(*) FROM "/etc/passwd"',
    "SELECT count(*) FROM glob('/*')",
    "SELECT count(*) FROM other",
    "SELECT count(*) FROM main.trial",
    "SELECT count(*) FROM information_schema.tables",
    "SELECT count(*) FROM duckdb_settings()",
    "SELECT count(*) FROM trial, other",
    "SELECT (SELECT count(*) FROM other) FROM trial",
    "WITH x AS (SELECT * FROM other) SELECT count(*) FROM x",
    "SELECT count(*) FROM query('SELECT 1')",
    "SELECT getenv('HOME')",
    "SELECT count(*) FROM trial FOR UPDATE",
    "sum(amount) * random()",
    "count(*) FILTER (WHERE ordered_at < current_date)",
    "count(*) FILTER (WHERE ordered_at < now())",
    "first(amount)",
    "approx_quantile(amount, 0.5)",
    "max(getenv('HOME'))",
    "sum($1)",
    "sum(?)",
    "max(email)",
    "SELECT email, count(*) FROM trial GROUP BY 1",
    "SELECT count(*) AS a, 1 AS b, 2 AS c FROM trial",
    "SELECT category FROM trial LIMIT 1",
    "max(category)",
    "max(ordered_at)",
    "sum(category)",
    "sum(amount",
    "SELECT",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_hostile_or_senseless_kpis_are_refused(sql: str) -> None:
    with orders(ROWS) as table:
        with pytest.raises(InvalidInput) as refused:
            measured(table, ("bad", sql))
        assert refused.value.code is Code.BAD_KPI
        assert "'bad'" in refused.value.message
        assert table.query("SELECT count(*) AS n FROM trial") == [{"n": len(ROWS)}]


@pytest.mark.parametrize("sql", ["sum(amont)", "SELECT sum(amont) FROM trial", "sum(trial.amont)"])
def test_an_unknown_column_is_answered_with_the_known_ones(sql: str) -> None:
    with orders(ROWS) as table, pytest.raises(InvalidInput) as refused:
        measured(table, ("revenue", sql))
    assert refused.value.code is Code.UNKNOWN_COLUMN
    assert "'amont'" in refused.value.message
    assert "amount" in refused.value.message


def test_two_kpis_need_two_names() -> None:
    with orders(ROWS) as table, pytest.raises(InvalidInput) as refused:
        measured(table, ("revenue", "sum(amount)"), ("revenue", "avg(amount)"))
    assert refused.value.code is Code.BAD_KPI
