"""Rhythms of the calendar: weekdays, months of the year, hours of the day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Clock, Factor, Frame
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, responses
from voyant.analysis.insights.statistics import Floats, Ints
from voyant.analysis.wording import month, readable, sentence, weekday
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import ColumnType
from voyant.lake.sql import identifier

_DAY = 86_400
_FEWEST_BLOCKS = 5
_FEWEST_YEARS = 3
_SMALLEST_W = 0.1
_SMALLEST_SWING = 0.15
"""Highest less lowest, over the mean."""
_MOST_BLOCKS = 400


class Rhythm(Struct, frozen=True):
    """A way the calendar repeats itself.

    Attributes:
        places: Of each row its place in the cycle, from 0.
        blocks: Of each row the cycle it lies in, such as its week; -1 outside whole cycles.
        sql: The place as SQL counts it: weekdays and months from 1, hours from 0.
        name: What a place of ``sql`` is called.
        clock: By which clock, said at the end of a sentence; empty where times stand as they are written.
    """

    title: str
    places: Ints
    blocks: Ints
    size: int
    sql: str
    name: Callable[[int], str]
    preposition: str
    clock: str = ""

    @property
    def first(self) -> int:
        """How ``sql`` counts the first place."""
        return 0 if self.title == "hour" else 1


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or not clock.timed.any():
        return search
    for rhythm in (_on_its_clock(rhythm, clock, relations.hours) for rhythm in _rhythms(clock)):
        for response in responses(frame):
            comparison = _compared(frame, clock, rhythm, response)
            if comparison is not None:
                search.comparisons.append(comparison)
    return search


def _rhythms(clock: Clock) -> Iterator[Rhythm]:
    if clock.column.type is ColumnType.INTEGER:
        return
    days, timed = clock.days, clock.timed
    moment = clock.timeline.axis.moment
    hours = (clock.seconds % _DAY) // 3_600
    if len(np.unique(days[timed] % 7)) >= 5:
        weekdays = (days + 3) % 7
        blocks = _whole(clock, (days + 3) // 7, weekdays, 7)
        yield Rhythm("weekday", weekdays, blocks, 7, f"isodow({moment})", weekday, "on")
    years, months = clock.months // 12, clock.months % 12
    blocks = _whole(clock, years, months, 12)
    if len(np.unique(blocks[blocks >= 0])) >= _FEWEST_YEARS and len(np.unique(months[timed])) == 12:
        yield Rhythm("month", months, blocks, 12, f"month({moment})", month, "in")
    if len(np.unique(hours[timed])) >= 6:
        yield Rhythm(
            "hour", hours, _whole(clock, days, hours, 24), 24, f"hour({moment})", lambda place: f"{place}:00", "at"
        )


def _on_its_clock(rhythm: Rhythm, clock: Clock, hours: Factor | None) -> Rhythm:
    """Hours by the table's own column of hours, where times that came with a zone are kept in UTC; else it is said."""
    if clock.column.unit != "UTC" or rhythm.title == "month":
        return rhythm
    if hours is None or rhythm.title != "hour":
        return replace(rhythm, clock=", in UTC")
    known = hours.codes >= 0
    places = np.asarray([int(value) for value in hours.values])[np.maximum(hours.codes, 0)]
    return replace(
        rhythm,
        places=np.where(known, places, 0),
        blocks=np.where(known, rhythm.blocks, -1),
        sql=identifier(hours.name),
        clock=f", by the column {readable(hours.name)}",
    )


def _by_clock(rhythm: Rhythm, text: str | None) -> str | None:
    return sentence(text.removesuffix(".") + rhythm.clock) if text else text


