"""Periods of the calendar: where one begins, which comes next, how it is written.

They follow the calendar of UTC; weeks are those of ISO 8601.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from voyant.domain.kpi import Grain

LENGTHS = {
    Grain.MINUTE: timedelta(minutes=1),
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
    Grain.WEEK: timedelta(days=7),
    Grain.MONTH: timedelta(days=30),
    Grain.QUARTER: timedelta(days=91),
    Grain.YEAR: timedelta(days=365),
}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def floor(moment: datetime, grain: Grain) -> datetime:
    """The first moment of the period that holds ``moment``.

    >>> floor(datetime(2013, 5, 17, 13, 45), Grain.QUARTER)
    datetime.datetime(2013, 4, 1, 0, 0)
    """
    if grain is Grain.MINUTE:
        return moment.replace(second=0, microsecond=0)
    if grain is Grain.HOUR:
        return moment.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(moment.date(), time())
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS[grain]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def advance(start: datetime, grain: Grain, periods: int = 1) -> datetime:
    """The first moment of the period so many later; ``start`` is the first moment of one.

    >>> advance(datetime(2013, 11, 1), Grain.MONTH, 3)
    datetime.datetime(2014, 2, 1, 0, 0)
    """
    if grain not in _MONTHS:
        return start + periods * LENGTHS[grain]
    month = start.year * 12 + start.month - 1 + periods * _MONTHS[grain]
    return start.replace(year=month // 12, month=month % 12 + 1)


def between(before: datetime, after: datetime, grain: Grain) -> int:
    """How many periods the one that begins at ``after`` lies behind the one that begins at ``before``.

    >>> between(datetime(2013, 11, 1), datetime(2014, 2, 1), Grain.MONTH)
    3
    """
    if grain not in _MONTHS:
        return (after - before) // LENGTHS[grain]
    return ((after.year - before.year) * 12 + after.month - before.month) // _MONTHS[grain]


def label(start: datetime, grain: Grain) -> str:
    """How the period is written.

    >>> label(datetime(2013, 12, 30), Grain.WEEK)
    '2014-W01'
    """
    match grain:
        case Grain.MINUTE:
            return f"{start:%Y-%m-%dT%H:%M}"
        case Grain.HOUR:
            return f"{start:%Y-%m-%dT%H}"
        case Grain.DAY:
            return f"{start:%Y-%m-%d}"
        case Grain.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02}"
        case Grain.MONTH:
            return f"{start:%Y-%m}"
        case Grain.QUARTER:
            return f"{start:%Y}-Q{(start.month + 2) // 3}"
        case Grain.YEAR:
            return f"{start:%Y}"


def as_moment(value: object) -> datetime:
    """A time as a profile or an engine gives it (ISO 8601 text, date, year) as a datetime in UTC without zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, int | float):
        return datetime(int(value), 1, 1)
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)
