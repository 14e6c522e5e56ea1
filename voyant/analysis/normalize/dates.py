"""Dates and timestamps as the world writes them, read into DATE, or TIMESTAMP in UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from voyant.analysis.normalize.formats import LEAST_SHARE, Evidence, Reading, counted, matches
from voyant.analysis.normalize.months import MONTH_NUMBERS, plain_word
from voyant.domain.table import ColumnType
from voyant.lake.sql import literal

_CLOCK = r"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
_HALF = r"([AaPp])\.?[Mm]\.?"
_ZONE = r"(?:Z|UTC|GMT|([+-][0-9]{2}(?::?[0-9]{2})?))"
_CLOCK_PARTS = (("clock", _CLOCK), ("half", _HALF), ("zone", _ZONE))
_BETWEEN = r"(?:T|,?\s+|:)"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_WEEKDAY = r"(?:{L}{2,10}[,.]?\s+)?"
_DAY = r"([0-9]{1,2})(?:st|nd|rd|th|er|º|\.)?"
_WORD = r"({L}{3,12})\.?"
_MONTHS = literal("".join(f" {name}={number:02}" for name, number in sorted(MONTH_NUMBERS.items())))
_HIGHEST = {"m": 12, "d": 31, "w": 53}
_MAY_BE_DATE = re.compile(r"[0-9][^0-9]+[0-9]{2}|[^\W\d_]{3}[^0-9]*[0-9]{2}|[0-9]{4}-?[^\W\d_][0-9]")
PROBED_VALUES = 20
NEARLY_AS_GOOD = 0.5
"""Formats that fit half as many values as the best are checked on all rows too: a part may mislead."""


class Layout(Struct, frozen=True):
    """One order of the parts of a date.

    Attributes:
        label: For people.
        pattern: With one group a part; ``{L}`` stands for a letter and ``{Y}`` for the digits of the year.
        parts: What the groups hold: ``y`` year, ``m`` month number, ``M`` month name, ``d`` day, ``q`` quarter,
            ``w`` ISO week.
    """

    label: str
    pattern: str
    parts: str
    has_clock: bool = True


YEAR_FIRST = Layout("year-month-day", r"{Y}[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", "ymd")
DAY_FIRST = Layout("day/month/year", r"([0-9]{1,2})[-/.]\s?([0-9]{1,2})[-/.]\s?{Y}", "dmy")
MONTH_FIRST = Layout("month/day/year", r"([0-9]{1,2})[-/.]\s?([0-9]{1,2})[-/.]\s?{Y}", "mdy")
COMPACT = Layout("yyyymmdd", r"([0-9]{4})([0-9]{2})([0-9]{2})", "ymd")
LAYOUTS = (
    YEAR_FIRST,
    DAY_FIRST,
    MONTH_FIRST,
    Layout("day month-name year", rf"{_WEEKDAY}{_DAY}[\s/-]+(?:de\s+|of\s+)?{_WORD},?[\s/-]+(?:del?\s+)?{{Y}}", "dMy"),
    Layout("month-name day, year", rf"{_WEEKDAY}{_WORD}[\s/-]+{_DAY},?[\s/-]+{{Y}}", "Mdy"),
    Layout("year month-name day", rf"{{Y}}[\s/-]{_WORD}[\s/-]{_DAY}", "yMd"),
    Layout("month-name year", rf"{_WORD},?[\s/'-]+(?:de\s+)?{{Y}}", "My", has_clock=False),
    Layout("year month-name", rf"([0-9]{{4}})[\s-]{_WORD}", "yM", has_clock=False),
    Layout("year-month", r"([0-9]{4})(?:[-/]|-?M)([0-9]{1,2})", "ym", has_clock=False),
    Layout("month/year", r"([0-9]{1,2})[/-]([0-9]{4})", "my", has_clock=False),
    Layout("year-quarter", r"([0-9]{4})[\s-]?[QqT]([1-4])", "yq", has_clock=False),
    Layout("quarter year", r"[QqT]([1-4])[\s/-]?([0-9]{4})", "qy", has_clock=False),
    Layout("ISO week", r"([0-9]{4})-?W([0-9]{2})", "yw", has_clock=False),
)


class DateFormat(Struct, frozen=True, kw_only=True):
    """Dates of one layout, with or without a time of day.

    Attributes:
        clock: A time of day follows in some cells at least; ``half_days`` with AM and PM.
        zone: Some cells end in a time zone.
        tail: What may stand between date and time.
    """

    layout: Layout
    short_year: bool = False
    clock: bool = False
    half_days: bool = False
    zone: bool = False
    nanoseconds: bool = False

    def fits(self, text: str) -> str:
        return f"({self._value(text)}) IS NOT NULL"

    def measures(self, text: str) -> Sequence[str]:
        if not self.clock:
            return ()
        digits_lost = f"{self.fits(text)} AND regexp_matches({text}, {literal('[.,][0-9]{6}[0-9]*[1-9]')})"
        return (
            counted(f"CAST({self._value(text)} AS TIME) <> TIME '00:00:00'"),
            counted(digits_lost) if self.nanoseconds else "0",
        )

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading:
        off_midnight, lost = (measured[0] or 0, int(measured[1] or 0)) if self.clock else (0, 0)
        engine_type = "TIMESTAMP" if off_midnight else "DATE"
        label = f"{'timestamps' if off_midnight else 'dates'} ({self.layout.label}"
        label += ", two-digit years: 69–99 as 19xx" if self.short_year else ""
        label += ", in UTC" if self.zone else ""
        label += ", always midnight" if self.clock and not off_midnight else ""
        return Reading(
            type=ColumnType.TIMESTAMP if off_midnight else ColumnType.DATE,
            engine_type=engine_type,
            sql=f"CAST({self._value(text, guarded=guarded)} AS {engine_type})",
            label=label + ")",
            unit="UTC" if self.zone and off_midnight else None,
            lost_digits=lost,
        )

    def _value(self, text: str, *, guarded: bool = True) -> str:
        """SQL for the timestamp, NULL where the cell is of another format or names no real day."""
        iso = self._iso(text, guarded=guarded)
        if self.short_year or self.half_days:
            parsed = f"try_strptime({iso}, [{', '.join(literal(f) for f in self._strptime_formats())}])"
            return f"({parsed} AT TIME ZONE 'UTC')" if self.zone else parsed
        if self.zone:
            return f"(try_cast({iso} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
        return f"try_cast({iso} AS TIMESTAMP)"

    def _iso(self, text: str, *, guarded: bool) -> str:
        """SQL of the cell as an ISO timestamp; where guarded, NULL for a cell of another format."""
        rewritten = self._canonical(text)
        # What the engine reads as it stands is left alone: taking it apart takes ten times as long.
        is_iso = f"WHEN {matches(text, _ISO)} THEN {text} " if self._may_be_iso_with_zone else ""
        if guarded:
            return f"CASE {is_iso}WHEN {matches(text, self._pattern())} THEN {rewritten} END"
        return f"CASE {is_iso}ELSE {rewritten} END" if is_iso else rewritten

    @property
    def _may_be_iso_with_zone(self) -> bool:
        return self.layout is YEAR_FIRST and self.zone and not (self.half_days or self.short_year)

    def _canonical(self, text: str) -> str:
        """SQL that rewrites the cell as an ISO timestamp."""
        if self.layout is YEAR_FIRST and not (self.half_days or self.short_year or self.zone):
            return f"replace({text}, ',', '.')" if self.clock else text
        pattern = literal(f"^{self._pattern()}$")
        parts = self.layout.parts
        if "M" in parts or "q" in parts or "w" in parts:
            date = self._spelled_date(text, pattern)
        else:
            date = "-".join(f"\\{parts.index(part) + 1}" if part in parts else "01" for part in "ymd")
            if not self.clock:
                return f"regexp_replace({text}, {pattern}, {literal(date)})"
            return f"regexp_replace({text}, {pattern}, {literal(date + self._clock_template())})"
        if not self.clock:
            return date
        return f"({date} || regexp_replace({text}, {pattern}, {literal(self._clock_template())}))"

    def _spelled_date(self, text: str, pattern: str) -> str:
        parts = self.layout.parts

        def part(key: str) -> str:
            return f"regexp_extract({text}, {pattern}, {parts.index(key) + 1})"

        if "w" in parts:
            return f"CAST(try_strptime({part('y')} || '-' || {part('w')} || '-1', '%G-%V-%u') AS VARCHAR)"
        if "q" in parts:
            return f"({part('y')} || '-' || (try_cast({part('q')} AS INTEGER) * 3 - 2) || '-01')"
        word = f"lower(strip_accents({part('M')}))"
        # A lookup in one string: a map of all names takes the engine half a second to plan. NULL for other words.
        place = f"nullif(strpos({_MONTHS}, concat(' ', {word}, '=')), 0)"
        month = f"substr({_MONTHS}, {place} + length({word}) + 2, 2)"
        day = f"lpad({part('d')}, 2, '0')" if "d" in parts else "'01'"
        return f"({part('y')} || '-' || {month} || '-' || {day})"

    def _clock_template(self) -> str:
        first = len(self.layout.parts) + 1
        template = f" \\{first}"
        if self.half_days:
            template += f" \\{first + 1}M"
        if self.zone:
            template += f"\\{first + 1 + self.half_days}"
        return template

    def _strptime_formats(self) -> list[str]:
        year = "%y" if self.short_year else "%Y"
        hours = ["%I:%M:%S %p", "%I:%M %p"] if self.half_days else ["%H:%M:%S.%f", "%H:%M:%S", "%H:%M"]
        zones = ["%z", ""] if self.zone else [""]
        clocks = [f" {hour}{zone}" for hour in hours for zone in zones] if self.clock else []
        # A clock that is missing leaves its blanks behind.
        return [f"{year}-%m-%d{clock}" for clock in [*clocks, ""]] + ([f"{year}-%m-%d  M"] if self.half_days else [])

    def _pattern(self) -> str:
        pattern = _date_pattern(self.layout, "sql", short_year=self.short_year)
        if not self.clock:
            return pattern
        half = rf"\s?{_HALF}" if self.half_days else ""
        zone = rf"(?:\s?{_ZONE})?" if self.zone else ""
        return rf"{pattern}(?:{_BETWEEN}{_CLOCK}{half}{zone})?"


def propose_dates(evidence: Evidence, *, named_date: bool) -> list[DateFormat]:
    """The formats that most of the values follow, best first: two where day and month may change places.

    Args:
        named_date: Whether the column's name speaks of a date: needed to read bare digits as one.
    """
    values = list(evidence)
    probe = values[:: max(1, len(values) // PROBED_VALUES)]
    layouts = LAYOUTS if any(map(_MAY_BE_DATE.search, probe)) else ()
    layouts = (*layouts, COMPACT) if named_date else layouts
    counted: list[tuple[int, DateFormat]] = []
    for layout in layouts:
        for short_year in (False, True) if "{Y}" in layout.pattern else (False,):
            if any(_parsed(layout, value, short_year=short_year) for value in probe):
                parsed = [match for value in values if (match := _parsed(layout, value, short_year=short_year))]
                counted.append((len(parsed), _format_of(layout, parsed, short_year=short_year)))
    if not counted:
        return []
    counted = _without_unlikely_years(counted, values)
    best = max(count for count, _ in counted)
    if best < len(values) * LEAST_SHARE:
        return []
    return [proposed for count, proposed in counted if count >= best * NEARLY_AS_GOOD]


def _without_unlikely_years(counted: list[tuple[int, DateFormat]], values: list[str]) -> list[tuple[int, DateFormat]]:
    """Of ``14-03-23`` as a year first or last, the reading that has fewer years: data spans more days than years."""
    counts = {fmt.layout: count for count, fmt in counted if fmt.short_year}
    others = counts.keys() & {DAY_FIRST, MONTH_FIRST}
    if YEAR_FIRST not in counts or not others:
        return counted
    best_other = max(others, key=lambda layout: counts[layout])
    years, other_years = len(_years(YEAR_FIRST, values)), len(_years(best_other, values))
    year_is_first = (counts[YEAR_FIRST], -years) > (counts[best_other], -other_years)
    return [(count, fmt) for count, fmt in counted if not fmt.short_year or (fmt.layout is YEAR_FIRST) is year_is_first]


def _years(layout: Layout, values: list[str]) -> set[str]:
    matches_found = (_parsed(layout, value, short_year=True) for value in values)
    return {match[layout.parts.index("y") + 1] for match in matches_found if match}


def _format_of(layout: Layout, parsed: list[re.Match[str]], *, short_year: bool) -> DateFormat:
    clocks = [match["clock"] for match in parsed if match["clock"]]
    return DateFormat(
        layout=layout,
        short_year=short_year,
        clock=bool(clocks),
        half_days=any(match["half"] for match in parsed),
        zone=any(match["zone"] for match in parsed),
        nanoseconds=any(re.search(r"[.,][0-9]{7}", clock) for clock in clocks),
    )


def _parsed(layout: Layout, value: str, *, short_year: bool) -> re.Match[str] | None:
    """The match, where the value follows the layout and its parts can be a date."""
    match = _detector(layout, short_year).fullmatch(value)
    if match is None or (match["clock"] and not layout.has_clock):
        return None
    for key, part in zip(layout.parts, match.groups(), strict=False):
        if key == "M" and plain_word(part) not in MONTH_NUMBERS:
            return None
        if key in _HIGHEST and not 1 <= int(part) <= _HIGHEST[key]:
            return None
    return match


@cache
def _detector(layout: Layout, short_year: bool) -> re.Pattern[str]:
    clock, half, zone = (f"(?P<{name}>{part})" for name, part in _CLOCK_PARTS)
    pattern = _date_pattern(layout, "python", short_year=short_year)
    return re.compile(rf"{pattern}(?:{_BETWEEN}{clock}(?:\s?{half})?(?:\s?{zone})?)?")


def _date_pattern(layout: Layout, syntax: str, *, short_year: bool) -> str:
    letter = r"\p{L}" if syntax == "sql" else r"[^\W\d_]"
    return layout.pattern.replace("{L}", letter).replace("{Y}", "([0-9]{2})" if short_year else "([0-9]{4})")
