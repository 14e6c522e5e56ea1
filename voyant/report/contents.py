"""What a report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from voyant.domain.chart import Chart
from voyant.domain.contract import ContractCheck
from voyant.domain.drift import Drift
from voyant.domain.finding import Finding
from voyant.domain.insights import Insights
from voyant.domain.kpi import Kpis
from voyant.domain.narrative import Narrative
from voyant.domain.normalization import Normalization
from voyant.domain.profile import Profile
from voyant.domain.quality import Quality
from voyant.domain.template import TemplateResults


class Contents(Struct, frozen=True, kw_only=True):
    """The artifacts of a run, as far as they were made.

    Attributes:
        pictures: The SVG of each chart, by the chart's name.
        answers: What ``<kind>.json`` holds, by the kinds that predict, group or compare.
        files: Names of all artifacts of the run, for the links to them.
    """

    normalization: Normalization
    profile: Profile
    quality: Quality | None = None
    contracts: tuple[ContractCheck, ...] = ()
    drift: Drift | None = None
    kpis: Kpis | None = None
    templates: TemplateResults | None = None
    insights: Insights | None = None
    narrative: Narrative | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The steps whose artifacts are not there."""
        made: dict[str, object] = {"insights": self.insights, "narrative": self.narrative}
        if not self.answers:  # a job that was asked for an answer does not look for more
            made = {"quality": self.quality, "kpi": self.kpis} | made
        return tuple(step for step, artifact in made.items() if artifact is None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The key findings, most important first."""
        if self.narrative is not None:
            return self.narrative.findings
        return self.insights.findings[:15] if self.insights else ()
