"""The steps of a preset: it is fitted to the table, and the steps after that do what it asks of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from voyant.domain.artifact import DERIVED
from voyant.domain.kpi import Kpis
from voyant.domain.parameters import JobParameters
from voyant.domain.preset import Asked, DerivedTable, Plan
from voyant.domain.profile import Profile
from voyant.domain.quality import Quality
from voyant.errors import CallerError, InvalidInput
from voyant.workflows import predictions
from voyant.workflows.context import PROFILE, StepContext
from voyant.workflows.pipeline import ANSWER, Step, StepResult

if TYPE_CHECKING:
    from voyant.lake.table import EngineTable

PLAN_NAME = "preset.json"


def plan(context: StepContext, parameters: JobParameters) -> StepResult:
    """Fits the preset to the roles of the table's columns, and says what stands for what and what is missing."""
    from voyant.analysis.presets import plan as fitted

    if parameters.preset is None:
        raise InvalidInput("The job names no preset.")
    known = context.read("profile.json", Profile)
    planned = fitted(parameters.preset, context.table.dataset, known, parameters.time_column)
    context.write_json(PLAN_NAME, "preset", planned)
    for derived in planned.tables:
        _derive(context, derived)
    return StepResult()


def _derive(context: StepContext, derived: DerivedTable) -> None:
    """Writes the rows and the profile of a derived table."""
    from voyant.analysis.presets import select_of
    from voyant.analysis.profile import profile

    statement = select_of(derived, context.table.dataset)
    context.write_query(f"{derived.name}.parquet", DERIVED, context.table.engine, statement)
    described = profile(_over(context, derived).table)
    context.write_json(f"{derived.name}.{PROFILE}", DERIVED, described)


def _over(context: StepContext, derived: DerivedTable) -> StepContext:
    from voyant.analysis.presets import columns_of

    return context.over(derived.name, columns_of(derived))


def as_planned(step: Step) -> Step:
    """The step as a preset has it: it does what was planned, or nothing, and the job goes on without it, unless nothing
    else was planned.

    What it needs is imported once it runs, since most presets need few of the steps.
    """

    def run(context: StepContext, parameters: JobParameters) -> StepResult:
        planned = context.read(PLAN_NAME, Plan)
        if not _is_asked(step.name, planned.asked):
            return StepResult()
        asked = with_plan(parameters, planned)
        try:
            if (derived := planned.table_of(step.name)) is not None:
                return step.run(_over(context, derived), replace(asked, time_column=derived.time))
            return step.run(context, asked)
        except CallerError as error:
            if planned.asked.answers == (step.name,):
                error.data[ANSWER] = step.name
            raise

    return replace(step, run=run, is_core=False, modules=(), prepare=None)


def _is_asked(step: str, asked: Asked) -> bool:
    return step == "quality" or step in asked.answers  # no analysis can be relied upon without quality


def with_plan(parameters: JobParameters, planned: Plan) -> JobParameters:
    """The parameters with what the preset asks for."""
    asked = planned.asked
    return replace(
        parameters,
        time_column=planned.time_column,
        kpis=(*(asked.kpis or ()), *parameters.kpis),
        templates=(*asked.templates, *parameters.templates),
        rules=(*asked.rules, *parameters.rules),
        forecast=asked.forecast,
        regression=asked.regression,
        anomaly=asked.anomaly,
        segment=asked.segment,
        benchmark=asked.benchmark,
    )


def conclusions(context: StepContext, parameters: JobParameters) -> StepResult:
    """States what the steps before it found and, where the preset searches, what stands out in its columns."""
    from voyant.analysis.conclusions import conclude
    from voyant.analysis.insights import find
    from voyant.analysis.insights.detectors.checks import failed_checks

    planned = context.read(PLAN_NAME, Plan)
    quality = context.read_if_made("quality.json", Quality)
    of_others = {f"{step}.json" for step in planned.of}
    if planned.asked.search is not None:
        of_others.add("kpis.json")  # a search states what key figures have to say
    comparisons, notes = predictions.stated(context.without(of_others))
    for step in planned.of:
        derived = planned.table_of(step)
        if derived is not None:
            others = context.job.artifacts.keys() - {f"{step}.json", f"{derived.name}.{PROFILE}"}
            more, limits = predictions.stated(_over(context, derived).without(others))
            comparisons, notes = comparisons + more, notes + limits
    comparisons += predictions.asked(context, with_plan(parameters, planned))
    notes = [*planned.notes, *notes]
    if planned.asked.search is None:
        found = conclude(context.table_with_rows, [*comparisons, *failed_checks(quality)], notes)
    else:
        known, kpis = context.read("profile.json", Profile), context.read_if_made("kpis.json", Kpis)
        table, known = _searched(context.table_with_rows, known, planned.asked.search.columns)
        found = find(table, known, quality, kpis, asked=comparisons)
        found = replace(found, skipped=(*notes, *found.skipped))
    context.write_json("insights.json", "narrative", found)
    return StepResult()


def _parents(formula: str) -> list[str]:
    """The columns that a derived one is made of."""
    return [name.replace('""', '"') for name in re.findall(r'"((?:[^"]|"")+)"', formula)]


def _searched(table: EngineTable, known: Profile, columns: tuple[str, ...]) -> tuple[EngineTable, Profile]:
    """The table and its profile as if they had these columns only, and what is derived from them, such as the time from
    one to the other; all of it where none are named."""
    if not columns:
        return table, known
    dataset = table.dataset
    kept = frozenset(columns)
    kept |= {column.name for column in dataset.columns if column.formula and kept.issuperset(_parents(column.formula))}
    return (
        replace(table, dataset=replace(dataset, columns=tuple(c for c in dataset.columns if c.name in kept))),
        replace(
            known,
            columns=tuple(column for column in known.columns if column.name in kept),
            keys=tuple(key for key in known.keys if kept.issuperset(key)),
            associations=tuple(pair for pair in known.associations if {pair.a, pair.b} <= kept),
            missing=tuple(pattern for pattern in known.missing if kept.issuperset(pattern.columns)),
        ),
    )
