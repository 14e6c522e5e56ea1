"""What holds for any two states of any table."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats  # noqa: TID251 - what ours is held against; no command imports it

from tests.analysis.drift.tables import column_drift, drift
from voyant.analysis.drift.counting import Counted, aligned
from voyant.analysis.drift.distances import (
    Measured,
    Ordered,
    chi_square,
    jensen_shannon,
    kolmogorov_smirnov,
    population_stability,
    wasserstein,
)
from voyant.domain.drift import Verdict

_NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=64)
_COLUMNS = st.one_of(
    st.lists(st.one_of(st.none(), _NUMBERS), min_size=5, max_size=60),
    st.lists(st.one_of(st.none(), st.integers(-(2**62), 2**62)), min_size=5, max_size=60),
    st.lists(st.one_of(st.none(), st.sampled_from("abcdef")), min_size=5, max_size=60),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=5, max_size=60),
    st.lists(st.one_of(st.none(), st.datetimes()), min_size=5, max_size=60),
).filter(lambda values: any(value is not None for value in values))
_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_SMALL = st.lists(st.integers(-3, 6), min_size=1, max_size=7)


@_SETTINGS
@given(_COLUMNS)
def test_a_state_compared_with_itself_is_stable_and_identical(values: list[Any]) -> None:
    found = drift({"x": values}, {"x": values})
    [only] = found.columns
    assert only.verdict is not Verdict.DRIFTED
    assert only.nulls_verdict is Verdict.STABLE
    assert all(distance.value == 0 for distance in only.distances)
    assert found.identical


@_SETTINGS
@given(_COLUMNS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(values: list[Any], random: Any) -> None:
    half = len(values) // 2
    before, after = values[:half], values[half:]
    if not any(value is not None for value in before) or not any(value is not None for value in after):
        return
    shuffled = [random.sample(side, len(side)) for side in (before, after)]
    assert column_drift(before, after) == column_drift(*shuffled)


@_SETTINGS
@given(st.lists(st.sampled_from("abcdefgh"), min_size=30, max_size=200), st.integers(0, 29))
def test_contributions_add_up(values: list[str], change: int) -> None:
    before, after = values * 8, (values[change:] + ["z"] * (change + 5)) * 8
    found = column_drift(before, after)
    if found.shares:
        assert math.fsum(share.contribution for share in found.shares) == pytest.approx(1, abs=1e-8)
        assert math.fsum(share.before for share in found.shares) == pytest.approx(1, abs=1e-8)
        assert math.fsum(share.after for share in found.shares) == pytest.approx(1, abs=1e-8)


def _pair(before: list[int], after: list[int]) -> Ordered:
    sides = (Counted(*np.unique(np.asarray(side, dtype=float), return_counts=True)) for side in (before, after))
    return Ordered(*aligned(*sides))


@given(_SMALL, _SMALL)
def test_symmetric_measures_are_symmetric(before: list[int], after: list[int]) -> None:
    pair, turned = _pair(before, after), _pair(after, before)
    for measure in (lambda side: wasserstein(side, 1.0), lambda side: kolmogorov_smirnov(side, exact=True)):
        _alike(measure(pair), measure(turned))
    _alike(jensen_shannon(pair.before, pair.after)[0], jensen_shannon(pair.after, pair.before)[0])
    _alike(population_stability(pair.before, pair.after), population_stability(pair.after, pair.before))
    _alike(chi_square(pair.before, pair.after), chi_square(pair.after, pair.before))


def _alike(one: Measured, other: Measured) -> None:
    assert one.value == pytest.approx(other.value, abs=1e-12)
    assert (one.p is None) == (other.p is None)
    assert one.p is None or one.p == pytest.approx(other.p, abs=1e-9)


@given(_SMALL, _SMALL)
def test_the_exact_test_counts_all_ways_to_divide_the_values(before: list[int], after: list[int]) -> None:
    """Where all values differ the p-value is the share of divisions with at least the distance seen."""
    n, m = len(before), len(after)
    order = sorted(range(n + m), key=lambda place: ((before + after)[place], place))
    ranks = [order.index(place) for place in range(n + m)]
    found = kolmogorov_smirnov(_pair(ranks[:n], ranks[n:]), exact=True)
    steps = [
        _steps(set(chosen), n, m)
        for chosen in combinations(range(n + m), n)
    ]  # fmt: skip
    seen = _steps(set(ranks[:n]), n, m)
    assert found.value == pytest.approx(seen / n / m)
    assert found.p == pytest.approx(sum(each >= seen for each in steps) / len(steps))


def _steps(chosen: set[int], n: int, m: int) -> int:
    height, most = 0, 0
    for place in range(n + m):
        height += m if place in chosen else -n
        most = max(most, abs(height))
    return most


@pytest.mark.parametrize("seed", range(5))
def test_distances_are_those_of_scipy(seed: int) -> None:
    random = np.random.default_rng(seed)
    before, after = random.normal(size=700).round(2), random.lognormal(size=500).round(2)
    pair = _pair(before.tolist(), after.tolist())
    assert wasserstein(pair, 2.0).value == pytest.approx(stats.wasserstein_distance(before, after) / 2)
    theirs = stats.ks_2samp(before, after)
    ours = kolmogorov_smirnov(pair, exact=True)
    assert ours.value == pytest.approx(theirs.statistic)
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-10)


@pytest.mark.parametrize("draw", ["normal", "standard_exponential", "random"])
def test_the_distance_under_no_change_has_the_stated_mean_and_rate(draw: str) -> None:
    random = np.random.default_rng(1)
    found = []
    for _ in range(1500):
        before, after = (getattr(random, draw)(size=size) for size in (300, 150))
        found.append(wasserstein(_pair(before.tolist(), after.tolist()), 1.0))
    values, noise = ([getattr(each, name) for each in found] for name in ("value", "noise"))
    assert np.mean(values) == pytest.approx(np.mean(noise), rel=0.04)
    assert sum((each.p or 0) <= 0.05 for each in found) / len(found) == pytest.approx(0.05, abs=0.015)
