"""What is handed to the processes that fit, and what they hand back: nothing here needs their libraries."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from voyant.analysis.forecast.changes import Break
from voyant.analysis.forecast.seasons import Floats, Season

EXOGENOUS = "exogenous"
"""The method that uses columns known ahead."""
FEWEST_VALUES = 6
"""Of a series that can be forecast."""


class Plan(Struct, frozen=True, kw_only=True):
    """How all series of a job are forecast.

    Attributes:
        suggested: Lengths of seasons that the calendar suggests, shortest first.
        origins: Earlier times that each series is forecast from, at most.
        thorough: Names of the methods that compete besides those that always do.
        lowest: What no value can be less than, for series that never were; ``highest`` what none can exceed.
    """

    horizon: int
    levels: tuple[int, ...]
    suggested: tuple[int, ...]
    origins: int
    thorough: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


class Task(Struct, frozen=True, kw_only=True):
    """One series.

    Attributes:
        values: By period, NaN where none is known; the first and the last are.
        beyond: Periods between the last known value and the first that is asked for.
        columns: What was known ahead, a row for each period, past and to come; None where nothing is given.
    """

    values: Floats
    beyond: int = 0
    columns: Floats | None = None


class Error(Struct, frozen=True):
    """How far a method was off, over all trials.

    Attributes:
        absolute: Mean absolute error; ``squared`` the root of the mean squared one.
        scaled: ``absolute`` by the mean absolute change from a season earlier within the series (MASE; Hyndman and
            Koehler 2006); None where that is nothing.
        percentage: Symmetric, 0 to 200 (sMAPE).
        forecasts: How many were compared.
    """

    absolute: float
    squared: float
    scaled: float | None
    percentage: float | None
    forecasts: int


class Check(Struct, frozen=True, kw_only=True):
    """What was said at one earlier time, by the method that would have been chosen then.

    Attributes:
        origin: Values known then.
        actual: What came, NaN where nothing is known.
        bounds: By level, the interval from the errors known by then; empty where these were too few.
    """

    origin: int
    actual: Floats
    given: Floats
    bounds: Mapping[int, tuple[Floats, Floats]]


class Outcome(Struct, frozen=True, kw_only=True):
    """One series, forecast.

    Attributes:
        method: The chosen one.
        errors: By method, of those that competed.
        lived: Of the method that would have been chosen at each earlier time; None where nothing could be measured.
        given: The forecast; ``bounds`` its interval by level, empty where the series is too short for any.
        clipped: Whether it or its intervals went where no value can be, and were cut.
        checks: Oldest first.
        reach: The most periods ahead that the method was checked at.
        trend: Of the past; ``seasonal`` has a row for each season.
        effects: Of the columns known ahead, per unit.
        without_last: The forecast that the last value had no part in, where it lies outside of its widest interval.
    """

    method: str
    errors: Mapping[str, Error]
    lived: Error | None
    given: Floats
    bounds: Mapping[int, tuple[Floats, Floats]]
    clipped: bool
    checks: tuple[Check, ...]
    reach: int
    seasons: tuple[Season, ...]
    filled: Floats
    trend: Floats
    seasonal: Floats
    breaks: tuple[Break, ...]
    effects: Floats | None = None
    without_last: Floats | None = None

    @property
    def surprise(self) -> tuple[float, float, float] | None:
        """The last value with the ends of the widest interval that it would have been given, where it lies outside."""
        last = self.checks[-1] if self.checks else None
        if last is None or len(last.actual) != 1 or not last.bounds:
            return None
        low, high = (float(end[0]) for end in last.bounds[max(last.bounds)])
        value = float(last.actual[0])
        return None if low <= value <= high else (value, low, high)
