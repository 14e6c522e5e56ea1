"""The order in which names stand on an axis."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def natural(names: Sequence[str]) -> list[str] | None:
    """Weekdays, months, numbers and ranges of numbers in their own order; None for names without one."""
    different = list(dict.fromkeys(names))
    for ordered in (_in_calendar(different, _WEEKDAYS), _in_calendar(different, _MONTHS), _by_number(different)):
        if ordered is not None:
            return ordered
    return None


def of_names(names: Sequence[str], *, by_size: Sequence[str]) -> list[str]:
    """The names in their natural order, those without one as ``by_size`` has them.

    >>> of_names(["Wed", "Mon", "Sun"], by_size=["Sun", "Wed", "Mon"])
    ['Mon', 'Wed', 'Sun']
    >>> of_names(["b", "a"], by_size=["b", "a"])
    ['b', 'a']
    """
    return natural(names) or list(dict.fromkeys(by_size))


def _in_calendar(names: Sequence[str], calendar: Sequence[str]) -> list[str] | None:
    places: dict[str, int] = {}
    for name in names:
        given = name.lower().rstrip(".")
        found = [place for place, entry in enumerate(calendar) if len(given) >= 3 and entry.startswith(given)]
        if not found:
            return None
        places[name] = found[0]
    return sorted(names, key=lambda name: places[name]) if len(names) > 1 else None


def _by_number(names: Sequence[str]) -> list[str] | None:
    """Names that begin with numbers: ``0-10``, ``10-20``; a year or an hour, but not the numbers of customers."""
    starts: dict[str, float] = {}
    for name in names:
        found = _NUMBER.match(name)
        if not found or re.search(r"[A-Za-z]{3,}", name):
            return None
        starts[name] = float(found.group().replace(",", "").replace("−", "-"))
    if len(names) < 2 or not _is_scale(names, sorted(starts.values())):
        return None
    return sorted(names, key=lambda name: (starts[name], name))


def _is_scale(names: Sequence[str], starts: Sequence[float]) -> bool:
    """Whether the numbers are degrees of something, such as hours, years or ranges, rather than numbers of things."""
    if any(not _NUMBER.fullmatch(name) for name in names):
        return True
    return starts[-1] - starts[0] <= 3 * len(names) or starts[-1] <= 100
