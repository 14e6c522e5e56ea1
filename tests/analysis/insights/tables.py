"""Tables with something planted in them, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from voyant.analysis.insights import find
from voyant.analysis.profile import profile
from voyant.domain.finding import Finding
from voyant.domain.insights import Insights
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, PersonalData, Role
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable

START = datetime(2023, 1, 1)
Draw = np.random.Generator


def draw(seed: int = 7) -> Draw:
    return np.random.default_rng(seed)


def times(rng: Draw, rows: int, days: int = 365) -> list[datetime]:
    return [START + timedelta(minutes=int(minute)) for minute in np.sort(rng.integers(0, days * 1440, rows))]


def choice(rng: Draw, values: list[str], rows: int, p: list[float] | None = None) -> list[str]:
    return [str(value) for value in rng.choice(values, rows, p=p)]


def column(name: str, kind: str, **more: Any) -> Column:
    """A column by what it is for."""
    engine_type, type_, role, aggregation = {
        "time": ("TIMESTAMP", ColumnType.TIMESTAMP, Role.TIME, None),
        "date": ("DATE", ColumnType.DATE, Role.TIME, None),
        "dimension": ("VARCHAR", ColumnType.TEXT, Role.DIMENSION, None),
        "flag": ("BOOLEAN", ColumnType.BOOLEAN, Role.DIMENSION, None),
        "sum": ("DECIMAL(18,2)", ColumnType.DECIMAL, Role.MEASURE, Aggregation.SUM),
        "mean": ("DECIMAL(18,3)", ColumnType.DECIMAL, Role.MEASURE, Aggregation.MEAN),
        "count": ("BIGINT", ColumnType.INTEGER, Role.MEASURE, Aggregation.SUM),
        "text": ("VARCHAR", ColumnType.TEXT, Role.TEXT, None),
        "id": ("VARCHAR", ColumnType.TEXT, Role.IDENTIFIER, None),
    }[kind]
    given = {
        "name": name,
        "original_name": name,
        "type": type_,
        "engine_type": engine_type,
        "role": role,
        "role_confidence": 0.9,
        "role_reason": "for the test",
        "aggregation": aggregation,
    }
    return Column(**(given | more))


def duration(name: str, start: str, end: str) -> Column:
    seconds = f"CAST(date_diff('second', {identifier(start)}, {identifier(end)}) AS DOUBLE)"
    return column(name, "mean", unit="days", formula=f"CAST({seconds} / 86400 AS DECIMAL(18,6))")


def table(name: str, columns: list[Column], values: dict[str, Any]) -> EngineTable:
    """A table in an engine of its own; columns with a formula are derived."""
    engine = Engine()
    stored = [each for each in columns if each.formula is None]
    engine.connection.register("given", pa.table({each.name: pa.array(values[each.name]) for each in stored}))
    casts = [f"CAST({identifier(each.name)} AS {each.engine_type}) AS {identifier(each.name)}" for each in stored]
    engine.execute(f"CREATE TABLE stored AS SELECT {', '.join(casts)} FROM given")
    derived = [f"{each.formula} AS {identifier(each.name)}" for each in columns if each.formula is not None]
    engine.execute(f"CREATE VIEW {identifier(name)} AS SELECT {', '.join(['*', *derived])} FROM stored")
    rows = engine.tuples("SELECT count(*) FROM stored")[0][0]
    return EngineTable(engine, Dataset(name=name, rows=rows, columns=tuple(columns)))


def insights_of(given: EngineTable) -> Insights:
    return find(given, profile(given))


def findings(given: EngineTable, kind: str) -> list[Finding]:
    """Those of one kind, by rank."""
    return [finding for finding in insights_of(given).findings if finding.kind == kind]


def tickets(seed: int = 7, rows: int = 900) -> EngineTable:
    """Records of work with much planted in them: for what holds of every finding."""
    rng = draw(seed)
    opened = times(rng, rows)
    team = choice(rng, ["Desk", "Field", "Lab", "Yard"], rows, [0.55, 0.2, 0.15, 0.1])
    place = [
        str(rng.choice(["North", "South", "2 - East"], p=[0.7, 0.2, 0.1] if each == "Desk" else [0.2, 0.4, 0.4]))
        for each in team
    ]
    late = np.asarray([(each - START).days / 365 for each in opened])
    days = rng.gamma(3, 1.5, rows) + np.where(np.asarray(team) == "Lab", 12 * late, 0)
    ended = [at + timedelta(days=float(span)) for at, span in zip(opened, days, strict=True)]
    amount = np.round(rng.lognormal(5, 0.6, rows) * np.where(np.asarray(place) == "North", 2, 1), 2)
    amount[3] = 90_000
    effort = np.where(amount < 200, 1, np.where(amount < 500, 3, 6)) + rng.normal(0, 0.6, rows)
    words = ["late", "lost", "broken", "missing", "wrong", "again", "urgent", "noise"]
    notes = [
        " ".join([*rng.choice(words, 3), *(["pump417"] if each == "Field" and rng.random() < 0.6 else [])])
        for each in team
    ]
    closed = [None if at > datetime(2023, 12, 20) else end for at, end in zip(opened, ended, strict=True)]
    return table(
        "tickets",
        [
            column("ticket_id", "id"),
            column("opened_at", "time"),
            column("closed_at", "time"),
            column("team", "dimension"),
            column("place", "dimension"),
            column("agent", "dimension"),
            column("urgent", "flag"),
            column("amount", "sum", unit="USD"),
            column("effort", "mean", unit="hours"),
            column("note", "text"),
            duration("opened_at_to_closed_at_days", "opened_at", "closed_at"),
        ],
        {
            "ticket_id": [f"T{number:05}" for number in range(rows)],
            "opened_at": opened,
            "closed_at": closed,
            "team": team,
            "place": place,
            "agent": choice(rng, [f"Agent {letter}" for letter in "ABCDE"], rows),
            "urgent": [bool(each == "Field" or rng.random() < 0.2) for each in team],
            "amount": amount,
            "effort": np.round(effort, 3),
            "note": notes,
        },
    )


def hidden(name: str) -> Column:
    """A column of names of people."""
    return column(name, "dimension", personal=PersonalData.NAME)
