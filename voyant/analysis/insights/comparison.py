"""What detectors hand over: comparisons made, and how each would be stated if the evidence holds.

A claim is stated from the rows of its own SQL: the sentence can say no number that the statement does not give.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from voyant.analysis.rounding import rounded
from voyant.analysis.wording import count, instant, moment, percent, preposition, quantity, with_unit
from voyant.domain.finding import Number, Severity, View
from voyant.domain.kpi import Grain

Row = dict[str, Any]


class Question(StrEnum):
    """The families of comparisons, as an analyst would ask them."""

    TREND = "Does it rise or fall over time?"
    BREAK = "Does its level change at one time?"
    SEASON = "Does it follow the calendar?"
    DEPARTURE = "Does a group move differently over time from the others?"
    WINDOW = "Is a group unusually frequent for a while?"
    DISTRIBUTION = "Are records spread evenly over the values?"
    DIFFERENCE = "Does a measure differ between groups?"
    SHARES = "Do groups differ in their make-up?"
    INTERACTION = "Do two groupings together explain more than each alone?"
    ASSOCIATION = "Do two measures move together?"
    VOLUME = "Do larger groups or busier times differ?"
    REPETITION = "Are records repeated?"
    CONCENTRATION = "Is much of it owed to few?"
    TERMS = "Do the texts of a group stand out?"
    MISSING = "Are values missing more often in some groups?"
    OUTLIERS = "Are there values far from all others?"
    STRETCHES = "Is a series for a while not what it was to be expected to be?"
    QUALITY = "Which quality checks fail?"
    DRIFT = "What changed since an earlier state?"
    SEGMENTS = "Do records, or customers, fall into groups?"
    DRIVERS = "What does the change of a key figure consist of?"
    BRAND = "How does a brand stand among its competitors?"
    PREDICTION = "Can a column be told from the others, and from which?"
    ERRORS = "What do the errors of predictions still hold?"
    ASKED = "What do the key figures come to that were asked for?"
    FORECAST = "What will come?"


class NothingToTell(Exception):
    """A cell that a sentence needs is empty."""


class Telling:
    """The rows of a claim's SQL, and the numbers that its sentence has taken from them."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.numbers: list[Number] = []

    def count(self, column: str, row: int = 0) -> str:
        return self._stated(column, row, count)

    def percent(self, column: str, row: int = 0) -> str:
        return self._stated(column, row, percent)

    def quantity(self, column: str, unit: str | None = None, row: int = 0) -> str:
        return self._stated(column, row, lambda value: quantity(value, unit))

    def edge(self, column: str, unit: str | None = None, row: int = 0) -> str:
        """A bound between brackets: as it is, not rounded."""
        return self._stated(column, row, lambda value: with_unit(f"{value:,.10g}".replace("-", "−"), unit))

    def moment(self, column: str, grain: Grain | None, row: int = 0) -> str:
        """A time as the period of that length which it begins; to the minute without a grain."""
        value = self.rows[row][column]
        if value is None:
            raise NothingToTell(column)
        stated = instant(value) if grain is None else moment(value, grain)
        iso = value.isoformat() if isinstance(value, date) else str(value)
        self.numbers.append(Number(stated=stated, value=iso, row=row, column=column))
        return stated

    def when(self, column: str, grain: Grain | None, row: int = 0) -> str:
        """The same with its preposition: ``in July 2023``, ``on 3 July 2023``."""
        return f"{preposition(grain)} {self.moment(column, grain, row)}"

    def hour(self, column: str, row: int = 0) -> str:
        return self._stated(column, row, lambda value: f"{value:.0f}:00")

    def told(self, tell: Callable[[Telling], str | None]) -> str | None:
        """The sentence; None where there is none to tell."""
        try:
            return tell(self) if self.rows else None
        except NothingToTell:
            return None

    def value(self, column: str, row: int = 0) -> float:
        """For choosing words; NaN where there is none."""
        found = self.rows[row][column]
        return math.nan if found is None else float(found)

    def _stated(self, column: str, row: int, style: Callable[[float], str]) -> str:
        found = self.rows[row][column]
        if found is None:
            raise NothingToTell(column)
        value = float(found)
        stated = style(value)
        self.numbers.append(Number(stated=stated, value=rounded(value), row=row, column=column))
        return stated


class Claim(Struct, frozen=True, kw_only=True):
    """A statement that waits for its numbers.

    Attributes:
        columns: What it speaks of, most important first.
        focus: Values that it singles out, as column and value; claims that share all of them say nearly the same.
        strength: 0 to 1: how striking, over all kinds.
        evidence: Places in artifacts beside the result of ``sql``.
        tell: The sentence from the rows of ``sql``; None where these do not bear it out after all.
        view: From the same rows.
    """

    kind: str
    columns: tuple[str, ...]
    sql: str
    tell: Callable[[Telling], str | None]
    strength: float
    title: str
    focus: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.INFO
    evidence: tuple[str, ...] = ()
    view: View | None = None


class Comparison(Struct, frozen=True, kw_only=True):
    """One comparison that was made.

    Attributes:
        p: None for a description that compares nothing; it then is no part of the correction.
        claim: Stated where the corrected p-value is low enough; None where the effect is too small to matter.
        denial: Stated otherwise; only given where the data would have shown an effect that matters.
    """

    question: Question
    test: str = ""
    effect_name: str = ""
    effect: float = 0.0
    p: float | None = None
    n: int = 0
    note: str = ""
    claim: Claim | None = None
    denial: Claim | None = None


class Search(Struct):
    """What a detector brings home."""

    comparisons: list[Comparison] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def as_cell(value: Any) -> bool | int | float | str | None:
    """A result's value as an evidence table holds it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return rounded(number) if math.isfinite(number) else None


def saturating(effect: float, half: float) -> float:
    """Effects of all kinds on one scale: 0 at none, 0.5 at ``half``, towards 1."""
    size = abs(effect)
    return size / (size + half)


def coverage(part: float, whole: float) -> float:
    """How much a statement about a part of the rows counts: 1 from a quarter of them on, little for very few."""
    return float(min(1.0, 4 * part / max(1.0, whole)) ** 0.25)
