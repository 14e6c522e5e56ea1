"""Records that have begun and not yet ended: how many are open at the end of each period."""

from __future__ import annotations

import re

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Clock, Frame
from voyant.analysis.insights.relations import Relations
from voyant.analysis.time_columns import TimeAxis
from voyant.analysis.wording import readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import Column, Role
from voyant.lake.sql import identifier

_FEWEST_OPEN = 10
_SMALLEST_RATIO = 1.5
_ENDED = 0.85
_ENDS = frozenset(
    [
        "close",
        "closed",
        "complete",
        "completed",
        "delivered",
        "departed",
        "discharged",
        "done",
        "end",
        "ended",
        "finish",
        "finished",
        "paid",
        "processed",
        "released",
        "resolved",
        "returned",
        "settled",
        "shipped",
        "terminated",
    ]
)
"""Words of columns that say when something was over."""


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or not frame.counted or clock.whole()[1] - clock.whole()[0] < 4:
        return search
    ending = _ending(frame, clock)
    if ending is not None and _ends_in_time(frame, clock, ending):
        search.comparisons.append(
            Comparison(question=Question.TREND, n=frame.rows, claim=_open_records(frame, clock, ending))
        )
    return search


def _ending(frame: Frame, clock: Clock) -> Column | None:
    """The time that a derived duration counts to from the table's leading time."""
    for column in frame.table.dataset.columns:
        sources = re.findall(r'"((?:[^"]|"")+)"', column.formula or "")
        others = [name for name in dict.fromkeys(sources) if name != clock.column.name]
        if clock.column.name in sources and len(others) == 1:
            other = frame.table.dataset.column(others[0])
            if other.role is Role.TIME and _means_an_end(other.name):
                return other
    return None


def _ends_in_time(frame: Frame, clock: Clock, ending: Column) -> bool:
    """Whether nearly all records of the first half have ended: else a missing end does not mean open."""
    first, last = clock.whole()
    early = clock.timeline.axis.within(clock.timeline.starts[first], clock.timeline.starts[(first + last + 1) // 2])
    found = frame.table.query(
        f"SELECT count(*) AS n, count({identifier(ending.name)}) AS ended FROM {frame.source} WHERE {early}"
    )[0]
    return int(found["ended"]) >= _ENDED * int(found["n"])


def _means_an_end(name: str) -> bool:
    return not _ENDS.isdisjoint(name.split("_"))


def _open_records(frame: Frame, clock: Clock, ending: Column) -> Claim:
    start, end = clock.bucket, TimeAxis(ending).bucket(clock.grain)
    span = clock.timeline.starts[0], clock.timeline.end(clock.whole()[1])
    until, ended_until = clock.timeline.axis.within(*span), TimeAxis(ending).within(*span)
    source, begun = frame.source, clock.timeline.axis.moment
    sql = (
        "SELECT period, sum(sum(begun) - sum(ended)) OVER (ORDER BY period) AS open\nFROM (\n"
        f"  SELECT {start} AS period, 1 AS begun, 0 AS ended FROM {source} WHERE {until}\n"
        f"  UNION ALL\n"
        f"  SELECT {end} AS period, 0 AS begun, 1 AS ended FROM {source}\n"
        f"  WHERE {begun} IS NOT NULL AND {until} AND {ended_until}\n"
        ") AS moves\nGROUP BY period\nORDER BY period"
    )

    def tell(telling: Telling) -> str | None:
        levels = [telling.value("open", row) for row in range(len(telling.rows))]
        if len(levels) < 5 or min(levels) < 0:
            return None
        peak, final = max(range(len(levels)), key=lambda row: (levels[row], -row)), len(levels) - 1
        usual = sorted(levels)[len(levels) // 2]
        if levels[peak] < _FEWEST_OPEN or levels[peak] < _SMALLEST_RATIO * usual:
            return None
        opening = f"open records (no {readable(ending.name)} yet)"
        if peak >= final - 1:
            return sentence(
                f"{opening} grow to {telling.count('open', final)} by the end of "
                f"{telling.moment('period', clock.grain, final)}, from {telling.count('open', 0)} at the end of "
                f"{telling.moment('period', clock.grain, 0)}"
            )
        return sentence(
            f"{opening} rise to {telling.count('open', peak)} at the end of "
            f"{telling.moment('period', clock.grain, peak)}, then fall to {telling.count('open', final)} by "
            f"{telling.moment('period', clock.grain, final)}"
        )

    return Claim(
        kind="backlog",
        columns=(clock.column.name, ending.name),
        sql=sql,
        tell=tell,
        strength=0.3 + 0.4 * saturating(1.0, 1.0),
        title="records open at the end of each period",
        severity=Severity.NOTICE,
        view=View(
            name="open_records",
            title=f"Records without {readable(ending.name)} yet",
            mark=Mark.LINE,
            sql=sql,
            x=Axis(field="period", title=str(clock.grain), kind="time"),
            y=Axis(field="open", title="open records", kind="number"),
        ),
    )
