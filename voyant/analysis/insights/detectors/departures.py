"""Groups that move differently over time from the others: in number, or in a measure."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import share, since, until
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, coverage, saturating
from voyant.analysis.insights.detectors.mixes import is_steady, steady
from voyant.analysis.insights.detectors.trends import SLOPE, ends, ends_columns, most_inflation, period_at
from voyant.analysis.insights.frame import Clock, Factor, Frame
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, grid, responses
from voyant.analysis.insights.statistics import Floats, Ints
from voyant.analysis.wording import average_name, readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import identifier, literal

MOST_GROUPS = 12
_FEWEST_RECORDS = 30
_FEWEST_POINTS = 6
_FEWEST_IN_BIN = 2
_FEWEST_IN_QUARTER = 3
_FEWEST_OF_GROUP = 3
"""Of its records in a stretch, on average."""
_FEWEST_IN_STRETCH = 4
_MOST_STRETCHES = 104
_SMALLEST_SHARE_CHANGE = 5.0
_SMALLEST_CHANGE = 0.2
"""Of the level, beyond what the others change."""


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or clock.whole()[1] - clock.whole()[0] < 3:
        return search
    stretches = _stretches(clock)
    if stretches is None:
        return search
    quarters = _quarters(clock)
    still: list[Factor] = []
    for factor in frame.factors:
        for response in responses(frame):
            if response.measure is None or not relations.bind(response.measure.name, factor.name):
                compared = _compared(frame, clock, factor, response, stretches, quarters)
                search.comparisons += compared
                if response.measure is None and is_steady(factor, compared):
                    still.append(factor)
    if still:
        search.comparisons.append(steady(frame, clock, still))
    return search


class _Stretches(Struct, frozen=True):
    """The time cut into stretches with equally many records: where there is more to see, they are shorter.

    Attributes:
        positions: Of each row its stretch; -1 outside whole periods.
        starts: Seconds since 1970.
    """

    positions: Ints
    starts: Ints


def _stretches(clock: Clock) -> _Stretches | None:
    held = clock.periods >= 0
    moments = np.sort(clock.seconds[held])
    count = min(_MOST_STRETCHES, len(moments) // _FEWEST_IN_STRETCH)
    if count < _FEWEST_POINTS:
        return None
    starts = np.unique(moments[(np.arange(count) * len(moments)) // count])
    positions = np.searchsorted(starts, clock.seconds, side="right") - 1
    return _Stretches(np.where(held, positions, -1), starts)


def _quarters(clock: Clock) -> Ints:
    """Of each row 0 in the early quarter, 1 in the late one, else -1."""
    after_early, late = ends(clock)
    early = (clock.periods >= 0) & (clock.periods < after_early)
    return np.where(early, 0, np.where(clock.periods >= late, 1, -1))


def _compared(
    frame: Frame, clock: Clock, factor: Factor, response: Response, stretches: _Stretches, quarters: Ints
) -> list[Comparison]:
    length = len(stretches.starts)
    sums, rows = grid(response, factor, stretches.positions, length)
    early_and_late = grid(response, factor, quarters, 2, ranked=False)
    found = []
    for index in range(min(len(factor.values), MOST_GROUPS)):
        if factor.counts[index] < _FEWEST_RECORDS or (len(factor.values) == 2 and index == 1):
            continue
        merged = max(1, -(-_FEWEST_OF_GROUP * length // int(factor.counts[index])))
        starts = np.arange(0, length, merged)
        points, kept = _difference(
            np.add.reduceat(sums, starts, axis=1), np.add.reduceat(rows, starts, axis=1), index, response
        )
        if len(points) < max(_FEWEST_POINTS, 0.6 * len(starts)) or float(np.ptp(points)) == 0:
            continue
        trend = statistics.monotone_trend(points, most_inflation(frame))
        claim = None
        if trend.p < 0.05 and _matters(*early_and_late, index, response, trend.effect > 0):
            parting = _parting(clock, points, stretches.starts[starts][kept])
            claim = _departure(frame, clock, factor, index, response, parting, trend.effect)
        found.append(
            Comparison(
                question=Question.DEPARTURE,
                test=f"{SLOPE}, of the difference between the group and the others",
                effect_name="Kendall's tau",
                effect=trend.effect,
                p=trend.p,
                n=trend.n,
                claim=claim,
            )
        )
    return found


def _difference(sums: Floats, rows: Floats, index: int, response: Response) -> tuple[Floats, NDArray[np.bool_]]:
    """The group's share of the records, or its mean rank less that of the others, and where both have enough rows."""
    own_rows, other_rows = rows[index], rows.sum(axis=0) - rows[index]
    if response.measure is None:
        held = own_rows + other_rows > 0
        return np.asarray(own_rows[held] / (own_rows + other_rows)[held]), held
    held = (own_rows >= _FEWEST_IN_BIN) & (other_rows >= _FEWEST_IN_BIN)
    others = sums.sum(axis=0) - sums[index]
    return np.asarray(sums[index][held] / own_rows[held] - others[held] / other_rows[held]), held


