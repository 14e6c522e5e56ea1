"""Templates of stock and of lead times, with figures computed by hand."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tests.analysis.kpi.templates.tables import COUNTRY, DAY, asked, on, rows_of, said
from tests.analysis.profile.tables import column
from voyant.domain.table import Aggregation, Role

ITEM = column("item", "VARCHAR", Role.IDENTIFIER)
STOCK = replace(column("stock", "BIGINT"), aggregation=Aggregation.MEAN)
SOLD = replace(column("sold", "BIGINT"), aggregation=Aggregation.SUM)
PLAIN = [DAY, STOCK, SOLD]


def test_stock_that_is_counted_together_is_added() -> None:
    rows = [
        (on("2024-01-01"), 60, 10),
        (on("2024-01-01"), 40, 20),  # 100 in stock on the first day
        (on("2024-01-31"), 30, 20),
        (on("2024-01-31"), 20, 0),  # 50 on the last
        (on("2024-02-29"), 0, 0),
    ]
    result = asked("inventory_turnover", PLAIN, rows, grain="month")
    assert rows_of(result, "sold", "average_stock", "turnover", "days_of_stock") == [
        (50, 75.0, 0.6666666667, 46.5),  # (100 + 50) / 2; 50 / 75; 31 / (2 / 3)
        (0, 0.0, None, None),
    ]
    assert said(result) == "Stock was turned over 0.667 times in January 2024: it lasts 46.5 days on average."


def test_items_that_are_counted_at_different_times_are_averaged_one_by_one() -> None:
    rows = [
        (on("2024-01-01"), 60, 10, "a"),
        (on("2024-01-31"), 40, 10, "a"),  # a: 50 on average
        (on("2024-01-15"), 30, 5, "b"),  # b: 30
    ]
    result = asked("inventory_turnover", [*PLAIN, ITEM], rows, grain="month")
    assert result.parameters["item"] == ["item"]
    assert rows_of(result, "sold", "average_stock", "turnover") == [(25, 80.0, 0.3125)]


def test_an_item_that_lies_in_several_stores_is_more_than_one() -> None:
    store = column("store", "VARCHAR", Role.DIMENSION)
    rows = [
        (on(day), stock, 5, item, place)
        for day in ("2024-01-01", "2024-01-31")
        for item, place, stock in (("a", "north", 60), ("a", "south", 20), ("b", "north", 30), ("b", "south", 40))
    ]
    result = asked("inventory_turnover", [*PLAIN, ITEM, store], rows, grain="month")
    assert result.parameters["item"] == ["item", "store"]
    assert rows_of(result, "sold", "average_stock", "turnover") == [(40, 150.0, 0.2666666667)]  # 60 + 20 + 30 + 40


ORDERED = column("ordered", "TIMESTAMP", Role.TIME)
DELIVERED = column("delivered", "TIMESTAMP", Role.TIME)


def test_lead_times_count_where_they_end() -> None:
    rows = [
        *((datetime(2024, 1, 1), datetime(2024, 1, 1 + days)) for days in range(1, 11)),  # 1 to 10 days
        (datetime(2024, 1, 31), datetime(2024, 2, 1, 12)),  # a day and a half, in February
        (datetime(2024, 2, 29), datetime(2024, 2, 28)),  # backwards
        (datetime(2024, 2, 29), None),
        (None, datetime(2024, 2, 29)),
    ]
    result = asked("lead_time_analysis", [ORDERED, DELIVERED], rows, start="ordered", end="delivered", grain="month")
    names = ("completed", "average_days", "median_days", "p90_days", "longest_days", "backwards")
    assert rows_of(result, *names) == [
        (10, 5.5, 5.0, 9.0, 10.0, 0),  # 5 of 10 take at most 5 days, 9 of 10 at most 9
        (1, 1.5, 1.5, 1.5, 1.5, 1),
    ]
    assert said(result).startswith("From ordered to delivered half of the 1 that were done in February 2024")


def test_days_are_counted_where_one_end_tells_no_hour() -> None:
    """Ordered at noon and delivered on some hour of the third day after: not two and a half days."""
    rows = [(datetime(2024, 1, day, 12), on(f"2024-01-{day + 3:02}")) for day in range(1, 11)]
    delivered = column("delivered", "DATE", Role.TIME)
    result = asked("lead_time_analysis", [ORDERED, delivered], rows, start="ordered", end="delivered", grain="month")
    assert rows_of(result, "completed", "average_days", "longest_days") == [(10, 3.0, 3.0)]


def test_lead_times_by_segment() -> None:
    rows = [
        ("de", datetime(2024, 1, 1), datetime(2024, 1, 3)),
        ("de", datetime(2024, 1, 1), datetime(2024, 1, 5)),
        (None, datetime(2024, 1, 1), datetime(2024, 1, 2)),
        ("fr", datetime(2024, 1, 2), datetime(2024, 1, 1)),
    ]
    result = asked(
        "lead_time_analysis", [COUNTRY, ORDERED, DELIVERED], rows, start="ordered", end="delivered", segment="country"
    )
    assert rows_of(result, "segment", "completed", "average_days", "backwards") == [
        ("de", 2, 3.0, 0),
        (None, 1, 1.0, 0),
        ("fr", 0, None, 1),
    ]
