"""Key figures of small tables, computed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.analysis.kpi.orders import COLUMNS, breakdown, measured, named, orders
from tests.analysis.profile.tables import column, table_from
from voyant.domain.kpi import Grain, KpiKind
from voyant.domain.serialization import from_json, to_json
from voyant.domain.table import Aggregation, Role
from voyant.errors import Code, InvalidInput

JANUARY = [date(2023, 1, day) for day in (1, 8, 15, 22, 29, 31)]
FEBRUARY = [date(2023, 2, day) for day in (1, 7, 14, 20, 26, 28)]
MARCH = [date(2023, 3, day) for day in (1, 8, 15, 22, 29, 31)]

ROWS = [
    *((day, "books", Decimal(10), 4, "paid") for day in JANUARY),
    *((day, "games", Decimal(5), 2, "declined") for day in JANUARY),
    *((day, "books", Decimal(10), 4, "paid") for day in FEBRUARY),
    *((day, "games", Decimal(5), 2, "paid") for day in FEBRUARY),
    *((day, "books", Decimal("30.50"), 5, "paid") for day in MARCH),
    *((day, "games", Decimal(5), 2, "declined") for day in MARCH[:3]),
]


def test_totals_by_month_and_what_changed_them() -> None:
    with orders(ROWS) as table:
        kpis = measured(table)
    assert (kpis.time_column, kpis.grain) == ("ordered_at", Grain.MONTH)
    total = named(kpis, "total amount (EUR)")
    assert [(point.period, point.value, point.rows) for point in total.series] == [
        ("2023-01", 90.0, 12),
        ("2023-02", 90.0, 12),
        ("2023-03", 198.0, 9),
    ]
    assert (total.value, total.period, total.overall, total.unit) == (198.0, "2023-03", 378.0, "EUR")
    assert total.change is not None
    assert (total.change.base_period, total.change.absolute, total.change.relative) == ("2023-02", 108.0, 1.2)
    found = breakdown(total.change, "category")
    assert [(part.value, part.before, part.after, part.effect) for part in found.parts] == [
        ("books", 60.0, 183.0, 123.0),
        ("games", 30.0, 15.0, -15.0),
    ]


def test_averages_change_by_rate_and_by_mix() -> None:
    with orders(ROWS) as table:
        change = named(measured(table), "average rating").change
    # February: 6 of 4 and 6 of 2, mean 3. March: 6 of 5 and 3 of 2, mean 4.
    books, games = breakdown(change, "category").parts
    assert (books.value, games.value) == ("books", "games")
    assert books.rate_effect == pytest.approx((1 / 2 + 2 / 3) / 2 * 1)
    assert books.mix_effect == pytest.approx((2 / 3 - 1 / 2) * (4.5 - 3.5))
    assert games.rate_effect == 0
    assert games.mix_effect == pytest.approx((1 / 3 - 1 / 2) * (2 - 3.5))
    assert change is not None
    assert change.absolute == 1.0


def test_the_share_of_a_state_that_ends_badly_is_a_rate_in_percent() -> None:
    with orders(ROWS) as table:
        rate = named(measured(table), "share where state is declined")
    assert (rate.kind, rate.unit) == (KpiKind.RATE, "%")
    assert [point.value for point in rate.series] == [50.0, 0.0, pytest.approx(100 / 3)]
    assert rate.change is not None
    assert all(found.dimension != "state" for found in rate.change.breakdowns)


def test_the_same_month_a_year_earlier() -> None:
    days = [date(2021, 1, 1) + timedelta(days=day) for day in range(730)]
    rows = [(day, "books", Decimal(day.year - 2020)) for day in days]
    with orders(rows) as table:
        kpi = named(measured(table), "total amount (EUR)")
    assert kpi.year_change is not None
    assert (kpi.year_change.period, kpi.year_change.base_period) == ("2022-12", "2021-12")
    assert (kpi.year_change.value, kpi.year_change.base, kpi.year_change.relative) == (62.0, 31.0, 1.0)


def test_a_period_that_is_not_over_is_shown_but_not_compared() -> None:
    days = [date(2023, 1, 1) + timedelta(days=day) for day in range(252)]  # to 9 September
    with orders([(day, "books", Decimal(1)) for day in days]) as table:
        kpis = measured(table, ("revenue", "sum(amount)"))
    total = named(kpis, "revenue")
    assert (total.series[-1].period, total.series[-1].complete) == ("2023-09", False)
    assert (total.period, total.value) == ("2023-08", 31.0)
    assert any("2023-09" in note for note in kpis.notes)


def test_months_without_rows_count_nothing_and_have_no_mean() -> None:
    days = [date(2023, month, day) for month in (1, 2, 4, 5, 6, 7) for day in (1, 5, 9, 14, 18, 22, 27, 28)]
    with orders([(day, "books", Decimal(1), 3) for day in days]) as table:
        kpis = measured(table, ("revenue", "sum(amount)"), ("mean rating", "avg(rating)"))
    march = [kpi.series[2] for kpi in kpis.kpis]
    assert [(point.period, point.value, point.rows) for point in march] == [("2023-03", 0.0, 0), ("2023-03", None, 0)]


def test_a_census_is_compared_with_the_census_before() -> None:
    years = [date(year, 1, 1) for year in range(1950, 2010, 5) for _ in range(10)]
    with orders([(day, "north", Decimal(day.year)) for day in years]) as table:
        kpis = measured(table)
    average = named(kpis, "average amount (EUR)")
    assert kpis.grain is Grain.YEAR
    assert average.change is not None
    assert (average.change.period, average.change.base_period, average.change.absolute) == ("2005", "2000", 5.0)
    assert all(kpi.kind is not KpiKind.COUNT for kpi in kpis.kpis)  # ten rows each time are no news


def test_a_column_that_stopped_keeps_its_own_last_period() -> None:
    days = [date(2023, month, day) for month in range(1, 7) for day in (1, 6, 11, 16, 21, 28)]
    with orders([(day, "books", Decimal(1), day.month if day.month < 5 else None) for day in days]) as table:
        rating = named(measured(table), "average rating")
    assert (rating.value, rating.period, rating.change) == (4.0, "2023-04", None)
    assert rating.notes == ("no value after 2023-04",)


def test_without_time_a_figure_is_over_all_rows_and_by_dimension() -> None:
    with orders([row[1:4] for row in ROWS], COLUMNS[1:4]) as table:
        kpis = measured(table)
    total = named(kpis, "total amount (EUR)")
    assert (kpis.time_column, total.period, total.change, total.series) == (None, None, None, ())
    assert total.value == 378.0
    [by_category] = total.compositions
    assert [(part.value, part.figure, part.rows, part.share) for part in by_category.parts] == [
        ("books", 303.0, 18, pytest.approx(303 / 378)),
        ("games", 75.0, 15, pytest.approx(75 / 378)),
    ]


def test_sums_of_decimals_are_exact() -> None:
    with orders([(date(2023, 1, 1), "a", Decimal("0.10")) for _ in range(10)]) as table:
        assert named(measured(table, ("revenue", "sum(amount)")), "revenue").overall == 1.0


def test_figures_that_take_either_sign_have_no_change_in_percent() -> None:
    rows = [(day, "books", None, -3 if day.day < 15 else 8) for day in (*JANUARY, *FEBRUARY, *MARCH)]
    with orders(rows) as table:
        change = named(measured(table), "average rating").change
    assert change is not None
    assert change.relative is None


def test_at_most_eight_figures_and_what_was_left_out_is_said() -> None:
    letters = "abcdefghijkl"
    columns = (COLUMNS[0], *(replace(column(letter, "BIGINT"), aggregation=Aggregation.MEAN) for letter in letters))
    rows = [
        (day, *((number * (place + 5) ** 3) % 101 for place in range(12)))
        for number, day in enumerate([*JANUARY, *FEBRUARY, *MARCH] * 3)
    ]
    with orders(rows, columns) as table:
        kpis = measured(table)
    assert len(kpis.kpis) == 8
    assert any("better ones are listed" in reason for reason in kpis.omitted)


def test_columns_numbered_alike_are_shown_by_one_of_them() -> None:
    columns = (
        COLUMNS[0],
        *(replace(column(f"wk{week}", "BIGINT"), aggregation=Aggregation.MEAN) for week in range(1, 7)),
    )
    rows = [(day, *((day.day * 5 + week * week) % 11 for week in range(6))) for day in (*JANUARY, *FEBRUARY)]
    with orders(rows, columns) as table:
        kpis = measured(table)
    assert [kpi.name for kpi in kpis.kpis if kpi.columns] == ["average wk1"]


def test_personal_data_is_never_a_figure_or_a_dimension() -> None:
    rows = [(*row[:5], f"{number % 3}@example.org") for number, row in enumerate(ROWS)]
    with orders(rows) as table:
        assert b"example.org" not in to_json(measured(table))


def test_the_hours_of_a_day_and_the_days_of_a_month() -> None:
    columns = (column("at", "TIMESTAMP", Role.TIME), replace(column("load", "DOUBLE"), aggregation=Aggregation.MEAN))
    series = "SELECT TIMESTAMP '2023-01-01' + n * INTERVAL 5 MINUTE, n % 12 FROM range({}) AS t(n)"
    with table_from(columns, series.format(12 * 24)) as table:
        assert measured(table).grain is Grain.HOUR
    with table_from(columns, series.format(12 * 24 * 31)) as table:
        kpis = measured(table)
        assert kpis.grain is Grain.DAY
        assert named(kpis, "average load").value == 5.5


def test_a_time_column_that_is_asked_for() -> None:
    with orders(ROWS) as table:
        assert measured(table, time_column="ordered_at").time_column == "ordered_at"
        with pytest.raises(InvalidInput) as unknown:
            measured(table, time_column="orderd_at")
        assert unknown.value.code is Code.UNKNOWN_COLUMN
        assert "ordered_at" in unknown.value.message
        with pytest.raises(InvalidInput):
            measured(table, time_column="category")


def test_kpis_survive_being_written() -> None:
    with orders(ROWS) as table:
        kpis = measured(table)
        assert from_json(to_json(kpis), type(kpis)) == kpis
        assert to_json(measured(table)) == to_json(kpis)


def test_quantity_times_price_is_the_first_figure_where_the_table_says_no_amount() -> None:
    columns = (
        COLUMNS[0],
        replace(column("quantity", "BIGINT"), aggregation=Aggregation.SUM),
        replace(column("unit_price", "DECIMAL(18,2)"), aggregation=Aggregation.MEAN, unit="GBP"),
    )
    rows = [(day, 1 + place % 7, Decimal("2.50") + place % 5) for place, day in enumerate(JANUARY + FEBRUARY + MARCH)]
    with orders(rows, columns) as table:
        found = measured(table).kpis[0]
    assert (found.name, found.unit) == ("total amount (quantity × unit_price)", "GBP")
    assert found.overall == float(sum(quantity * price for _, quantity, price in rows))
    with_amount = (*columns, replace(column("amount", "DECIMAL(18,2)"), aggregation=Aggregation.SUM))
    with orders([(*row, Decimal(1)) for row in rows], with_amount) as table:
        assert not any("×" in kpi.name for kpi in measured(table).kpis)
    dearer = [(day, quantity, Decimal(3) * quantity) for day, quantity, _ in rows]  # the price of the line
    with orders(dearer, columns) as table:
        assert not any("×" in kpi.name for kpi in measured(table).kpis)


def test_directions_have_no_mean_and_measurements_taken_by_the_clock_are_not_counted() -> None:
    columns = (
        column("day", "DATE", Role.TIME),
        replace(column("wind_dir", "BIGINT", Role.DIMENSION), aggregation=Aggregation.CIRCULAR),
        replace(column("temp", "BIGINT"), aggregation=Aggregation.MEAN),
    )
    days = [place for place in range(200) if place % 11]  # some days were missed
    rows = [(date(2023, 1, 1) + timedelta(days=place), place * 77 % 360, place * 31 % 40) for place in days]
    with orders(rows, columns) as table:
        kpis = measured(table)
    assert [kpi.name for kpi in kpis.kpis] == ["average temp"]
    assert any(text.endswith("a mean says nothing: wind_dir") for text in kpis.omitted)
    assert any(text.startswith("taken at set times") for text in kpis.omitted)
