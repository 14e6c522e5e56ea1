"""The dip test: how often it errs, and what it sees."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from voyant.analysis.segment.dip import chance, dip


def test_of_numbers_that_form_one_crowd_no_more_are_called_two_than_the_level_allows() -> None:
    rng = np.random.default_rng(4)
    uniform = [chance(dip(rng.uniform(size=200)), 200) for _ in range(400)]
    assert np.mean(np.asarray(uniform) <= 0.05) <= 0.08
    assert all(chance(dip(rng.normal(size=200)), 200) > 0.05 for _ in range(100))
    assert all(chance(dip(rng.exponential(size=200)), 200) > 0.05 for _ in range(100))


def test_two_crowds_are_seen_also_where_one_is_small() -> None:
    rng = np.random.default_rng(4)
    for share in (0.5, 0.2):
        near = rng.normal(size=400) + np.where(rng.uniform(size=400) < share, 7, 0)
        assert chance(dip(near), 400) < 0.01


def test_a_value_that_many_share_is_a_peak_and_no_second_crowd() -> None:
    rng = np.random.default_rng(4)
    spent = np.where(rng.uniform(size=500) < 0.6, 0.0, rng.exponential(size=500))
    assert chance(dip(spent), 500) > 0.5
    assert chance(dip(np.where(spent > 0, spent + 5, 0.0)), 500) < 0.01


@given(arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)))
@settings(max_examples=100, deadline=None)
def test_it_lies_between_none_and_a_quarter(values: np.ndarray) -> None:
    assert 0 <= dip(values) <= 0.25
