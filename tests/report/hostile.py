"""A run over a table whose names and values try to be markup, script, SQL and paths."""

from __future__ import annotations

from dataclasses import replace

from tests.analysis.charts.sales import column, sales
from voyant.analysis.charts import draw, render_all
from voyant.analysis.insights import find
from voyant.analysis.kpi import measure
from voyant.analysis.narrative import write
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.domain.normalization import Change, ChangeKind, Normalization
from voyant.domain.table import ColumnType, Dataset, Role
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier, literal
from voyant.lake.table import EngineTable
from voyant.report import Contents

ATTACK = '</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{ 7|add:7 }}\' \u2028&amp;'
"""Stands in a column's name, in values of a category, in a change and in a note."""


def contents(engine: Engine) -> Contents:
    """Everything that a run makes of it."""
    table = sales(engine, rows=3_000)
    groups = ", ".join(literal(f"{place} {ATTACK}") for place in (0, 0, 0, 0, 0, 1, 1, 2, 2, 3))
    engine.execute(
        f"CREATE OR REPLACE TABLE attack AS SELECT *, [{groups}][1 + i % 10] AS {identifier(ATTACK)} "
        'FROM (SELECT *, row_number() OVER (ORDER BY "sold_at") AS i FROM "sales")'
    )
    attacked = column(ATTACK, ColumnType.TEXT, "VARCHAR", Role.DIMENSION)
    dataset = Dataset(name="attack", rows=3_000, columns=(*table.dataset.columns, attacked))
    return run(EngineTable(engine, dataset))


def run(table: EngineTable) -> Contents:
    """The steps before the report, one after the other."""
    normalization = Normalization(
        dataset=table.dataset,
        changes=(
            Change(column=ATTACK, kind=ChangeKind.RENAMED, text=f"renamed from {ATTACK!r}", cells=3, example=ATTACK),
        ),
        rejected_cells=2,
        notes=(ATTACK,),
    )
    described = profile(table)
    quality = assess(table, described, normalization)
    kpis = measure(table, described, (), None)
    insights = find(table, described, quality, kpis)
    charts = draw(table, described, kpis, insights)
    pictures = {
        chart.name: svg for chart, (svg, _) in zip(charts, render_all([chart.spec for chart in charts]), strict=True)
    }
    return Contents(
        normalization=normalization,
        profile=described,
        quality=quality,
        kpis=kpis,
        insights=insights,
        narrative=write(table.dataset, insights, quality, kpis, described),
        charts=charts,
        pictures=pictures,
        files=(
            "kpis.json",
            "profile.json",
            "quality.json",
            "rejects.parquet",
            *(f"charts/{chart.name}.svg" for chart in charts),
        ),
    )


def without(whole: Contents) -> Contents:
    """The same where every step that may fail has failed."""
    return replace(whole, quality=None, kpis=None, insights=None, narrative=None, charts=(), pictures={})
