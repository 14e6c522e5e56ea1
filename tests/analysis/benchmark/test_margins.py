"""Intervals of shares to come hold what they say, whether shares keep a level or wander."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.analysis.benchmark.margins import Margin, held, margin
from voyant.analysis.forecast.fitting import fit
from voyant.analysis.forecast.work import Outcome, Plan, Task
from voyant.analysis.insights.statistics import Floats

HORIZON, PERIODS, SERIES = 12, 48, 16
PLAN = Plan(horizon=HORIZON, levels=(), suggested=(12,), origins=8, lowest=0.0, highest=1.0)


def level(chance: np.random.Generator) -> Floats:
    """Purchases of twenty customers a period, who choose as ever."""
    return chance.binomial(20, chance.uniform(0.3, 0.7), PERIODS + HORIZON) / 20


def walk(chance: np.random.Generator) -> Floats:
    steps = chance.normal(0, 0.08, PERIODS + HORIZON)
    return np.asarray(1 / (1 + np.exp(-(chance.uniform(-0.8, 0.8) + np.cumsum(steps)))))


def fitted(values: Floats) -> Outcome:
    return fit(Task(values=values[:PERIODS]), PLAN)


@pytest.mark.parametrize(("kind", "growth"), [(level, (1.0, 1.3)), (walk, (2.2, 3.5))])
def test_intervals_hold_what_they_say_at_each_step(kind: object, growth: tuple[float, float]) -> None:
    chance = np.random.default_rng(11)
    inside, ratios, told = [], [], []
    for _ in range(SERIES):
        values = kind(chance)  # type: ignore[operator]
        outcome = fitted(values)
        known = margin(outcome, 80)
        assert known is not None
        ends = [known.around(float(share), step) for step, share in enumerate(outcome.given, 1)]
        inside.append([low <= share <= high for (low, high), share in zip(ends, values[PERIODS:], strict=True)])
        ratios.append((ends[-1][1] - ends[-1][0]) / (ends[0][1] - ends[0][0]))
        told.append(held(outcome, 80))
    assert 0.68 <= np.mean(inside) <= 0.92  # as far off 80 % as chance may be among so few series
    assert growth[0] <= np.median(ratios) <= growth[1]
    assert 70 <= np.mean([one for one in told if one is not None]) <= 92


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(1, 40))
def test_an_interval_lies_within_0_and_1_and_mirrors_that_of_the_rest(
    share: float, one: float, weight: float, step: int
) -> None:
    known = Margin(one=one, weight=weight)
    low, high = known.around(share, step)
    other_low, other_high = known.around(1 - share, step)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    assert (other_low, other_high) == pytest.approx((1 - high, 1 - low), abs=2e-6)
    further = known.around(share, step + 1)
    assert further[0] <= low
    assert further[1] >= high


def test_a_past_too_short_for_errors_has_none() -> None:
    outcome = fitted(walk(np.random.default_rng(1)))
    assert margin(outcome, 80, outcome.checks[0].origin) is None
