"""Figures computed by hand: shares, ranks, gaps, growth, prices, concentration, flows."""

from __future__ import annotations

from datetime import date

import pytest

from tests.analysis.benchmark.brands import answered, compared, market, month, sales
from tests.analysis.profile.tables import column
from voyant.domain.benchmark import Flow
from voyant.domain.table import Role

# Units sold by brand in two months that are whole, each on its first and its last day.
TWO_MONTHS = [
    [date(2021, when, day), brand, region, units, units * price]
    for when, sold in ((1, {"A": 60, "B": 30, "C": 10}), (2, {"A": 50, "B": 30, "C": 40}))
    for brand, units_sold in sold.items()
    for price in [{"A": 2, "B": 3, "C": 1}[brand]]
    for region, day, units in (("North", 1, units_sold // 2), ("South", 28, units_sold - units_sold // 2))
]


def test_a_brand_stands_as_one_counts_by_hand() -> None:
    with sales(TWO_MONTHS) as table:
        found = compared(table, brand="B", metrics=("units",), grain="month")
    own = found.standing("B", "units")
    assert own is not None
    assert (own.value, own.rank, own.rows) == (60.0, 2, 4)
    assert own.share == pytest.approx(60 / 220, abs=1e-10)
    assert own.relative == pytest.approx(60 / 110, abs=1e-10)
    assert (own.gap_to_leader, own.gap_to_median) == (-50.0, 0.0)
    assert (own.before, own.after, own.growth) == (30.0, 30.0, 0.0)
    assert (own.share_before, own.share_after) == (0.3, 0.25)
    assert (own.rank_before, own.rank_after) == (2, 3)
    assert found.competitors == ("A", "C")


def test_the_price_index_is_the_price_against_what_is_paid_on_average() -> None:
    with sales(TWO_MONTHS) as table:
        found = compared(table, brand="B", metrics=("revenue",), volume="units", grain="month")
    price = next(metric for metric in found.metrics if metric.use == "price")
    mean = (110 * 2 + 60 * 3 + 50 * 1) / 220
    for brand, paid in (("A", 2.0), ("B", 3.0), ("C", 1.0)):
        standing = found.standing(brand, price.name)
        assert standing is not None
        assert standing.value == paid
        assert standing.price_index == pytest.approx(100 * paid / mean, rel=1e-9)


def test_concentration_counts_every_brand() -> None:
    with sales(TWO_MONTHS) as table:
        whole, before, after = compared(table, metrics=("units",), grain="month").concentration
    assert whole.hhi == pytest.approx((110**2 + 60**2 + 50**2) / 220**2)
    assert before.hhi == pytest.approx(0.6**2 + 0.3**2 + 0.1**2)
    assert (whole.brands, whole.cr4, after.total) == (3, 1.0, 120.0)


def test_what_is_lost_goes_to_the_winners_in_proportion() -> None:
    with sales(TWO_MONTHS) as table:
        found = compared(table, metrics=("units",), grain="month")
    lost_a, lost_b, gained = 0.6 - 50 / 120, 0.3 - 0.25, 40 / 120 - 0.1
    assert found.flows == (
        Flow(source="A", target="C", share=pytest.approx(lost_a, abs=2e-10)),  # type: ignore[arg-type]
        Flow(source="B", target="C", share=pytest.approx(lost_b, abs=2e-10)),  # type: ignore[arg-type]
    )
    assert lost_a + lost_b == pytest.approx(gained)


def test_growth_and_rank_stand_by_period() -> None:
    with sales(TWO_MONTHS) as table:
        rows = answered(table, metrics=("units",), grain="month").rows["benchmark_periods"]
        assert not isinstance(rows, str)
    by_key = {(row["brand"], row["label"]): row for row in rows.to_pylist() if row["metric"] == "units"}
    assert by_key["C", "2021-02"]["growth"] == 3.0
    assert by_key["C", "2021-02"]["rank"] == 2
    assert by_key["C", "2021-01"]["growth"] is None
    assert by_key["B", "2021-02"]["gap_to_leader"] == -20.0


def test_two_years_are_compared_with_one_another() -> None:
    with sales(market()) as table:
        found = compared(table)
    assert found.before is not None
    assert found.after is not None
    assert (found.before.first, found.before.last) == ("2022-01", "2022-12")
    assert (found.after.first, found.after.last) == ("2023-01", "2023-12")


def test_what_stands_out_is_found_and_nothing_else() -> None:
    with sales(market()) as table:
        found = compared(table, brand="Alpen", by=("region",))
    shift = next(one for one in found.shifts if one.brand == "Alpen")
    assert shift.tested is not None
    assert shift.change < -0.03
    assert shift.tested.q < 0.05
    rated = {one.competitor: one for one in found.differences if one.metric == "average rating"}
    assert rated["Borea"].tested is not None
    assert rated["Borea"].tested.q < 0.05
    assert rated["Borea"].difference == pytest.approx(0.6, abs=0.1)
    assert rated["Cirrus"].tested is not None
    assert rated["Cirrus"].tested.q > 0.05
    verdicts = {one.segment: one.verdict for one in found.segments if one.metric == found.market}
    assert verdicts == {"North": "strength", "South": "strength", "West": "weakness"}


def test_of_metrics_where_less_is_better_the_smallest_is_first() -> None:
    rows = [[month(place), brand, "North", 1, 1, value] for place in range(3) for brand, value in (("A", 2), ("B", 3))]
    with sales(rows) as table:
        found = compared(table, metrics=("rating",), lower=("rating",))
    first, second = (found.standing(brand, "average rating") for brand in "AB")
    assert first is not None
    assert second is not None
    assert (first.rank, second.rank) == (1, 2)
    assert second.relative == 1.5


def test_brands_beyond_thirty_are_together() -> None:
    rows = [[month(place), f"B{number:03}", "North", 100 - number, 1] for place in range(3) for number in range(50)]
    with sales(rows) as table:
        found = compared(table, brand="b049", metrics=("units",))
    listed = [one.brand for one in found.standings if one.metric == "units"]
    assert len(listed) == 31
    assert "B049" in listed
    assert listed[-1] is None
    assert found.concentration[0].brands == 50
    assert any("other 20" in note for note in found.notes)


def test_columns_of_each_brand_give_its_price() -> None:
    columns = (
        column("week", "BIGINT"),
        column("choice", "VARCHAR", Role.DIMENSION),
        column("price_dry_dock", "DECIMAL(18,2)"),
        column("price_tide", "DECIMAL(18,2)"),
    )
    rows = [[1 + place // 4, ("Tide", "Tide", "Dry Dock")[place % 3], 1 + place % 2, 3] for place in range(48)]
    with sales(rows, columns) as table:
        found = compared(table)
    assert (found.column, found.brand, found.time_column) == ("choice", "Tide", "week")
    counts = [found.standing(brand, "choices") for brand in ("Tide", "Dry Dock")]
    assert [one and one.value for one in counts] == [32.0, 16.0]
    prices = [found.standing(brand, "average price") for brand in ("Tide", "Dry Dock")]
    assert [one and one.value for one in prices] == [3.0, 1.5]
    assert [one and one.price_index for one in prices] == [pytest.approx(120), pytest.approx(60)]
    assert found.periods is not None
    assert found.periods.periods == 12
