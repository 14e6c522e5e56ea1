"""The steps: each reads the artifacts before it, computes with ``analysis``, writes its own.

Every step imports what computes it when it runs: a command pays only for what it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voyant.domain.artifact import HTML, MARKDOWN, PNG, SVG, VEGA_LITE
from voyant.domain.chart import Chart
from voyant.domain.contract import ContractCheck, ContractChecks
from voyant.domain.drift import Drift
from voyant.domain.insights import Insights
from voyant.domain.kpi import Kpis
from voyant.domain.narrative import Narrative
from voyant.domain.normalization import Normalization
from voyant.domain.parameters import JobParameters
from voyant.domain.profile import Profile
from voyant.domain.quality import Quality
from voyant.domain.serialization import to_json
from voyant.domain.template import TemplateResults
from voyant.workflows.context import StepContext
from voyant.workflows.loading import take_in
from voyant.workflows.pipeline import StepResult
from voyant.workflows.preloading import load_while_waiting
from voyant.workflows.promises import promises

if TYPE_CHECKING:
    from concurrent.futures import Future


def normalize(context: StepContext, parameters: JobParameters) -> StepResult:
    """Takes the source in: every table of it into the lake, the main one pinned for the steps that follow."""
    return StepResult(pinned=take_in(context, parameters))


def profile(context: StepContext, parameters: JobParameters) -> StepResult:
    """Describes every column and how columns hang together."""
    from voyant.analysis.profile import profile as describe

    context.write_json("profile.json", "profile", describe(context.table))
    return StepResult()


def quality(context: StepContext, parameters: JobParameters) -> StepResult:
    """Checks what the data themselves lead one to expect, the rules that people declare, and what contracts promise."""
    from voyant.analysis.quality import assess, failing_rows
    from voyant.analysis.quality.declared import Expectations

    job = context.job
    expectations = Expectations(
        rules=parameters.rules,
        promises=promises(context),
        tables=job.references(),
        earlier_rows=job.pinned.earlier_rows if job.pinned else (),
        moment=job.moment,
        sql_seconds=job.sql_seconds,
    )
    known, normalization = context.read("profile.json", Profile), context.read("normalize.json", Normalization)
    assessed = assess(context.table, known, normalization, expectations)
    context.write_json("quality.json", "quality", assessed)
    context.write_query("failing_rows.parquet", "quality", context.table.engine, failing_rows(context.table, assessed))
    return StepResult()


def drift(context: StepContext, parameters: JobParameters) -> StepResult:
    """Compares the table with what it was; does nothing where there is nothing to compare it with."""
    from voyant.workflows.reference import opened_reference

    with opened_reference(context, parameters) as reference:
        if reference is None:
            return StepResult()
        from voyant.analysis.drift import compare

        found = compare(
            reference.table,
            context.table,
            label=reference.label,
            current_label=context.pinned.table,
        )
        context.write_json("drift.json", "drift", found)
        if parameters.evidently:
            from voyant.analysis.drift.evidently import evidently_report

            page = evidently_report(found, reference.table, context.table)
            context.write("evidently.html", "drift", HTML, page.encode())
    return StepResult(reference=reference.inputs)


def kpi(context: StepContext, parameters: JobParameters) -> StepResult:
    """Measures the declared key figures, or finds some, and makes those that templates are asked for."""
    from voyant.analysis.kpi import measure

    known = context.read("profile.json", Profile)
    measured = measure(context.table, known, parameters.kpis, parameters.time_column, compare=parameters.compare)
    context.write_json("kpis.json", "kpi", measured)
    if parameters.templates:
        from voyant.analysis.kpi.templates import run

        made = run(context.table, known, parameters.templates, parameters.time_column)
        context.write_json("templates.json", "kpi", made.result)
        context.write_answer_rows("kpi", made)
    return StepResult()


def insights(context: StepContext, parameters: JobParameters) -> StepResult:
    """Searches for what is worth stating."""
    from voyant.analysis.insights import find
    from voyant.workflows.predictions import asked

    found = find(
        context.table,
        context.read("profile.json", Profile),
        context.read_if_made("quality.json", Quality),
        context.read_if_made("kpis.json", Kpis),
        context.read_if_made("drift.json", Drift),
        asked(context, parameters),
    )
    context.write_json("insights.json", "narrative", found)
    return StepResult()


def warm_up_charts() -> None:
    """Starts the chart renderer beside the reading of the source: its engine takes half a second to come up."""
    from voyant.analysis.charts.rendering import warm_up

    warm_up()


def charts(context: StepContext, parameters: JobParameters) -> StepResult:
    """Draws what is worth looking at."""
    from voyant.analysis.charts import begin, draw
    from voyant.workflows.predictions import answers

    pictures: list[Future[tuple[str, bytes]]] = []
    drawn = draw(
        context.table_with_rows,
        context.read("profile.json", Profile),
        context.read_if_made("kpis.json", Kpis),
        context.read_if_made("insights.json", Insights),
        begin=lambda spec: pictures.append(begin(spec)),
        drift=context.read_if_made("drift.json", Drift),
        answered=bool(answers(context)) and "kpis.json" not in context.job.artifacts,
    )
    load_while_waiting()
    for number, (chart, picture) in enumerate(zip(drawn, pictures, strict=True)):
        svg, png = picture.result()
        context.write(f"charts/{chart.name}.vl.json", "charts", VEGA_LITE, to_json(chart.spec))
        context.write(f"charts/{chart.name}.svg", "charts", SVG, svg.encode())
        context.write(f"charts/{chart.name}.png", "charts", PNG, png)
        context.progress((number + 1) / len(drawn))
    return StepResult()


def narrative(context: StepContext, parameters: JobParameters) -> StepResult:
    """Says it in words."""
    from voyant.analysis.narrative import memo, write
    from voyant.workflows.predictions import answers

    answered = answers(context)
    compared = answered.get("benchmark")
    written = write(
        context.read("normalize.json", Normalization).dataset,
        context.read("insights.json", Insights),
        context.read_if_made("quality.json", Quality),
        context.read_if_made("kpis.json", Kpis),
        context.read("profile.json", Profile),
        context.read_if_made("drift.json", Drift),
        _contracts(context),
        tuple(answered),
        compared.tables if compared is not None else {},
    )
    context.write_json("narrative.json", "narrative", written)
    context.write("narrative.md", "narrative", MARKDOWN, memo(written).encode())
    return StepResult()


def report(context: StepContext, parameters: JobParameters) -> StepResult:
    """Puts everything on one page."""
    from voyant.report import Contents, render_report
    from voyant.workflows.predictions import answers

    drawn = _charts_made(context)
    contents = Contents(
        normalization=context.read("normalize.json", Normalization),
        profile=context.read("profile.json", Profile),
        quality=context.read_if_made("quality.json", Quality),
        kpis=context.read_if_made("kpis.json", Kpis),
        templates=context.read_if_made("templates.json", TemplateResults),
        drift=context.read_if_made("drift.json", Drift),
        contracts=_contracts(context),
        insights=context.read_if_made("insights.json", Insights),
        narrative=context.read_if_made("narrative.json", Narrative),
        answers=answers(context),
        charts=drawn,
        pictures={chart.name: context.read_text(f"charts/{chart.name}.svg") for chart in drawn},
        files=tuple(sorted(context.job.artifacts)),
    )
    context.write("report.html", "report", HTML, render_report(contents).encode())
    return StepResult()


def _contracts(context: StepContext) -> tuple[ContractCheck, ...]:
    checks = context.read_if_made("contract.json", ContractChecks)
    return checks.checks if checks is not None else ()


def _charts_made(context: StepContext) -> tuple[Chart, ...]:
    specs = [name for name in sorted(context.job.artifacts) if name.endswith(".vl.json")]
    charts = (Chart.of_spec(context.read(name, dict)) for name in specs)
    return tuple(sorted(charts, key=lambda chart: chart.place))
