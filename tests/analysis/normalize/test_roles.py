"""Roles on columns as they come in real tables."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tests.analysis.normalize.conftest import Read
from voyant.domain.table import Aggregation, Role

PEOPLE = ["Beth Anglin", "Luke Wilson", "Fred Luddy", "Howard Johnson", "Charlie Whitherspoon"]
GROWING = [str(number) for number in range(200)]


def spread(low: int, high: int, count: int = 200) -> list[str]:
    generator = random.Random(5)
    return [str(generator.randint(low, high)) for _ in range(count)]


def choices(*values: str, count: int = 200) -> list[str]:
    generator = random.Random(7)
    return [generator.choice(values) for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "written", "role", "aggregation"),
    [
        ("amount", spread(1, 90000), Role.MEASURE, Aggregation.SUM),
        ("total_bill", spread(3, 50), Role.MEASURE, Aggregation.SUM),
        ("quantity", spread(1, 40), Role.MEASURE, Aggregation.SUM),
        ("number_of_orders", spread(1, 9), Role.MEASURE, Aggregation.SUM),
        ("number_of_rooms", spread(1, 9), Role.MEASURE, Aggregation.MEAN),
        ("wind_dir", spread(0, 359), Role.DIMENSION, Aggregation.CIRCULAR),
        ("heading", [f"{value}.5" for value in spread(0, 359)], Role.DIMENSION, Aggregation.CIRCULAR),
        ("earliest_credit_line", spread(1963, 2015), Role.DIMENSION, None),
        ("total_bsmt_sf", spread(300, 3000), Role.MEASURE, Aggregation.MEAN),
        ("engines", spread(1, 4), Role.DIMENSION, None),
        ("tz", spread(-10, -4), Role.DIMENSION, None),
        ("air_time", [f"{value}.0" for value in spread(20, 1400)], Role.MEASURE, Aggregation.MEAN),
        ("japan_sales", spread(1, 4000), Role.MEASURE, Aggregation.SUM),
        ("x", [f"${value}.50" for value in spread(1, 900)], Role.MEASURE, Aggregation.SUM),
        ("price", spread(300, 18000), Role.MEASURE, Aggregation.MEAN),
        ("unit_cost", spread(300, 18000), Role.MEASURE, Aggregation.MEAN),
        ("temp", spread(-10, 100), Role.MEASURE, Aggregation.MEAN),
        ("arr_delay", spread(-30, 300), Role.MEASURE, Aggregation.MEAN),
        ("age", spread(18, 90), Role.MEASURE, Aggregation.MEAN),
        ("rating", spread(1, 5), Role.MEASURE, Aggregation.MEAN),
        ("population", spread(1000, 10**9), Role.MEASURE, Aggregation.MEAN),
        ("bedrooms", spread(1, 7), Role.MEASURE, Aggregation.MEAN),
        ("qwzx", spread(1, 9000), Role.MEASURE, Aggregation.MEAN),
        ("percent_complete", spread(0, 100), Role.MEASURE, Aggregation.RATIO),
        ("x", [f"{value} %" for value in spread(0, 100)], Role.MEASURE, Aggregation.RATIO),
        ("debt_to_income", [f"{value}.5" for value in spread(0, 60)], Role.MEASURE, Aggregation.MEAN),
        ("month", spread(1, 12), Role.DIMENSION, None),
        ("hour", spread(0, 23), Role.DIMENSION, None),
        ("year", spread(1990, 2020), Role.DIMENSION, None),
        ("pclass", spread(1, 3), Role.DIMENSION, None),
        ("survived", spread(0, 1), Role.DIMENSION, Aggregation.RATIO),
        ("smoker", choices("Yes", "No"), Role.DIMENSION, Aggregation.RATIO),
        ("carrier", choices("UA", "AA", "B6"), Role.DIMENSION, None),
        ("state", choices("Closed", "Resolved", "New"), Role.DIMENSION, None),
        ("order_id", GROWING, Role.IDENTIFIER, None),
        ("Unnamed: 0", GROWING, Role.IDENTIFIER, None),
        ("flight", spread(1, 8000), Role.IDENTIFIER, None),
        ("flight_number", spread(1, 8000), Role.IDENTIFIER, None),
        ("number", [f"INC{number:010}" for number in range(200)], Role.IDENTIFIER, None),
        ("tailnum", [f"N{number}UA" for number in spread(100, 999)], Role.IDENTIFIER, None),
        ("latitude", [f"{value}.25" for value in spread(-80, 80)], Role.GEOGRAPHY, None),
        ("zip", spread(10000, 99999), Role.GEOGRAPHY, None),
        ("PLZ", [f"{value:05}" for value in range(1000, 1200)], Role.GEOGRAPHY, None),
        ("country", choices("France", "Japan", "Peru"), Role.GEOGRAPHY, None),
        ("state", choices("TX", "CA", "NY", "WA"), Role.GEOGRAPHY, None),
        ("dest", choices("IAH", "MIA", "BQN", "ATL"), Role.GEOGRAPHY, None),
        ("comment", [f"it took {n} days and nobody answered the phone" for n in GROWING], Role.TEXT, None),
        ("x", ["same"] * 200, Role.CONSTANT, None),
        ("x", [None] * 200, Role.EMPTY, None),
    ],
)
def test_role_of_a_column(read, name, written, role, aggregation):
    (column,) = [c for c in read({name: written}).normalized.dataset.columns if c.formula is None]
    assert (column.role, column.aggregation) == (role, aggregation), column.role_reason
    assert 0 < column.role_confidence <= 1
    assert column.role_reason


def test_clock_times_written_as_numbers_are_never_averaged(read):
    written = [f"{hour}{minute:02}" for hour in range(5, 24) for minute in range(0, 60, 7)]
    column = read({"dep_time": written}).column("dep_time")
    assert (column.role, column.aggregation) == (Role.DIMENSION, None)


def test_minutes_in_the_air_are_a_measure_though_named_time(read):
    assert read({"air_time": spread(20, 695)}).column("air_time").role is Role.MEASURE


def test_the_main_time_has_the_highest_confidence(read):
    days = [f"2023-01-{day:02} 10:00:00" for day in range(1, 29)]
    outcome = read({"sys_updated_on": days, "closed_at": days, "opened_at": days})
    times = sorted(outcome.columns.values(), key=lambda column: -column.role_confidence)
    assert [column.name for column in times if column.role is Role.TIME] == ["opened_at", "closed_at", "sys_updated_on"]


def test_codes_of_a_panel_are_groups(read):
    outcome = read({"firm": [str(firm) for firm in range(1, 11) for _ in range(20)], "value": spread(1, 5000)})
    assert outcome.column("firm").role is Role.DIMENSION


def test_agents_who_repeat_are_a_category(read):
    column = read({"assigned_to": choices(*PEOPLE)}).column("assigned_to")
    assert (column.role, column.personal) == (Role.DIMENSION, None)
    assert "people" in column.role_reason


def test_the_unit_may_stand_in_the_name(read):
    outcome = read({"bill_length_mm": spread(30, 60), "percent_complete": spread(0, 100), "sales": spread(1, 900)})
    assert [column.unit for column in outcome.columns.values()] == ["mm", "%", None]


def test_yes_and_no_in_a_name_number_nothing(read):
    assert read({"smoking_yes_cancer_no": spread(20, 900)}).column("smoking_yes_cancer_no").role is Role.MEASURE
    assert read({"invoice_no": spread(20, 900)}).column("invoice_no").role is Role.IDENTIFIER


def test_what_every_thing_has_its_own_of_is_an_attribute_and_not_added(read: Read) -> None:
    models = [f"model {number}" for number in range(20)]
    chance = random.Random(11)
    rows = [chance.randrange(20) for _ in range(600)]
    columns = read(
        {
            "model": [models[row] for row in rows],
            "num_engs": [str(1 + row % 4) if row else "" for row in rows],  # of one model it is not known
            "order_total": [str(1000 + 37 * row) for row in rows],
            "amount": [str(chance.randint(1, 900)) for _ in rows],
        }
    ).columns
    assert columns["num_engs"].role is Role.DIMENSION
    assert "an attribute of model" in columns["num_engs"].role_reason
    assert (columns["order_total"].role, columns["order_total"].aggregation) == (Role.MEASURE, Aggregation.MEAN)
    assert columns["amount"].aggregation is Aggregation.SUM


def test_a_part_of_the_time_is_known_by_its_values(read: Read) -> None:
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(0, 300)]
    columns = read({"day": [str(day) for day in days], "wk": [str(day.isocalendar().week) for day in days]}).columns
    assert (columns["wk"].role, columns["wk"].role_reason) == (
        Role.DIMENSION,
        "the week of day in every row looked at",
    )
