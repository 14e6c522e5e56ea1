"""A run over a table whose names and values try to be markup, script, SQL and paths."""

from __future__ import annotations

from msgspec.structs import replace

from tests.analysis.charts.sales import column, sales
from voyant.analysis.charts import draw, render_all
from voyant.analysis.drift import compare
from voyant.analysis.insights import find
from voyant.analysis.kpi import measure
from voyant.analysis.kpi.templates import run as run_templates
from voyant.analysis.narrative import write
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.analysis.quality.declared import Expectations
from voyant.domain.contract import (
    Action,
    ClauseKind,
    ClauseResult,
    ContractCheck,
    Coverage,
    CoveredElement,
    Outcome,
    TableCheck,
    Violation,
)
from voyant.domain.finding import Severity
from voyant.domain.normalization import Change, ChangeKind, Normalization
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.table import ColumnType, Dataset, Role
from voyant.domain.template import TemplateCall
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier, literal
from voyant.lake.table import EngineTable
from voyant.report import Contents

ATTACK = '</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{ 7|add:7 }}\' \u2028&amp;'
"""Stands in a column's name, in values of a category, in a change and in a note."""

RULES = (
    DeclaredRule(kind=RuleKind.MISSING, columns=("email",), name="reachable", severity=Severity.CRITICAL),
    DeclaredRule(kind=RuleKind.RANGE, columns=("amount",), name=ATTACK, owner=ATTACK, maximum=20),
    DeclaredRule(kind=RuleKind.MISSING, columns=("region",), name="placed"),
)
CONTRACT = ContractCheck(
    contract="sales",
    name=ATTACK,
    version="1.2.0",
    action=Action.WARN,
    named=True,
    outcome=Outcome.WARNED,
    tables=(
        TableCheck(
            table="attack",
            object="sales",
            rows=3_000,
            rows_loaded=3_000,
            rows_quarantined=0,
            undeclared=(ATTACK,),
            clauses=(
                ClauseResult(
                    clause="sales.weight:maximum",
                    path="schema/0/properties/3",
                    kind=ClauseKind.ROWS,
                    columns=("weight",),
                    text=ATTACK,
                    severity=Severity.WARNING,
                    passed=False,
                    checked=3_000,
                    failed=30,
                    violations=(Violation(row=1_001, values={"weight": ATTACK, "note": None}),),
                ),
                ClauseResult(
                    clause="sales.region:required",
                    path="schema/0/properties/1",
                    kind=ClauseKind.ROWS,
                    columns=("region",),
                    text="region is never missing.",
                    severity=Severity.CRITICAL,
                    passed=True,
                ),
            ),
        ),
    ),
    coverage=Coverage(elements=(CoveredElement(path="support/0", reason="It describes whom to ask."),)),
)


def contents(engine: Engine) -> Contents:
    """Everything that a run makes of it."""
    table = sales(engine, rows=3_000)
    groups = ", ".join(literal(f"{place} {ATTACK}") for place in (0, 0, 0, 0, 0, 1, 1, 2, 2, 3))
    engine.execute(
        f"CREATE OR REPLACE TABLE attack AS SELECT *, [{groups}][1 + i % 10] AS {identifier(ATTACK)} "
        'FROM (SELECT *, row_number() OVER (ORDER BY "sold_at") AS i FROM "sales")'
    )
    engine.execute("CREATE OR REPLACE TABLE before AS SELECT * FROM attack WHERE i % 10 NOT IN (5, 6) AND i % 2 = 0")
    attacked = column(ATTACK, ColumnType.TEXT, "VARCHAR", Role.DIMENSION)
    columns = (*table.dataset.columns, attacked)
    [row] = engine.query("SELECT count(*) AS n FROM before")
    earlier = EngineTable(engine, Dataset(name="before", rows=row["n"], columns=columns))
    return run(EngineTable(engine, Dataset(name="attack", rows=3_000, columns=columns)), earlier)


def run(table: EngineTable, earlier: EngineTable) -> Contents:
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
    quality = assess(table, described, normalization, Expectations(rules=RULES))
    drift = compare(earlier, table, label=ATTACK, current_label="attack")
    kpis = measure(table, described, (), None)
    counted = run_templates(table, described, [TemplateCall(name="value_distribution", parameters={"column": ATTACK})])
    insights = find(table, described, quality, kpis, drift)
    charts = draw(table, described, kpis, insights, drift=drift)
    pictures = {
        chart.name: svg for chart, (svg, _) in zip(charts, render_all([chart.spec for chart in charts]), strict=True)
    }
    return Contents(
        normalization=normalization,
        profile=described,
        quality=quality,
        contracts=(CONTRACT,),
        drift=drift,
        kpis=kpis,
        templates=counted.result,
        insights=insights,
        narrative=write(table.dataset, insights, quality, kpis, described, drift, (CONTRACT,)),
        charts=charts,
        pictures=pictures,
        files=(
            "contract.json",
            "contract.yaml",
            "drift.json",
            "failing_rows.parquet",
            "kpis.json",
            "profile.json",
            "quality.json",
            "rejects.parquet",
            *(f"charts/{chart.name}.svg" for chart in charts),
        ),
    )


def without(whole: Contents) -> Contents:
    """The same where every step that may fail has failed."""
    return replace(
        whole, quality=None, contracts=(), drift=None, kpis=None, insights=None, narrative=None, charts=(), pictures={}
    )
