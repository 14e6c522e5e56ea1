"""The same figures, computed row by row in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.kpi.templates.tables import AMOUNT, CUSTOMER, DAY, ORDER, asked, rows_of

FIRST = date(2023, 12, 20)
amounts = st.none() | st.decimals("-1000", "1000", places=2)
days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
sales = st.lists(st.tuples(days, amounts), min_size=1, max_size=40)
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def by_day(rows: list[tuple[date, Decimal | None]]) -> list[tuple[date, Decimal]]:
    """The sum of every day from the first to the last."""
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for day, amount in rows:
        sums[day] += amount or 0
    first, last = min(sums), max(sums)
    return [(day, sums[day]) for day in (first + timedelta(days=n) for n in range((last - first).days + 1))]


def close(found: float | None, expected: Fraction | Decimal | int | None) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return abs(found - float(expected)) <= 1e-8 * max(1.0, abs(float(expected)))


@thorough
@given(sales)
def test_a_cumulative_sum_is_the_sum_of_all_days_until_then(rows: list[tuple[date, Decimal | None]]) -> None:
    found = rows_of(asked("cumulative_sum", [DAY, AMOUNT], rows, grain="day", time="day", value="amount"), "cumulative")
    expected, total = [], Decimal(0)
    for _, amount in by_day(rows):
        total += amount
        expected.append(total)
    assert len(found) == len(expected)
    assert all(close(value, wanted) for (value,), wanted in zip(found, expected, strict=True))


@thorough
@given(sales, st.integers(2, 9))
def test_a_moving_average_is_the_mean_of_the_last_days(rows: list[tuple[date, Decimal | None]], window: int) -> None:
    result = asked("moving_average", [DAY, AMOUNT], rows, grain="day", time="day", value="amount", window=window)
    sums = [amount for _, amount in by_day(rows)]
    expected = [
        None if place + 1 < window else Fraction(sum(sums[place + 1 - window : place + 1])) / window
        for place in range(len(sums))
    ]
    found = rows_of(result, "moving_average")
    assert len(found) == len(expected)
    assert all(close(value, wanted) for (value,), wanted in zip(found, expected, strict=True))


bought = st.lists(
    st.tuples(days, st.sampled_from("abcdefghijkl"), st.integers(1, 30), amounts), min_size=1, max_size=60
)


@thorough
@given(bought)
def test_customers_are_scored_as_their_places_say(rows: list[tuple[date, str, int, Decimal | None]]) -> None:
    # Days that are all the first of a month stand for months, whose last day would count.
    rows = [*rows, (date(2024, 1, 2), "a", 31, Decimal("1.00"))]
    result = asked(
        "rfm_segments", [DAY, CUSTOMER, ORDER, AMOUNT], rows, rows="customers",
        time="day", customer="customer", order="order_id", amount="amount",
    )  # fmt: skip
    last: dict[str, date] = {}
    orders: dict[str, set[int]] = defaultdict(set)
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    for day, name, order, amount in rows:
        revenue[name] += amount or 0
        if amount and amount > 0:
            last[name] = max(day, last.get(name, day))
            orders[name].add(order)
    end = max(day for day, *_ in rows)
    expected = {}
    for name in last:
        earlier = sum(last[other] < last[name] for other in last)
        rarer = sum(len(orders[other]) < len(orders[name]) for other in last)
        poorer = sum(revenue[other] < revenue[name] for other in last)
        scores = (1 + 5 * earlier // len(last), 1 + 5 * rarer // len(last), 1 + 5 * poorer // len(last))
        expected[name] = ((end - last[name]).days, len(orders[name]), float(revenue[name]), *scores)
    names = ("recency_days", "frequency", "revenue", "recency_score", "frequency_score", "revenue_score")
    found = {
        name: tuple(row) for (name,), row in zip(rows_of(result, "customer"), rows_of(result, *names), strict=True)
    }
    assert found == expected
