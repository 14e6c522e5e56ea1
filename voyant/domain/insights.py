"""What the search for findings looked at, and what it found."""

from __future__ import annotations

from msgspec import Struct

from voyant.domain.finding import Finding

Value = bool | int | float | str | None
"""A cell of an evidence table; dates and times as ISO 8601 text."""


class Analysis(Struct, frozen=True, kw_only=True):
    """The evidence table of one finding: the result of the finding's own SQL.

    Attributes:
        rows: Cells in the order of ``columns``, numbers to ten significant digits.
    """

    title: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


class Family(Struct, frozen=True, kw_only=True):
    """The comparisons of one kind that a run made.

    Attributes:
        question: What was asked, such as ``Does a measure differ between groups?``.
        comparisons: Tests made; all enter the correction, stated or not.
        significant: Of these, the ones whose corrected p-value is below the level of the run.
        stated: Findings of this kind.
    """

    question: str
    comparisons: int
    significant: int
    stated: int


class Insights(Struct, frozen=True, kw_only=True):
    """Every finding of a table by rank, and what was asked to get them.

    Attributes:
        analyses: Evidence tables; a finding's evidence ``insights.json#/analyses/3`` is the fourth.
        comparisons: Tests made in the whole run, corrected together.
        level: The corrected p-value below which a comparison counts.
        families: One for each question asked, also those that found nothing.
        sample: Rows the tests used where not all were; the numbers of the sentences always come from all rows.
        skipped: What was left out and why, one sentence each.
    """

    findings: tuple[Finding, ...]
    analyses: tuple[Analysis, ...]
    comparisons: int
    correction: str
    level: float
    families: tuple[Family, ...]
    sample: int | None = None
    skipped: tuple[str, ...] = ()
