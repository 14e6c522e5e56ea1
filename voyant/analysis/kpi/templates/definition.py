"""What a template consists of, and what it is given once its parameters are bound to columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from voyant.analysis.insights.comparison import Claim
from voyant.analysis.time_columns import TimeAxis
from voyant.domain.kpi import Grain
from voyant.domain.table import Column
from voyant.domain.template import Template
from voyant.lake.sql import identifier


class Bound(Struct, frozen=True, kw_only=True):
    """A template's parameters, bound.

    Attributes:
        columns: By parameter; one column except for parameters that take several.
        values: What is given for the other parameters.
        axis: The time that periods are formed by; None for templates without one.
        granularity: The finest unit of that time that varies, as a profile says it; None where there is no profile.
        found: Why those are there that were not given.
        notes: What was assumed.
    """

    table: str
    columns: Mapping[str, tuple[Column, ...]]
    values: Mapping[str, Any]
    axis: TimeAxis | None = None
    granularity: str | None = None
    found: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def has(self, parameter: str) -> bool:
        return bool(self.columns.get(parameter)) or self.values.get(parameter) is not None

    def column(self, parameter: str) -> Column:
        return self.columns[parameter][0]

    def quoted(self, parameter: str) -> str:
        """The column's name in SQL."""
        return identifier(self.column(parameter).name)

    def unit(self, parameter: str) -> str | None:
        return self.column(parameter).unit if self.columns.get(parameter) else None

    @property
    def timed(self) -> TimeAxis:
        """The time of a template that does not go without one."""
        if self.axis is None:
            raise RuntimeError("a template that reads a time was bound without one")
        return self.axis

    @property
    def source(self) -> str:
        """The table's name in SQL."""
        return identifier(self.table)

    @property
    def grain(self) -> Grain:
        return Grain(self.values["grain"])

    @property
    def since(self) -> date | None:
        """The first day that counts; None for all from the first."""
        return self.values.get("since")

    @property
    def as_of(self) -> date | None:
        """The last day that counts; None for the last of the data."""
        return self.values.get("as_of")


class Definition(Struct, frozen=True, kw_only=True):
    """A template with what makes it.

    Attributes:
        statement: The SELECT, in DuckDB's dialect.
        claim: What there is to say, from a statement that holds the first one; None where it says nothing.
        clock: The parameter whose column periods and days are taken from.
        needs: Parameters of which one of each group has to be there, beside those that are required.
        least_days: That the times have to span for it to say anything.
    """

    template: Template
    statement: Callable[[Bound], str]
    claim: Callable[[Bound, str], Claim | None]
    clock: str = "time"
    needs: tuple[tuple[str, ...], ...] = ()
    least_days: int = 0

    @property
    def name(self) -> str:
        return self.template.name
