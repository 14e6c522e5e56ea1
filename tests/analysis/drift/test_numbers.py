"""What a comparison says of numbers whose change is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.analysis.drift.tables import column_drift, drift, measure_of
from voyant.domain.drift import Verdict


def test_a_shift_of_a_third_of_a_standard_deviation_is_found_and_told() -> None:
    random = np.random.default_rng(0)
    before = random.normal(12, 2, 3000)
    found = column_drift(before, before + 0.3 * before.std())
    assert (found.verdict, found.method) == (Verdict.DRIFTED, "wasserstein_normed")
    assert found.distances[0].value == pytest.approx(0.3)
    assert found.summary.startswith("x: mean 11.9 → 12.5 (+0.3 sd); the bin ")
    assert math.isclose(math.fsum(share.contribution for share in found.shares), 1, abs_tol=1e-9)


def test_what_outliers_hide_from_the_deciding_measure_is_warned_of() -> None:
    random = np.random.default_rng(0)
    before = random.lognormal(1, 0.5, 5000)
    before[:5] = 5000
    told = drift({"price": before}, {"price": 1.6 * before})
    [found] = told.columns
    assert (found.verdict, found.usual_verdict) == (Verdict.STABLE, Verdict.STABLE)
    assert measure_of(found, "psi") > 0.25
    [warning] = told.warnings
    assert warning.startswith("price: mean ")
    assert warning.endswith("It does not count as drifted: outliers widen the measure that decides.")
    same = random.lognormal(1, 0.5, 5000)
    same[:5] = 5000
    assert drift({"price": before}, {"price": same}).warnings == ()


@pytest.mark.parametrize("rows", [400, 1000])
def test_few_rows_are_decided_by_a_test(rows: int) -> None:
    random = np.random.default_rng(0)
    before = random.normal(size=rows)
    shifted = column_drift(before, random.normal(0.3, 1, rows))
    assert (shifted.verdict, shifted.method) == (Verdict.DRIFTED, "ks")
    same = column_drift(before, random.normal(size=rows))
    assert (same.verdict, same.method) == (Verdict.STABLE, "ks")


def test_a_distance_that_chance_explains_is_no_drift_and_the_usual_verdict_is_shown() -> None:
    random = np.random.default_rng(5)
    found = column_drift(random.normal(size=2000), random.normal(size=40))
    assert found.distances[0].value >= 0.1
    assert (found.verdict, found.usual_verdict) == (Verdict.STABLE, Verdict.DRIFTED)
    assert found.note is not None
    assert "chance explains the distance" in found.note
    assert found.distances[0].noise == pytest.approx(0.2, abs=0.02)


def test_many_different_numbers_are_counted_in_bins_within_the_stated_error() -> None:
    random = np.random.default_rng(0)
    before, after = random.lognormal(0, 2, 60_000), random.lognormal(0.2, 2, 50_000)
    found = column_drift(before, after)
    exact = _area(before, after) / before.std()
    distance = found.distances[0]
    assert 0 < distance.error < 0.05
    assert abs(distance.value - exact) <= distance.error
    ks = next(each for each in found.distances if each.measure == "ks")
    points = np.sort(np.concatenate([before, after]))
    sides = [np.searchsorted(np.sort(side), points, side="right") / len(side) for side in (before, after)]
    assert abs(ks.value - np.abs(sides[0] - sides[1]).max()) <= ks.error


def _area(before: np.ndarray, after: np.ndarray) -> float:
    points = np.sort(np.concatenate([before, after]))
    sides = [np.searchsorted(np.sort(side), points[:-1], side="right") / len(side) for side in (before, after)]
    return float((np.abs(sides[0] - sides[1]) * np.diff(points)).sum())


def test_an_outlier_does_not_blur_the_bins() -> None:
    random = np.random.default_rng(0)
    before, after = random.normal(size=40_000), random.normal(0.02, 1, 40_000)
    before[0], after[0] = 1e6, -1e6
    found = column_drift(before, after)
    assert found.distances[0].error * before.std() < 0.2


def test_a_verdict_near_the_threshold_is_computed_more_exactly() -> None:
    random = np.random.default_rng(1)
    before = random.normal(size=40_000)
    after = before + 0.1 * before.std() + 1e-4
    found = column_drift(before, after)
    assert found.distances[0].error < 0.001
    assert (found.verdict, found.usual_verdict) == (Verdict.DRIFTED, Verdict.DRIFTED)


def test_numbers_of_few_values_are_compared_as_values() -> None:
    random = np.random.default_rng(0)
    found = column_drift(random.choice([1.0, 2.0, 3.0], 2000), random.choice([1.0, 2.0, 3.0], 2000, p=[0.6, 0.2, 0.2]))
    assert (found.verdict, found.method, found.compared) == (Verdict.DRIFTED, "jensen_shannon", "values")
    assert found.shares[0].label == "1"
    assert found.shares[0].minimum == 1.0


def test_types_that_hold_numbers_are_compared_with_each_other() -> None:
    values = list(range(2000))
    found = drift({"x": values}, {"x": [float(value) for value in values]})
    assert [change.kind for change in found.schema] == ["retyped"]
    assert found.columns[0].distances[0].value == 0


def test_a_constant_column_is_stable_until_it_moves() -> None:
    assert column_drift([5.0] * 2000, [5.0] * 1500).verdict is Verdict.STABLE
    assert column_drift([5.0] * 2000, [6.0] * 1500).verdict is Verdict.DRIFTED
    spread = column_drift([5.0] * 2000, np.linspace(5, 6, 2000))
    assert spread.verdict is Verdict.DRIFTED
    assert spread.note is not None
    assert "reference is constant" in spread.note


def test_infinities_and_nan_are_left_out_and_counted() -> None:
    random = np.random.default_rng(0)
    before, after = random.normal(size=2000), random.normal(size=2000)
    after[:3] = [math.nan, math.inf, -math.inf]
    found = column_drift(before, after)
    assert found.verdict is Verdict.STABLE
    assert found.note == "NaN and infinities are left out: 0 before, 3 after."


def test_numbers_at_the_end_of_what_doubles_hold() -> None:
    random = np.random.default_rng(0)
    scale = 1.7e308
    found = column_drift(random.uniform(-1, 1, 3000) * scale, random.uniform(0, scale, 3000))
    assert found.verdict is Verdict.DRIFTED
    tiny = column_drift(random.uniform(0, 1e-300, 3000), random.uniform(0, 3e-300, 3000))
    assert tiny.verdict is Verdict.DRIFTED
    assert tiny.note is not None
    assert "standard deviation" in tiny.note
    wide = column_drift(random.uniform(-1, 1, 30_000) * scale, random.uniform(0, scale, 30_000))
    assert wide.verdict is Verdict.NOT_COMPARABLE
