"""The parts of a forecast on made series of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voyant.analysis.forecast.changes import find_breaks
from voyant.analysis.forecast.fitting import fit
from voyant.analysis.forecast.methods import Past, forecasts
from voyant.analysis.forecast.seasons import find_seasons
from voyant.analysis.forecast.validation import choose, origins
from voyant.analysis.forecast.work import Error, Plan, Task


def _noise(number: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=number)


def test_the_seasons_of_days_are_the_week_and_the_year() -> None:
    days = np.arange(1100)
    values = 10 + 3 * np.sin(2 * np.pi * days / 365.25) + 4 * (days % 7 > 4) + _noise(1100, 1)
    assert [season.length for season in find_seasons(values, (7, 365))] == [7, 365]


def test_a_season_that_no_calendar_knows_is_found() -> None:
    values = 10 + np.array([3.0, 0, 1, 0, -1])[np.arange(200) % 5] + _noise(200, 2)
    [season] = find_seasons(values, (7,))
    assert (season.length, season.calendar) == (5, False)


def test_what_is_to_be_beaten_repeats_no_season_on_the_wrong_days() -> None:
    days = np.arange(800.0)
    again = {
        lengths: forecasts(Past(days, lengths, 14), ["seasonal_naive"])["seasonal_naive"][0]
        for lengths in [(7, 365), (24, 168), (7,), ()]
    }
    assert again == {(7, 365): 793.0, (24, 168): 632.0, (7,): 793.0, (): 799.0}


@pytest.mark.parametrize("drifting", [False, True])
def test_chance_makes_seldom_a_season(drifting: bool) -> None:
    made = [_noise(100, seed) for seed in range(200)]
    found = sum(bool(find_seasons(series.cumsum() if drifting else series, (12,))) for series in made)
    assert found <= 16  # 5 % of 200, and what chance adds to that


def test_a_step_is_dated_and_noise_has_none() -> None:
    step = np.concatenate([np.zeros(50), np.full(50, 4.0)]) + _noise(100, 3)
    [found] = find_breaks(step)
    assert found.at == 50
    assert abs(found.after - found.before - 4) < 1.5
    assert sum(bool(find_breaks(_noise(100, seed))) for seed in range(100)) <= 2
    assert sum(bool(find_breaks(_noise(100, seed).cumsum())) for seed in range(100)) <= 15


def test_a_single_value_makes_no_break() -> None:
    values = np.random.default_rng(2).normal(size=100)
    for place in (50, 97, 99):
        spiked = values.copy()
        spiked[place] += 30
        assert find_breaks(spiked) == []


def test_a_clean_step_is_dated() -> None:
    prices = np.repeat([5.0, 6.0, 8.0], [30, 20, 40])
    assert [found.at for found in find_breaks(prices)] == [30, 50]
    assert find_breaks(np.arange(60.0)) == []


def test_another_method_has_to_be_clearly_better_than_the_combination() -> None:
    def error(size: float) -> Error:
        return Error(absolute=size, squared=size, scaled=size, percentage=size, forecasts=10)

    assert choose({"combination": error(1), "theta": error(0.9)}, intermittent=False) == "combination"
    assert choose({"combination": error(1), "theta": error(0.7)}, intermittent=False) == "theta"
    assert choose({"combination": error(1), "exogenous": error(0.95)}, intermittent=False) == "exogenous"


@given(length=st.integers(6, 200), horizon=st.integers(1, 40), season=st.sampled_from([1, 4, 7, 12, 24]))
def test_origins_leave_something_before_and_after(length: int, horizon: int, season: int) -> None:
    found = origins(length, horizon, season, 8)
    assert found
    assert found == sorted(set(found))
    assert all(5 <= origin < length for origin in found)


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.floats(-1e9, 1e9, allow_nan=False), st.just(0.0), st.integers(-3, 3).map(float)),
        min_size=6,
        max_size=30,
    ),
    horizon=st.integers(1, 8),
)
def test_whatever_the_values_there_is_a_finite_forecast(values: list[float], horizon: int) -> None:
    plan = Plan(horizon=horizon, levels=(80, 95), suggested=(4,), origins=5, lowest=0.0)
    outcome = fit(Task(values=np.array(values)), plan)
    assert np.isfinite(outcome.given).all()
    assert len(outcome.given) == horizon
    for level, (low, high) in outcome.bounds.items():
        assert level in {80, 95}
        assert np.isfinite(low).all()
        assert np.isfinite(high).all()
        assert (low <= high).all()
    if min(values) >= 0:
        assert (outcome.given >= 0).all()
    for error in outcome.errors.values():
        assert error.forecasts > 0
