"""Small tables: every figure equals what brute force gives."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.profile import profile
from voyant.domain.profile import Profile
from voyant.domain.serialization import from_json, to_json
from voyant.domain.table import PersonalData, Role

INTEGERS = st.one_of(st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1))
DECIMALS = st.decimals(-(10**12), 10**12, places=3)
DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
FLOATS = st.one_of(st.floats(-1e6, 1e6), st.floats(allow_nan=False, allow_infinity=False))

COLUMNS = (
    column("whole", "BIGINT"),
    column("amount", "DECIMAL(18,3)"),
    column("ratio", "DOUBLE"),
    column("day", "DATE", Role.TIME),
    column("label", "VARCHAR", Role.DIMENSION),
    column("flag", "BOOLEAN", Role.DIMENSION),
)
ROWS = st.lists(
    st.tuples(*(st.none() | values for values in (INTEGERS, DECIMALS, FLOATS, DATES, TEXTS, st.booleans()))),
    max_size=40,
)


def close(value: float | None, expected: float) -> bool:
    """Equal to the digits that a profile keeps."""
    return value is not None and math.isclose(value, expected, rel_tol=1e-8, abs_tol=1e-300)


def as_stated(value: Any) -> Any:
    """A value as a profile states it."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_counts_and_order_equal_brute_force(rows: list[tuple[Any, ...]]) -> None:
    with table_of(COLUMNS, rows) as table:
        found = profile(table)
    assert found.rows == len(rows)
    for place, described in enumerate(found.columns):
        values = [row[place] for row in rows if row[place] is not None]
        counter = Counter(values)
        assert (described.count, described.nulls) == (len(values), len(rows) - len(values))
        assert described.distinct.exact
        assert described.distinct.value == len(counter)
        assert described.constant == (len(counter) == 1)
        assert described.unique == (len(counter) == len(rows) > 0)
        if values:
            assert described.minimum == as_stated(min(values))
            assert described.maximum == as_stated(max(values))
        for top in described.top:
            assert top.count == sum(count for value, count in counter.items() if as_stated(value) == top.value)
        assert len(described.top) == min(20, sum(count > 1 for count in counter.values()))
        for quantile in described.quantiles:
            rank = max(1, math.ceil(round(quantile.p * 100) * len(values) / 100))
            assert quantile.error == 0
            assert quantile.value == as_stated(sorted(values)[rank - 1])
        if described.histogram is not None:
            assert sum(described.histogram.counts) == len(values)
            assert len(described.histogram.edges) == len(described.histogram.counts) + 1


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.one_of(st.integers(-1000, 1000), INTEGERS), min_size=3, max_size=40))
def test_moments_of_integers_are_exact(values: list[int]) -> None:
    with table_of([column("whole", "BIGINT")], [(value,) for value in values]) as table:
        [described] = profile(table).columns
    number = described.number
    assert number is not None
    assert close(number.total, sum(values))
    assert close(number.mean, sum(values) / len(values))
    assert number.zeros == values.count(0)
    assert number.negatives == sum(value < 0 for value in values)
    exact = statistics.variance([Decimal(value) for value in values])
    if exact > 0:
        assert close(number.sd, float(exact.sqrt()))
        mean = Decimal(sum(values)) / len(values)
        third = sum((value - mean) ** 3 for value in values) / len(values)
        second = sum((value - mean) ** 2 for value in values) / len(values)
        assert number.skew is not None
        assert math.isclose(number.skew, float(third) / float(second) ** 1.5, rel_tol=1e-6, abs_tol=1e-6)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.one_of(INTEGERS, st.integers(0, 100)), min_size=1, max_size=60))
def test_a_histogram_counts_each_value_between_its_edges(values: list[int]) -> None:
    with table_of([column("whole", "HUGEINT")], [(value,) for value in values]) as table:
        [described] = profile(table).columns
    histogram = described.histogram
    assert histogram is not None
    assert len(histogram.counts) <= 41
    edges = [float(edge) for edge in histogram.edges]  # type: ignore[arg-type]
    if max(map(abs, values)) < 2**50:  # beyond, edges as JSON numbers are rounded
        for low, high, count in zip(edges[:-1], edges[1:], histogram.counts, strict=True):
            assert count == sum(low <= value < high for value in values)


def test_infinities_and_nan_are_counted_apart() -> None:
    rows = [(value,) for value in (1.5, 2.5, math.nan, math.inf, -math.inf, None)]
    with table_of([column("ratio", "DOUBLE")], rows) as table:
        [described] = profile(table).columns
    assert (described.count, described.nulls) == (5, 1)
    assert (described.minimum, described.maximum) == (1.5, 2.5)
    assert described.number is not None
    assert (described.number.infinite, described.number.mean) == (3, 2.0)


def test_decimals_of_38_digits_keep_every_digit_until_they_are_stated() -> None:
    huge = Decimal("9999999999999999999999999999.0000000001")
    rows = [(huge,), (huge.copy_negate(),), (Decimal("0.5"),)]
    with table_of([column("amount", "DECIMAL(38,10)")], rows) as table:
        [described] = profile(table).columns
    assert described.number is not None
    assert described.number.total == 0.5
    assert described.maximum == float(huge)


def test_a_table_without_rows_has_a_profile() -> None:
    with table_of(COLUMNS, []) as table:
        found = profile(table)
    assert found.rows == 0
    assert found.duplicate_rows.value == 0
    assert [described.count for described in found.columns] == [0] * len(COLUMNS)
    assert found.associations == found.keys == ()


