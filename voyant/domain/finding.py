"""What an analysis states, and what each statement rests on."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Severity(StrEnum):
    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


class Number(Struct, frozen=True, kw_only=True):
    """A number that a finding's text states, and the cell of its statement's result that gives it.

    Attributes:
        stated: As it stands in the text, such as ``"47.9 %"``.
        value: The value before rounding; a date or time as ISO 8601 text.
        row: Zero-based row of the result of the finding's SQL.
        column: Column of that result.
    """

    stated: str
    value: float | str
    row: int
    column: str


class Test(Struct, frozen=True, kw_only=True):
    """The statistical test behind a finding.

    Attributes:
        name: The field's name of the test, such as ``Kruskal-Wallis``.
        effect_name: Of the effect size, such as ``epsilon squared``.
        p_value: Before correction.
        q_value: After Benjamini-Hochberg correction over every comparison of the run.
        n: Observations used.
        note: What the test took care of and what it cannot show, for readers who know the field.
    """

    name: str
    effect_name: str
    effect: float
    p_value: float
    q_value: float
    n: int
    note: str = ""


class Mark(StrEnum):
    LINE = "line"
    BAR = "bar"
    HISTOGRAM = "histogram"
    SCATTER = "scatter"  # values or, when dense, binned counts
    BOX = "box"
    HEATMAP = "heatmap"


class Axis(Struct, frozen=True, kw_only=True):
    """One encoded field of a view; ``kind`` is ``time``, ``number`` or ``category``."""

    field: str
    title: str
    kind: str
    unit: str | None = None


class View(Struct, frozen=True, kw_only=True):
    """What a chart of a finding shows: an aggregating statement and how its columns are drawn.

    Attributes:
        name: Of the chart's file, snake_case.
        title: What the chart shows, as a statement.
        sql: Gives the data, already aggregated: at most some hundreds of rows.
        x2: For histograms, the upper edge of a bin.
        low: For box plots and bands, the lower bound; ``high`` the upper.
        highlight: A value of the category axis or of ``color`` to stress.
    """

    name: str
    title: str
    mark: Mark
    sql: str
    x: Axis
    y: Axis
    color: Axis | None = None
    x2: str | None = None
    low: str | None = None
    high: str | None = None
    highlight: Any = None
    caption: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """One statement, with its numbers, its evidence and the SQL that recomputes it.

    Attributes:
        id: ``f1``, ``f2`` … by rank.
        kind: Such as ``trend``, ``no_trend``, ``difference``; see docs/reference/findings.md.
        text: One sentence with its numbers.
        evidence: Artifact and JSON pointer, such as ``kpis.json#/kpis/0/series``.
        sql: A SELECT over the analysed table, or over the rows of an artifact of the job, such as ``job.forecast``;
            callers run it with the job.
        columns: The columns it speaks of.
        score: 0 to 1; findings are ranked by it.
        caveat: A rule or promise that a column of the finding breaks, in a sentence.
    """

    id: str
    kind: str
    severity: Severity
    text: str
    evidence: tuple[str, ...]
    sql: str
    numbers: tuple[Number, ...] = ()
    columns: tuple[str, ...] = ()
    score: float = 0.0
    test: Test | None = None
    view: View | None = None
    caveat: str | None = None
