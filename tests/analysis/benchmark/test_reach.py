"""Where each brand has a table of its own, only periods count that every table covers whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.benchmark.brands import COLUMNS, compared, sales
from tests.analysis.profile.tables import column
from voyant.domain.benchmark import Benchmark
from voyant.domain.table import Role
from voyant.errors import Code, InvalidInput

OTHERS = {"Borea": "borea", "Cirrus": "cirrus"}
FIRST, LAST = date(2021, 1, 1), date(2022, 12, 31)


def sold(brand: str, first: date = FIRST, last: date = LAST, units: int = 10) -> Iterator[list[Any]]:
    """A row every other day."""
    for number in range(0, (last - first).days + 1, 2):
        yield [first + timedelta(days=number), brand, "north", units]


def of_tables(*rows: Iterator[list[Any]], grain: str = "quarter") -> Benchmark:
    with sales([row for one in rows for row in one]) as table:
        return compared(table, brand="Alpen", others=OTHERS, metrics=("units",), grain=grain)


def test_a_quarter_of_which_a_table_has_one_month_is_left_out() -> None:
    found = of_tables(sold("Alpen"), sold("Borea", first=date(2021, 3, 1)), sold("Cirrus", last=date(2022, 10, 31)))
    assert found.periods is not None
    assert (found.periods.first, found.periods.last) == ("2021-Q2", "2022-Q3")
    shares = [one.share for one in found.standings if one.metric == "units"]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.002)  # each sells the same: a part of a quarter would show less
    assert (
        "Left out, since not every table covers them whole: 2021-Q1 (Borea in part); 2022-Q4 (Cirrus in part)."
    ) in found.notes
    assert "Only the time from 2021-Q2 to 2022-Q3 counts, which the tables of all brands cover whole." in found.notes


def test_periods_without_rows_are_told_from_those_in_part() -> None:
    found = of_tables(
        sold("Alpen"), sold("Borea", first=date(2021, 3, 9)), sold("Cirrus", last=date(2022, 7, 12)), grain="month"
    )
    assert found.periods is not None
    assert (found.periods.first, found.periods.last) == ("2021-04", "2022-06")
    (said,) = [note for note in found.notes if note.startswith("Left out")]
    assert said.endswith(
        ": 2021-01 to 2021-02 (Borea without rows); 2021-03 (Borea in part); 2022-07 (Cirrus in part); "
        "2022-08 to 2022-12 (Cirrus without rows)."
    )


def test_tables_that_reach_equally_far_lose_nothing() -> None:
    found = of_tables(sold("Alpen"), sold("Borea"), sold("Cirrus"))
    assert found.periods is not None
    assert found.periods.periods == 8
    assert not any("whole" in note for note in found.notes)


def test_numbered_periods_are_there_or_not() -> None:
    rows = [
        [week, brand, "north", 10]
        for brand, first, last in (("Alpen", 1, 20), ("Borea", 3, 20), ("Cirrus", 1, 18))
        for week in range(first, last + 1)
        for _ in range(3)
    ]
    with sales(rows, (column("week", "BIGINT", Role.IDENTIFIER), *COLUMNS[1:])) as table:
        found = compared(table, "week", brand="Alpen", others=OTHERS, metrics=("units",))
    assert found.periods is not None
    assert (found.periods.first, found.periods.last) == ("3", "18")
    assert any("1 to 2 (Borea without rows); 19 to 20 (Cirrus without rows)" in note for note in found.notes)


def test_a_table_of_no_whole_period_is_refused_with_a_way_out() -> None:
    with pytest.raises(InvalidInput, match="The table of Borea covers no quarter whole") as caught:
        of_tables(sold("Alpen"), sold("Borea", first=date(2021, 8, 2), last=date(2021, 9, 4)))
    assert (caught.value.code, "finer grain" in str(caught.value.as_dict()["remedy"])) == (Code.NOT_ENOUGH_DATA, True)


def test_whole_periods_that_do_not_meet_are_refused() -> None:
    with pytest.raises(InvalidInput, match="The rows of Alpen end before those of Borea begin"):
        of_tables(sold("Alpen", last=date(2021, 10, 31)), sold("Borea", first=date(2021, 9, 1)))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_brands_that_sell_alike_have_equal_shares_wherever_their_tables_begin_and_end(late: int, early: int) -> None:
    found = of_tables(
        sold("Alpen"), sold("Borea", first=FIRST + timedelta(days=late), last=LAST - timedelta(days=early))
    )
    shares = [one.share for one in found.standings if one.metric == "units"]
    assert shares == pytest.approx([0.5, 0.5], abs=0.02)
