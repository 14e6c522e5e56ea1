"""Series that fall and then rise, or rise and then fall."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import between
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Clock, Frame, Measure
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, line_view, series
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.wording import sentence
from voyant.domain.finding import Severity

_FEWEST_PERIODS = 12
_FEWEST_IN_LEG = 4
_SMALLEST_RHO = 0.8
"""Of each leg with time: chance about one level goes nowhere for long, whatever extremes one picks."""
_SMALLEST_SWING = 0.05
"""Of the level."""


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    for measure in frame.measures:
        values = levels(frame, measure)
        found = turning(values) if values is not None else None
        if frame.clock is not None and values is not None and found is not None:
            claim = _turn(frame, frame.clock, Response(measure), values, found)
            search.comparisons.append(Comparison(question=Question.TREND, n=len(values), claim=claim))
    return search


def levels(frame: Frame, measure: Measure) -> Floats | None:
    """A measure by whole period where it is a series of its own: taken at regular times, as often in each."""
    clock = frame.clock
    if clock is None or frame.counted:
        return None
    first, last = clock.whole()
    values, counts = series(Response(measure), clock.periods, len(clock.timeline.starts))
    values, counts = values[first : last + 1], counts[first : last + 1]
    if len(values) < _FEWEST_PERIODS or float(counts.min()) < 0.8 * float(counts.max()):
        return None
    return values


def turning(values: Floats) -> tuple[int, int, int] | None:
    """Start, turn and end of the largest swing there and back, if both ways are steady; indices of periods."""
    best: tuple[float, tuple[int, int, int]] | None = None
    for sign in (1.0, -1.0):
        y = sign * values
        for turn in range(_FEWEST_IN_LEG, len(y) - _FEWEST_IN_LEG):
            start, end = int(np.argmax(y[:turn])), turn + 1 + int(np.argmax(y[turn + 1 :]))
            swing = float(min(y[start], y[end]) - y[turn])
            if best is None or swing > best[0]:
                best = (swing, (start, turn, end))
    if best is None or best[0] < _SMALLEST_SWING * abs(float(values.mean())):
        return None
    start, turn, end = best[1]
    legs = values[start : turn + 1], values[turn : end + 1]
    return best[1] if all(_is_steady(leg) for leg in legs) else None


def turns(frame: Frame, response: Response) -> bool:
    """Whether a figure goes there and back, which a straight line does not show."""
    values = levels(frame, response.measure) if response.measure is not None else None
    return values is not None and turning(values) is not None


def _is_steady(leg: Floats) -> bool:
    if len(leg) <= _FEWEST_IN_LEG:
        return False
    return abs(statistics.correlation(statistics.midranks(leg), np.arange(len(leg), dtype=np.float64))) >= _SMALLEST_RHO


def _turn(frame: Frame, clock: Clock, response: Response, values: Floats, found: tuple[int, int, int]) -> Claim:
    first = clock.whole()[0]
    periods = [between(clock, first + index, first + index) for index in found]
    where = "\n  OR ".join(f"({period})" for period in periods)
    sql = (
        f"SELECT {clock.bucket} AS period, {response.aggregate} AS value\nFROM {frame.source}\n"
        f"WHERE {where}\nGROUP BY 1\nORDER BY 1"
    )
    name = response.name()
    down = bool(values[found[1]] < values[found[0]])

    def tell(telling: Telling) -> str | None:
        if len(telling.rows) != len(found):
            return None
        at = [
            f"{telling.quantity('value', response.unit, row)} {telling.when('period', clock.grain, row)}"
            for row in range(len(found))
        ]
        there, back = ("falls", "rises") if down else ("rises", "falls")
        return sentence(f"{name} {there} from {at[0]} to {at[1]}, then {back} to {at[2]}")

    swing = float(min(abs(values[found[0]] - values[found[1]]), abs(values[found[2]] - values[found[1]])))
    span = (found[2] - found[0]) / len(values)
    return Claim(
        kind="turn",
        columns=(*response.columns, clock.column.name),
        sql=sql,
        tell=tell,
        strength=0.3 + 0.45 * saturating(swing / (abs(float(values.mean())) or 1.0), 0.25) * span**0.5,
        title=f"{name} before, at and after its turn",
        severity=Severity.NOTICE,
        view=line_view(frame, clock, response, f"{name} {'falls, then rises' if down else 'rises, then falls'}"),
    )
