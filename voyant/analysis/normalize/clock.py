"""Times of day, and lengths of time as numbers of seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.normalize.formats import LEAST_SHARE, Evidence, Format, Reading, counted, matches
from voyant.domain.table import ColumnType
from voyant.lake.sql import literal

_TIME_OF_DAY = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_HALF_DAY = r"(?:0?[1-9]|1[0-2])(?::[0-5][0-9]){1,2}\s?[AaPp][Mm]"
_HOURS = r"-?(?:([0-9]+) days?,? )?([0-9]+):([0-5][0-9]):([0-5][0-9](?:\.[0-9]+)?)"
_ISO = r"P(?:([0-9.]+)D)?(?:T(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?)?"
_SPELLED = (
    r"(?:([0-9.]+)\s?(?:d|days?))?,?\s?(?:([0-9.]+)\s?(?:h|hrs?|hours?))?,?\s?"
    r"(?:([0-9.]+)\s?(?:m|mins?|minutes?))?,?\s?(?:([0-9.]+)\s?(?:s|secs?|seconds?))?"
)
_MAY_BE_TIME = re.compile(r"[0-9]:|[0-9]\s?[A-Za-z]")
_SECONDS_OF_PARTS = (86400, 3600, 60, 1)


class TimeOfDay(Struct, frozen=True):
    """Times such as ``14:30``, ``14:30:05`` or ``2:30 PM``."""

    half_days: bool

    def fits(self, text: str) -> str:
        return matches(text, _HALF_DAY if self.half_days else _TIME_OF_DAY)

    def measures(self, text: str) -> Sequence[str]:
        return ()

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading:
        value = f"try_cast({text} AS TIME)"
        if self.half_days:
            value = f"CAST(try_strptime({text}, ['%I:%M %p', '%I:%M:%S %p', '%I:%M%p', '%I:%M:%S%p']) AS TIME)"
        return Reading(
            type=ColumnType.TIME,
            engine_type="TIME",
            sql=f"CASE WHEN {self.fits(text)} THEN {value} END",
            label="times of day",
        )


class DurationFormat(Struct, frozen=True):
    """Lengths of time: days, hours, minutes and seconds as four groups of a pattern, each of which may be missing."""

    label: str
    pattern: str
    assumption: str | None = None

    def fits(self, text: str) -> str:
        return f"({matches(text, self.pattern)} AND regexp_matches({text}, '[0-9]'))"

    def measures(self, text: str) -> Sequence[str]:
        return (counted(f"{self.fits(text)} AND ({self._seconds(text)}) % 1 <> 0"),)

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading:
        engine_type = "DECIMAL(18,3)" if measured[0] else "BIGINT"
        return Reading(
            type=ColumnType.DECIMAL if measured[0] else ColumnType.INTEGER,
            engine_type=engine_type,
            sql=f"CASE WHEN {self.fits(text)} THEN try_cast({self._seconds(text)} AS {engine_type}) END",
            label=f"durations in seconds ({self.label})",
            unit="seconds",
            assumption=self.assumption,
        )

    def _seconds(self, text: str) -> str:
        pattern = literal(f"^(?:{self.pattern})$")
        parts = (
            f"coalesce(try_cast(regexp_extract({text}, {pattern}, {group}) AS DECIMAL(18,3)), 0) * {seconds}"
            for group, seconds in enumerate(_SECONDS_OF_PARTS, start=1)
        )
        return f"CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END * ({' + '.join(parts)})"


_CLOCKED = DurationFormat("hours:minutes:seconds", _HOURS)
_MINUTES = DurationFormat("minutes:seconds", r"-?()()([0-9]+):([0-5][0-9](?:\.[0-9]+)?)", "read as minutes:seconds")
_STANDARD = DurationFormat("ISO 8601", _ISO)
_WORDED = DurationFormat("days, hours, minutes and seconds with their units", _SPELLED)


def propose_times(evidence: Evidence, *, named_duration: bool) -> list[Format]:
    """Formats of times of day or of durations that the values follow.

    Args:
        named_duration: Whether the column's name speaks of a length of time: it decides ``01:23:45``.
    """
    timed = [value for value in evidence if _MAY_BE_TIME.search(value)]

    def seen(pattern: str) -> bool:
        return sum(bool(re.fullmatch(pattern, value)) for value in timed) >= max(1, len(evidence) * LEAST_SHARE)

    proposals: list[Format] = []
    if not named_duration and seen(_TIME_OF_DAY):
        proposals.append(TimeOfDay(half_days=False))
    if seen(_HALF_DAY):
        proposals.append(TimeOfDay(half_days=True))
    proposals += [known for known in (_CLOCKED, _STANDARD) if seen(known.pattern)]
    if named_duration and seen(_MINUTES.pattern):
        proposals.append(_MINUTES)
    # "12 m" may be metres: one letter counts only beside another unit or in a column that is named for it.
    if seen(_SPELLED) and (named_duration or any(re.search(r"min|sec|hour|hr|day|[dhm]\W?[0-9]", v) for v in timed)):
        proposals.append(_WORDED)
    return proposals