def _whole(clock: Clock, cycles: Ints, places: Ints, size: int) -> Ints:
    """Cycles numbered from 0, merged where there are very many; the first and the last only where they are whole."""
    timed, complete = clock.timed, clock.timed & (clock.periods >= 0)
    first, last = int(cycles[timed].min()), int(cycles[timed].max())
    if not (complete & (cycles == first) & (places == 0)).any():
        first += 1
    if not (complete & (cycles == last) & (places == size - 1)).any():
        last -= 1
    span = last - first + 1
    if span < 1:
        return np.full(len(cycles), -1)
    step = -(-span // _MOST_BLOCKS)
    inside = timed & (cycles >= first) & (cycles <= last)
    return np.where(inside, (cycles - first) // step, -1)


def _compared(frame: Frame, clock: Clock, rhythm: Rhythm, response: Response) -> Comparison | None:
    found = _table(rhythm, response)
    if found is None:
        return None
    table, places = found
    if len(table) < (_FEWEST_YEARS if rhythm.title == "month" else _FEWEST_BLOCKS):
        return None
    if response.measure is not None:
        table = _without_drift(table)
    result = statistics.friedman(table)
    means = table.mean(axis=0)
    swing = float(np.ptp(means)) / (abs(float(means.mean())) or 1.0)
    matters = result.p < 0.05 and result.effect >= _SMALLEST_W and swing >= _SMALLEST_SWING
    return Comparison(
        question=Question.SEASON,
        test="Friedman, blocks of whole cycles",
        effect_name="Kendall's W",
        effect=result.effect,
        p=result.p,
        n=result.n,
        claim=_season(frame, clock, rhythm, response, result.effect, swing, _contradicting(means, places))
        if matters
        else None,
    )


def _without_drift(table: Floats) -> Floats:
    """What is left of a rise or fall from cycle to cycle, which else makes the last place the highest of each."""
    if len(table) < 2:
        return table
    size = table.shape[1]
    slopes = np.gradient(table.mean(axis=1)) / size
    return np.asarray(table - slopes[:, None] * (np.arange(size) - (size - 1) / 2))


def _contradicting(means: Floats, places: Ints) -> tuple[frozenset[int], frozenset[int]]:
    """The places that cannot be called highest, being below the upper third, and those that cannot be called lowest."""
    ordered = places[np.argsort(means, kind="stable")]
    third = max(1, len(ordered) // 3)
    return frozenset(map(int, ordered[:-third])), frozenset(map(int, ordered[third:]))


def _table(rhythm: Rhythm, response: Response) -> tuple[Floats, Ints] | None:
    """Cycles by places, and which places; for measures only cycles that have a value at every place that any has."""
    held = rhythm.blocks >= 0
    if response.measure is not None:
        held &= response.measure.known
    if not held.any():
        return None
    blocks = int(rhythm.blocks[held].max()) + 1
    flat = rhythm.blocks[held] * rhythm.size + rhythm.places[held]
    counts = np.bincount(flat, minlength=blocks * rhythm.size).reshape(blocks, rhythm.size).astype(np.float64)
    used = counts.sum(axis=0) >= max(_FEWEST_YEARS, 0.2 * blocks)
    if used.sum() < 3:
        return None
    if response.measure is None:
        return (np.asarray(counts[:, used]), np.flatnonzero(used)) if counts.sum() >= 2 * counts[:, used].size else None
    sums = np.bincount(flat, weights=response.measure.values[held], minlength=counts.size).reshape(counts.shape)
    full = (counts[:, used] > 0).all(axis=1)
    if full.sum() < _FEWEST_YEARS:
        return None
    return np.asarray(sums[full][:, used] / counts[full][:, used]), np.flatnonzero(used)


def _season(
    frame: Frame,
    clock: Clock,
    rhythm: Rhythm,
    response: Response,
    effect: float,
    swing: float,
    contradicting: tuple[frozenset[int], frozenset[int]],
) -> Claim:
    place = rhythm.sql
    if response.measure is None:
        figure, extra, where = "100.0 * count(*) / sum(count(*)) OVER ()", "", ""
    else:
        figure, extra = response.aggregate, ", count(*) AS records"
        where = f" AND {identifier(response.measure.name)} IS NOT NULL"
    sql = (
        f"SELECT {place} AS {rhythm.title}, {figure} AS figure{extra}\nFROM {frame.source}\n"
        f"WHERE {clock.timeline.axis.moment} IS NOT NULL{where}\nGROUP BY 1\nORDER BY figure DESC, 1"
    )

    def tell(telling: Telling) -> str | None:
        last = len(telling.rows) - 1
        for row, wrong in zip((0, last), contradicting, strict=True):
            if int(telling.value(rhythm.title, row)) - rhythm.first in wrong:
                return None  # cut cycles and drift say otherwise than the cycles themselves
        high, low = (rhythm.name(int(telling.value(rhythm.title, row))) for row in (0, last))
        if rhythm.title == "hour":
            high, low = telling.hour(rhythm.title, 0), telling.hour(rhythm.title, last)
        plural = "s" if rhythm.title == "weekday" else ""
        if response.measure is None:
            return sentence(
                f"most records fall {rhythm.preposition} {high}{plural} ({telling.percent('figure')}), the fewest "
                f"{rhythm.preposition} {low}{plural} ({telling.percent('figure', last)})"
            )
        return sentence(
            f"{response.name()} is highest {rhythm.preposition} {high}{plural} "
            f"({telling.quantity('figure', response.unit)}) and lowest {rhythm.preposition} {low}{plural} "
            f"({telling.quantity('figure', response.unit, last)})"
        )

    return Claim(
        kind="season",
        columns=(*response.columns, clock.column.name),
        focus=((clock.column.name, rhythm.title),),
        sql=sql,
        tell=lambda telling: _by_clock(rhythm, tell(telling)),
        strength=0.3 + 0.5 * saturating(effect, 0.3) * saturating(swing, 0.3) ** 0.5,
        title=f"{response.name()} by {rhythm.title}",
        severity=Severity.NOTICE,
        view=_view(frame, clock, rhythm, response, where),
    )


def _view(frame: Frame, clock: Clock, rhythm: Rhythm, response: Response, where: str) -> View:
    return View(
        name=f"{'_'.join(response.columns) or 'records'}_by_{rhythm.title}",
        title=sentence(f"{response.name()} by {rhythm.title}")[:-1],
        mark=Mark.BAR,
        sql=(
            f"SELECT {rhythm.sql} AS {rhythm.title}, {response.aggregate} AS figure\nFROM {frame.source}\n"
            f"WHERE {clock.timeline.axis.moment} IS NOT NULL{where}\nGROUP BY 1\nORDER BY 1"
        ),
        x=Axis(field=rhythm.title, title=_axis_title(rhythm), kind="category"),
        y=Axis(field="figure", title=response.name(), kind="number", unit=response.unit),
    )


def _axis_title(rhythm: Rhythm) -> str:
    return {"weekday": "weekday (1 is Monday)", "month": "month (1 is January)"}.get(rhythm.title, "hour of the day")
