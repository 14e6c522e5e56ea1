"""Small tables, and the rows that a template makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.kpi.templates import run
from voyant.analysis.profile import profile
from voyant.domain.table import Aggregation, Column, Role
from voyant.domain.template import TemplateCall, TemplateResult

DAY = column("day", "DATE", Role.TIME)
AMOUNT = replace(column("amount", "DECIMAL(18,2)"), aggregation=Aggregation.SUM, unit="EUR")
CUSTOMER = column("customer", "VARCHAR", Role.IDENTIFIER)
ORDER = column("order_id", "BIGINT", Role.IDENTIFIER)
COUNTRY = column("country", "VARCHAR", Role.DIMENSION)


def asked(
    template: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], /, **parameters: Any
) -> TemplateResult:
    """What the template comes to over a table of these rows."""
    with table_of(columns, rows) as table:
        call = TemplateCall(name=template, parameters=parameters)
        [result] = run(table, profile(table), [call]).result.results
        return result


def rows_of(result: TemplateResult, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of the result."""
    places = [[column.name for column in result.columns].index(name) for name in names]
    return [tuple(row[place] for place in places) for row in result.rows]


def said(result: TemplateResult) -> str:
    """The sentence."""
    [finding] = result.findings
    return finding.text


def on(text: str) -> date:
    return date.fromisoformat(text)


def money(value: float) -> Decimal:
    return Decimal(str(value))
