"""The pipelines there are, by job kind."""

from __future__ import annotations

from msgspec.structs import replace

from voyant.errors import InvalidInput
from voyant.workflows import predictions, presets, steps
from voyant.workflows.pipeline import Pipeline, Step

# Tried once: reading a source tries again by itself, with pauses and a time limit over all attempts.
NORMALIZE = Step(
    name="normalize",
    run=steps.normalize,
    is_core=True,
    modules=(
        "pyarrow.parquet",
        "pyiceberg.io.pyarrow",
        "voyant.lake.catalog",
        "voyant.analysis.normalize",
        "voyant.analysis.drift",
    ),
    libraries=("duckdb", "pyarrow", "pyiceberg", "voyant"),
)
PROFILE = Step(
    name="profile",
    run=steps.profile,
    is_core=True,
    modules=("scipy.special", "voyant.analysis.profile"),
    libraries=("duckdb", "numpy", "scipy", "voyant"),
)
QUALITY = Step(name="quality", run=steps.quality, modules=("voyant.analysis.quality",), libraries=("duckdb", "voyant"))
DRIFT = Step(
    name="drift",
    run=steps.drift,
    modules=("voyant.analysis.drift",),
    libraries=("duckdb", "numpy", "scipy", "voyant"),
)
KPI = Step(name="kpi", run=steps.kpi, modules=("voyant.analysis.kpi",), libraries=("duckdb", "sqlglot", "voyant"))
INSIGHTS = Step(
    name="insights",
    run=steps.insights,
    modules=("voyant.analysis.insights",),
    libraries=("duckdb", "numpy", "scipy", "voyant"),
)
FORECAST = Step(
    name="forecast",
    run=predictions.forecast,
    is_core=True,
    prepare=predictions.warm_up_forecast,
    modules=("voyant.analysis.forecast",),
    libraries=("coreforecast", "duckdb", "numpy", "scipy", "statsforecast", "voyant"),
)
REGRESSION = Step(
    name="regression",
    run=predictions.regression,
    is_core=True,
    modules=("voyant.analysis.regression",),
    libraries=("duckdb", "numpy", "scikit-learn", "scipy", "voyant"),
)
ANOMALY = Step(
    name="anomaly",
    run=predictions.anomaly,
    is_core=True,
    modules=("voyant.analysis.anomaly",),
    libraries=("duckdb", "numpy", "scikit-learn", "scipy", "voyant"),
)
SEGMENT = Step(
    name="segment",
    run=predictions.segment,
    is_core=True,
    modules=("voyant.analysis.segment",),
    libraries=("duckdb", "numpy", "scikit-learn", "scipy", "voyant"),
)
BENCHMARK = Step(
    name="benchmark",
    run=predictions.benchmark,
    is_core=True,
    modules=("voyant.analysis.benchmark",),
    prepare=predictions.warm_up_forecast,
    libraries=("coreforecast", "duckdb", "numpy", "scipy", "sqlglot", "statsforecast", "voyant"),
)
CONCLUSIONS = Step(name="insights", run=predictions.conclusions, libraries=("duckdb", "numpy", "voyant"))
CHARTS = Step(
    name="charts",
    run=steps.charts,
    prepare=steps.warm_up_charts,
    modules=("voyant.analysis.charts",),
    libraries=("duckdb", "vl-convert-python", "voyant"),
)
NARRATIVE = Step(name="narrative", run=steps.narrative, modules=("voyant.analysis.narrative",), libraries=("voyant",))
REPORT = Step(
    name="report", run=steps.report, modules=("voyant.report",), libraries=("django", "vl-convert-python", "voyant")
)
TOLD = (CONCLUSIONS, CHARTS, NARRATIVE, REPORT)
"""What follows a step that gives an answer: it is put into sentences, drawn, and shown on a page."""

PIPELINES = {
    pipeline.name: pipeline
    for pipeline in (
        Pipeline(name="analyze", steps=(NORMALIZE, PROFILE, QUALITY, DRIFT, KPI, INSIGHTS, CHARTS, NARRATIVE, REPORT)),
        Pipeline(name="ingest", steps=(NORMALIZE,)),
        Pipeline(name="profile", steps=(NORMALIZE, PROFILE)),
        Pipeline(name="quality", steps=(NORMALIZE, PROFILE, QUALITY)),
        Pipeline(name="drift", steps=(NORMALIZE, DRIFT)),
        Pipeline(name="kpi", steps=(NORMALIZE, PROFILE, KPI, CONCLUSIONS, CHARTS, NARRATIVE)),
        Pipeline(name="forecast", steps=(NORMALIZE, PROFILE, FORECAST, *TOLD)),
        Pipeline(name="regression", steps=(NORMALIZE, PROFILE, REGRESSION, *TOLD)),
        Pipeline(name="anomaly", steps=(NORMALIZE, PROFILE, ANOMALY, *TOLD)),
        Pipeline(name="segment", steps=(NORMALIZE, PROFILE, SEGMENT, *TOLD)),
        Pipeline(name="benchmark", steps=(NORMALIZE, PROFILE, BENCHMARK, *TOLD)),
    )
}

PRESET = Pipeline(
    name="preset",
    steps=(
        NORMALIZE,
        PROFILE,
        Step(name="plan", run=presets.plan, is_core=True, libraries=("voyant",)),
        *map(presets.as_planned, (QUALITY, KPI, FORECAST, REGRESSION, ANOMALY, SEGMENT, BENCHMARK)),
        replace(CONCLUSIONS, run=presets.conclusions, libraries=("duckdb", "numpy", "scipy", "voyant")),
        CHARTS,
        NARRATIVE,
        REPORT,
    ),
)
"""What every preset runs: steps do what is planned for the table, or nothing."""


AREA_ENDS = "."
"""In the names of presets and of no other kind of job: ``financial.revenue_analysis``."""


def is_preset(kind: str) -> bool:
    """Whether jobs of that kind run a preset."""
    return AREA_ENDS in kind


def pipeline_of(kind: str) -> Pipeline:
    """The steps of jobs of that kind; a preset need not exist any more.

    Raises:
        InvalidInput: There is no such kind.
    """
    if is_preset(kind):
        return PRESET
    if kind not in PIPELINES:
        raise InvalidInput(
            f"There is no kind of job {kind!r}.", remedy=f"Use one of: {', '.join(PIPELINES)}.", data={"kind": kind}
        )
    return PIPELINES[kind]
