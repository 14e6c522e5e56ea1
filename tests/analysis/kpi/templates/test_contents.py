"""Templates of what a table holds, with figures computed by hand."""

from __future__ import annotations

from tests.analysis.kpi.templates.tables import AMOUNT, COUNTRY, CUSTOMER, asked, money, rows_of, said
from tests.analysis.profile.tables import column

ROWS = [
    ("de", money(1), "a"),
    ("de", money(1), "a"),
    ("de", money(1), "a"),
    ("fr", None, None),
    ("fr", None, None),
    (None, money(5), "b"),
]
COLUMNS = [COUNTRY, AMOUNT, CUSTOMER]


def test_missing_values_are_counted_by_column() -> None:
    result = asked("null_rate_by_column", COLUMNS, ROWS)
    assert rows_of(result, "column_name", "row_count", "nulls", "null_percent") == [
        ("amount", 6, 2, 33.33333333),
        ("customer", 6, 2, 33.33333333),
        ("country", 6, 1, 16.66666667),
    ]
    assert said(result) == "3 of 3 columns lack values, amount most: in 33.3 % of the rows."
    some = asked("null_rate_by_column", COLUMNS, ROWS, columns=["country"])
    assert rows_of(some, "column_name", "nulls") == [("country", 1)]


def test_rows_that_repeat_others_are_counted() -> None:
    result = asked("duplicate_rate", COLUMNS, ROWS)
    # Three kinds of rows, of 3, 2 and 1: 6 - 3 repeat an earlier one.
    assert result.rows == ((6, 3, 3, 50.0, 2, 3),)
    assert said(result) == "50 % of the rows repeat an earlier one in every column: 3 of 6."
    assert asked("duplicate_rate", COLUMNS, ROWS, columns="customer").rows == ((6, 3, 3, 50.0, 2, 3),)


def test_a_table_without_rows_has_no_rates() -> None:
    assert asked("duplicate_rate", COLUMNS, [], columns=["country"]).rows == ((0, 0, 0, None, 0, 0),)
    assert asked("null_rate_by_column", COLUMNS, [], columns=["country"]).rows == (("country", 0, 0, None),)
    assert asked("value_distribution", COLUMNS, [], column="country").rows == ()
    assert asked("value_distribution", COLUMNS, [], column="amount", bins=3).rows == ()


def test_values_are_counted_and_the_rest_put_together() -> None:
    rows = [(value,) for value in ["a"] * 4 + ["b"] * 3 + ["c"] + ["d"] + [None]]
    result = asked("value_distribution", [COUNTRY], rows, column="country", limit=2)
    assert result.rows == (
        ("value", "a", 4, 40.0),
        ("value", "b", 3, 30.0),
        ("other", None, 2, 20.0),
        ("missing", None, 1, 10.0),
    )
    assert said(result) == "The most frequent country is “a”: 4 rows, 40 %."


def test_numbers_are_counted_in_ranges_of_equal_width() -> None:
    number = column("number", "DOUBLE")
    rows = [(value,) for value in (0.0, 1.0, 2.5, 9.0, 10.0, float("nan"), None)]
    result = asked("value_distribution", [number], rows, column="number", bins=4)
    assert result.rows == (  # 2.5 begins the second range, 10 belongs to the last
        ("range", 0.0, 2.5, 2, 28.57142857),
        ("range", 2.5, 5.0, 1, 14.28571429),
        ("range", 5.0, 7.5, 0, 0.0),
        ("range", 7.5, 10.0, 2, 28.57142857),
        ("missing", None, None, 2, 28.57142857),
    )


def test_a_single_number_makes_a_single_range() -> None:
    result = asked("value_distribution", [AMOUNT], [(money(5),), (money(5),), (None,)], column="amount", bins=4)
    assert result.rows == (("range", 5.0, 5.0, 2, 66.66666667), ("missing", None, None, 1, 33.33333333))
