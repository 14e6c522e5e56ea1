"""Two periods that a caller asks to compare: whichever they are, the parts add up, and the sentence says them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.kpi.orders import COLUMNS, breakdown, named, orders
from tests.analysis.kpi.test_invariants import as_written, check_adds_up
from voyant.analysis.conclusions import conclude
from voyant.analysis.insights.detectors.drivers import drivers
from voyant.analysis.kpi import measure
from voyant.analysis.profile import profile
from voyant.domain.finding import Finding
from voyant.domain.kpi import DeclaredKpi, Kpis
from voyant.errors import Code, InvalidInput
from voyant.lake.table import EngineTable

DECLARED = (
    DeclaredKpi(name="revenue", sql="sum(amount)"),
    DeclaredKpi(name="price", sql="sum(amount) / sum(rating)"),
    DeclaredKpi(name="mean", sql="avg(amount)"),
    DeclaredKpi(name="orders", sql="count(*)"),
    DeclaredKpi(name="middle", sql="median(amount)"),
)


def compared(table: EngineTable, *compare: str, declared: tuple[DeclaredKpi, ...] = DECLARED) -> Kpis:
    return measure(table, profile(table), declared, compare=compare)


def told(table: EngineTable, kpis: Kpis) -> tuple[Finding, ...]:
    return conclude(table, drivers(kpis), ()).findings


def sold(day: date, category: str, amount: float, rating: int, state: str) -> tuple[Any, ...]:
    return (day, category, Decimal(str(amount)), rating, state)


def year_of_orders() -> list[tuple[Any, ...]]:
    """In each quarter of 2022 ten orders of 10 in each category and state; in the last, books in the north cost 40."""
    return [
        sold(
            date(2022, 3 * quarter + 1, 1) + timedelta(days=number),
            category,
            40 if quarter == 3 and category == "books" and state == "north" else 10,
            1,
            state,
        )
        for quarter in range(4)
        for category in ("books", "films")
        for state in ("north", "south")
        for number in range(10)
    ]


def test_any_two_periods_are_compared_and_the_first_is_the_earlier_one() -> None:
    with orders(year_of_orders()) as table:
        for asked in (("2022-Q2", "2022-Q4"), ("2022-Q4", "2022-Q2")):
            change = named(compared(table, *asked), "revenue").asked_change
            assert change is not None
            assert (change.base_period, change.period) == ("2022-Q2", "2022-Q4")
            assert (change.base, change.value, change.relative) == (400, 700, 0.75)
            by_category = breakdown(change, "category")
            [books] = [part for part in by_category.parts if part.value == "books"]
            assert (books.effect, books.rate_effect, books.volume_effect) == (300, 300, 0)
            assert (by_category.rate_effect, by_category.volume_effect, by_category.mix_effect) == (300, 0, None)


def test_a_pair_is_told_where_it_says_more_than_its_columns() -> None:
    with orders(year_of_orders()) as table:
        change = named(compared(table, "2022-Q3", "2022-Q4"), "revenue").asked_change
        assert change is not None
        [pair] = change.pairs
        assert pair.columns == ("category", "state")
        assert (pair.parts[0].value, pair.parts[0].effect) == ("books × north", 300)


def test_months_years_and_days_can_be_asked_for_too() -> None:
    with orders(year_of_orders()) as table:
        for asked in (("2022-01", "2022-10"), ("2022-01-01", "2022-10-01"), ("2022-W01", "2022-W40")):
            change = named(compared(table, *asked), "orders").asked_change
            assert change is not None
            assert (change.base_period, change.period) == asked


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (("2022-Q1",), "two are compared"),
        (("2022-Q1", "spring"), "'spring' is no period"),
        (("2022-13", "2022-12"), "'2022-13' is no period"),
        (("2022-Q1", "2022-12"), "one is a quarter, the other a month"),
        (("2022-Q1", "2022-Q1"), "they are the same"),
        (("2019-Q1", "2022-Q1"), "no rows in 2019-Q1; the data reach from"),
    ],
)
def test_periods_that_cannot_be_compared_are_refused(asked: tuple[str, ...], reason: str) -> None:
    with orders(year_of_orders()) as table, pytest.raises(InvalidInput, match="cannot be compared") as refused:
        compared(table, *asked)
    assert refused.value.code is Code.BAD_TIME
    assert reason in refused.value.message


def test_a_table_without_times_compares_no_periods() -> None:
    with orders([(None, "a", Decimal(1)) for _ in range(3)], COLUMNS) as table, pytest.raises(InvalidInput) as refused:
        compared(table, "2022-Q1", "2022-Q2")
    assert refused.value.code is Code.BAD_TIME


def test_the_sentence_says_who_carries_the_change_and_whether_it_is_volume_or_rate() -> None:
    with orders(year_of_orders()) as table:
        kpis = compared(table, "2022-Q2", "2022-Q4", declared=DECLARED[:1])
        texts = [finding.text for finding in told(table, kpis)]
        assert texts[0] == (
            "Revenue rose by 75 % from Q2 2022 to Q4 2022 (400 to 700): by category, “books” makes 100 % of the "
            "change; the "
            "number of records makes 0 % of it (volume), the amount a record 100 % (rate)."
        )
        assert any("by category and state" in text and "“books” × “north” makes 100 %" in text for text in texts)


def test_parts_that_nearly_cancel_are_told_as_amounts() -> None:
    """Shares of a change that is next to nothing run to thousands of percent, and tell nobody anything."""
    rows = [
        sold(date(2022, month, 1 + number), category, amount, 1, "north")
        for month, sales in ((1, {"books": 10, "films": 50}), (2, {"books": 10.1, "games": 50}))
        for category, amount in sales.items()
        for number in range(20)
    ] + [sold(date(2022, month, 25), "books", 20, 1, "north") for month in (1, 2) for _ in range(30)]
    with orders(rows) as table:
        kpis = compared(table, "2022-01", "2022-02", declared=DECLARED[:1])
        [text] = [finding.text for finding in told(table, kpis)]
        assert text == (
            "Revenue rose by 0.1 % from January 2022 to February 2022 (1,800 to 1,802): by category, “games” adds "
            "1,000 and “books” 2; “films” takes away 1,000; the number of records makes 0 of it (volume), the amount a "
            "record 2.00 (rate)."
        )


def test_of_changes_that_nobody_asked_for_only_those_of_declared_figures_are_told() -> None:
    with orders(year_of_orders()) as table:
        found = measure(table, profile(table))
        assert not told(table, found)


amounts = st.none() | st.decimals("-1e6", "1e6", places=2)
rows = st.lists(
    st.tuples(
        st.integers(0, 300).map(lambda day: date(2022, 1, 1) + timedelta(days=day)),
        st.sampled_from(["a", "b", "c", None]),
        amounts,
        st.none() | st.integers(0, 5),
        st.sampled_from(["x", "y", None]),
    ),
    min_size=12,
    max_size=60,
)


@given(rows)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_parts_and_pieces_add_up_and_the_statement_gives_them(table_rows: list[tuple[Any, ...]]) -> None:
    fixed = [(date(2022, 1, 5), "a", Decimal(1), 1, "x"), (date(2022, 8, 5), "a", Decimal(2), 1, "x")]
    with orders([*table_rows, *fixed]) as table:
        for kpi in compared(table, "2022-Q1", "2022-Q3").kpis:
            change = kpi.asked_change
            if change is None:
                continue
            check_adds_up(change)
            for found in (*change.breakdowns, *change.pairs):
                pieces = [found.rate_effect, found.mix_effect, found.volume_effect]
                assert sum(as_written(piece) for piece in pieces if piece is not None) == as_written(change.absolute)
                again = {row["value"]: row for row in table.query(found.effects_sql)}
                for part in found.parts:
                    scale = max(abs(change.value), abs(change.base), abs(part.effect), 1e-6)
                    assert float(again[part.value]["effect"]) == pytest.approx(part.effect, abs=1e-6 * scale)
