"""What is planted in a series is found, dated, and said with its size."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.anomaly.series.tables import START, answered, hours, level, one_series, stored
from tests.analysis.insights.tables import column
from voyant.analysis.anomaly.series import comparisons
from voyant.analysis.anomaly.series.examine import Found, examine
from voyant.analysis.anomaly.series.live import alarms, distances
from voyant.analysis.anomaly.series.seasons import Cycle, seasonal
from voyant.analysis.anomaly.series.tails import Floats
from voyant.analysis.conclusions import conclude
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.answer import Answer
from voyant.domain.finding import Finding
from voyant.domain.kpi import Grain
from voyant.domain.series_anomaly import SeriesAnomalies, StretchKind
from voyant.lake.table import EngineTable

POINTS = 24 * 40
CYCLES = (Cycle(24, "day"), Cycle(168, "week"))


def days(seed: int = 5, points: int = POINTS) -> Floats:
    """Fifty or so, up by ten in the middle of each day, with noise of one."""
    rng = np.random.default_rng(seed)
    return np.asarray(50 - 10 * np.cos(2 * np.pi * np.arange(points) / 24) + rng.standard_normal(points))


def only(values: Floats) -> Found:
    [found] = examine(values, CYCLES).found
    return found


def findings(table: EngineTable, answer: Answer[SeriesAnomalies]) -> list[Finding]:
    table.engine.execute("CREATE SCHEMA job")
    for name, rows in answer.rows.items():
        table.engine.connection.register("found", rows)
        table.engine.execute(f"CREATE TABLE job.{name} AS SELECT * FROM found")
    return list(conclude(table, comparisons(answer.result, table), answer.result.notes).findings)


def test_a_spike() -> None:
    values = days()
    values[500] += 20
    found = only(values)
    assert (found.kind, found.start, found.end) == (StretchKind.SPIKE, 500, 501)
    assert found.size == pytest.approx(20, abs=3)


def test_a_spike_at_the_very_end() -> None:
    values = days()
    values[-1] -= 25
    found = only(values)
    assert (found.kind, found.start) == (StretchKind.SPIKE, POINTS - 1)


def test_a_level_that_is_off_for_a_while() -> None:
    values = days()
    values[300:420] += 5
    found = only(values)
    assert found.kind is StretchKind.LEVEL_SHIFT
    assert (found.start, found.end) == (pytest.approx(300, abs=2), pytest.approx(420, abs=2))
    assert not found.lasting
    assert found.size == pytest.approx(5, abs=0.8)


def test_a_level_that_stays() -> None:
    values = days()
    values[600:] -= 6
    found = only(values)
    assert (found.kind, found.lasting) == (StretchKind.LEVEL_SHIFT, True)
    assert found.start == pytest.approx(600, abs=2)
    assert found.size == pytest.approx(-6, abs=0.8)


def test_a_day_without_its_rise_is_told_by_its_season() -> None:
    values = days()
    values[480:504] = 40 + np.random.default_rng(1).standard_normal(24)
    found = examine(values, CYCLES).found
    assert found
    assert all(480 <= each.start < each.end <= 504 for each in found)
    assert all(each.size < 0 for each in found)


def test_values_that_scatter_more() -> None:
    rng = np.random.default_rng(2)
    values = rng.standard_normal(POINTS)
    values[400:560] *= 4
    kinds = {each.kind: each for each in examine(values, CYCLES).found}
    found = kinds[StretchKind.SPREAD_CHANGE]
    assert (found.start, found.end) == (pytest.approx(400, abs=15), pytest.approx(560, abs=15))
    assert found.size == pytest.approx(4, rel=0.4)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_a_spread_three_times_as_wide_is_told_as_such_and_alone(seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal(1_000)
    values[400:500] *= 3
    found = only(values)
    assert found.kind is StretchKind.SPREAD_CHANGE
    assert (found.start, found.end) == (pytest.approx(400, abs=5), pytest.approx(500, abs=15))
    assert found.size == pytest.approx(3, rel=0.2)


def test_a_trend_that_begins() -> None:
    values = np.random.default_rng(4).standard_normal(POINTS)
    values[480:] += 0.05 * np.arange(POINTS - 480)
    found = only(values)
    assert (found.kind, found.lasting) == (StretchKind.TREND_CHANGE, True)
    assert found.start == pytest.approx(480, abs=60)
    assert found.value == pytest.approx(0.05, abs=0.01)
    assert found.expected == pytest.approx(0, abs=0.005)


def test_a_stuck_sensor_and_a_gap() -> None:
    values = days()
    values[200:230] = values[200]
    values[700:724] = np.nan
    found = examine(values, CYCLES).found
    assert [(each.kind, each.start, each.end) for each in found] == [
        (StretchKind.STUCK, 200, 230),
        (StretchKind.MISSING, 700, 724),
    ]


@pytest.mark.parametrize("points", [4, 6, 24])
@pytest.mark.parametrize("length", [120, POINTS])
def test_where_values_never_repeat_or_lack_a_few_that_do_are_odd(points: int, length: int) -> None:
    """A month or two of a series, a few hours of another."""
    values = days(points=length)
    values[40 : 40 + points] = values[40]
    values[80 : 80 + points] = np.nan
    assert [(each.kind, each.start, each.end) for each in examine(values, CYCLES).found] == [
        (StretchKind.STUCK, 40, 40 + points),
        (StretchKind.MISSING, 80, 80 + points),
    ]


@pytest.mark.parametrize(("period", "name"), [(24, "day"), (168, "week")])
def test_seasons_are_found(period: int, name: str) -> None:
    rng = np.random.default_rng(6)
    shape = rng.normal(0, 3, period)
    values = np.tile(shape, 5 * 168 // period) + rng.standard_normal(5 * 168)
    assert [cycle.name for cycle in seasonal(values, CYCLES).cycles] == [name]


def test_several_seasons_at_once() -> None:
    place = np.arange(24 * 7 * 6)
    values = (
        8 * np.sin(2 * np.pi * place / 24)
        + 5 * (place // 24 % 7 >= 5)
        + np.random.default_rng(7).standard_normal(len(place))
    )
    assert [cycle.name for cycle in seasonal(values, CYCLES).cycles] == ["day", "week"]


def test_a_season_that_no_calendar_names() -> None:
    values = 5 * np.sin(2 * np.pi * np.arange(600) / 37) + np.random.default_rng(8).standard_normal(600)
    assert [(cycle.points, cycle.name) for cycle in seasonal(values, CYCLES).cycles] == [(37, "")]


def test_what_comes_later_plays_no_part_in_live_alarms() -> None:
    values = days()
    values[500] += 20
    before = distances(values[:501], CYCLES)
    changed = values.copy()
    changed[501:] = 1000
    np.testing.assert_array_equal(distances(changed, CYCLES)[:501], before)
    assert alarms(before)[500]


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=100, max_value=POINTS - 100), st.sampled_from([-1.0, 1.0]), st.floats(0.01, 1000))
def test_units_and_sign_change_nothing(place: int, sign: float, unit: float) -> None:
    values = days()
    values[place] += sign * 25
    plain, scaled = examine(values, CYCLES).found, examine(values * unit, CYCLES).found
    assert [(each.kind, each.start, each.end) for each in plain] == [(StretchKind.SPIKE, place, place + 1)]
    assert [(each.kind, each.start, each.end) for each in scaled] == [
        (each.kind, each.start, each.end) for each in plain
    ]


def test_sentences_date_what_was_odd_and_say_how_far() -> None:
    values = days()
    values[300:420] += 5
    table = one_series(values.tolist())
    answer = answered(table)
    [found] = findings(table, answer)
    assert found.kind == "series_shift"
    assert found.text.startswith("From 13 January 2024, 12:00 to 18 January 2024, 11:00 load was 5")
    assert "above the 5" in found.text
    assert "the same times of other days let one expect" in found.text
    assert found.evidence[1:] == ("anomaly.json#/series/series/0/stretches/0",)
    [stretch] = answer.result.series[0].stretches
    assert stretch.noticed is not None
    assert stretch.start <= stretch.noticed <= stretch.end
    assert found.view is not None
    assert 0 < len(table.query(found.view.sql)) <= 600


def test_that_nothing_is_odd_is_said() -> None:
    table = one_series(days().tolist())
    [found] = findings(table, answered(table))
    assert found.kind == "no_odd_stretch"
    assert (
        found.text
        == "Nothing is odd over time in load: 960 values from 1 January 2024, 00:00 to 9 February 2024, 23:00."
    )


def test_points_of_five_minutes_in_any_order_and_given_twice() -> None:
    values = days(points=288 * 12)
    values[2000:2020] += 15
    at = [START + timedelta(minutes=5 * place) for place in range(len(values))]
    order = np.random.default_rng(9).permutation(len(values)).tolist()
    order += order[:3]
    answer = answered(one_series([float(values[place]) for place in order], [at[place] for place in order]))
    assert answer.result.step == "5 minutes"
    assert any("Time goes backwards" in note for note in answer.result.notes)
    assert any(note.startswith("3 rows repeat the time of another") for note in answer.result.notes)
    [stretch] = answer.result.series[0].stretches
    assert (stretch.start, stretch.end) == (at[2000].isoformat(), at[2019].isoformat())


def test_series_one_below_the_other_are_told_apart() -> None:
    odd = days(seed=1)
    odd[700] += 30
    table = stored(
        "sites",
        [column("read_at", "time"), column("site", "dimension"), level()],
        {
            "read_at": hours(POINTS) * 2,
            "site": ["North"] * POINTS + ["South"] * POINTS,
            "load": [*days(seed=2).tolist(), *odd.tolist()],
        },
    )
    answer = answered(table)
    assert answer.result.by == ("site",)
    assert [(each.name, len(each.stretches)) for each in answer.result.series] == [
        ("load, site North", 0),
        ("load, site South", 1),
    ]
    texts = [found.text for found in findings(table, answer)]
    assert any(text.startswith("At 30 January 2024, 04:00 load, site South was") for text in texts)
    assert any(text.startswith("Nothing is odd over time in load, site North") for text in texts)


def test_events_are_counted_by_period() -> None:
    rng = np.random.default_rng(10)
    day = np.sort(rng.integers(0, 200, 8000))
    day = day[~((day >= 120) & (day < 127) & (rng.random(len(day)) < 0.8))]
    table = stored(
        "sales",
        [column("sold_at", "time"), column("amount", "sum")],
        {
            "sold_at": [START + timedelta(days=int(each), minutes=int(rng.integers(0, 1440))) for each in day],
            "amount": rng.lognormal(3, 0.3, len(day)).round(2).tolist(),
        },
    )
    answer = answered(table, AnomalyRequest(value="count(*)", grain=Grain.DAY))
    [stretch] = answer.result.series[0].stretches
    assert stretch.kind is StretchKind.LEVEL_SHIFT
    assert (stretch.start, stretch.end) == ("2024-04-30T00:00:00", "2024-05-06T00:00:00")
    [found] = findings(table, answer)
    assert found.text.startswith("From 30 April 2024 to 6 May 2024 number of records was")
