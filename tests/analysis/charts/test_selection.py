"""Which pictures are drawn, and what may stand in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.analysis.charts.sales import PRIVATE, ROWS, column, described, sales
from voyant.analysis.charts import draw
from voyant.analysis.kpi import measure
from voyant.analysis.profile import profile
from voyant.domain.chart import Chart
from voyant.domain.finding import Axis, Finding, Mark, Severity, View
from voyant.domain.insights import Insights
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.table import ColumnType, Dataset, Role
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable


@pytest.fixture(scope="module")
def table() -> Iterator[EngineTable]:
    with Engine() as engine:
        yield sales(engine)


@pytest.fixture(scope="module")
def charts(table: EngineTable) -> tuple[Chart, ...]:
    return draw(table, *described(table), None)


def finding(number: int, sql: str, *, field: str = "region", columns: tuple[str, ...] = ("region",)) -> Finding:
    view = View(
        name="sales_by_group",
        title=f"What finding {number} shows",
        mark=Mark.BAR,
        sql=sql,
        x=Axis(field=field, title=field, kind="category"),
        y=Axis(field="n", title="sales", kind="number"),
    )
    return Finding(
        id=f"f{number}",
        kind="difference",
        severity=Severity.INFO,
        text="A sentence.",
        evidence=(f"insights.json#/analyses/{number}",),
        sql=sql,
        columns=columns,
        view=view,
    )


def insights(*findings: Finding) -> Insights:
    return Insights(
        findings=findings, analyses=(), comparisons=0, correction="Benjamini-Hochberg", level=0.05, families=()
    )


def values(chart: Chart) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = chart.spec["data"]["values"]
    return rows


def test_a_table_gives_a_handful_of_different_pictures(charts: tuple[Chart, ...]) -> None:
    marks = {
        name for name in ("line", "bar", "rect", "tick") if any(name in json.dumps(chart.spec) for chart in charts)
    }
    assert 5 <= len(charts) <= 12
    assert marks == {"line", "bar", "rect", "tick"}
    assert len({chart.name for chart in charts}) == len(charts)
    assert len({json.dumps(values(chart)) for chart in charts}) == len(charts)
    assert [chart.place for chart in charts] == list(range(len(charts)))


def test_each_says_where_its_numbers_stand(charts: tuple[Chart, ...], table: EngineTable) -> None:
    for chart in charts:
        assert chart.evidence
        assert chart.title
        assert chart.spec["title"]["text"]
        if chart.sql:
            assert table.query(chart.sql), chart.name


def test_a_stored_specification_tells_the_whole_chart(charts: tuple[Chart, ...]) -> None:
    for chart in charts:
        stored = json.loads(json.dumps(chart.spec))
        assert Chart.of_spec(stored).title == chart.title
        assert Chart.of_spec(stored).evidence == chart.evidence
        assert Chart.of_spec(stored).sql == chart.sql


def test_charts_hold_aggregates_that_lose_no_row(charts: tuple[Chart, ...]) -> None:
    histogram = next(chart for chart in charts if chart.name.startswith("distribution_of_"))
    assert sum(int(str(row["count"])) for row in values(histogram)) == ROWS
    for chart in charts:
        assert len(values(chart)) < 1_000, chart.name


def test_personal_columns_are_never_drawn(table: EngineTable) -> None:
    theirs = finding(
        1, 'SELECT "email", count(*) AS n FROM "sales" GROUP BY 1 LIMIT 5', field="email", columns=("email",)
    )
    sneaked = finding(
        2, 'SELECT "email" AS who, count(*) AS n FROM "sales" GROUP BY 1 LIMIT 5', field="who", columns=()
    )
    charts = draw(table, *described(table), insights(theirs, sneaked))
    assert charts
    assert PRIVATE not in json.dumps([chart.spec for chart in charts])


def test_what_findings_show_comes_first_and_once(table: EngineTable) -> None:
    sql = 'SELECT "region", count(*) AS n FROM "sales" GROUP BY 1 ORDER BY 1'
    again = sql.replace("ORDER BY 1", "\n ORDER BY n DESC")
    charts = draw(table, *described(table), insights(finding(1, sql), finding(2, again), finding(3, sql)))
    assert charts[0].findings == ("f1", "f2", "f3")
    assert charts[0].title == "What finding 1 shows"
    assert not any(chart.findings for chart in charts[1:])


def test_pictures_can_be_begun_before_all_charts_are_found(table: EngineTable) -> None:
    sql = 'SELECT "region", count(*) AS n FROM "sales" GROUP BY 1 ORDER BY 1'
    begun: list[dict[str, Any]] = []
    charts = draw(table, *described(table), insights(finding(1, sql), finding(2, sql)), begun.append)
    assert begun == [{key: value for key, value in chart.spec.items() if key != "usermeta"} for chart in charts]


def test_an_incomplete_period_is_marked(charts: tuple[Chart, ...]) -> None:
    line = next(chart for chart in charts if chart.name.endswith("_by_month"))
    assert "Dashed" in line.caption
    assert [row.get("open", False) for row in values(line)][-2:] == [False, True]


def test_a_series_with_periods_of_its_own_stops_no_other_picture(table: EngineTable) -> None:
    known = profile(table)
    sql = "SELECT CAST(sold_at AS DATE) AS day, sum(amount) AS total FROM sales GROUP BY 1 ORDER BY 1"
    kpis = measure(table, known, (DeclaredKpi(name="daily", sql=sql), DeclaredKpi(name="all", sql="sum(amount)")))
    names = [chart.name for chart in draw(table, known, kpis, None)]
    assert "all_by_month" in names
    assert "daily_by_month" not in names


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tables_with_nothing_to_see_give_few_charts(rows: int) -> None:
    with Engine() as engine:
        table = sales(engine, rows=rows)
        assert len(draw(table, profile(table), None, None)) <= 2


def test_names_with_quotes_dots_and_markup_are_only_names() -> None:
    name = 'a.b["x"] "; DROP TABLE t; -- <script>alert(1)</script>'
    with Engine() as engine:
        quoted = '"' + name.replace('"', '""') + '"'
        engine.execute(f"CREATE TABLE t AS SELECT i % 400 AS {quoted}, i * i % 397 AS other FROM range(3000) AS r(i)")
        columns = (
            column(name, ColumnType.INTEGER, "BIGINT", Role.MEASURE),
            column("other", ColumnType.INTEGER, "BIGINT", Role.MEASURE),
        )
        table = EngineTable(engine, Dataset(name="t", rows=3000, columns=columns))
        charts = draw(table, profile(table), None, None)
        drawn = next(chart for chart in charts if chart.columns == (name,))
        assert sum(int(str(row["count"])) for row in values(drawn)) == 3000
        assert drawn.name.isidentifier()
