"""Templates of a figure over time, with figures computed by hand."""

from __future__ import annotations

from msgspec.structs import replace

from tests.analysis.kpi.templates.tables import AMOUNT, DAY, asked, money, on, rows_of, said
from tests.analysis.profile.tables import column
from voyant.domain.table import Aggregation, Role

DAYS = [
    (on("2024-01-01"), money(3)),
    (on("2024-01-02"), money(6)),
    (on("2024-01-04"), money(12)),
    (on("2024-01-05"), money(5)),
    (on("2024-01-05"), money(4)),
]


def test_a_moving_average_needs_its_whole_window() -> None:
    result = asked("moving_average", [DAY, AMOUNT], DAYS, window=3, grain="day")
    assert rows_of(result, "value", "moving_average", "complete") == [
        (3, None, True),
        (6, None, True),
        (0, 3.0, True),  # (3 + 6 + 0) / 3
        (12, 6.0, True),  # (6 + 0 + 12) / 3
        (9, 7.0, True),  # (0 + 12 + 9) / 3
    ]
    assert said(result) == "Over the 3 days until 5 January 2024, amount was €7 a day on average."


def test_levels_are_averaged() -> None:
    level = replace(column("level", "DOUBLE"), aggregation=Aggregation.MEAN)
    rows = [(on("2024-01-01"), 1.0), (on("2024-01-01"), 3.0), (on("2024-01-02"), float("nan")), (on("2024-01-03"), 5.0)]
    result = asked("moving_average", [DAY, level], rows, window=2, grain="day")
    assert result.parameters["aggregate"] == "mean"
    assert rows_of(result, "value", "moving_average") == [(2.0, None), (None, 2.0), (5.0, 5.0)]


def test_a_month_is_compared_with_the_same_a_year_before() -> None:
    rows = [
        (on("2023-01-01"), money(100)),
        (on("2023-02-28"), money(80)),
        (on("2024-01-31"), money(150)),
        (on("2024-02-29"), money(60)),
    ]
    result = asked("year_over_year", [DAY, AMOUNT], rows, grain="month")
    found = dict(
        zip(
            [row[0] for row in result.rows],
            rows_of(result, "value", "year_before", "change", "change_percent"),
            strict=True,
        )
    )
    assert found["2024-01-01"] == (150, 100, 50, 50.0)
    assert found["2024-02-01"] == (60, 80, -20, -25.0)
    assert found["2023-12-01"] == (0, None, None, None)
    assert said(result) == "Amount was €60 in February 2024, 25 % less than a year before."


def test_a_week_is_compared_with_the_one_52_weeks_before() -> None:
    rows = [(on("2023-01-02"), money(10)), (on("2024-01-01"), money(15)), (on("2024-01-07"), money(5))]
    result = asked("year_over_year", [DAY, AMOUNT], rows, grain="week")
    assert rows_of(result, "period", "value", "year_before", "change_percent")[-1] == ("2024-01-01", 20, 10, 100.0)


def test_a_sum_goes_on_or_begins_anew() -> None:
    rows = [(on("2023-11-01"), money(1)), (on("2023-12-01"), money(2)), (on("2024-02-01"), money(-4))]
    names = ("period", "value", "cumulative")
    assert rows_of(asked("cumulative_sum", [DAY, AMOUNT], rows, grain="month"), *names) == [
        ("2023-11-01", 1, 1),
        ("2023-12-01", 2, 3),
        ("2024-01-01", 0, 3),
        ("2024-02-01", -4, -1),
    ]
    yearly = asked("cumulative_sum", [DAY, AMOUNT], rows, grain="month", reset="year")
    assert rows_of(yearly, "cumulative") == [(1,), (3,), (0,), (-4,)]
    assert said(yearly) == "Amount adds up to −€4 since the beginning of the year by the end of the data."


def test_years_that_are_numbers_are_periods_too() -> None:
    year = column("year", "BIGINT", Role.TIME)
    rows = [(2021, money(1)), (2023, money(2)), (5, money(100))]
    result = asked("cumulative_sum", [year, AMOUNT], rows, time="year")
    assert rows_of(result, "period", "cumulative", "complete") == [
        ("2021-01-01", 1, True),
        ("2022-01-01", 1, True),
        ("2023-01-01", 3, True),
    ]
