"""Surges: a stretch of time in which there are far more records, or far more of one group, and who is behind them."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import between, by_period, share
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, coverage, saturating
from voyant.analysis.insights.frame import Clock, Factor, Frame
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, grid
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.wording import readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View

MOST_GROUPS = 12
_FEWEST_PERIODS = 6
_FEWEST_RECORDS = 15
_SMALLEST_RATIO = 1.5
_MOST_EXPLAINED = 4
"""Windows for which it is asked who is behind them."""


class Window(Struct, frozen=True):
    """A run of periods, ``last`` included, with ``ratio`` times the records expected from the others."""

    first: int
    last: int
    ratio: float
    p: float
    inside: float
    factor: Factor | None = None
    index: int = 0


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or not frame.counted:
        return search
    first, last = clock.whole()
    if last - first + 1 < _FEWEST_PERIODS:
        return search
    held = clock.periods >= 0
    total = np.bincount(clock.periods[held] - first, minlength=last - first + 1).astype(np.float64)
    found: list[Window] = []
    windows: list[Window] = [_best(total, np.ones(len(total)) * total.mean(), None, 0)]
    positions = np.where(held, clock.periods - first, -1)
    for factor in frame.factors:
        _, rows = grid(Response(None), factor, positions, len(total))
        windows += [
            _best(rows[index], total, factor, index)
            for index in range(min(len(factor.values), MOST_GROUPS))
            if factor.counts[index] >= _FEWEST_RECORDS and (len(factor.values) > 2 or index == 1)
        ]
    for window in windows:
        claim = None
        if window.p < 0.01 and window.ratio >= _SMALLEST_RATIO and window.inside >= _FEWEST_RECORDS:
            found.append(window)
            claim = _surge(frame, clock, window)
        search.comparisons.append(
            Comparison(
                question=Question.WINDOW,
                test="scan over runs of periods, counts with their own dispersion, Bonferroni over the runs",
                effect_name="records in the run over records expected",
                effect=window.ratio,
                p=window.p,
                n=int(total.sum()),
                claim=claim,
            )
        )
    for window in sorted(found, key=lambda window: (window.p, -window.ratio))[:_MOST_EXPLAINED]:
        if window.factor is not None:
            search.comparisons += _behind(frame, clock, relations, window, window.factor)
    return search


def _best(own: Floats, total: Floats, factor: Factor | None, index: int) -> Window:
    """The run of periods with the most surprising excess of ``own`` over its usual part of ``total``."""
    n = len(own)
    own_sums, total_sums = np.concatenate([[0.0], np.cumsum(own)]), np.concatenate([[0.0], np.cumsum(total)])
    best, surprise, runs = Window(0, 0, 1.0, 1.0, 0.0, factor, index), 0.0, 0
    for length in range(1, max(1, n // 3) + 1):
        inside = own_sums[length:] - own_sums[:-length]
        base = total_sums[length:] - total_sums[:-length]
        runs += len(inside)
        other_base = np.maximum(total_sums[-1] - base, 1e-9)
        expected = np.maximum(np.maximum(own_sums[-1] - inside, 0.5) / other_base * base, 1e-9)
        z = np.where(base > 0, (inside - expected) / np.sqrt(expected * (1 + base / other_base)), 0.0)
        start = int(np.argmax(z))
        if z[start] > surprise:
            surprise = float(z[start])
            ratio = float(inside[start] / expected[start])
            best = Window(start, start + length - 1, ratio, 1.0, float(inside[start]), factor, index)
    if surprise <= 0:
        return best
    return replace(best, p=_p_value(own, total, best, runs))


def _p_value(own: Floats, total: Floats, window: Window, runs: int) -> float:
    """From a normal tail whose variance is the dispersion seen outside the window, and the Poisson tail: the larger."""
    outside = np.ones(len(own), dtype=bool)
    outside[window.first : window.last + 1] = False
    rate = max(float(own[outside].sum()), 0.5) / float(total[outside].sum())
    expected_outside = rate * total[outside]
    scaled = (own[outside] - expected_outside)[expected_outside > 0] ** 2 / expected_outside[expected_outside > 0]
    freedom = max(1, len(scaled) - 1)
    dispersion = max(1.0, float(scaled.sum()) / freedom)
    length = window.last - window.first + 1
    expected = rate * float(total[window.first : window.last + 1].sum())
    variance = expected * dispersion * (1 + length / max(1, outside.sum()))
    tail = statistics.poisson_tail(int(window.inside), expected * (1 + length / max(1, outside.sum())) ** 0.5)
    if statistics.chi_square_tail(float(scaled.sum()), freedom) < 0.1:  # counts scatter more than by chance alone
        tail = max(tail, statistics.t_tail((window.inside - expected) / math.sqrt(variance), freedom))
    return min(1.0, tail * runs)


def _periods(clock: Clock, window: Window) -> tuple[int, int, int, int]:
    first, last = clock.whole()
    return first + window.first, first + window.last, first, last


def _stretch(telling: Telling, clock: Clock, joint: str = "from") -> str:
    """``from June 2023 to August 2023``, or ``in June 2023``."""
    if telling.rows[0]["starts"] == telling.rows[0]["ends"]:
        return telling.when("starts", clock.grain)
    return f"{joint} {telling.moment('starts', clock.grain)} to {telling.moment('ends', clock.grain)}"


def _bounds(clock: Clock, inside: str) -> str:
    return (
        f"  min(CASE WHEN {inside} THEN {clock.bucket} END) AS starts,\n"
        f"  max(CASE WHEN {inside} THEN {clock.bucket} END) AS ends"
    )


def _surge(frame: Frame, clock: Clock, window: Window) -> Claim:
    start, end, first, last = _periods(clock, window)
    inside = between(clock, start, end)
    length, others = end - start + 1, last - first + 1 - (end - start + 1)
    own = "" if window.factor is None else f" AND {window.factor.is_value(window.index)}"
    sql = (
        "SELECT\n"
        f"  sum(CASE WHEN {inside}{own} THEN 1 ELSE 0 END) / {length}.0 AS during,\n"
        f"  sum(CASE WHEN NOT ({inside}){own} THEN 1 ELSE 0 END) / {others}.0 AS otherwise,\n"
        f"  sum(CASE WHEN {inside}{own} THEN 1 ELSE 0 END) AS records,\n"
        f"{_bounds(clock, inside)}\n"
        f"FROM {frame.source}\nWHERE {clock.within()}"
    )
    label = "records" if window.factor is None else f"{value_name(window.factor, window.index)} records"

    def tell(telling: Telling) -> str | None:
        if not telling.value("during") > telling.value("otherwise"):
            return None
        return sentence(
            f"{label} surge {_stretch(telling, clock)}: {telling.quantity('during')} per {clock.grain} against "
            f"{telling.quantity('otherwise')} at other times"
        )

    weight = coverage(window.inside, frame.rows)
    columns = () if window.factor is None else (window.factor.name,)
    condition = "" if window.factor is None else window.factor.is_value(window.index)
    return Claim(
        kind="surge",
        columns=(*columns, clock.column.name),
        focus=() if window.factor is None else ((window.factor.name, window.factor.values[window.index]),),
        sql=sql,
        tell=tell,
        # A surge of all records is often that of one group, which says more.
        strength=(0.35 if window.factor is not None else 0.2) + 0.5 * saturating(window.ratio - 1, 1.0) * weight,
        title=f"{label} during and outside the surge",
        severity=Severity.NOTICE,
        view=View(
            name=f"{'_'.join(columns) or 'records'}_surge",
            title=sentence(f"{label} surge for a while")[:-1],
            mark=Mark.LINE,
            sql=by_period(frame, clock, "count(*)", condition),
            x=Axis(field="period", title=str(clock.grain), kind="time"),
            y=Axis(field="value", title=f"{label} per {clock.grain}", kind="number"),
        ),
    )


def _behind(frame: Frame, clock: Clock, relations: Relations, window: Window, factor: Factor) -> list[Comparison]:
    """Of the group's own records: which values of other columns are more frequent during the surge than otherwise."""
    start, end, *_ = _periods(clock, window)
    group = (factor.codes == window.index) & (clock.periods >= 0)
    during = (clock.periods >= start) & (clock.periods <= end)
    found = []
    for other in frame.factors:
        if other.name == factor.name or relations.bind(other.name, factor.name):
            continue
        known = group & (other.codes >= 0)
        inside = np.bincount(other.codes[known & during], minlength=len(other.values))
        outside = np.bincount(other.codes[known & ~during], minlength=len(other.values))
        if inside.sum() < _FEWEST_RECORDS or outside.sum() < _FEWEST_RECORDS:
            continue
        index = int(np.argmax(inside / inside.sum() - outside / outside.sum()))
        result = statistics.chi_square(np.vstack([inside, outside]))
        gap = float(inside[index] / inside.sum() - outside[index] / outside.sum())
        found.append(
            Comparison(
                question=Question.WINDOW,
                test="chi-square",
                effect_name="Cramér's V, bias-corrected",
                effect=result.effect,
                p=result.p,
                n=result.n,
                claim=_makeup(frame, clock, window, factor, other, index) if gap >= 0.1 else None,
            )
        )
    return found