def _matters(sums: Floats, rows: Floats, index: int, response: Response, rising: bool) -> bool:
    """Whether the group, from early to late, moves enough beyond the others, and in the direction of its trend."""
    if response.measure is None:
        shares = 100 * rows[index] / np.maximum(rows.sum(axis=0), 1)
        apart, least = float(shares[1] - shares[0]), _SMALLEST_SHARE_CHANGE
    elif min(rows[index].min(), (rows.sum(axis=0) - rows[index]).min()) < _FEWEST_IN_QUARTER:
        return False
    else:
        own = sums[index] / np.maximum(rows[index], 1)
        others = (sums.sum(axis=0) - sums[index]) / np.maximum(rows.sum(axis=0) - rows[index], 1)
        apart = float((own[1] - own[0]) - (others[1] - others[0]))
        least = _SMALLEST_CHANGE * max(float(np.abs(own).max()), 1e-12)
    return abs(apart) >= least and (apart > 0) is rising


def _departure(
    frame: Frame,
    clock: Clock,
    factor: Factor,
    index: int,
    response: Response,
    parting: int | None,
    tau: float,
) -> Claim | None:
    after_early, late = ends(clock)
    own, early, later = factor.is_value(index), until(clock, after_early), since(clock, late)
    group = f"{identifier(factor.name)} IS NOT NULL"
    if response.measure is None:
        columns = [f"{share(own, early)} AS early", f"{share(own, later)} AS late"]
    else:
        others = f"NOT ({own})"
        columns = [
            f"{response.over(f'{own} AND {early}', 1)} AS early",
            f"{response.over(f'{own} AND {later}', 1)} AS late",
            f"{response.over(f'{others} AND {early}', 1)} AS others_early",
            f"{response.over(f'{others} AND {later}', 1)} AS others_late",
        ]
    if parting is not None and response.measure is not None:
        columns.append(f"min(CASE WHEN {since(clock, parting)} THEN {clock.bucket} END) AS parting")
    sql = (
        "SELECT\n  " + ",\n  ".join([*columns, ends_columns(clock).lstrip()]) + f"\nFROM {frame.source}\n"
        f"WHERE {group} AND {clock.within()}"
    )
    label = value_name(factor, index)

    def tell(telling: Telling) -> str:
        return _told(telling, clock, response, label)

    weight = coverage(float(factor.counts[index]), frame.rows)
    subject = "share" if response.measure is None else average_name(response.measure.column)
    return Claim(
        kind="group_trend",
        columns=(*response.columns, factor.name, clock.column.name),
        focus=((factor.name, factor.values[index]),),
        sql=sql,
        tell=tell,
        strength=0.35 + 0.6 * saturating(abs(tau), 0.45) * weight,
        title=f"{subject} of {label} early and late",
        severity=Severity.NOTICE,
        view=_view(frame, clock, factor, index, response, f"{label} moves differently from the others"),
    )


def _parting(clock: Clock, points: Floats, starts: Ints) -> int | None:
    """The period from which the difference moves, where it first stood still."""
    shape = statistics.shape(points)
    if shape.kind == "line" or shape.explained < 0.4:
        return None
    return period_at(clock, int(starts[shape.at]))


def _told(telling: Telling, clock: Clock, response: Response, label: str) -> str:
    early, late = telling.value("early"), telling.value("late")
    unit = response.unit
    ending = f"until {telling.moment('early_until', clock.grain)}"
    starting = f"since {telling.moment('late_since', clock.grain)}"
    own = "rises" if late > early else "falls"
    if response.measure is None:
        return sentence(
            f"the share of {label} {own} over time: from {telling.percent('early')} of the records {ending} to "
            f"{telling.percent('late')} {starting}"
        )
    others = telling.value("others_late") - telling.value("others_early")
    if 0 < (late - early) / (others or 1) < 1:
        own += " less"
    parting = f"; the two part {telling.when('parting', clock.grain)}" if "parting" in telling.rows[0] else ""
    return sentence(
        f"{average_name(response.measure.column)} {own} for {label}: from {telling.quantity('early', unit)} {ending} "
        f"to {telling.quantity('late', unit)} {starting}, while for the others it goes from "
        f"{telling.quantity('others_early', unit)} to {telling.quantity('others_late', unit)}{parting}"
    )


def _view(frame: Frame, clock: Clock, factor: Factor, index: int, response: Response, title: str) -> View:
    label = factor.values[index]
    group = f"CASE WHEN {factor.is_value(index)} THEN {literal(label)} ELSE 'others' END"
    if response.measure is None:
        value, where = share(factor.is_value(index)), ""
        axis = Axis(field="value", title=f"share of {label}", kind="number", unit="%")
    else:
        value, where = response.aggregate, f" AND {identifier(response.measure.name)} IS NOT NULL"
        axis = Axis(field="value", title=average_name(response.measure.column), kind="number", unit=response.unit)
    colored = response.measure is not None
    by = f"{group} AS {identifier(factor.name)}, " if colored else ""
    sql = (
        f"SELECT {clock.bucket} AS period, {by}{value} AS value\n"
        f"FROM {frame.source}\nWHERE {identifier(factor.name)} IS NOT NULL AND {clock.within()}{where}\n"
        f"GROUP BY {'1, 2' if colored else '1'}\nORDER BY {'1, 2' if colored else '1'}"
    )
    return View(
        name=f"{response.columns[0] if response.columns else 'share'}_of_{factor.name}_over_time",
        title=sentence(title)[:-1],
        mark=Mark.LINE,
        sql=sql,
        x=Axis(field="period", title=str(clock.grain), kind="time"),
        y=axis,
        color=Axis(field=factor.name, title=readable(factor.name), kind="category") if colored else None,
        highlight=label if colored else None,
    )
