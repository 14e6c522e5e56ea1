"""Moments written as seconds, milliseconds or microseconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.normalize.formats import Evidence, Reading, matches
from voyant.domain.table import ColumnType

EARLIEST = 473_385_600
"""1985 in seconds: before it, computers' clocks were not written down so."""
LATEST = 4_102_444_800
"""2100."""


class EpochFormat(Struct, frozen=True):
    """Whole numbers that count a unit of time since 1970 in UTC."""

    unit: str
    per_second: int

    def fits(self, text: str) -> str:
        number = f"try_cast({text} AS BIGINT)"
        bounds = f"BETWEEN {EARLIEST * self.per_second} AND {LATEST * self.per_second}"
        return f"({matches(text, '[0-9]{9,16}')} AND {number} {bounds})"

    def measures(self, text: str) -> Sequence[str]:
        return ()

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading:
        microseconds = f"try_cast({text} AS BIGINT) * {1_000_000 // self.per_second}"
        return Reading(
            type=ColumnType.TIMESTAMP,
            engine_type="TIMESTAMP",
            sql=f"CASE WHEN {self.fits(text)} THEN make_timestamp({microseconds}) END",
            label=f"timestamps ({self.unit} since 1970, in UTC)",
            unit="UTC",
        )


_EPOCHS = (EpochFormat("seconds", 1), EpochFormat("milliseconds", 1_000), EpochFormat("microseconds", 1_000_000))


def propose_epochs(evidence: Evidence, *, named_time: bool) -> list[EpochFormat]:
    """The unit that puts the values into this era; none where the column's name does not speak of time."""
    if not named_time:
        return []
    numbers = [int(value) for value in evidence if value.isascii() and value.isdigit() and 9 <= len(value) <= 16]
    return [
        epoch
        for epoch in _EPOCHS
        if any(EARLIEST * epoch.per_second <= number <= LATEST * epoch.per_second for number in numbers)
    ]
