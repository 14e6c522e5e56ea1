"""Intervals hold as many values as they say, of made series whose forecasts are as good as can be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.analysis.forecast.intervals import Spread, spread
from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.forecast.validation import Trial, origins

Forecaster = Callable[[Floats, int], Floats]


def _again(past: Floats, horizon: int) -> Floats:
    return np.full(horizon, past[-1])


def _line(past: Floats, horizon: int) -> Floats:
    return past[-1] + (past[-1] - past[0]) / (len(past) - 1) * np.arange(1, horizon + 1)


def _percent(past: Floats, horizon: int) -> Floats:
    return np.exp(_line(np.log(past), horizon))


def _mean(past: Floats, horizon: int) -> Floats:
    return np.full(horizon, past.mean())


def _walk(chance: np.random.Generator, length: int) -> Floats:
    return chance.normal(size=length).cumsum()


def _drift(chance: np.random.Generator, length: int) -> Floats:
    return (0.5 + chance.normal(size=length)).cumsum() + 50


def _growth(chance: np.random.Generator, length: int) -> Floats:
    """By 5 % a period, with lasting and with passing disturbances of 5 %."""
    lasting, passing = chance.normal(size=length), chance.normal(size=length)
    return np.exp((0.05 + 0.05 * lasting).cumsum() + 0.05 * passing)


def _noise(chance: np.random.Generator, length: int) -> Floats:
    return 10 + chance.normal(size=length)


def _known(past: Floats, horizon: int, forecaster: Forecaster) -> Spread:
    made = [
        Trial(
            origin=origin,
            actual=past[origin : origin + horizon],
            given={"method": forecaster(past[:origin], min(horizon, len(past) - origin))},
        )
        for origin in origins(len(past), horizon, 1, 12)
    ]
    known = spread(made, "method", past)
    assert known is not None
    return known


@pytest.mark.parametrize(("shortest", "longest", "horizon"), [(15, 30, 6), (20, 50, 8)])
@pytest.mark.parametrize(("course", "forecaster"), [(_walk, _again), (_drift, _line), (_growth, _percent)])
def test_intervals_of_short_series_hold_as_many_as_they_say(
    course: Callable[[np.random.Generator, int], Floats],
    forecaster: Forecaster,
    shortest: int,
    longest: int,
    horizon: int,
) -> None:
    inside: dict[int, list[float]] = {80: [], 95: []}
    for seed in range(300):
        chance = np.random.default_rng(seed)
        length = int(chance.integers(shortest, longest + 1))
        values = course(chance, length + horizon)
        past, future = values[:length], values[length:]
        known = _known(past, horizon, forecaster)
        for level, held in inside.items():
            low, high = known.bounds(forecaster(past, horizon), level)
            held.append(float(np.mean((future >= low) & (future <= high))))
    assert {level: 100 * np.mean(held) for level, held in inside.items()} == {
        80: pytest.approx(80, abs=4),
        95: pytest.approx(95, abs=3),
    }


def test_an_interval_knows_only_the_errors_of_its_time() -> None:
    trial = Trial(origin=10, actual=np.arange(5.0), given={"method": np.zeros(5)})
    assert spread([trial], "method", np.arange(10.0)) is None
    known = spread([trial], "method", np.arange(13.0))
    assert known is not None
    assert len(known.scaled) == 3


def test_errors_that_overlap_count_for_less_than_their_number() -> None:
    chance = np.random.default_rng(1)
    walk, noise = _walk(chance, 40), _noise(chance, 40)
    of_walk, of_noise = _known(walk, 6, _again), _known(noise, 6, _mean)
    assert len(of_walk.scaled) == len(of_noise.scaled) > 50
    assert of_walk.freedom < of_noise.freedom < 15
    assert of_walk.growth > of_noise.growth


def test_independent_errors_count_each() -> None:
    past = _noise(np.random.default_rng(2), 60)
    made = [
        Trial(origin=origin, actual=past[origin : origin + 1], given={"method": _mean(past[:origin], 1)})
        for origin in range(30, 60, 3)
    ]
    known = spread(made, "method", past)
    assert known is not None
    assert known.freedom == pytest.approx(10)


def test_intervals_grow_with_the_level_as_the_changes_of_the_past_did() -> None:
    chance = np.random.default_rng(3)
    growing, steady = _growth(chance, 80), _drift(chance, 80)
    assert _known(growing, 6, _percent).power <= 0.2
    assert _known(steady, 6, _line).power >= 0.8
    wide = {
        times: np.subtract(*_known(growing, 6, _percent).bounds(times * _percent(growing, 6), 80)[::-1])
        for times in (1, 10)
    }
    assert (wide[10] > 6 * wide[1]).all()


def test_errors_of_nothing_leave_no_room() -> None:
    low, high = _known(np.arange(1.0, 31), 6, _line).bounds(np.arange(31.0, 37), 95)
    assert np.allclose(low, high)


@given(
    power=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    growth=st.floats(0, 1),
    freedom=st.floats(1.5, 100),
    scaled=st.lists(st.floats(0, 50), min_size=3, max_size=30),
    forecast=st.lists(st.floats(-10, 1e6), min_size=1, max_size=12),
)
def test_wider_levels_hold_narrower_ones_and_the_forecast(
    power: float, growth: float, freedom: float, scaled: list[float], forecast: list[float]
) -> None:
    known = Spread(power=power, growth=growth, scaled=np.array(scaled), freedom=freedom)
    given_ = np.array(forecast)
    inner, outer = (known.bounds(given_, level) for level in (80, 95))
    edge = 1e-9 * np.maximum(1, np.abs(given_))
    assert np.isfinite(outer).all()
    assert (outer[0] <= inner[0] + edge).all()
    assert (inner[0] <= given_ + edge).all()
    assert (given_ <= inner[1] + edge).all()
    assert (inner[1] <= outer[1] + edge).all()
