"""A small shop's sales, with something to see in every kind of picture."""

from __future__ import annotations

from voyant.analysis.kpi import measure
from voyant.analysis.profile import profile
from voyant.domain.kpi import Kpis
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, PersonalData, Role
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable

ROWS = 6_000
PRIVATE = "customer"
"""Part of every value of the personal column."""


def column(name: str, kind: ColumnType, engine_type: str, role: Role, **more: object) -> Column:
    return Column(
        name=name,
        original_name=name,
        type=kind,
        engine_type=engine_type,
        role=role,
        role_confidence=0.9,
        role_reason="made for a test",
        **more,  # type: ignore[arg-type]
    )


COLUMNS = (
    column("sold_at", ColumnType.TIMESTAMP, "TIMESTAMP", Role.TIME),
    column("region", ColumnType.TEXT, "VARCHAR", Role.DIMENSION),
    column("amount", ColumnType.DECIMAL, "DECIMAL(18,2)", Role.MEASURE, aggregation=Aggregation.SUM, unit="EUR"),
    column("weight", ColumnType.DECIMAL, "DECIMAL(18,3)", Role.MEASURE, aggregation=Aggregation.MEAN, unit="kg"),
    column("email", ColumnType.TEXT, "VARCHAR", Role.TEXT, personal=PersonalData.EMAIL),
    column("note", ColumnType.TEXT, "VARCHAR", Role.TEXT),
)


def sales(engine: Engine, *, rows: int = ROWS, name: str = "sales") -> EngineTable:
    """The table, its rows computed from their numbers; the last month is cut short."""
    engine.execute(
        f"CREATE OR REPLACE TABLE {identifier(name)} AS SELECT\n"
        "  TIMESTAMP '2023-01-01' + INTERVAL (i * 2) HOUR AS sold_at,\n"
        "  ['north', 'south', 'east', 'west', 'sea'][1 + (i * i) % 5] AS region,\n"
        "  CAST(10 + (i * 7919) % 500 / 10.0 + (i % 5) * 20 AS DECIMAL(18,2)) AS amount,\n"
        "  CAST(1 + ((i * 7919) % 500) / 100.0 + (i * 31 % 17) / 40.0 AS DECIMAL(18,3)) AS weight,\n"
        f"  '{PRIVATE}' || (i % 900) || '@example.org' AS email,\n"
        "  CASE WHEN i % 3 = 0 THEN NULL ELSE 'left at the door ' || i END AS note\n"
        f"FROM range({rows}) AS numbers(i)"
    )
    return EngineTable(engine, Dataset(name=name, rows=rows, columns=COLUMNS))


def described(table: EngineTable) -> tuple[Profile, Kpis]:
    """What the steps before the charts say of it."""
    found = profile(table)
    return found, measure(table, found, (), None)
