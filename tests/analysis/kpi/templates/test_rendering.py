"""Statements: what they read, that Trino's dialect can be made of them, and that names cannot break out of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlglot
from msgspec.structs import replace
from sqlglot import exp

from tests.analysis.kpi.templates.tables import money, on
from tests.analysis.profile.tables import NAME, column, table_of
from voyant.analysis.kpi.templates import TEMPLATES, render, run
from voyant.analysis.profile import profile
from voyant.domain.table import Aggregation, Column, Role
from voyant.domain.template import Template, TemplateCall
from voyant.errors import Code, InvalidInput

HOSTILE = {
    "time": 'day"; DROP TABLE trial; --',
    "amount": "select",
    "customer": "Größe – 名前",
    "order": "order",
    "segment": "it's a group",
    "cost": "sum(1)",
    "start": "\\start\\",
    "stock": " stock ",
    "sold": "sold?$1",
    "item": "item/*",
}
WANTED: dict[str, set[str]] = {
    "revenue_growth": {"time", "amount"},
    "revenue_by_segment": {"segment", "amount"},
    "profit_margin": {"amount", "cost", "time"},
    "average_order_value": {"order", "amount", "time"},
    "customer_count_by_period": {"customer", "time"},
    "customer_revenue_distribution": {"customer", "amount"},
    "rfm_segments": {"customer", "amount", "order", "time"},
    "moving_average": {"value", "time"},
    "year_over_year": {"value", "time"},
    "cumulative_sum": {"value", "time"},
    "inventory_turnover": {"stock", "sold", "item", "time"},
    "lead_time_analysis": {"start", "end"},
    "null_rate_by_column": {"columns"},
    "duplicate_rate": {"columns"},
    "value_distribution": {"column"},
}
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "profit_margin": [{"time": None, "segment": HOSTILE["segment"]}],
    "rfm_segments": [{"rows": "customers"}, {"order": None}],
    "inventory_turnover": [{"item": None}],
    "lead_time_analysis": [{"segment": HOSTILE["segment"]}],
    "value_distribution": [{"column": HOSTILE["amount"], "bins": 3}],
    "cumulative_sum": [{"reset": "year"}],
    "year_over_year": [{"grain": "week"}],
}


def _columns() -> list[Column]:
    sums = {"aggregation": Aggregation.SUM}
    return [
        column(HOSTILE["time"], "TIMESTAMP", Role.TIME),
        replace(column(HOSTILE["amount"], "DECIMAL(18,2)"), **sums),
        column(HOSTILE["customer"], "VARCHAR", Role.IDENTIFIER),
        column(HOSTILE["order"], "BIGINT", Role.IDENTIFIER),
        column(HOSTILE["segment"], "VARCHAR", Role.DIMENSION),
        replace(column(HOSTILE["cost"], "DOUBLE"), **sums),
        column(HOSTILE["start"], "DATE", Role.TIME),
        column(HOSTILE["stock"], "BIGINT"),
        replace(column(HOSTILE["sold"], "BIGINT"), **sums),
        column(HOSTILE["item"], "VARCHAR", Role.IDENTIFIER),
    ]


ROWS = [
    (datetime(2023, month, 5, 8), money(month), name, month, name * 2, 0.5, on("2023-01-01"), 10, 1, "i")
    for month in range(1, 13)
    for name in "ab"
]
STANDS_FOR = {"value": "amount", "end": "time", "column": "segment"}
CASES = [
    pytest.param(template, extra, id=f"{template.name}-{number}")
    for template in TEMPLATES
    for number, extra in enumerate([{}, *VARIANTS.get(template.name, [])])
]


def _given(template: Template, extra: dict[str, Any]) -> dict[str, Any]:
    names = {name: HOSTILE[STANDS_FOR.get(name, name)] for name in WANTED[template.name] if name != "columns"}
    if "columns" in WANTED[template.name]:
        names["columns"] = list(HOSTILE.values())  # type: ignore[assignment]
    return names | extra


@pytest.mark.parametrize(("template", "extra"), CASES)
def test_whatever_columns_are_called_the_statement_runs_and_trino_can_read_it(
    template: Template, extra: dict[str, Any]
) -> None:
    given = _given(template, extra)
    with table_of(_columns(), ROWS) as table:
        known = profile(table)
        call = TemplateCall(name=template.name, parameters=given)
        made = render(call, table.dataset, known)
        [result] = run(table, known, [call]).result.results
        assert table.query(f"SELECT count(*) AS n FROM {NAME}") == [{"n": 24}]
    assert result.rows
    assert result.sql == made.sql
    for dialect, sql in (("duckdb", made.sql), ("trino", made.trino)):
        [tree] = sqlglot.parse(sql, read=dialect)
        assert isinstance(tree, exp.Select)
        assert not list(tree.find_all(exp.Command, exp.Anonymous))
        local = {cte.alias for cte in tree.find_all(exp.CTE)}
        assert {found.name for found in tree.find_all(exp.Table)} - local == {NAME}
    documented = [column.name for column in template.columns]
    assert [column.name for column in made.columns] == [
        name for name in documented if name in {column.name for column in made.columns}
    ]


@pytest.mark.parametrize(("template", "extra"), CASES)
def test_without_a_table_columns_are_taken_at_their_word(template: Template, extra: dict[str, Any]) -> None:
    made = render(TemplateCall(name=template.name, parameters=_given(template, extra)))
    assert made.table == "your_table"
    assert not made.found
    sqlglot.parse_one(made.trino, read="trino")


def test_without_a_table_nothing_is_found() -> None:
    with pytest.raises(InvalidInput) as caught:
        render(TemplateCall(name="revenue_growth", parameters={"time": "day"}))
    assert caught.value.code is Code.MISSING_PARAMETER
    assert list(caught.value.data["missing"]) == ["amount"]


def test_every_template_documents_what_it_takes_and_gives() -> None:
    assert {template.name for template in TEMPLATES} == set(WANTED)
    for template in TEMPLATES:
        assert template.notes
        assert all(entry.description for entry in (*template.parameters, *template.columns))
