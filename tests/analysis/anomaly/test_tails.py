"""How far out is odd: nothing in noise, whatever its tail, and what lies far beyond it in any."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voyant.analysis.anomaly.rows.tails import FEWEST, upper_bound
from voyant.analysis.insights.ranks import Floats

Draw = np.random.Generator
NOISE: dict[str, Callable[[Draw, int], Floats]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "uniform": lambda rng, n: rng.uniform(size=n),
    "exponential": lambda rng, n: rng.exponential(size=n),
    "t, 2 degrees": lambda rng, n: rng.standard_t(2, n),
    "Cauchy": lambda rng, n: rng.standard_cauchy(n),
    "lognormal": lambda rng, n: rng.lognormal(0, 1, n),
    "Pareto": lambda rng, n: rng.pareto(1.5, n),
    "Poisson": lambda rng, n: rng.poisson(3, n).astype(float),
    "mostly nought": lambda rng, n: np.where(rng.random(n) < 0.9, 0, rng.lognormal(3, 1, n)),
    "two humps": lambda rng, n: np.where(rng.random(n) < 0.5, rng.normal(-4, 1, n), rng.normal(4, 2, n)),
}
LEVEL = 0.01


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("rows", [FEWEST, 50, 100, 1_000])
def test_noise_stays_within_its_bound(kind: str, rows: int) -> None:
    """At one percent 100 columns give one false alarm; more than six would come once in a thousand times."""
    alarms = 0
    for seed in range(100):
        values = NOISE[kind](np.random.default_rng(seed), rows)
        alarms += bool((values > upper_bound(values, LEVEL / rows)).any())
    assert alarms <= 6


@pytest.mark.parametrize("odd", [[40.0], [30.0, 35.0, 50.0], list(np.linspace(30, 60, 20))])
def test_odd_values_do_not_hide_one_another(odd: list[float]) -> None:
    values = np.concatenate([np.random.default_rng(1).normal(size=1_000), odd])
    bound = upper_bound(values, LEVEL / len(values))
    assert values[:1_000].max() < bound < 15


@pytest.mark.parametrize(("rows", "odd"), [(20, 100_000.0), (30, 10_000.0), (59, 300.0), (100, 60.0)])
@pytest.mark.parametrize("sign", [1, -1])
def test_one_value_far_from_a_few_others_is_beyond_their_bound(rows: int, odd: float, sign: int) -> None:
    """Among a hundred values a tail of a quarter tells too little; all of them tell more. In standard deviations."""
    found = 0
    for seed in range(20):
        values = sign * np.append(np.random.default_rng(seed).normal(size=rows - 1), odd)
        others = sign * values[:-1]
        bound = upper_bound(sign * values, LEVEL / 10 / rows)
        found += others.max() < bound < odd
    assert found >= 16


def test_a_few_whole_numbers_are_enough() -> None:
    ratings = np.random.default_rng(1).choice([1.0, 2, 3, 4, 5], 59, p=[0.05, 0.15, 0.4, 0.25, 0.15])
    assert 5 < upper_bound(np.append(ratings, 999), LEVEL / 10 / 60) < 999


def test_few_values_give_no_bound() -> None:
    assert upper_bound(np.arange(FEWEST - 1.0), 0.001) == np.inf
    assert upper_bound(np.full(1_000, 3.0), 0.001) == np.inf


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1_000), st.floats(-1_000, 1_000))
def test_the_bound_moves_with_the_unit(seed: int, scale: float, shift: float) -> None:
    values = np.random.default_rng(seed).normal(size=300)
    bound = upper_bound(values, LEVEL / 300)
    assert upper_bound(values * scale + shift, LEVEL / 300) == pytest.approx(bound * scale + shift, rel=1e-6, abs=1e-6)
