"""Groups that move differently over time from the others: in number, or in a measure."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import share, since, until
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.detectors.trends import MANN_KENDALL, ends, ends_columns, period_of
from voyant.analysis.insights.frame import Clock, Factor, Frame
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, bins, responses, series
from voyant.analysis.insights.statistics import Floats, Ints
from voyant.analysis.wording import average_name, readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import identifier, literal

MOST_GROUPS = 12
_FEWEST_RECORDS = 30
_FEWEST_POINTS = 6
_FEWEST_IN_BIN = 2
_SMALLEST_SHARE_CHANGE = 5.0
_SMALLEST_CHANGE = 0.2
"""Of the level, beyond what the others change."""


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or bins(clock) < _FEWEST_POINTS or clock.whole()[1] - clock.whole()[0] < 3:
        return search
    for factor in frame.factors:
        for response in responses(frame):
            if response.measure is not None and relations.bind(response.measure.name, factor.name):
                continue
            for index in range(min(len(factor.values), MOST_GROUPS)):
                if factor.counts[index] < _FEWEST_RECORDS or (len(factor.values) == 2 and index == 1):
                    continue
                comparison = _compared(frame, clock, factor, index, response)
                if comparison is not None:
                    search.comparisons.append(comparison)
    return search


def _compared(frame: Frame, clock: Clock, factor: Factor, index: int, response: Response) -> Comparison | None:
    dense = factor.counts[index] >= 4 * bins(clock)
    first, last = clock.whole()
    positions = clock.bins if dense else np.where(clock.periods >= 0, clock.periods - first, -1)
    length = bins(clock) if dense else last - first + 1
    if length < _FEWEST_POINTS:
        return None
    points = _difference(factor, index, response, positions, length)
    if len(points) < max(_FEWEST_POINTS, 0.6 * length) or float(np.ptp(points)) == 0:
        return None
    trend = statistics.monotone_trend(points)
    claim = _departure(frame, clock, factor, index, response, points, dense, trend.effect) if trend.p < 0.05 else None
    return Comparison(
        question=Question.DEPARTURE,
        test=f"{MANN_KENDALL}, of the difference between the group and the others",
        effect_name="Kendall's tau",
        effect=trend.effect,
        p=trend.p,
        n=trend.n,
        claim=claim,
    )


def _difference(factor: Factor, index: int, response: Response, positions: Ints, length: int) -> Floats:
    """The group's share of the records, or its mean rank less that of the others, where both have enough rows."""
    inside, outside = factor.codes == index, (factor.codes >= 0) & (factor.codes != index)
    own, rows = series(response, positions, length, inside, ranked=True)
    other, other_rows = series(response, positions, length, outside, ranked=True)
    if response.measure is None:
        total = own + other
        return np.asarray(own[total > 0] / total[total > 0])
    held = (rows >= _FEWEST_IN_BIN) & (other_rows >= _FEWEST_IN_BIN)
    return np.asarray(own[held] - other[held])


def _departure(
    frame: Frame,
    clock: Clock,
    factor: Factor,
    index: int,
    response: Response,
    points: Floats,
    dense: bool,
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
    starts = _start(clock, points, dense) if response.measure is not None else None
    if starts is not None:
        columns.append(f"min(CASE WHEN {since(clock, starts)} THEN {clock.bucket} END) AS parting")
    sql = (
        "SELECT\n  " + ",\n  ".join([*columns, ends_columns(clock).lstrip()]) + f"\nFROM {frame.source}\n"
        f"WHERE {group} AND {clock.within()}"
    )
    label = value_name(factor, index)

    def tell(telling: Telling) -> str | None:
        return _told(telling, clock, response, label, tau > 0)

    weight = min(1.0, (4 * float(factor.counts[index]) / frame.rows) ** 0.25)
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


def _start(clock: Clock, points: Floats, dense: bool) -> int | None:
    """The period from which the difference moves, where it first stood still."""
    shape = statistics.shape(points)
    if shape.kind != "hinge" or shape.explained < 0.4:
        return None
    first = clock.whole()[0]
    return period_of(clock, shape.at) if dense else first + max(1, shape.at)


def _told(telling: Telling, clock: Clock, response: Response, label: str, rising: bool) -> str | None:
    early, late = telling.value("early"), telling.value("late")
    unit = response.unit
    ending = f"until {telling.moment('early_until', clock.grain)}"
    if response.measure is None:
        if abs(late - early) < _SMALLEST_SHARE_CHANGE or (late > early) is not rising:
            return None
        return sentence(
            f"the share of {label} {'rises' if rising else 'falls'} over time: from {telling.percent('early')} of the "
            f"records {ending} to {telling.percent('late')} since {telling.moment('late_since', clock.grain)}"
        )
    others_early, others_late = telling.value("others_early"), telling.value("others_late")
    apart = (late - early) - (others_late - others_early)
    level = max(abs(early), abs(late), 1e-12)
    if not abs(apart) >= _SMALLEST_CHANGE * level or (apart > 0) is not rising:
        return None
    own = "rises" if late > early else "falls"
    name = average_name(response.measure.column)
    parting = f"; the two part in {telling.moment('parting', clock.grain)}" if "parting" in telling.rows[0] else ""
    return sentence(
        f"{name} {own} for {label}: from {telling.quantity('early', unit)} {ending} to "
        f"{telling.quantity('late', unit)} since {telling.moment('late_since', clock.grain)}, while for the others it "
        f"goes from {telling.quantity('others_early', unit)} to {telling.quantity('others_late', unit)}{parting}"
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
