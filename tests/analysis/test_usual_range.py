"""Where a score usually lies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voyant.analysis.usual_range import FEWEST_RUNS, usual_range

scores = st.lists(st.floats(0, 1), min_size=FEWEST_RUNS, max_size=40)


@given(scores)
def test_the_median_and_most_of_what_it_was_found_from_lie_inside(earlier: list[float]) -> None:
    found = usual_range(earlier)
    assert found is not None
    assert found.low < found.median < found.high
    inside = sum(found.low <= score <= found.high for score in earlier)
    assert 2 * inside >= len(earlier)


@given(scores, st.floats(0, 1))
def test_one_odd_run_moves_the_range_little(earlier: list[float], odd: float) -> None:
    """Nothing that a single run does can put the median outside the scores that were there before."""
    found = usual_range([*earlier, odd])
    assert found is not None
    assert min(earlier) <= found.median <= max(earlier)


@given(scores)
def test_the_order_of_runs_does_not_matter(earlier: list[float]) -> None:
    assert usual_range(earlier) == usual_range(earlier[::-1])


def test_few_runs_have_no_usual_range() -> None:
    assert usual_range([0.5] * (FEWEST_RUNS - 1)) is None
