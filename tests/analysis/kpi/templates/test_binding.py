"""Parameters: what is found by roles, what is refused, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.analysis.kpi.templates.tables import AMOUNT, COUNTRY, CUSTOMER, DAY, ORDER, asked, money, on, rows_of
from tests.analysis.profile.tables import column, table_of
from voyant.analysis.kpi.templates import definition_of, fitting
from voyant.analysis.profile import profile
from voyant.domain.table import Aggregation, PersonalData, Role
from voyant.domain.template import TemplateFit
from voyant.errors import Code, InvalidInput, NotFound

COLUMNS = [DAY, CUSTOMER, ORDER, COUNTRY, AMOUNT, column("email", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL)]
ROWS = [
    (
        on(f"2024-{month:02}-{day:02}"),
        f"c{day % 3}",
        month * 100 + day,
        "de" if day % 2 else "fr",
        money(day),
        f"{day}@x.org",
    )
    for month in range(1, 4)
    for day in range(1, 29)
]


@pytest.mark.parametrize(
    ("template", "parameters", "code", "said"),
    [
        ("revenue_growth", {"amout": "amount"}, Code.BAD_KPI, "Perhaps 'amount' is meant"),
        ("revenue_growth", {"amount": "amuont"}, Code.UNKNOWN_COLUMN, "Perhaps amount is meant"),
        ("revenue_growth", {"amount": "country"}, Code.BAD_KPI, "takes a column of numbers"),
        ("revenue_growth", {"amount": 3}, Code.BAD_KPI, "takes the name of a column"),
        ("revenue_growth", {"time": "order_id"}, Code.BAD_KPI, "takes a column of times"),
        ("revenue_growth", {"grain": "hour"}, Code.BAD_KPI, "grain is one of day, week, month"),
        ("revenue_growth", {"as_of": "yesterday"}, Code.BAD_KPI, "is a date such as"),
        ("revenue_growth", {"as_of": "2023-12-31"}, Code.BAD_KPI, "before the first row of 2024-01-01"),
        ("revenue_growth", {"since": "2025-01-01"}, Code.BAD_KPI, "after the last day"),
        ("revenue_growth", {"since": "9999-01-01"}, Code.BAD_KPI, "between the years"),
        ("revenue_growth", {"grain": "day", "as_of": "2999-01-01"}, Code.BAD_KPI, "more than 10,000 days"),
        ("revenue_growth", {"returns": ["x"]}, Code.BAD_KPI, "returns is one of"),
        ("moving_average", {"window": 1}, Code.BAD_KPI, "whole number from 2 to 1,000"),
        ("moving_average", {"window": True}, Code.BAD_KPI, "whole number"),
        ("revenue_by_segment", {"segment": "email"}, Code.BAD_KPI, "holds personal data"),
        ("revenue_by_segment", {"as_of": "2024-02-01", "time": "nix"}, Code.UNKNOWN_COLUMN, "nix"),
        ("rfm_segments", {"customer": "email", "rows": "customers"}, Code.BAD_KPI, "holds personal data"),
        ("value_distribution", {"column": "country", "bins": 5}, Code.BAD_KPI, "column of numbers"),
        ("null_rate_by_column", {"columns": []}, Code.BAD_KPI, "takes the name of a column"),
        ("inventory_turnover", {}, Code.MISSING_PARAMETER, "needs stock and sold"),
        ("profit_margin", {}, Code.MISSING_PARAMETER, "needs profit or cost"),
    ],
)
def test_what_cannot_be_is_refused(template: str, parameters: dict[str, Any], code: Code, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        asked(template, COLUMNS, ROWS, **parameters)
    assert caught.value.code is code
    assert caught.value.remedy


def test_a_template_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        definition_of("revenue_grow")
    assert caught.value.code is Code.NO_TEMPLATE
    assert caught.value.remedy.startswith("Perhaps revenue_growth is meant.")


def test_columns_are_found_by_their_roles_and_the_reason_is_said() -> None:
    result = asked("rfm_segments", COLUMNS, ROWS)
    assert {name: result.parameters[name] for name in ("time", "customer", "order", "amount", "as_of")} == {
        "time": "day",
        "customer": "customer",
        "order": "order_id",
        "amount": "amount",
        "as_of": "2024-03-28",
    }
    assert result.found["amount"] == "is called an amount, or is one of money, and adds up"
    assert result.found["as_of"] == "the last day of day"
    assert "rows" not in result.found


def test_columns_can_be_given_in_any_case_and_by_their_original_name() -> None:
    columns = [DAY, replace(AMOUNT, original_name="Net Amount")]
    rows = [(on("2024-01-01"), money(1)), (on("2024-01-31"), money(2))]
    for name in ("AMOUNT", "net amount"):
        assert rows_of(asked("revenue_growth", columns, rows, amount=name, grain="month"), "revenue") == [(3,)]


def test_a_price_is_found_with_its_pieces_only() -> None:
    pieces = replace(column("quantity", "BIGINT"), aggregation=Aggregation.SUM)
    price = replace(column("unit_price", "DECIMAL(18,2)"), aggregation=Aggregation.MEAN)
    rows = [(on(f"2024-01-{day:02}"), day % 3 + 1, money(2 + day % 5)) for day in range(1, 32)]
    assert asked("revenue_growth", [DAY, pieces, price], rows).parameters["price"] == "unit_price"
    assert "price" not in asked("revenue_growth", [DAY, pieces, price], rows, amount="quantity").parameters


def test_days_that_nothing_is_known_of_are_named() -> None:
    result = asked("revenue_growth", COLUMNS, ROWS, grain="month", as_of="2024-05-31")
    assert [row[0] for row in result.rows][-1] == "2024-05-01"
    assert any("nothing is known of the days" in note for note in result.notes)


def test_times_far_from_all_others_are_left_out_and_named() -> None:
    rows = [*ROWS, *ROWS, (on("2999-12-31"), "c0", 1, "de", money(1), None)]
    result = asked("cumulative_sum", COLUMNS, rows, grain="month")
    assert result.total_rows == 3
    assert any("far from all others" in note for note in result.notes)


def _fits(*columns: Any, rows: Any = ROWS) -> dict[str, TemplateFit]:
    with table_of(columns, rows) as table:
        return {fit.template: fit for fit in fitting(table.dataset, profile(table))}


def test_a_table_of_sales_fits_what_sales_can_tell() -> None:
    fits = _fits(*COLUMNS)
    assert [name for name, fit in fits.items() if not fit.fits] == [
        "profit_margin",
        "year_over_year",
        "inventory_turnover",
        "lead_time_analysis",
    ]
    assert list(fits["profit_margin"].missing) == ["profit or cost"]
    assert fits["year_over_year"].missing == {"time": "At least 395 days; the data span 87."}
    assert fits["revenue_by_segment"].parameters == {"segment": "country", "amount": "amount"}
    assert fits["revenue_by_segment"].reasons.keys() == {"segment", "amount"}


def test_what_shipping_costs_is_not_what_a_row_costs() -> None:
    shipping = replace(column("shipping_cost", "DECIMAL(18,2)"), aggregation=Aggregation.SUM)
    fits = _fits(*COLUMNS, shipping, rows=[(*row, money(2 + place)) for place, row in enumerate(ROWS)])
    assert list(fits["profit_margin"].missing) == ["profit or cost"]


def test_what_is_paid_back_is_no_revenue() -> None:
    refund = replace(column("refund_amount", "DECIMAL(18,2)"), aggregation=Aggregation.SUM)
    fits = _fits(DAY, COUNTRY, refund, rows=[(on(f"2024-01-{day:02}"), "de", money(day)) for day in range(1, 29)])
    assert not fits["revenue_growth"].fits
    assert not fits["revenue_by_segment"].fits


def test_a_table_of_measurements_fits_no_template_of_revenue() -> None:
    level = replace(column("temperature", "DOUBLE"), aggregation=Aggregation.MEAN)
    fits = _fits(DAY, level, rows=[(on(f"2024-01-{day:02}"), float(day)) for day in range(1, 32)])
    assert [name for name, fit in fits.items() if fit.fits] == [
        "moving_average",
        "null_rate_by_column",
        "duplicate_rate",
        "value_distribution",
    ]
    assert fits["value_distribution"].parameters == {"column": "temperature", "bins": 10}


def test_lead_times_are_found_where_a_duration_was_derived() -> None:
    opened, closed = column("opened_at", "DATE", Role.TIME), column("closed_at", "DATE", Role.TIME)
    took = replace(column("opened_to_closed_days", "BIGINT"), formula='date_diff(\'day\', "opened_at", "closed_at")')
    with table_of(
        [opened, closed], [(on("2024-01-01"), on("2024-01-03")), (on("2024-01-02"), on("2024-01-09"))]
    ) as table:
        known = profile(table)
        dataset = replace(table.dataset, columns=(opened, closed, took))
        [fit] = [fit for fit in fitting(dataset, known) if fit.template == "lead_time_analysis"]
    assert (fit.fits, fit.parameters["start"], fit.parameters["end"]) == (True, "opened_at", "closed_at")
