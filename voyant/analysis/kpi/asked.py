"""The two periods that a caller asks to compare, whichever they are, and what the change between them consists of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import combinations

from msgspec.structs import replace

from voyant.analysis.coverage import NONE_THIN
from voyant.analysis.grains import advance, label
from voyant.analysis.kpi.figures import Dimension, Figure, parts
from voyant.analysis.kpi.handful import extremes_by_figure
from voyant.analysis.kpi.measurement import change_between, group_by_dimensions, measure_parts, measure_whole
from voyant.analysis.periods import Timeline
from voyant.domain.kpi import Change, Grain
from voyant.domain.profile import Profile
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

MOST_PAIRED = 8
MOST_CELLS = 400
"""Combinations of values that a pair may have."""

_FORMS = {
    Grain.YEAR: re.compile(r"(?P<year>\d{4})"),
    Grain.QUARTER: re.compile(r"(?P<year>\d{4})-?[Qq](?P<quarter>[1-4])"),
    Grain.MONTH: re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)"),
    Grain.WEEK: re.compile(r"(?P<year>\d{4})-?[Ww](?P<week>\d\d)"),
    Grain.DAY: re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"),
    Grain.HOUR: re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<hour>\d\d)"),
}


def period_of(text: str) -> tuple[datetime, Grain] | None:
    """The first moment of a period that is written as artifacts label it, and its length; None where it is none.

    >>> period_of("2013-Q2"), period_of("2013-W01"), period_of("2013-13")
    ((datetime.datetime(2013, 4, 1, 0, 0), <Grain.QUARTER: 'quarter'>), (datetime.datetime(2012, 12, 31, 0, 0), \
<Grain.WEEK: 'week'>), None)
    """
    for grain, form in _FORMS.items():
        match = form.fullmatch(text.strip())
        if match is None:
            continue
        found = {name: int(value) for name, value in match.groupdict().items()}
        try:
            return _start(found), grain
        except ValueError:
            return None
    return None


def _start(found: dict[str, int]) -> datetime:
    if "week" in found:
        first = date.fromisocalendar(found["year"], found["week"], 1)
        return datetime(first.year, first.month, first.day)
    month = 3 * found["quarter"] - 2 if "quarter" in found else found.get("month", 1)
    return datetime(found["year"], month, found.get("day", 1), found.get("hour", 0))


def periods_asked(table: Table, timeline: Timeline | None, asked: Sequence[str]) -> Timeline:
    """The two periods, the earlier first.

    Raises:
        InvalidInput: ``BAD_TIME`` where they are not two different periods of one length in which there are rows.
    """
    if timeline is None:
        raise _bad(asked, "no column says when a row happened")
    found = [period_of(text) for text in asked]
    read = [each for each in found if each is not None]
    if len(asked) != 2 or len(read) != 2:
        unread = [text for text, each in zip(asked, found, strict=True) if each is None]
        raise _bad(asked, f"{unread[0]!r} is no period" if unread else f"two are compared, not {len(asked)}")
    if read[0][1] is not read[1][1]:
        raise _bad(asked, f"one is a {read[0][1]}, the other a {read[1][1]}")
    if read[0][0] == read[1][0]:
        raise _bad(asked, "they are the same")
    grain, starts = read[0][1], tuple(sorted(start for start, _ in read))
    rows = _rows(table, timeline, grain, starts)
    first, last = timeline.label(0), timeline.label(len(timeline.starts) - 1)
    for start, counted in zip(starts, rows, strict=True):
        if not counted:
            raise _bad(asked, f"there are no rows in {label(start, grain)}; the data reach from {first} to {last}")
    return replace(
        timeline,
        grain=grain,
        starts=starts,
        rows=rows,
        filled=1.0,
        first_complete=True,
        last_complete=True,
        thin_start=NONE_THIN,
        thin_end=NONE_THIN,
    )


def _rows(table: Table, timeline: Timeline, grain: Grain, starts: Sequence[datetime]) -> tuple[int, ...]:
    within = [timeline.axis.within(start, advance(start, grain)) for start in starts]
    counts = ", ".join(f"count(CASE WHEN {each} THEN 1 END) AS n{place}" for place, each in enumerate(within))
    [row] = table.query(f"SELECT {counts} FROM {identifier(table.dataset.name)}")
    return tuple(int(row[f"n{place}"]) for place in range(len(within)))


def reaches(timeline: Timeline, asked: Timeline) -> Iterator[str]:
    """What of the asked periods the data do not cover, a sentence each."""
    for place, start in enumerate(asked.starts):
        lacks_start = start < timeline.starts[0] or (start == timeline.starts[0] and not timeline.first_complete)
        end, last = asked.end(place), len(timeline.starts) - 1
        lacks_end = end > timeline.end(last) or (end == timeline.end(last) and not timeline.last_complete)
        if lacks_start or lacks_end:
            side = "begin within" if lacks_start else "end within"
            yield f"The data {side} {asked.label(place)}: the comparison that was asked for is of unequal stretches."


def _bad(asked: Sequence[str], reason: str) -> InvalidInput:
    shown = " and ".join(repr(text[:40]) for text in asked[:3])
    return InvalidInput(
        f"The periods {shown} cannot be compared: {reason}.",
        code=Code.BAD_TIME,
        remedy="Give two periods of one length: years (2013), quarters (2013-Q1), months (2013-12), weeks (2013-W52), "
        "days (2013-12-24) or hours (2013-12-24T18).",
        data={"compare": [text[:40] for text in asked[:3]]},
    )


class AskedChanges:
    """The changes of all figures between the two periods, by every dimension and by pairs of them."""

    def __init__(
        self,
        table: Table,
        figures: Sequence[Figure],
        dimensions: Sequence[Dimension],
        profile: Profile,
        periods: Timeline,
    ) -> None:
        self._table, self._periods = table, periods
        self._columns = parts(tuple(figures))
        self._measured = {each.figure.name: each for each in measure_parts(table, figures, periods)}
        every = [*dimensions, *_pairs(dimensions, profile)]
        self._groups = group_by_dimensions(table, figures, every, periods, (0, 1))
        self._extremes = extremes_by_figure(table, figures, periods, (0, 1))

    def change(self, figure: Figure) -> Change | None:
        """The change of one figure; None where a period has no value."""
        measured = self._measured.get(figure.name) or measure_whole(self._table, figure, self._periods)
        return change_between(
            measured,
            0,
            1,
            timeline=self._periods,
            groups=self._groups,
            extremes=self._extremes,
            columns=self._columns,
            table=self._table,
        )


def _pairs(dimensions: Sequence[Dimension], profile: Profile) -> Iterator[Dimension]:
    """Pairs of the first dimensions, as far as their combinations can be read."""
    sizes = {name: profile.column(name).distinct.value for one in dimensions for name in one.columns}
    for one, other in combinations(dimensions[:MOST_PAIRED], 2):
        if sizes[one.columns[0]] * sizes[other.columns[0]] <= MOST_CELLS:
            yield Dimension((*one.columns, *other.columns))
