"""The findings of a run as a reader gets them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from voyant.domain.finding import Finding


class QualitySummary(Struct, frozen=True, kw_only=True):
    """The quality of a table in a few sentences.

    Attributes:
        score: 0 to 1; None where nothing could be scored.
        points: What failed, worst first, one sentence each.
    """

    score: float | None
    text: str
    points: tuple[str, ...]


class NextStep(Struct, frozen=True, kw_only=True):
    """What to look at next: a tool to call, with what, and why."""

    tool: str
    arguments: dict[str, Any]
    why: str


class Narrative(Struct, frozen=True, kw_only=True):
    """The memo of a run.

    Attributes:
        headline: One sentence.
        lead: What the table is: rows, columns, time span.
        findings: The key findings, most important first.
        omitted: Findings that stand only in ``insights.json``.
        kpis: One sentence for each key figure.
        quality: None where it was not assessed.
        drift: What changed since an earlier state, in a sentence; None where the table was compared with nothing.
        notes: What limits the statements: comparisons made, samples, columns left out.
    """

    headline: str
    lead: str
    findings: tuple[Finding, ...]
    omitted: int
    kpis: tuple[str, ...]
    quality: QualitySummary | None
    drift: str | None = None
    next: tuple[NextStep, ...]
    notes: tuple[str, ...]
