"""Tests on periods find no differences where there are none, although periods take over from those before."""

from __future__ import annotations

import numpy as np
import pytest

from voyant.analysis.benchmark.testing import change_correlation, level_difference, mean_difference
from voyant.analysis.insights.statistics import Floats

TIMES = 200


def series(rng: np.random.Generator, n: int, carried: float) -> Floats:
    """Values that carry over a part of the one before."""
    values = rng.normal(size=n + 20)
    for place in range(1, len(values)):
        values[place] += carried * values[place - 1]
    return np.asarray(values[20:], dtype=np.float64)


@pytest.mark.parametrize("carried", [0.0, 0.5])
def test_false_alarms_are_few(carried: float) -> None:
    rng = np.random.default_rng(11)
    alarms = {"mean": 0, "level": 0, "change": 0}
    for _ in range(TIMES):
        one, other = series(rng, 52, carried), series(rng, 52, carried)
        mean, level, change = mean_difference(one), level_difference(one[:26], one[26:]), change_correlation(one, other)
        assert mean is not None
        assert level is not None
        assert change is not None
        alarms["mean"] += mean.p < 0.05
        alarms["level"] += level.p < 0.05
        alarms["change"] += change[1] < 0.05
    assert max(alarms.values()) <= 0.1 * TIMES, alarms


def test_the_interval_holds_the_difference_that_there_is() -> None:
    rng = np.random.default_rng(12)
    held = 0
    for _ in range(TIMES):
        found = mean_difference(series(rng, 36, 0.4) + 1.0)
        assert found is not None
        low, high = found.interval()
        held += low <= 1.0 <= high
    assert held >= 0.9 * TIMES


def test_intervals_of_several_are_wider() -> None:
    found = mean_difference(np.asarray([1.0, 2.0, 1.5, 2.5, 1.0, 3.0, 2.0, 1.0, 2.0]))
    assert found is not None
    assert found.interval(5)[0] < found.interval()[0]


@pytest.mark.parametrize("values", [[1.0] * 20, [1.0, 2.0, 3.0]])
def test_what_never_varies_or_is_too_short_is_not_tested(values: list[float]) -> None:
    assert mean_difference(np.asarray(values)) is None
