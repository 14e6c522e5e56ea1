"""Tables of staff, sound but for what a test breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.domain.normalization import Normalization
from voyant.domain.quality import Check, Part, Quality
from voyant.domain.table import Aggregation, Column, PersonalData, Role
from voyant.lake.table import EngineTable

COLUMNS = (
    column("number", "VARCHAR", Role.IDENTIFIER),
    column("opened_at", "DATE", Role.TIME),
    column("closed_at", "DATE", Role.TIME),
    column("country", "VARCHAR", Role.DIMENSION),
    column("state", "VARCHAR", Role.DIMENSION),
    replace(column("cost", "BIGINT"), aggregation=Aggregation.SUM),
    replace(column("age", "BIGINT"), aggregation=Aggregation.MEAN),
    column("email", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL),
)
NUMBER, OPENED, CLOSED, COUNTRY, STATE, COST, AGE, EMAIL = range(8)


def sound_rows(count: int = 200) -> list[list[Any]]:
    """Rows without a flaw."""
    return [
        [
            f"INC{place:05}",
            date(2023, 1, 1) + timedelta(days=place % 100),
            date(2023, 1, 3) + timedelta(days=place % 100 + place % 7),
            ("Kenya", "Peru", "Malta")[place % 3],
            ("closed", "resolved")[place % 2],
            100 + place * 7 % 90,
            20 + place * 11 % 45,
            f"person{place}@example.org",
        ]
        for place in range(count)
    ]


@contextmanager
def staff(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS) -> Iterator[EngineTable]:
    with table_of(columns, rows) as table:
        yield table


def assessed(table: EngineTable, normalization: Normalization | None = None) -> Quality:
    return assess(table, profile(table), normalization)


def assessed_rows(rows: Sequence[Sequence[Any]]) -> Quality:
    with staff(rows) as table:
        return assessed(table)


def check(quality: Quality, identity: str) -> Check:
    return next(found for found in quality.checks if found.id == identity)


def part(quality: Quality, name: str) -> Part:
    return next(found for found in quality.parts if found.dimension == name)


def failed(quality: Quality) -> list[str]:
    return sorted(found.id for found in quality.checks if not found.passed)
