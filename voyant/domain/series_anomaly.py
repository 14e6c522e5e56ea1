"""Odd stretches of time series: where a series was not what its own past and seasons let one expect."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class StretchKind(StrEnum):
    """What is odd about a stretch."""

    SPIKE = "spike"  # one to three points
    LEVEL_SHIFT = "level_shift"  # for a while, or from a time on
    SPREAD_CHANGE = "spread_change"  # values scatter more or less
    TREND_CHANGE = "trend_change"  # from a time on the series rises or falls otherwise
    STUCK = "stuck"  # the same value throughout, where it otherwise changes
    MISSING = "missing"  # no values, where there usually are some


class Stretch(Struct, frozen=True, kw_only=True):
    """One odd stretch.

    Attributes:
        start: Time of its first point, ISO 8601; ``end`` that of its last one.
        lasting: It had not ended when the series did.
        points: Points of the grid in it, empty ones included.
        value: Of a spike or shift, the mean of the values in it; of a change of spread, their usual deviation; of a
            change of trend, the slope per step since; of a stuck stretch, the value. None for missing stretches.
        expected: The same as the rest of the series and its seasons let one expect; of a stuck or missing stretch the
            length that such runs hardly exceed otherwise, in points.
        size: ``value`` less ``expected``; for changes of spread their quotient; for stuck and missing stretches the
            points.
        score: How far off it is, in deviations that are usual for stretches of its length.
        p_value: The chance that a series in which nothing is odd shows as much anywhere (Bonferroni over places,
            lengths and kinds).
        noticed: The first point of it at which who had watched the series as it came would have been alarmed; None
            where nothing in it was farther off than what came before.
    """

    kind: StretchKind
    start: str
    end: str
    lasting: bool
    points: int
    value: float | None
    expected: float | None
    size: float
    score: float | None
    p_value: float
    noticed: str | None = None


class SeriesAnomaly(Struct, frozen=True, kw_only=True):
    """One series, and what is odd in it.

    Attributes:
        name: As rows and sentences call it, such as ``amount`` or ``amount, region North``.
        value: The SQL of a value of the series.
        group: Values of the columns that it is split by.
        unit: Of the values.
        columns: That the value is made of.
        points: Of the grid, from the first to the last.
        filled: Points with a value.
        seasons: That were found, such as ``day`` or ``24 points``.
        logarithmic: Whether departures are judged in proportion, as the spread grows with the level.
        deviation: How far a single value usually is from what was to be expected, in units of the value.
        stretches: By time.
        note: Why it was not looked at, or what limits it; empty where nothing does.
    """

    name: str
    value: str
    unit: str | None
    columns: tuple[str, ...]
    group: tuple[str | None, ...]
    points: int
    filled: int
    seasons: tuple[str, ...]
    logarithmic: bool
    deviation: float | None
    stretches: tuple[Stretch, ...]
    note: str = ""


class SeriesAnomalies(Struct, frozen=True, kw_only=True):
    """What is odd over time.

    Attributes:
        time_column: That the series run along.
        by: Columns whose combinations are series.
        step: From one point to the next, such as ``5 minutes`` or ``month``.
        level: The chance that noise alone would show anything odd, over all series together, at most.
        stretches: How many were found in all series.
        notes: What limits the answer.
    """

    time_column: str
    by: tuple[str, ...]
    step: str
    level: float
    series: tuple[SeriesAnomaly, ...]
    stretches: int
    notes: tuple[str, ...]
