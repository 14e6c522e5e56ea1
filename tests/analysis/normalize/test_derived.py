"""Durations between two dates of a row, and dates made of their parts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.analysis.normalize.conftest import Read
from voyant.domain.table import Aggregation, Role

START = datetime(2023, 1, 1, 9)
OPENED = [START + timedelta(hours=7 * row) for row in range(60)]
CLOSED = [opened + timedelta(days=1 + row % 9, minutes=row) for row, opened in enumerate(OPENED)]


def written(moments):
    return [str(moment) for moment in moments]


def derived(outcome):
    return [column for column in outcome.normalized.dataset.columns if column.formula]


def computed(outcome, engine, column):
    sql = f"SELECT {column.formula} AS value FROM ({outcome.normalized.select})"
    return [row["value"] for row in engine.query(sql)]


def test_opened_to_closed_gives_days(read, engine):
    outcome = read({"opened_at": written(OPENED), "closed_at": written(CLOSED), "sys_updated_on": written(CLOSED)})
    (column,) = derived(outcome)
    assert column.name == "opened_at_to_closed_at_days"
    assert (column.role, column.aggregation, column.unit) == (Role.MEASURE, Aggregation.MEAN, "days")
    values = computed(outcome, engine, column)
    assert values[0] == Decimal(1)
    assert abs(float(values[7]) - (CLOSED[7] - OPENED[7]).total_seconds() / 86400) < 1e-6


def test_minutes_where_it_takes_minutes(read):
    ended = [opened + timedelta(minutes=12 + row % 5) for row, opened in enumerate(OPENED)]
    (column,) = derived(read({"pickup_datetime": written(OPENED), "dropoff_datetime": written(ended)}))
    assert column.name == "pickup_datetime_to_dropoff_datetime_minutes"


def test_dates_give_whole_days(read, engine):
    outcome = read(
        {
            "l_shipdate": [str(moment.date()) for moment in OPENED],
            "l_receiptdate": [str((moment + timedelta(days=row % 30 + 1)).date()) for row, moment in enumerate(OPENED)],
        }
    )
    (column,) = derived(outcome)
    assert column.name == "l_shipdate_to_l_receiptdate_days"
    assert computed(outcome, engine, column)[:3] == [1, 2, 3]


def test_dates_out_of_order_give_nothing(read):
    assert derived(read({"opened_at": written(CLOSED), "closed_at": written(OPENED)})) == []


def test_one_date_written_twice_gives_nothing(read):
    assert derived(read({"opened_at": written(OPENED), "closed_at": written(OPENED)})) == []


def test_a_stored_duration_is_not_computed_again(read):
    hours = [f"{(closed - opened).total_seconds() / 3600:.2f}" for opened, closed in zip(OPENED, CLOSED, strict=True)]
    outcome = read({"opened_at": written(OPENED), "closed_at": written(CLOSED), "hours_open": hours})
    assert derived(outcome) == []


def test_year_and_month_make_the_time_of_a_table_without_dates(read, engine):
    years = [str(2000 + row // 12) for row in range(48)]
    outcome = read({"year": years, "month": [str(row % 12 + 1) for row in range(48)], "sales": written(range(48))})
    (column,) = derived(outcome)
    assert (column.name, column.role) == ("month_start", Role.TIME)
    assert computed(outcome, engine, column)[13] == date(2001, 2, 1)


def test_month_names_serve_as_well(read, engine):
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    years = [str(1949 + row // 12) for row in range(48)]
    outcome = read({"year": years, "month": months * 4, "passengers": written(range(48))})
    (column,) = derived(outcome)
    assert computed(outcome, engine, column)[-1] == date(1952, 12, 1)


def test_a_day_that_does_not_exist_has_no_date(read, engine):
    outcome = read({"year": ["2023"] * 31, "month": ["2"] * 31, "day": written(range(1, 32))})
    (column,) = derived(outcome)
    values = computed(outcome, engine, column)
    assert values[27] == date(2023, 2, 28)
    assert values[29] is None


def test_no_date_is_made_beside_a_real_one(read):
    outcome = read({"year": ["2023", "2024"] * 5, "sold_on": [f"2023-05-{day:02}" for day in range(1, 11)]})
    assert derived(outcome) == []


def test_a_month_is_found_that_is_named_as_the_year_is(read: Read) -> None:
    columns = read(
        {
            "Yr_Sold": [str(2006 + number % 5) for number in range(60)],
            "Mo_Sold": [str(number % 12 + 1) for number in range(60)],
        }
    ).columns
    assert '"mo_sold"' in (columns["month_start"].formula or "")