def _makeup(frame: Frame, clock: Clock, window: Window, factor: Factor, other: Factor, index: int) -> Claim:
    start, end, *_ = _periods(clock, window)
    inside, value = between(clock, start, end), other.is_value(index)
    sql = (
        "SELECT\n"
        f"  {share(value, inside)} AS during,\n"
        f"  {share(value, f'NOT ({inside})')} AS otherwise,\n"
        f"{_bounds(clock, inside)}\n"
        f"FROM {frame.source}\n"
        f"WHERE {factor.is_value(window.index)} AND {clock.within()}"
    )
    label = value_name(factor, window.index)

    def tell(telling: Telling) -> str:
        return sentence(
            f"during the surge of {label} {_stretch(telling, clock)}, {telling.percent('during')} of these records are "
            f"{value_name(other, index)}, against {telling.percent('otherwise')} at other times"
        )

    return Claim(
        kind="surge_makeup",
        columns=(factor.name, other.name, clock.column.name),
        focus=((factor.name, factor.values[window.index]), (other.name, other.values[index])),
        sql=sql,
        tell=tell,
        strength=0.35 + 0.27 * coverage(window.inside, frame.rows),
        title=f"{readable(other.name)} of {label} during and outside the surge",
        severity=Severity.NOTICE,
    )
