"""The steps that predict, group and look for what is odd.

Each writes its result as ``<kind>.json``, and the rows behind it as Parquet files that later steps read in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from voyant.domain.anomaly import Anomalies, AnomalyRequest
from voyant.domain.answer import Answer
from voyant.domain.benchmark import Benchmark, BrandRequest
from voyant.domain.forecast import Forecast, ForecastRequest
from voyant.domain.kpi import Kpis
from voyant.domain.parameters import JobParameters
from voyant.domain.profile import Profile
from voyant.domain.regression import Regression, RegressionRequest
from voyant.domain.segmentation import Segmentation, SegmentRequest
from voyant.domain.template import TemplateResults
from voyant.workflows.brands import united
from voyant.workflows.context import StepContext
from voyant.workflows.pipeline import StepResult

if TYPE_CHECKING:
    from voyant.analysis.insights.comparison import Comparison

ANSWERS: dict[str, type] = {
    "forecast": Forecast,
    "regression": Regression,
    "anomaly": Anomalies,
    "segment": Segmentation,
    "benchmark": Benchmark,
}
"""What ``<kind>.json`` holds, by kind; the package of ``analysis`` of that name puts it into sentences."""


def forecast(context: StepContext, parameters: JobParameters) -> StepResult:
    """Says what will come, and how sure that is."""
    from voyant.analysis.forecast import forecast as predict

    request = parameters.forecast or ForecastRequest()
    known = context.read("profile.json", Profile)
    answer = predict(context.table, known, request, parameters.time_column, progress=context.progress)
    return _written(context, "forecast", answer)


def warm_up_forecast() -> None:
    """Starts the processes that fit beside the reading of the source: their libraries take two seconds to load."""
    from voyant.analysis.forecast.running import warm_up

    warm_up()


def regression(context: StepContext, parameters: JobParameters) -> StepResult:
    """Learns a column from the others, and says what drives it."""
    from voyant.analysis.regression import regression as learn

    request = parameters.regression or RegressionRequest()
    known = context.read("profile.json", Profile)
    answer = learn(context.table, known, request, parameters.time_column, progress=context.progress)
    return _written(context, "regression", answer)


def anomaly(context: StepContext, parameters: JobParameters) -> StepResult:
    """Looks for what is odd, in rows and over time."""
    from voyant.analysis.anomaly import anomalies

    request = parameters.anomaly or AnomalyRequest()
    known = context.read("profile.json", Profile)
    answer = anomalies(context.table, known, request, parameters.time_column, progress=context.progress)
    return _written(context, "anomaly", answer)


def segment(context: StepContext, parameters: JobParameters) -> StepResult:
    """Groups what is alike, and says what sets the groups apart."""
    from voyant.analysis.segment import segments

    request = parameters.segment or SegmentRequest()
    known = context.read("profile.json", Profile)
    answer = segments(context.table, known, request, parameters.time_column, progress=context.progress)
    return _written(context, "segment", answer)


def benchmark(context: StepContext, parameters: JobParameters) -> StepResult:
    """Says how a brand stands among its competitors."""
    from voyant.analysis.benchmark import benchmark as compare

    request, time_column = parameters.benchmark or BrandRequest(), parameters.time_column
    if not request.others:
        known = context.read("profile.json", Profile)
        answer = compare(context.table, known, request, time_column, progress=context.progress)
        return _written(context, "benchmark", answer)
    from voyant.analysis.profile import profile

    with united(context, request) as (table, union):
        answer = compare(table, profile(table), union.request, time_column, progress=context.progress)
    answer = replace(answer, result=union.told(answer.result, context.table.dataset.name))
    return _written(context, "benchmark", answer)


def _written(context: StepContext, kind: str, answer: Answer[Any]) -> StepResult:
    context.write_json(f"{kind}.json", kind, answer.result)
    context.write_answer_rows(kind, answer)
    return StepResult()


def answers(context: StepContext) -> dict[str, Any]:
    """What ``<kind>.json`` holds, of the kinds whose answer was made."""
    read = {kind: context.read_if_made(f"{kind}.json", held) for kind, held in ANSWERS.items()}
    return {kind: answer for kind, answer in read.items() if answer is not None}


def conclusions(context: StepContext, parameters: JobParameters) -> StepResult:
    """States what the steps before it found, each sentence from the rows that it is about."""
    from voyant.analysis.conclusions import conclude

    comparisons, notes = stated(context)
    comparisons += asked(context, parameters)
    context.write_json("insights.json", "narrative", conclude(context.table_with_rows, comparisons, notes))
    return StepResult()


def asked(context: StepContext, parameters: JobParameters) -> list[Comparison]:
    """What there is to say of the KPI templates that were run."""
    if context.read_if_made("templates.json", TemplateResults) is None:
        return []
    from voyant.analysis.kpi.templates import comparisons

    known = context.read("profile.json", Profile)
    return comparisons(context.table.dataset, known, parameters.templates, parameters.time_column)


def stated(context: StepContext) -> tuple[list[Comparison], list[str]]:
    """What the results that were made have to say, and what limits them."""
    made = list(_stated(context))
    comparisons = [comparison for _, found in made for comparison in found]
    return comparisons, [note for result, _ in made for note in result.notes]


def _stated(context: StepContext) -> Iterator[tuple[Any, list[Comparison]]]:
    """The results that were made, and what each gives to say."""
    for kind, answer in answers(context).items():
        analysis = import_module(f"voyant.analysis.{kind}")
        yield answer, analysis.comparisons(answer, context.table)
    if (kpis := context.read_if_made("kpis.json", Kpis)) is not None:
        from voyant.analysis.insights.detectors.drivers import drivers

        yield kpis, drivers(kpis)
