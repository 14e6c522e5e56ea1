"""The tests against SciPy's, and their size where there is nothing to find."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.analysis.insights import statistics

reference = pytest.importorskip("scipy.stats")


def rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_corrected_p_values_are_benjamini_hochbergs(p: list[float]) -> None:
    corrected = statistics.adjusted(p)
    assert corrected == pytest.approx(list(reference.false_discovery_control(p)))
    assert all(after >= before - 1e-12 for before, after in zip(p, corrected, strict=True))


@given(st.lists(st.integers(-5, 5) | st.sampled_from([-1e300, 0.25, 1e9, 1e300]), min_size=1, max_size=50))
def test_midranks(values: list[float]) -> None:
    assert list(statistics.midranks(np.asarray(values, float))) == list(reference.rankdata(values))


@given(st.integers(2, 5), st.integers(0, 10_000))
def test_kruskal_wallis(groups: int, seed: int) -> None:
    codes = rng(seed).integers(0, groups, 80)
    codes[:groups] = np.arange(groups)
    values = rng(seed + 1).integers(0, 12, 80).astype(float)
    result = statistics.kruskal_wallis(codes, groups, statistics.midranks(values))
    expected = reference.kruskal(*(values[codes == code] for code in range(groups)))
    assert result.p == pytest.approx(expected.pvalue)


@given(st.integers(0, 10_000))
def test_chi_square(seed: int) -> None:
    table = rng(seed).integers(5, 40, (3, 4))
    expected = reference.chi2_contingency(table, correction=False)
    result = statistics.chi_square(table)
    assert result.p == pytest.approx(expected.pvalue)
    assert result.effect <= reference.contingency.association(table, method="cramer") + 1e-9


def test_uniformity() -> None:
    counts = np.asarray([30, 22, 18, 30])
    assert statistics.uniformity(counts).p == pytest.approx(reference.chisquare(counts).pvalue)


@given(st.integers(0, 10_000))
def test_friedman(seed: int) -> None:
    blocks = rng(seed).integers(0, 9, (12, 4)).astype(float)
    expected = reference.friedmanchisquare(*blocks.T)
    if not math.isnan(expected.pvalue):
        assert statistics.friedman(blocks).p == pytest.approx(expected.pvalue)


@given(st.integers(0, 10_000))
def test_rank_correlation(seed: int) -> None:
    x = rng(seed).normal(size=40)
    y = x + rng(seed + 1).normal(size=40)
    result = statistics.rank_correlation(statistics.midranks(x), statistics.midranks(y))
    expected = reference.spearmanr(x, y)
    assert result.effect == pytest.approx(expected.statistic)
    assert result.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)


def test_tails() -> None:
    assert statistics.binomial_tail(9, 20, 0.3) == pytest.approx(reference.binom.sf(8, 20, 0.3))
    assert statistics.poisson_tail(9, 4.5) == pytest.approx(reference.poisson.sf(8, 4.5))
    assert statistics.f_tail(3.1, 3, 40) == pytest.approx(reference.f.sf(3.1, 3, 40))
    assert statistics.t_tail(2.2, 9) == pytest.approx(reference.t.sf(2.2, 9))
    assert statistics.chi_square_tail(7.7, 4) == pytest.approx(reference.chi2.sf(7.7, 4))


@pytest.mark.parametrize("points", [12, 52])
def test_trends_and_breaks_keep_their_size(points: int) -> None:
    """In 400 series without a trend at most 5 % and three standard errors beyond may be called one."""
    series = rng().normal(size=(400, points))
    trends = np.mean([statistics.monotone_trend(each).p < 0.05 for each in series])
    breaks = np.mean([statistics.level_shift(each).p < 0.05 for each in series])
    assert max(trends, breaks) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_autocorrelated_series_are_seldom_called_trends() -> None:
    noise = rng().normal(size=(300, 110))
    series = np.zeros((300, 110))
    for place in range(1, 110):
        series[:, place] = 0.6 * series[:, place - 1] + noise[:, place]
    called = np.mean([statistics.monotone_trend(each[10:]).p < 0.05 for each in series])
    naive = np.mean([reference.kendalltau(range(100), each[10:]).pvalue < 0.05 for each in series])
    assert called < 0.15 < naive


def test_shapes() -> None:
    flat = np.full(20, 5.0) + rng().normal(0, 0.1, 40).reshape(2, 20)[0]
    step = np.concatenate([flat, flat + 4])
    hinge = np.concatenate([flat, flat + np.linspace(0, 6, 20)])
    line = np.linspace(0, 8, 40) + rng().normal(0, 0.3, 40)
    assert statistics.shape(step).kind == "step"
    assert statistics.shape(step).at == 20
    assert statistics.shape(hinge).kind == "hinge"
    assert abs(statistics.shape(hinge).at - 21) <= 2
    assert statistics.shape(line).kind == "line"
