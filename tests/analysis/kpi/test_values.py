"""What is known of a value before it is read: its name, whether it adds up, and where it cannot be."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.kpi.values import Value, read_value
from voyant.analysis.profile import profile
from voyant.domain.table import Aggregation, Role

COLUMNS = (
    replace(column("revenue", "DOUBLE"), aggregation=Aggregation.SUM),
    replace(column("balance", "DOUBLE"), aggregation=Aggregation.MEAN),
    replace(column("exchange_rate", "DOUBLE"), aggregation=Aggregation.RATIO),
    replace(column("market_share", "DOUBLE"), aggregation=Aggregation.RATIO),
    replace(column("margin", "DOUBLE"), aggregation=Aggregation.RATIO, unit="%"),
    replace(column("temperature", "DOUBLE"), aggregation=Aggregation.MEAN),
    column("paid", "BOOLEAN", Role.DIMENSION),
    replace(column("place name", "VARCHAR", Role.DIMENSION), name="place_name"),
)


@pytest.fixture
def read() -> dict[str, Value]:
    asked = [
        "revenue",
        "sum(revenue)",
        "avg(revenue)",
        "balance",
        "exchange_rate",
        "market_share",
        "margin",
        "paid",
        "count(*)",
        "sum(revenue) / sum(exchange_rate)",
        "sum(revenue) - sum(exchange_rate)",
        "sum(balance) / count(*)",
        "max(temperature)",
        "avg(CASE WHEN paid THEN revenue ELSE 0 END)",
        "median(revenue) FILTER (WHERE paid)",
    ]
    rows = [[10.0, -5.0, 0.9, 0.2, 40.0, 20.0, True, "a"], [20.0, 5.0, 0.8, 0.3, 50.0, 22.0, False, "b"]]
    with table_of(COLUMNS, rows) as table:
        known = profile(table)
        return {text: read_value(text, table.dataset, known) for text in asked}


def test_a_total_adds_up_and_a_ratio_does_not(read: dict[str, Value]) -> None:
    adding = {text for text, value in read.items() if value.additive}
    assert adding == {"revenue", "sum(revenue)", "count(*)", "sum(revenue) - sum(exchange_rate)"}
    assert read["revenue"].name == read["sum(revenue)"].name == "total revenue"
    assert read["avg(revenue)"].name == "average revenue"


def test_only_what_cannot_be_negative_has_a_least(read: dict[str, Value]) -> None:
    signed = {text for text, value in read.items() if value.signed}
    assert signed == {
        "balance",
        "sum(revenue) - sum(exchange_rate)",
        "sum(balance) / count(*)",
        "max(temperature)",
    }
    assert {value.lowest for text, value in read.items() if text not in signed} == {0.0}


def test_only_the_share_of_a_whole_has_a_greatest(read: dict[str, Value]) -> None:
    highest = {text: value.highest for text, value in read.items() if value.highest is not None}
    assert highest == {"market_share": 1.0, "margin": 100.0, "paid": 100.0}
