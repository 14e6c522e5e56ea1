"""What a comparison says of values whose change is known."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from tests.analysis.drift.tables import column_drift, drift, measure_of
from voyant.domain.drift import ColumnDrift, Verdict
from voyant.domain.serialization import to_json
from voyant.domain.table import Role


def test_values_that_came_and_went_are_named() -> None:
    random = np.random.default_rng(0)
    before, after = random.choice(["a", "b", "c"], 3000), random.choice(["b", "c", "d"], 3000)
    found = column_drift(before, after)
    assert (found.verdict, found.method) == (Verdict.DRIFTED, "jensen_shannon")
    assert [share.label for share in found.new_values] == ["d"]
    assert [share.label for share in found.vanished_values] == ["a"]
    assert "1 new value, 1 vanished" in found.summary
    assert measure_of(found, "chi_square") > 0.5


def test_few_values_are_decided_by_a_test_of_both_samples() -> None:
    random = np.random.default_rng(3)
    before, after = random.choice(list("abcde"), 500), random.choice(list("abcde"), 500)
    found = column_drift(before, after)
    assert found.method == "chi_square"
    assert found.verdict is Verdict.STABLE
    assert _p(found, "chi_square_fit") < _p(found, "chi_square")


def _p(column: ColumnDrift, measure: str) -> float:
    [p] = [distance.p_value for distance in column.distances if distance.measure == measure]
    assert p is not None
    return p


def test_a_hundred_thousand_values_are_compared_exactly() -> None:
    random = np.random.default_rng(0)
    before = pa.array([f"v{value}" for value in random.integers(0, 100_000, 300_000)])
    after = pa.array([f"v{value}" for value in random.integers(50_000, 150_000, 300_000)])
    found = column_drift(before, after)
    assert found.verdict is Verdict.DRIFTED
    assert measure_of(found, "jensen_shannon") == pytest.approx(math.sqrt(math.log(2) / 2), abs=0.05)
    assert len(found.shares) == 11
    assert found.shares[-1].label == ""


def test_very_many_values_are_compared_in_groups_and_said_to_be() -> None:
    random = np.random.default_rng(0)
    before, after = (
        pa.array([f"v{value}" for value in random.integers(start, start + 250_000, 700_000)]) for start in (0, 125_000)
    )
    found = column_drift(before, after)
    assert (found.verdict, found.compared, found.shares) == (Verdict.DRIFTED, "values", ())
    assert found.note is not None
    assert "no larger than the exact ones" in found.note


def test_rare_values_alone_are_no_drift() -> None:
    random = np.random.default_rng(0)
    before = [f"v{value}" for value in random.integers(0, 1500, 4000)]
    after = [f"v{value}" for value in random.integers(0, 1500, 4000)]
    found = column_drift(before, after)
    assert (found.verdict, found.usual_verdict) == (Verdict.STABLE, Verdict.DRIFTED)


def test_booleans() -> None:
    random = np.random.default_rng(0)
    found = column_drift(random.random(3000) < 0.5, random.random(3000) < 0.7)
    assert found.verdict is Verdict.DRIFTED
    assert {share.label for share in found.shares} == {"true", "false"}


def test_values_that_hardly_repeat_are_compared_by_their_lengths() -> None:
    before = [f"AB-{value:06}" for value in range(3000)]
    assert column_drift(before, [f"AB-{value:06}" for value in range(3000, 6000)]).verdict is Verdict.STABLE
    found = column_drift(before, [f"AB-{value:09}" for value in range(3000, 6000)])
    assert (found.verdict, found.compared) == (Verdict.DRIFTED, "lengths")


def test_numbers_of_rows_are_not_compared() -> None:
    found = column_drift(list(range(3000)), list(range(3000, 6000)), Role.IDENTIFIER)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.note is not None
    assert "numbers the rows" in found.note


def test_personal_data_show_counts_and_distances_only() -> None:
    random = np.random.default_rng(0)
    before, after = random.choice(["Ada", "Bob", "Cyd"], 3000), random.choice(["Bob", "Cyd", "Eve"], 3000)
    found = drift({"x": before}, {"x": after}, personal=("x",))
    assert found.columns[0].verdict is Verdict.DRIFTED
    assert "1 new value, 1 vanished" in found.columns[0].summary
    text = to_json(found).decode()
    assert not any(name in text for name in ("Ada", "Bob", "Cyd", "Eve"))
