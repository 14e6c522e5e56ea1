"""Data whose drift is documented, or made: what drifted is found, and what did not is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.drift.car_loan import DRIFTED, STABLE, car_loan
from tests.analysis.drift.tables import drift
from voyant.domain.drift import Verdict


def test_the_features_that_nannyml_documents_drift_from_the_second_half_on() -> None:
    reference = car_loan("reference")
    first, second = (drift(reference, car_loan(f"{half}_half")) for half in ("first", "second"))
    assert not {column.column for column in first.drifted} & (DRIFTED | STABLE)
    found = {column.column for column in second.drifted}
    assert found >= DRIFTED
    assert not found & STABLE


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(300, 300), (2000, 1200), (2000, 60)])
def test_unchanged_data_are_called_stable_at_the_nominal_rate(before: int, after: int) -> None:
    """The share of 200 comparisons of five columns in which any column is said to have drifted, by a binomial bound."""
    false = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        false += bool(drift(_columns(random, before), _columns(random, after)).drifted)
    assert false <= 20  # a rate of 5 % gives more than 20 of 200 one time in 500


@pytest.mark.slow
def test_a_shift_of_0_3_standard_deviations_is_found_from_a_thousand_rows_on() -> None:
    missed = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        shifted = _columns(random, 1001) | {"normal": random.normal(0.3, 1, 1001)}
        found = drift(_columns(random, 1001), shifted)
        missed += "normal" not in {column.column for column in found.drifted}
        assert found.verdict is Verdict.STABLE
    assert missed == 0


def _columns(random: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    return {
        "normal": random.normal(size=rows),
        "skewed": random.lognormal(0, 1, rows),
        "counts": random.poisson(40, rows),
        "category": random.choice(list("abcdef"), rows, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05]),
        "flag": random.random(rows) < 0.2,
    }
