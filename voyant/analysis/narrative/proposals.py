"""Which further analyses suit a table, each as a call with its arguments filled in."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.insights.outcomes import is_outcome, is_result
from voyant.analysis.kpi.templates import fitting
from voyant.analysis.presets import built_in
from voyant.analysis.presets import fitting as fitting_presets
from voyant.analysis.regression.target import predictable
from voyant.analysis.wording import readable
from voyant.domain.finding import Finding
from voyant.domain.kpi import Kpi, KpiKind, Kpis
from voyant.domain.narrative import NextStep
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset, Role
from voyant.domain.template import TEMPLATE_NAMES

FEWEST_PERIODS = 12
"""Complete ones, from which a forecast can be held against periods that it has not seen."""
MOST_PRESETS = 2
FEWEST_ROWS = 100
"""From which rows can be left out of what is learned, and still show something."""
_EXPLAINED = frozenset({"association", "difference", "interaction", "outcome_by_measure"})
"""Kinds of findings whose first column others tell something about."""
_OF_BUSINESS = frozenset(TEMPLATE_NAMES) - {
    *("moving_average", "cumulative_sum", "null_rate_by_column", "duplicate_rate", "value_distribution"),
    "year_over_year",
}
"""Templates that need more than a time or a column: where they fit, somebody will want them."""
_OF_ANY_AMOUNT = frozenset({"revenue_by_segment"})
"""Of these, what fits any amount, such as the income of those who were asked, and by itself is no sign of business."""
_MOSTLY = 0.5


def proposals(
    dataset: Dataset, profile: Profile, kpis: Kpis | None, findings: tuple[Finding, ...]
) -> Iterator[NextStep]:
    """A forecast, what drove a change, odd rows, presets, drivers and KPI templates, as far as the table has what they
    need; nothing after a job that was asked for one of these."""
    if kpis is None:
        return
    rows_tell = dataset.rows >= FEWEST_ROWS
    steps = [_forecast(dataset, kpis), _change(dataset, kpis)] if _tells_when(profile, kpis.time_column) else []
    if rows_tell and len(dataset.with_role(Role.MEASURE, Role.DIMENSION)) > 1:
        why = "Find the rows that fit no pattern, each with what makes it odd."
        steps.append(NextStep(tool="voyant_anomaly", arguments={"source": dataset.name}, why=why))
    steps += _presets(dataset, profile)
    if rows_tell:
        steps.append(_drivers(dataset, profile, findings))
    steps.append(_templates(dataset, profile, kpis, findings))
    yield from filter(None, steps)


def _drivers(dataset: Dataset, profile: Profile, findings: tuple[Finding, ...]) -> NextStep | None:
    target = _target(dataset, profile, findings)
    if target is None:
        return None
    why = f"See how well {readable(target)} can be told from the other columns, and which of them drive it."
    return NextStep(tool="voyant_regression", arguments={"source": dataset.name, "target": target}, why=why)


def _presets(dataset: Dataset, profile: Profile) -> Iterator[NextStep]:
    """Those whose columns the table names clearly, with these columns."""
    presets = built_in()
    fits = [fit for fit in fitting_presets(presets.values(), dataset, profile) if fit.sure and fit.named]
    timed = [fit for fit in fits if _is_timely(profile, fit.arguments.get(presets[fit.preset].time or ""))]
    for fit in timed[:MOST_PRESETS]:
        arguments = {"name": fit.preset, "source": dataset.name, "parameters": fit.arguments}
        why = f"{fit.title}: all that goes with it in one run, from the columns that the table names so."
        yield NextStep(tool="voyant_preset", arguments=arguments, why=why)


def _is_timely(profile: Profile, time: str | None) -> bool:
    return time is None or _tells_when(profile, time)


def _forecast(dataset: Dataset, kpis: Kpis) -> NextStep | None:
    if kpis.time_column is None or kpis.grain is None:
        return None
    kpi = next((kpi for kpi in kpis.kpis if _can_be_forecast(kpi)), None)
    if kpi is None:
        return None
    arguments = {
        "source": dataset.name,
        "value": kpi.expression,
        "time": kpis.time_column,
        "grain": kpis.grain.value,
    }
    why = f"See what {kpi.name} will come to in the {kpis.grain}s ahead, and how sure that is."
    return NextStep(tool="voyant_forecast", arguments=arguments, why=why)


def _change(dataset: Dataset, kpis: Kpis) -> NextStep | None:
    """What the last change of the first figure that has one consists of."""
    kpi = next((kpi for kpi in kpis.kpis if kpi.change is not None and kpi.change.absolute), None)
    if kpi is None or kpi.change is None:
        return None
    periods = [kpi.change.base_period, kpi.change.period]
    arguments = {"source": dataset.name, "time": kpis.time_column, "compare": periods}
    why = f"See what the change from {periods[0]} to {periods[1]} consists of: which values, and volume, rate or mix."
    return NextStep(tool="voyant_kpi", arguments=arguments, why=why)


def _templates(dataset: Dataset, profile: Profile, kpis: Kpis, findings: tuple[Finding, ...]) -> NextStep | None:
    """Those that say something of their own, with nothing to fill in: what they need is found again."""
    if any(finding.kind in TEMPLATE_NAMES for finding in findings):  # who asked for some knows of them
        return None
    fits = [fit for fit in fitting(dataset, profile, kpis.time_column) if fit.fits and fit.template in _OF_BUSINESS]
    names = [fit.template for fit in fits if _is_timely(profile, fit.parameters.get("time"))]
    if not set(names) - _OF_ANY_AMOUNT:
        return None
    why = "Get figures that fit the table by their name: of each a sentence, its rows and its SQL."
    return NextStep(tool="voyant_kpi", arguments={"source": dataset.name, "templates": names}, why=why)


def _can_be_forecast(kpi: Kpi) -> bool:
    is_select = kpi.kind is KpiKind.OTHER and kpi.expression.lstrip()[:6].upper() in {"SELECT", "WITH"}
    complete = [point for point in kpi.series if point.complete and point.value is not None]
    return not is_select and len(complete) >= FEWEST_PERIODS


def _target(dataset: Dataset, profile: Profile, findings: tuple[Finding, ...]) -> str | None:
    """What a name says is an outcome, such as whether somebody churned; else of the columns that others tell something
    about the first that is called a result, such as a price; else the first of them."""
    columns = {column.name: column for column in predictable(dataset, profile)}
    outcomes = [name for name, column in columns.items() if column.role is not Role.MEASURE and is_outcome(column)]
    told = [finding.columns[0] for finding in findings if finding.kind in _EXPLAINED and finding.columns]
    explained = [name for name in told if name in columns]
    results = [name for name in explained if is_result(columns[name])]
    return next(iter((*outcomes, *results, *explained)), None)


def _tells_when(profile: Profile, column: str | None) -> bool:
    """Whether most rows have such a time: when something was cancelled does not say when the others happened."""
    if column is None:
        return False
    described = profile.column(column)
    return described.count >= _MOSTLY * described.rows
