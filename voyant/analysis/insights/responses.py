"""What may change over time or differ between groups: numbers of records, means of measures."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights.clauses import by_period
from voyant.analysis.insights.frame import Clock, Factor, Frame, Measure
from voyant.analysis.insights.outcomes import is_money
from voyant.analysis.insights.statistics import Floats, Ints
from voyant.analysis.wording import average_name, sentence, total_name
from voyant.domain.finding import Axis, Mark, View
from voyant.domain.table import Column
from voyant.lake.sql import identifier


class Response(Struct, frozen=True):
    """The number of records, the mean of a measure, or its total."""

    measure: Measure | None
    is_total: bool = False

    @property
    def column(self) -> Column | None:
        return self.measure.column if self.measure else None

    @property
    def unit(self) -> str | None:
        return self.measure.column.unit if self.measure else None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.measure.name,) if self.measure else ()

    @property
    def is_plural(self) -> bool:
        """Whether verbs of it stand in the plural."""
        return self.measure is None

    def name(self, per: str = "") -> str:
        """In a sentence; counts and totals are per period."""
        each = f" per {per}" if per else ""
        if self.measure is None:
            return f"records{each}"
        return f"{total_name(self.measure.column)}{each}" if self.is_total else average_name(self.measure.column)

    @property
    def aggregate(self) -> str:
        if self.measure is None:
            return "count(*)"
        return f"{'sum' if self.is_total else 'avg'}({identifier(self.measure.name)})"

    def over(self, condition: str, periods: int) -> str:
        """The SQL of the figure among the rows of a condition: counts and totals per period."""
        if self.measure is None:
            return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END) / {periods}.0"
        value = f"CASE WHEN {condition} THEN {identifier(self.measure.name)} END"
        return f"sum({value}) / {periods}.0" if self.is_total else f"avg({value})"


def totals(frame: Frame) -> list[Response]:
    """Of amounts that add up, where each record stands for itself."""
    return [Response(measure, True) for measure in frame.measures if frame.counted and is_money(measure.column)]


def responses(frame: Frame) -> list[Response]:
    """Records first, where counting them means something, then the measures."""
    counted = [Response(None)] if frame.counted else []
    return counted + [Response(measure) for measure in frame.measures]


def series(
    response: Response, index: Ints, length: int, rows: NDArray[np.bool_] | None = None, *, ranked: bool = False
) -> tuple[Floats, Ints]:
    """The figure by bin or period, NaN where nothing is known, and the rows behind each.

    ``ranked`` takes the mean of ranks, which a few extreme values do not move: for tests, not for statements."""
    held = index >= 0
    if rows is not None:
        held &= rows
    if response.measure is None:
        counts = np.bincount(index[held], minlength=length)
        return counts.astype(np.float64), counts.astype(np.int64)
    held &= response.measure.known
    counts = np.bincount(index[held], minlength=length)
    weights = response.measure.ranks if ranked and not response.is_total else response.measure.values
    sums = np.bincount(index[held], weights=weights[held], minlength=length)
    if response.is_total:
        return np.asarray(sums), counts.astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(counts > 0, sums / counts, np.nan)), counts.astype(np.int64)


def grid(response: Response, factor: Factor, index: Ints, length: int, *, ranked: bool = True) -> tuple[Floats, Floats]:
    """Sums of ranks or values (of records: their number) and rows, by value of a grouping and bin or period."""
    held = (index >= 0) & (factor.codes >= 0)
    if response.measure is not None:
        held &= response.measure.known
    flat = factor.codes[held] * length + index[held]
    shape = (len(factor.values), length)
    rows = np.bincount(flat, minlength=shape[0] * shape[1]).astype(np.float64).reshape(shape)
    if response.measure is None:
        return rows, rows
    weights = response.measure.ranks if ranked else response.measure.values
    sums = np.bincount(flat, weights=weights[held], minlength=shape[0] * shape[1])
    return np.asarray(sums.reshape(shape)), rows


def filled(values: Floats) -> Floats:
    """Without the bins that have nothing."""
    return np.asarray(values[np.isfinite(values)])


def bins(clock: Clock) -> int:
    return len(clock.bin_starts)


def line_view(frame: Frame, clock: Clock, response: Response, title: str) -> View:
    name = response.name(clock.grain.value)
    total = "total_" if response.is_total else ""
    return View(
        name=f"{total}{'_'.join(response.columns) or 'records'}_over_time",
        title=sentence(title)[:-1],
        mark=Mark.LINE,
        sql=by_period(frame, clock, response.aggregate),
        x=Axis(field="period", title=str(clock.grain), kind="time"),
        y=Axis(field="value", title=name, kind="number", unit=response.unit),
    )
