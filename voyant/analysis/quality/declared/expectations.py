"""What declared rules are judged by besides the table itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from voyant.domain.rule import DeclaredRule
from voyant.domain.table import Dataset

SQL_SECONDS = 60.0


class Expectations(Struct, frozen=True, kw_only=True):
    """The rules, and what they need to know of the world outside of the table.

    Attributes:
        promises: Clauses of the contract that the data were held against; what breaks them is told there.
        tables: Other tables that stand in the same engine, by name: those that rules look values up in.
        earlier_rows: How many rows earlier snapshots of the table had, oldest first.
        moment: That freshness is measured from, in UTC; None where none is known, and freshness then cannot be told.
        sql_seconds: How long SQL that a rule holds may run.
    """

    rules: tuple[DeclaredRule, ...] = ()
    promises: tuple[DeclaredRule, ...] = ()
    tables: Mapping[str, Dataset] = field(default_factory=dict)
    earlier_rows: tuple[int, ...] = ()
    moment: datetime | None = None
    sql_seconds: float = SQL_SECONDS
