"""Is the table as current, and as regular, as its own times promise? There is no clock: all is relative to the data."""

from __future__ import annotations

import math
from collections.abc import Iterator

from voyant.analysis.grains import as_moment
from voyant.analysis.periods import Timeline
from voyant.analysis.quality.rules import Rule, Subject
from voyant.domain.finding import Severity
from voyant.domain.profile import TimeProfile
from voyant.domain.quality import Dimension
from voyant.domain.table import Column, Role
from voyant.lake.sql import identifier

_ONE_EACH = 1.05
_EMPTY_BY_CHANCE = 0.5
_REGULAR = 0.8  # a series with this share of its periods filled is meant to fill them all
_LEAST_FILLED = 0.05
_MOST_COLUMNS = 100
_EXPECTED_VALUES = 10  # in periods without any: fewer could be chance


def propose(subject: Subject) -> Iterator[Rule]:
    """Holes in the series of the leading time column, columns that stop early, and a last period that is not over."""
    timeline = subject.timeline
    if timeline is None:
        return
    yield from _gaps(subject, timeline)
    yield from _stale(subject, timeline)
    yield _last_period(timeline)


def _gaps(subject: Subject, timeline: Timeline) -> Iterator[Rule]:
    column = timeline.axis.column
    time = subject.profiles[column.name].time
    rows = sum(timeline.rows)
    if time is not None and timeline.axis.low is None and _is_regular(time.present, time.expected, rows):
        yield _gap_rule(column, time.period, time.expected, time.expected - time.present, _count_periods(subject, time))
        return
    expected, present = len(timeline.starts), sum(1 for count in timeline.rows if count)
    if timeline.filled >= _REGULAR and _is_regular(present, expected, rows):
        bucket = timeline.axis.bucket(timeline.grain)
        statement = (
            f"SELECT {expected} AS checked, {expected} - count(DISTINCT {bucket}) AS failed\nFROM {subject.source}"
        )
        yield _gap_rule(column, str(timeline.grain), expected, expected - present, statement)


def _is_regular(present: int, expected: int, rows: int) -> bool:
    """Whether an empty period stands out: most are filled, each with one row or with so many that rows falling at
    random (Poisson) would hardly leave one empty."""
    if expected <= 2 or present < _REGULAR * expected:
        return False
    return rows <= _ONE_EACH * present or expected * math.exp(-rows / expected) < _EMPTY_BY_CHANCE


def _count_periods(subject: Subject, time: TimeProfile) -> str:
    moment = subject.timeline.axis.moment if subject.timeline else ""
    return (
        f"SELECT {time.expected} AS checked, "
        f"{time.expected} - count(DISTINCT date_trunc('{time.period}', {moment})) AS failed\nFROM {subject.source}"
    )


def _gap_rule(column: Column, period: str, expected: int, missing: int, statement: str) -> Rule:
    return Rule(
        kind="gaps",
        dimension=Dimension.TIMELINESS,
        columns=(column.name,),
        description=f"Every {period} from the first {column.name} to the last has rows",
        reason=f"at least {_REGULAR:.0%} of the {expected} {period}s have rows: one without stands out",
        severity=Severity.NOTICE,
        weight=1.0,
        unit="periods",
        statement=statement,
        known=(expected, missing),
    )


def _stale(subject: Subject, timeline: Timeline) -> Iterator[Rule]:
    """Columns without any value in the last periods, though many would be expected there."""
    columns = [column for column in subject.stored if _may_stop(subject, column, timeline)][:_MOST_COLUMNS]
    if not columns:
        return
    bucket = timeline.axis.bucket(timeline.grain)
    newest = ", ".join(
        f"max(CASE WHEN {identifier(column.name)} IS NOT NULL THEN {bucket} END) AS m{number}"
        for number, column in enumerate(columns)
    )
    [row] = subject.table.query(f"SELECT {newest} FROM {subject.source}")
    for number, column in enumerate(columns):
        last = row[f"m{number}"]
        if last is not None:
            tail = [rows for start, rows in zip(timeline.starts, timeline.rows, strict=True) if start > as_moment(last)]
            profile = subject.profiles[column.name]
            expected = sum(tail) * profile.count / max(1, profile.rows - sum(tail))
            if not tail or expected >= _EXPECTED_VALUES:
                yield _freshness(subject, column, timeline, sum(1 for rows in tail if rows))


def _may_stop(subject: Subject, column: Column, timeline: Timeline) -> bool:
    profile = subject.profiles[column.name]
    return (
        column.name != timeline.axis.column.name
        and column.role is not Role.EMPTY
        and profile.nulls > 0
        and profile.count >= _LEAST_FILLED * profile.rows
    )


def _freshness(subject: Subject, column: Column, timeline: Timeline, stopped: int) -> Rule:
    bucket = timeline.axis.bucket(timeline.grain)
    name = identifier(column.name)
    newest = f"(SELECT max({bucket}) FROM {subject.source} WHERE {name} IS NOT NULL)"
    return Rule(
        kind="stale",
        dimension=Dimension.TIMELINESS,
        columns=(column.name,),
        description=f"{column.name} has values up to the last {timeline.grain} of the table",
        reason=f"{column.name} is filled often enough that a {timeline.grain} without any value stands out",
        severity=Severity.WARNING,
        weight=0.5,
        unit="periods",
        statement=(
            f"SELECT count(DISTINCT {bucket}) AS checked,\n"
            f"  count(DISTINCT CASE WHEN {bucket} > {newest} THEN {bucket} END) AS failed\n"
            f"FROM {subject.source}\nWHERE {timeline.axis.timed}"
        ),
        known=(sum(1 for rows in timeline.rows if rows), stopped),
    )


def _last_period(timeline: Timeline) -> Rule:
    last = timeline.label(len(timeline.starts) - 1)
    return Rule(
        kind="last_period",
        dimension=Dimension.TIMELINESS,
        columns=(timeline.axis.column.name,),
        description=f"The data reach to the end of {last}",
        reason="a period that is not over is too small to compare; for information, it costs nothing in the score",
        severity=Severity.INFO,
        weight=0.0,
        tolerance=1.0,
        unit="periods",
        known=(1, 0 if timeline.last_complete else 1),
    )
