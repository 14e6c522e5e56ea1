"""Noise holds nothing odd, whatever its kind: no stretch is called odd where none is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from voyant.analysis.anomaly.series.examine import examine
from voyant.analysis.anomaly.series.runs import stuck
from voyant.analysis.anomaly.series.seasons import Cycle
from voyant.analysis.anomaly.series.steady import comes_in_bursts
from voyant.analysis.anomaly.series.tails import Floats
from voyant.domain.series_anomaly import StretchKind

POINTS = 600
CYCLES = (Cycle(24, "day"), Cycle(168, "week"))
RUNS = 8
Draw = np.random.Generator


def autoregressive(memory: float, innovations: Floats) -> Floats:
    values = np.zeros(len(innovations))
    for place in range(1, len(values)):
        values[place] = memory * values[place - 1] + innovations[place]
    return values


def day(points: int = POINTS) -> Floats:
    hour = np.arange(points) % 24
    return np.asarray(np.where((hour >= 8) & (hour < 18), 10.0, 0.0) + 3 * np.sin(2 * np.pi * hour / 24))


NOISES: dict[str, Callable[[Draw], Floats]] = {
    "normal": lambda rng: rng.standard_normal(POINTS),
    "heavy-tailed": lambda rng: rng.standard_t(3, POINTS),
    "skewed": lambda rng: rng.lognormal(0, 1, POINTS),
    "counts": lambda rng: rng.poisson(2, POINTS).astype(np.float64),
    "rare counts": lambda rng: rng.poisson(0.1, POINTS).astype(np.float64),
    "persistent": lambda rng: autoregressive(0.95, rng.standard_normal(POINTS)),
    "persistent and heavy-tailed": lambda rng: autoregressive(0.7, rng.standard_t(4, POINTS)),
    "wandering": lambda rng: np.cumsum(rng.standard_normal(POINTS)),
    "rising": lambda rng: 0.05 * np.arange(POINTS) + rng.standard_normal(POINTS),
    "seasonal": lambda rng: day() + rng.standard_normal(POINTS),
    "seasonal counts": lambda rng: rng.poisson(4 + day()).astype(np.float64),
    "varied by hour": lambda rng: day() + (1 + day() / 5) * rng.standard_normal(POINTS),
    "growing": lambda rng: np.exp(np.arange(POINTS) / 200 + 0.1 * rng.standard_normal(POINTS)),
}


def prices(seed: int) -> Floats:
    """Whose changes come in bursts: GARCH(1, 1), as daily prices do."""
    rng = np.random.default_rng(seed)
    variance, changes = 1.0, np.zeros(400)
    for place, drawn in enumerate(rng.standard_normal(400)):
        changes[place] = variance**0.5 * drawn
        variance = 0.05 + 0.12 * changes[place] ** 2 + 0.83 * variance
    return np.asarray(100 * np.exp(0.01 * np.cumsum(changes)))


def test_bursts_are_the_ways_of_prices() -> None:
    assert comes_in_bursts(prices(8587077))
    assert not comes_in_bursts(np.cumsum(np.random.default_rng(1).standard_normal(400)))
    for seed in (8587077, 8602915, 8626672):
        kinds = {each.kind for each in examine(prices(seed), ()).found}
        assert not kinds & {StretchKind.SPIKE, StretchKind.LEVEL_SHIFT}


@pytest.mark.parametrize("seed", [1, 4, 14, 18, 25])
def test_a_stretch_at_another_level_is_no_burst(seed: int) -> None:
    """Its size is alike from point to point, as that of bursts, but only within it."""
    values = np.random.default_rng(seed).standard_normal(400)
    values[230:260] += 3
    assert StretchKind.LEVEL_SHIFT in {each.kind for each in examine(values, ()).found}


@pytest.mark.parametrize("kind", NOISES)
def test_noise_holds_nothing_odd(kind: str) -> None:
    found = [examine(NOISES[kind](np.random.default_rng(seed)), CYCLES).found for seed in range(RUNS)]
    assert sum(bool(each) for each in found) == 0, found


@pytest.mark.parametrize("values", [np.arange(200.0), day(200), np.tile([1.0, 2.0], 100)], ids=["line", "days", "two"])
def test_what_follows_a_rule_holds_nothing_odd(values: Floats) -> None:
    assert examine(values, CYCLES).found == ()


def test_runs_that_come_again_are_no_exception() -> None:
    # A sensor that reads 0 every night, and once in a while goes without a value.
    rng = np.random.default_rng(3)
    values = np.where(np.arange(POINTS) % 24 < 9, 0.0, 20 + rng.standard_normal(POINTS))
    values[rng.random(POINTS) < 0.05] = np.nan
    assert examine(values, CYCLES).found == ()


@pytest.mark.parametrize("rate", [0.02, 0.1, 1.0])
def test_nothing_is_stuck_where_little_ever_moves(rate: float) -> None:
    counts = [np.random.default_rng(seed).poisson(rate, 150).astype(np.float64) for seed in range(60)]
    assert sum(bool(stuck(values, 0.001)) for values in counts) == 0


def test_what_an_instrument_cuts_off_has_no_usual_level() -> None:
    rng = np.random.default_rng(5)
    visibility = np.minimum(10.0, 14.0 + 6.0 * np.convolve(rng.standard_normal(3000), np.ones(30) / 8, "same"))
    examined = examine(visibility, ())
    assert examined.found == ()
    assert "most of its values are 10" in examined.note
