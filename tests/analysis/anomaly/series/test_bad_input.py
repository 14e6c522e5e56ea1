"""What no series can be made of is answered by what is missing, never by nonsense."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest

from tests.analysis.anomaly.series.tables import START, answered, hours, level, one_series, stored
from tests.analysis.insights.tables import column, hidden
from voyant.analysis.anomaly.series.answer import POINTS, STRETCHES
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.serialization import to_json
from voyant.errors import Code, InvalidInput

NOISE = np.random.default_rng(1).standard_normal(400).tolist()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, 2.0, 3.0], "it has 3 values; 30 are needed"),
        ([7.0] * 100, "every value is the same"),
        ([None] * 100, "it has 0 values; 30 are needed"),
        ([math.inf, math.nan] * 50, "it has 0 values; 30 are needed"),
    ],
    ids=["three", "constant", "empty", "infinite"],
)
def test_series_that_cannot_be_judged(values: list[float | None], said: str) -> None:
    answer = answered(one_series(values))
    assert answer.result.series[0].note == said
    assert answer.result.series[0].stretches == ()
    assert any(said in note for note in answer.result.notes)
    assert len(answer.rows[POINTS]) == len(values)
    assert len(answer.rows[STRETCHES]) == 0


def test_infinite_values_count_as_missing() -> None:
    values = [math.inf if place in {50, 90} else value for place, value in enumerate(NOISE)]
    [series] = answered(one_series(values)).result.series
    assert (series.points, series.filled, series.stretches) == (400, 398, ())


def test_a_table_of_one_time() -> None:
    with pytest.raises(InvalidInput) as raised:
        answered(one_series(NOISE, [START] * 400))
    assert raised.value.code is Code.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("request_", "time", "code", "said"),
    [
        (AnomalyRequest(value="laod"), None, Code.UNKNOWN_COLUMN, "perhaps load"),
        (AnomalyRequest(value="read_at"), None, Code.UNKNOWN_COLUMN, "holds no numbers"),
        (AnomalyRequest(value="sum(nothing)"), None, Code.UNKNOWN_COLUMN, "nothing"),
        (AnomalyRequest(value="SELECT 1"), None, Code.BAD_KPI, "whole SELECT"),
        (AnomalyRequest(value="sum(load) FROM x"), None, Code.BAD_KPI, ""),
        (AnomalyRequest(by=("person",)), None, Code.UNKNOWN_COLUMN, "personal"),
        (AnomalyRequest(by=("persons",)), None, Code.UNKNOWN_COLUMN, "perhaps person"),
        (AnomalyRequest(), "load", Code.UNKNOWN_COLUMN, "holds no dates or times"),
        (AnomalyRequest(), "reed_at", Code.UNKNOWN_COLUMN, "perhaps read_at"),
    ],
)
def test_what_cannot_be_asked(request_: AnomalyRequest, time: str | None, code: Code, said: str) -> None:
    table = stored(
        "sensor",
        [column("read_at", "time"), level(), hidden("person")],
        {"read_at": hours(400), "load": NOISE, "person": ["Ann Lee"] * 400},
    )
    with pytest.raises(InvalidInput) as raised:
        answered(table, request_, time)
    assert raised.value.code is code
    assert said in raised.value.message


def test_of_very_many_groups_those_with_most_rows_are_looked_at() -> None:
    many = 3000
    table = stored(
        "meters",
        [column("read_at", "time"), column("meter", "id"), level()],
        {
            "read_at": [*hours(400), *hours(many)],
            "meter": ["main"] * 400 + [f"m{number}" for number in range(many)],
            "load": [*NOISE, *[1.0] * many],
        },
    )
    answer = answered(table, AnomalyRequest(by=("meter",)))
    assert len(answer.result.series) == 200
    assert "Of 3,001 groups the 200 with most rows were looked at." in answer.result.notes
    assert {each.name: each.note for each in answer.result.series}["load, meter “main”"] == ""


def test_irregular_times_are_put_on_a_grid_and_that_is_said() -> None:
    rng = np.random.default_rng(2)
    minutes = np.cumsum(rng.choice([5, 5, 5, 6, 9, 10, 15], 1500))
    table = one_series(rng.standard_normal(1500).tolist(), [START + timedelta(minutes=int(each)) for each in minutes])
    answer = answered(table)
    assert answer.result.step == "10 minutes"
    assert "Times are irregular: values are averaged over steps of 10 minutes." in answer.result.notes
    assert answer.result.stretches == 0


def test_the_same_table_gives_the_same_bytes() -> None:
    values = list(NOISE)
    values[200] = 25.0
    first, second = (answered(one_series(values)) for _ in range(2))
    assert to_json(first.result) == to_json(second.result)
    assert first.rows[POINTS].equals(second.rows[POINTS])
    assert first.rows[STRETCHES].equals(second.rows[STRETCHES])
