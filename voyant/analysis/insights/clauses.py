"""Pieces of SQL that the statements behind findings share."""

from __future__ import annotations

from voyant.analysis.insights.frame import Clock, Frame
from voyant.domain.table import Column
from voyant.lake.sql import identifier


def share(condition: str, among: str | None = None) -> str:
    """The percentage of rows that meet a condition, among those that meet another."""
    hits = f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
    if among is None:
        return f"100.0 * {hits} / count(*)"
    hits = f"sum(CASE WHEN ({among}) AND {condition} THEN 1 ELSE 0 END)"
    return f"100.0 * {hits} / nullif(sum(CASE WHEN {among} THEN 1 ELSE 0 END), 0)"


def known(*columns: Column) -> str:
    """The condition that none of them is missing."""
    return " AND ".join(f"{identifier(column.name)} IS NOT NULL" for column in columns)


def since(clock: Clock, period: int) -> str:
    """The condition of the rows from the start of a period on, until the last whole one."""
    return clock.timeline.axis.within(clock.timeline.starts[period], clock.timeline.end(clock.whole()[1]))


def until(clock: Clock, period: int) -> str:
    """The condition of the rows from the first whole period to just before a period."""
    return clock.timeline.axis.within(clock.timeline.starts[clock.whole()[0]], clock.timeline.starts[period])


def between(clock: Clock, first: int, last: int) -> str:
    """The condition of the rows in a run of periods, both included."""
    return clock.timeline.axis.within(clock.timeline.starts[first], clock.timeline.end(last))


def by_period(frame: Frame, clock: Clock, value: str, where: str = "") -> str:
    """A figure for each whole period, for charts."""
    condition = clock.within() + (f" AND {where}" if where else "")
    return (
        f"SELECT {clock.bucket} AS period, {value} AS value\nFROM {frame.source}\n"
        f"WHERE {condition}\nGROUP BY 1\nORDER BY 1"
    )
