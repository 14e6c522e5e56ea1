"""What a caller asks of a job."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.benchmark import BrandRequest
from voyant.domain.contract import Contract
from voyant.domain.forecast import ForecastRequest
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.preset import PresetRun
from voyant.domain.regression import RegressionRequest
from voyant.domain.rule import DeclaredRule
from voyant.domain.segmentation import SegmentRequest
from voyant.domain.source import Source
from voyant.domain.template import TemplateCall


class JobParameters(Struct, frozen=True, kw_only=True):
    """What a job is asked for.

    Attributes:
        templates: Figures that are asked for by their name, with what they are made of.
        time_column: That periods are formed by; None to find it.
        compare: Two periods, the earlier first, that key figures are compared between, such as ``2013-Q1`` and
            ``2014-Q1``; empty for none besides the last one and those before it.
        rules: That the table is judged by.
        fail_under: The least quality score that passes the gate; a rule that could not run fails it too. None for no
            gate.
        contract: That the caller named, whole; None to use the active one of the table, where there is one.
        baseline: What the table is compared with, as it was given; None for the last good run, where there is one.
        baseline_source: Where that is to be read, if Voyant does not keep it.
        evidently: Whether Evidently's report on that comparison is wanted as well.
        brands: The sources that are held against ``source`` in a benchmark, by the brand that each is about.
        preset: That the job was asked for by name: what it asks of the steps comes on top.
        forecast: What is asked of the step of that name, which chooses for itself where it is None; so do the others.
    """

    source: Source
    kpis: tuple[DeclaredKpi, ...] = ()
    templates: tuple[TemplateCall, ...] = ()
    time_column: str | None = None
    compare: tuple[str, ...] = ()
    rules: tuple[DeclaredRule, ...] = ()
    fail_under: float | None = None
    contract: Contract | None = None
    baseline: str | None = None
    baseline_source: Source | None = None
    evidently: bool = False
    brands: Mapping[str, Source] = field(default_factory=dict)
    preset: PresetRun | None = None
    forecast: ForecastRequest | None = None
    regression: RegressionRequest | None = None
    anomaly: AnomalyRequest | None = None
    segment: SegmentRequest | None = None
    benchmark: BrandRequest | None = None
