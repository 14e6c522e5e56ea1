"""Periods that the data hardly cover are neither shown nor compared, and the artifact says so."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.analysis.kpi.orders import measured, named, orders
from voyant.domain.kpi import Kpis


def kpis_of(counts: list[int], first: date = date(2020, 1, 1)) -> Kpis:
    """Key figures of so many orders in each month, spread over it."""
    rows = []
    for month, count in enumerate(counts, start=first.month - 1):
        start = date(first.year + month // 12, month % 12 + 1, 1)
        rows += [(start + timedelta(days=number * 28 // count), "books", Decimal(10)) for number in range(count)]
    with orders(rows) as table:
        return measured(table)


def test_a_collection_that_trails_off_is_shown_up_to_where_it_was_whole() -> None:
    chance = random.Random(3)
    counts = [chance.randint(80, 120) for _ in range(24)] + [9, 4, 7, 3, 5]
    kpis = kpis_of(counts)
    records = named(kpis, "number of records")
    assert records.period == "2021-12"
    assert records.value == counts[23]
    assert [point.complete for point in records.series] == [True] * 24 + [False] * 5
    assert any("hardly cover January 2022 to May 2022: 5.60 records a month" in note for note in kpis.notes)


def test_a_hesitant_start_is_no_base_of_comparison() -> None:
    counts = [2, 1, *[100 + (place * 37) % 23 for place in range(20)]]
    kpis = kpis_of(counts)
    assert [point.complete for point in named(kpis, "number of records").series[:3]] == [False, False, True]
    assert any("hardly cover January 2020 to February 2020" in note and "after" in note for note in kpis.notes)


@pytest.mark.parametrize(
    "counts",
    [
        [round(1000 * 0.7**month) + 1 for month in range(20)],  # a business that fades
        [round(100 * 1.3**month) for month in range(16)],  # one that grows
        [(200, 150, 90, 20, 5, 4, 3, 6, 30, 90, 150, 190)[month % 12] for month in range(29)],  # a season
        [60, 75, 50, 66, 71, 58, 64, 80, 55, 62, 70, 30],  # a bad month
        [3, 1, 4, 2, 5, 3, 2, 4, 1, 3, 2, 4, 3, 1],  # few of anything
    ],
)
def test_what_falls_rises_or_swings_is_covered_to_the_end(counts: list[int]) -> None:
    kpis = kpis_of(counts)
    assert not any("hardly cover" in note for note in kpis.notes)
