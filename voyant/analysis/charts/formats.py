"""How values, numbers and dates stand in a picture: plain JSON values and d3 format strings that fit their range."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

MISSING = "(missing)"
LONGEST_TEXT = 120

_YEARS_IN_MONTHS = 6
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TIME_TICKS = {
    "year": "%b %Y",
    "quarter": "%b %Y",
    "month": "%b %Y",
    "week": "%-d %b",
    "date": "%-d %b",
    "hours": "%H:%M",
    "minutes": "%H:%M",
    "seconds": "%H:%M:%S",
}


def number(value: Any) -> float | int | None:
    """The value as a JSON number of at most ten significant digits; None where it is missing or not finite."""
    if value is None or isinstance(value, str | date | time):
        return None
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    rounded = float(f"{float(value):.10g}")
    if not math.isfinite(rounded):  # the largest numbers are rounded beyond what there is
        return None
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


def moment(value: Any) -> str | None:
    """The date or time as ISO 8601 text in UTC, which every browser reads alike; None where it is missing."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00Z"
    text = str(value).strip().replace(" ", "T")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return f"{text}T00:00:00Z"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?", text):
        return f"{text}Z"
    return text


def spoken_moments(moments: Iterable[str | None]) -> dict[str, str]:
    """Each moment as people write it, no finer than all of them together need: ``Mar 2013``, ``3 Mar 2013, 14:00``."""
    parsed = {text: datetime.fromisoformat(text.removesuffix("Z")) for text in moments if text}
    form = _moment_format(parsed.values())
    return {text: when.strftime(form).lstrip("0") for text, when in parsed.items()}


def label(value: Any) -> str:
    """The value as the name of a category, on one line and cut where it is very long."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, Decimal | float):
        value = number(value)
    text = one_line(str(value)) or "(blank)"
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def one_line(text: str) -> str:
    """The text without line breaks of any kind and without characters that XML can't hold."""
    return _UNWRITABLE.sub("", " ".join(text.split()))


def axis_format(values: Iterable[float | int | None]) -> dict[str, str]:
    """The ``format`` or ``labelExpr`` of an axis over these values: short, and no false precision.

    >>> axis_format([0, 2500000])
    {'labelExpr': "replace(format(datum.value, '~s'), 'G', 'B')"}
    >>> axis_format([0, 0.8])
    {'format': ',.2~f'}
    """
    low, high = extent(values)
    largest = max(abs(low), abs(high))
    if largest >= 10_000:
        return {"labelExpr": "replace(format(datum.value, '~s'), 'G', 'B')"}
    if largest and (largest < 0.001):
        return {"format": "~g"}
    return {"format": f",.{_decimals(high - low or largest, 2)}~f"}


def figure_format(values: Iterable[float | int | None]) -> str:
    """A d3 format that shows each of these values to about four significant digits."""
    given = [value for value in values if value is not None]
    if all(isinstance(value, int) for value in given):
        return ","
    largest = max((abs(value) for value in given), default=0.0)
    if largest and largest < 0.001:
        return ".3~g"
    return f",.{_decimals(largest, 3)}~f"


def extent(values: Iterable[float | int | None]) -> tuple[float, float]:
    """The smallest and the largest of the values that are there; zeros where none is."""
    given = [value for value in values if value is not None]
    return (min(given), max(given)) if given else (0.0, 0.0)


def titled(title: str, unit: str | None) -> str:
    """The title of an axis with its unit."""
    return f"{title} ({unit})" if unit and f"({unit})" not in title else title


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` characters, broken at spaces; longer words are cut."""
    lines: list[str] = []
    for word in text.split():
        word = word if len(word) <= width else word[: width - 1] + "…"
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines or [""]


def time_format(moments: Iterable[str | None]) -> str | dict[str, str]:
    """How the ticks of a time axis are written: only the year where the axis spans many."""
    given = sorted(moment for moment in moments if moment)
    many = bool(given) and int(given[-1][:4]) - int(given[0][:4]) > _YEARS_IN_MONTHS
    return "%Y" if many else _TIME_TICKS


def _moment_format(moments: Iterable[datetime]) -> str:
    given = list(moments)
    if any(when.second or when.microsecond for when in given):
        return "%d %b %Y, %H:%M:%S"
    if any(when.hour or when.minute for when in given):
        return "%d %b %Y, %H:%M"
    if any(when.day != 1 for when in given):
        return "%d %b %Y"
    return "%b %Y" if any(when.month != 1 for when in given) else "%Y"


def _decimals(magnitude: float, digits: int) -> int:
    if magnitude <= 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(magnitude)), 0), 8)
