"""How a value of a row stands in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voyant.analysis.wording import number, with_unit
from voyant.domain.table import Column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = 1e15


def told(column: Column, value: float) -> str:
    """A value as it is, rather than rounded to how large it is; a time as a date; personal data not at all."""
    if column.personal is not None:
        return "(withheld)"
    if column.type.is_temporal:
        return _moment(value)
    if abs(value) >= _MOST_DIGITS:
        return with_unit(number(value), column.unit)
    return with_unit(f"{float(f'{value:.6g}'):,.10g}".replace("-", "−"), column.unit)


def _moment(seconds: float) -> str:
    try:
        at = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return "a time out of all calendars"
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute, at.second) == (0, 0, 0) else f"{at:%Y-%m-%d %H:%M}"
