"""Changes that rest on a handful of rows say so, and those that do not, do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.analysis.kpi.orders import COLUMNS, changes, measured, named, orders
from voyant.analysis.conclusions import conclude
from voyant.analysis.grains import advance
from voyant.analysis.insights.detectors.drivers import drivers
from voyant.analysis.kpi import measure
from voyant.analysis.kpi.changes import Cell
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.kpi.handful import LARGEST_SHARE, LEAST_CHANGE, MOST_ROWS, Extremes, Side, handful
from voyant.analysis.narrative.key_figures import figure_sentence
from voyant.analysis.profile import profile
from voyant.analysis.time_columns import TimeAxis
from voyant.domain.kpi import DeclaredKpi, Grain, Handful, Kpi, KpiKind, Kpis
from voyant.services.result_sections import kpis_section

FEBRUARY, MARCH = date(2023, 2, 1), date(2023, 3, 1)
TOTAL, MEAN = ("revenue", "sum(amount)"), ("mean amount", "avg(amount)")


def rows_of(first: date, days: int, amounts: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Orders of a month, spread over its days."""
    return [(first + timedelta(days=place % days), "books", amount) for place, amount in enumerate(amounts)]


EARLIER = [
    row
    for month in (8, 9, 10, 11, 12, 13)
    for row in rows_of(date(2022 + month // 13, (month - 1) % 12 + 1, 1), 28, [10] * 40)
]
"""Enough of them for the table to be read by month."""


def figures(february: Sequence[Any], march: Sequence[Any]) -> dict[str, Kpi]:
    with orders([*EARLIER, *rows_of(FEBRUARY, 28, february), *rows_of(MARCH, 31, march)]) as table:
        kpis = measured(table, TOTAL, MEAN, ("orders", "count(*)"), ("twice", "2 * avg(CAST(amount AS DOUBLE))"))
        for kpi in kpis.kpis:
            for change in changes(kpi):
                assert change.rests_on is None or recomputed(table, change.rests_on) == change.rests_on
        return {kpi.name: kpi for kpi in kpis.kpis}


def recomputed(table: Any, few: Handful) -> Handful:
    """The same, its numbers those that its statement gives, where these are the same."""
    [row] = table.query(few.sql)
    assert (row["rows"], row["among"]) == (few.rows, few.among)
    for name in ("base", "value", "absolute"):
        assert float(row[name]) == pytest.approx(getattr(few, name), rel=1e-9, abs=1e-6)
    assert few.relative is None or row["change"] == pytest.approx(100 * few.relative)
    return few


def test_a_mean_that_three_large_rows_of_the_month_before_had_raised() -> None:
    found = figures([10] * 197 + [1000, 2000, 3000], [9] * 200)
    change = found["mean amount"].change
    assert change is not None
    few = change.rests_on
    assert few is not None
    # Without the two largest February has a mean of 15: less than half of the fall is left.
    assert (few.rows, few.among, few.value) == (2, 400, 9.0)
    assert few.base == pytest.approx((197 * 10 + 1000) / 198, rel=1e-9)
    assert "(rests on 2 of 400 records: without them down 40 %)" in figure_sentence(found["mean amount"])


def test_a_total_that_one_row_carries() -> None:
    found = figures([10] * 200, [10] * 199 + [5000])
    total = found["revenue"]
    assert total.change is not None
    assert total.change.rests_on is not None
    assert (total.change.rests_on.rows, total.change.rests_on.absolute) == (1, -10.0)
    assert "rests on 1 of 400 records: without it down 0.5 %" in figure_sentence(total)
    twice = found["twice"].change
    assert twice is not None
    assert twice.rests_on is not None
    assert (twice.rests_on.value, twice.rests_on.base) == (20.0, 20.0)


def test_a_change_that_all_rows_carry_rests_on_no_handful() -> None:
    found = figures([10] * 200, [12] * 200)
    assert [kpi.change.rests_on for kpi in found.values() if kpi.change] == [None] * len(found)


def test_a_few_rows_of_few_are_no_handful() -> None:
    found = figures([10] * 10, [10] * 9 + [500])
    change = found["mean amount"].change
    assert change is not None
    assert change.rests_on is None


def test_a_count_rests_on_all_its_rows_alike() -> None:
    change = figures([10] * 200, [10] * 202)["orders"].change
    assert change is not None
    assert change.rests_on is None


def test_found_figures_say_it_too() -> None:
    february, march = [8, 9, 11, 12] * 50, [8, 9, 11, 12] * 49 + [8, 9, 11, 9000]
    with orders([*EARLIER, *rows_of(FEBRUARY, 28, february), *rows_of(MARCH, 31, march)]) as table:
        change = named(measured(table), "total amount (EUR)").change
    assert change is not None
    assert change.rests_on is not None
    assert change.rests_on.rows == 1


@pytest.mark.parametrize(
    ("large", "told"),
    [
        ((3000,), "it rests on 1 of 400 records: without it the figure goes the other way"),
        ((1000, 1000, 1000, 400), "it rests on 2 of 400 records: without them 41.3 % of it is left"),
    ],
)
def test_a_finding_says_it_and_its_statement_gives_its_numbers(large: tuple[int, ...], told: str) -> None:
    march = rows_of(MARCH, 31, [10] * (199 - len(large)) + [0, *large])
    february = rows_of(FEBRUARY, 28, [10] * 200)
    by_turns = [(day, ("books", "games")[place % 2], amount) for place, (day, _, amount) in enumerate(february + march)]
    with orders([*EARLIER, *by_turns]) as table:
        kpis = measure(table, profile(table), (DeclaredKpi(name="mean", sql="avg(amount)"),))
        kpis = replace(kpis, kpis=tuple(replace(kpi, asked_change=kpi.change) for kpi in kpis.kpis))
        [finding] = conclude(table, drivers(kpis), ()).findings
        assert told in finding.text
        rows = table.query(finding.sql)
    stated = [number for number in finding.numbers if number.column in {"few", "among", "remaining"}]
    assert stated
    for number in stated:
        assert number.value == pytest.approx(float(rows[number.row][number.column]))


def test_the_result_of_a_job_says_it_as_a_caveat() -> None:
    found = figures([10] * 200, [10] * 199 + [5000])
    with_one = kpis_section(Kpis(table="t", time_column=None, grain=None, first=None, last=None,
                                 kpis=(found["revenue"], found["orders"]), omitted=(), notes=()))  # fmt: skip
    assert [kpi.caveat for kpi in with_one] == ["Rests on 1 of 400 records: without it down 0.5 %.", None]


amounts = st.lists(st.none() | st.integers(-20, 20) | st.sampled_from([-5000, 5000, 40_000]), min_size=50, max_size=150)


@pytest.mark.parametrize("mean", [False, True])
@given(amounts, amounts)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
def test_no_fewer_rows_would_do_and_these_do(mean: bool, february: list[int | None], march: list[int | None]) -> None:
    name = "avg(amount)" if mean else "sum(amount)"
    figure = Figure(
        name="figure", kind=KpiKind.AVERAGE if mean else KpiKind.TOTAL, expression=name, columns=("amount",),
        numerator="sum(amount)", denominator="count(amount)" if mean else None, amount="amount",
    )  # fmt: skip
    sides = [side(first, month, mean=mean) for first, month in ((FEBRUARY, february), (MARCH, march))]
    with orders([*rows_of(FEBRUARY, 28, february), *rows_of(MARCH, 31, march)]) as table:
        few = handful(table, figure, TimeAxis(COLUMNS[0]), *sides)
        assert few is None or recomputed(table, few)
    base, value = (exact.cell.figure for exact in sides)
    fewest = by_hand(february, march, mean=mean)
    assert (few.rows if few else None) == fewest
    if few is not None and base is not None and value is not None:
        assert few.absolute / float(value - base) < 0.5


def side(first: date, month: list[int | None], *, mean: bool) -> Side:
    known = sorted(Decimal(amount) for amount in month if amount is not None)
    cell = Cell(
        numerator=sum(known, Decimal(0)), denominator=Decimal(len(known)) if mean else None, rows=len(month),
        empty=not known,
    )  # fmt: skip
    start = datetime(first.year, first.month, 1)
    extremes = Extremes(tuple(known[: -MOST_ROWS - 1 : -1]), tuple(known[:MOST_ROWS]))
    return Side((start, advance(start, Grain.MONTH)), cell, extremes)


def by_hand(february: Sequence[int | None], march: Sequence[int | None], *, mean: bool) -> int | None:
    """The fewest rows of both months, taken from either end, without which less than half of the change is left."""

    def figure(month: list[int]) -> Fraction:
        return Fraction(sum(month), len(month) if mean else 1)

    before, after = (sorted(amount for amount in month if amount is not None) for month in (february, march))
    if mean and not (before and after):
        return None
    if abs(figure(after) - figure(before)) <= Fraction(LEAST_CHANGE) * abs(figure(before)):
        return None
    for rows in range(1, min(MOST_ROWS, int(LARGEST_SHARE * (len(february) + len(march)))) + 1):
        for early, from_low, to_low in product(range(rows + 1), (True, False), (True, False)):
            late = rows - early
            kept_early = before[early:] if from_low else before[: len(before) - early]
            kept_late = after[late:] if to_low else after[: len(after) - late]
            left = (figure(kept_late) - figure(kept_early)) / (figure(after) - figure(before))
            if left < 0.5:
                return rows
    return None