def test_long_texts_are_told_apart_and_shown_short() -> None:
    long = "x" * 5000
    rows = [(long + "1",), (long + "2",), (long + "2",), (" ",), ("",)]
    with table_of([column("note", "VARCHAR", Role.DIMENSION)], rows) as table:
        [described] = profile(table).columns
    assert described.distinct.value == 4
    assert described.text is not None
    assert (described.text.min_length, described.text.max_length, described.text.empty) == (0, 5001, 2)
    assert len(str(described.top[0].value)) == 201


def test_patterns_name_the_shapes_of_texts() -> None:
    rows = [("AB-123",)] * 3 + [("cd-45",)]
    with table_of([column("code", "VARCHAR", Role.DIMENSION)], rows) as table:
        [described] = profile(table).columns
    assert described.text is not None
    assert [(each.shape, each.share) for each in described.text.patterns] == [("AA-999", 0.75), ("aa-99", 0.25)]


def test_terms_of_free_text_leave_common_words_out() -> None:
    rows = [("The bag was lost at the airport",), ("A lost bag and no refund",), ("Great crew",)]
    with table_of([column("review", "VARCHAR", Role.TEXT)], rows) as table:
        [described] = profile(table).columns
    assert described.text is not None
    assert [each.term for each in described.text.terms] == ["bag", "lost"]
    assert described.text.looked_at == 3


def test_personal_data_shows_no_value() -> None:
    rows = [(f"person{number}@example.org", number % 2) for number in range(4)] * 2
    columns = [column("mail", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL), column("n", "BIGINT")]
    with table_of(columns, rows) as table:
        found = profile(table)
    described = found.column("mail")
    assert described.distinct.value == 4
    assert described.text is not None
    assert described.text.max_length == len("person0@example.org")
    assert b"example.org" not in to_json(found)
    assert described.text.patterns == described.top == ()


def test_gaps_are_the_periods_without_rows() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(60) if number not in {10, 11, 12, 40}]
    with table_of([column("day", "DATE", Role.TIME)], [(day,) for day in days]) as table:
        [described] = profile(table).columns
    time = described.time
    assert time is not None
    assert (time.granularity, time.period, time.expected, time.present) == ("day", "day", 60, 56)
    assert [(gap.first, gap.last, gap.periods) for gap in time.gaps] == [
        ("2024-01-11", "2024-01-13", 3),
        ("2024-02-10", "2024-02-10", 1),
    ]


def test_months_are_recognised_by_their_first_days() -> None:
    months = [date(2020 + number // 12, number % 12 + 1, 1) for number in range(36) if number != 5]
    with table_of([column("month", "DATE", Role.TIME)], [(month,) for month in months]) as table:
        [described] = profile(table).columns
    assert described.time is not None
    assert (described.time.granularity, described.time.expected) == ("month", 36)
    assert described.time.gaps[0].first == "2020-06"


def test_what_is_missing_together_is_counted_exactly() -> None:
    rows = [(1, 1, 1)] * 5 + [(1, None, None)] * 3 + [(None, 1, 1)]
    with table_of([column(name, "BIGINT") for name in "abc"], rows) as table:
        found = profile(table)
    assert [(each.columns, each.rows) for each in found.missing] == [(("b", "c"), 3), (("a",), 1)]


def test_the_smallest_combination_that_identifies_rows_is_a_key() -> None:
    rows = [(year, country, year % 2) for year in range(2000, 2010) for country in ("DE", "FR", "IT")]
    columns = [
        column("year", "BIGINT", Role.TIME),
        column("country", "VARCHAR", Role.GEOGRAPHY),
        column("odd", "BIGINT", Role.DIMENSION),
    ]
    with table_of(columns, rows) as table:
        found = profile(table)
    assert found.keys == (("year", "country"),)
    assert found.duplicate_rows.value == 0


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("ab")), max_size=30))
def test_duplicate_rows_are_rows_less_distinct_rows(rows: list[tuple[Any, ...]]) -> None:
    with table_of([column("a", "BIGINT"), column("b", "VARCHAR", Role.DIMENSION)], rows) as table:
        found = profile(table)
    assert found.duplicate_rows.value == len(rows) - len(set(rows))
    assert found.duplicate_rows.exact


@settings(max_examples=20, deadline=None)
@given(rows=ROWS)
def test_a_profile_has_the_same_bytes_twice_and_survives_json(rows: list[tuple[Any, ...]]) -> None:
    with table_of(COLUMNS, rows) as table:
        first, second = to_json(profile(table)), to_json(profile(table))
    assert first == second
    assert to_json(from_json(first, Profile)) == first


@pytest.mark.parametrize("name", ['sum of "x"', "select", "a.b", "ünïcode 🎈"])
def test_any_column_name_is_taken_literally(name: str) -> None:
    with table_of([column(name, "BIGINT")], [(1,), (2,), (None,)]) as table:
        [described] = profile(table).columns
    assert (described.name, described.count) == (name, 2)


def test_a_missing_value_is_no_value_of_personal_data() -> None:
    columns = [column("mail", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL)]
    with table_of(columns, [["a@b.example"], ["a@b.example"], ["c@b.example"], [None]]) as table:
        [mail] = profile(table).columns
    assert (mail.count, mail.nulls, mail.distinct.value) == (3, 1, 2)
