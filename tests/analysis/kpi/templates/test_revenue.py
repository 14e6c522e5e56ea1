"""Templates of revenue, with figures computed by hand."""

from __future__ import annotations

from msgspec.structs import replace

from tests.analysis.kpi.templates.tables import AMOUNT, COUNTRY, DAY, ORDER, asked, money, on, rows_of, said
from tests.analysis.profile.tables import column
from voyant.domain.table import Aggregation

# January 10 + 20 - 5 = 25, February nothing, March 50, April 100, and May until the 10th 7.
SALES = [
    (on("2024-01-02"), money(10)),
    (on("2024-01-15"), money(20)),
    (on("2024-01-31"), money(-5)),
    (on("2024-03-01"), money(50)),
    (on("2024-03-31"), None),
    (on("2024-04-30"), money(100)),
    (on("2024-05-10"), money(7)),
    (None, money(1000)),
]


def test_revenue_grows_from_one_complete_period_to_the_next() -> None:
    result = asked("revenue_growth", [DAY, AMOUNT], SALES, grain="month")
    assert rows_of(result, "period", "revenue", "previous_revenue", "change", "growth_percent", "complete") == [
        ("2024-01-01", 25, None, None, None, True),
        ("2024-02-01", 0, 25, -25, -100.0, True),  # (0 - 25) / 25
        ("2024-03-01", 50, 0, 50, None, True),  # of nothing there is no share
        ("2024-04-01", 100, 50, 50, 100.0, True),  # (100 - 50) / 50
        ("2024-05-01", 7, 100, None, None, False),  # 21 of 31 days are missing
    ]
    assert [column.unit for column in result.columns] == [None, "EUR", "EUR", "EUR", "%", None]
    assert said(result) == "Amount was €100 in April 2024, 100 % more than in the month before."


def test_returns_can_be_left_out() -> None:
    result = asked("revenue_growth", [DAY, AMOUNT], SALES, grain="month", returns="exclude")
    assert rows_of(result, "revenue")[0] == (30,)  # 10 + 20


def test_only_days_from_since_to_as_of_count() -> None:
    result = asked("revenue_growth", [DAY, AMOUNT], SALES, grain="month", since="2024-01-15", as_of="2024-04-29")
    assert rows_of(result, "period", "revenue", "complete") == [
        ("2024-01-01", 15, False),  # 20 - 5, of half a month
        ("2024-02-01", 0, True),
        ("2024-03-01", 50, True),
        ("2024-04-01", 0, True),  # the 100 came on the 30th: the one day that is missing is less than a tenth
    ]


def test_weeks_begin_on_monday_and_quarters_hold_three_months() -> None:
    weeks = asked("revenue_growth", [DAY, AMOUNT], SALES, grain="week")
    assert rows_of(weeks, "period", "revenue")[:3] == [("2024-01-01", 10), ("2024-01-08", 0), ("2024-01-15", 20)]
    quarters = asked("revenue_growth", [DAY, AMOUNT], SALES, grain="quarter")
    assert rows_of(quarters, "period", "revenue") == [("2024-01-01", 75), ("2024-04-01", 107)]


def test_revenue_can_be_pieces_times_price() -> None:
    pieces = replace(column("pieces", "BIGINT"), aggregation=Aggregation.SUM)
    price = replace(column("price", "DOUBLE"), aggregation=Aggregation.MEAN, unit="GBP")
    rows = [(on("2024-01-01"), 3, 1.5), (on("2024-01-31"), 2, 0.25), (on("2024-01-31"), 4, float("inf"))]
    result = asked("revenue_growth", [DAY, pieces, price], rows, grain="month", amount="pieces", price="price")
    assert rows_of(result, "revenue") == [(5,)]  # 3 * 1.5 + 2 * 0.25; what costs infinitely much adds nothing
    assert result.columns[1].unit == "GBP"


def test_segments_have_shares_of_the_whole() -> None:
    rows = [("de", money(60)), ("fr", money(50)), ("fr", money(-20)), (None, money(10)), ("it", None)]
    result = asked("revenue_by_segment", [COUNTRY, AMOUNT], rows, segment="country")
    names = ("place", "segment", "revenue", "share_percent", "cumulative_percent", "row_count")
    assert rows_of(result, *names) == [  # of 60 + 30 + 10 = 100
        (1, "de", 60, 60.0, 60.0, 1),
        (2, "fr", 30, 30.0, 90.0, 2),
        (3, None, 10, 10.0, 100.0, 1),
        (4, "it", 0, 0.0, 100.0, 1),
    ]
    assert said(result) == "“de” brings in 60 % of amount, €60, and stands first of 4 values of country."


def test_a_whole_of_nothing_has_no_shares() -> None:
    rows = [("de", money(-60)), ("fr", money(60))]
    result = asked("revenue_by_segment", [COUNTRY, AMOUNT], rows, segment="country")
    assert rows_of(result, "segment", "share_percent") == [("fr", None), ("de", None)]


COST = replace(column("cost", "DECIMAL(18,2)"), aggregation=Aggregation.SUM, unit="EUR")


def test_the_margin_leaves_out_rows_that_do_not_say_their_cost() -> None:
    rows = [
        (on("2024-01-01"), money(100), money(60)),
        (on("2024-01-31"), money(100), money(90)),
        (on("2024-01-31"), money(500), None),
        (on("2024-02-29"), money(10), money(15)),
    ]
    result = asked("profit_margin", [DAY, AMOUNT, COST], rows, grain="month")
    assert rows_of(result, "revenue", "profit", "margin_percent", "row_count", "incomplete_rows", "complete") == [
        (200, 50, 25.0, 2, 1, True),  # (40 + 10) / 200
        (10, -5, -50.0, 1, 0, True),
    ]
    assert said(result) == "The profit is 21.4 % of amount: €45 of €210."  # 45 / 210


def test_the_margin_of_segments_takes_a_profit_that_is_given() -> None:
    profit = replace(COST, name="profit")
    rows = [("de", money(100), money(40)), ("fr", money(100), money(10)), ("fr", money(100), money(20))]
    result = asked("profit_margin", [COUNTRY, AMOUNT, profit], rows, segment="country")
    assert rows_of(result, "segment", "revenue", "profit", "margin_percent", "row_count", "incomplete_rows") == [
        ("fr", 200, 30, 15.0, 2, 0),
        ("de", 100, 40, 40.0, 1, 0),
    ]


def test_orders_are_valued_without_those_that_only_return() -> None:
    rows = [
        (on("2024-01-01"), 1, money(30)),
        (on("2024-01-01"), 1, money(-10)),  # order 1 comes to 20
        (on("2024-01-31"), 2, money(40)),
        (on("2024-02-01"), 2, money(40)),  # order 2 to 80, in January, where it began
        (on("2024-01-20"), 3, money(-25)),  # order 3 is a cancellation
        (on("2024-02-29"), None, money(999)),
        (on("2024-02-29"), 4, None),  # order 4 says nothing
    ]
    result = asked("average_order_value", [DAY, ORDER, AMOUNT], rows, grain="month")
    assert rows_of(result, "orders", "revenue", "average_order_value", "returned") == [
        (2, 100, 50.0, -25),  # (20 + 80) / 2
        (0, 0, None, 0),
    ]
    assert said(result) == "An order was worth €50 on average in January 2024, over 2 orders."
