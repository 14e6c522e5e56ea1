"""What a comparison says of gaps, segments and whole tables, and of what cannot be compared."""

from __future__ import annotations

import math
import re

import numpy as np
import pyarrow as pa
import pytest

from tests.analysis.drift.tables import column_drift, drift
from voyant.domain.drift import Verdict


def test_missing_values_have_a_verdict_of_their_own() -> None:
    random = np.random.default_rng(0)
    before, after = random.normal(size=3000).tolist(), random.normal(size=3000).tolist()
    after[:300] = [None] * 300
    found = drift({"x": before}, {"x": after})
    [only] = found.columns
    assert (only.verdict, only.nulls_verdict) == (Verdict.STABLE, Verdict.DRIFTED)
    assert only.missing is not None
    assert only.missing.value == pytest.approx(0.1)
    assert any("x has no value in 10 % of the rows, 0 % before" in warning for warning in found.warnings)


def test_the_segment_that_carries_the_change_is_named() -> None:
    random = np.random.default_rng(0)
    country = random.choice(["DE", "FR", "IT", "ES"], 8000)
    before, after = random.normal(50, 10, 8000), random.normal(50, 10, 8000)
    after[country == "DE"] += 15
    found = drift({"amount": before, "country": country}, {"amount": after, "country": country})
    [amount] = found.drifted
    assert amount.segments[0].value == "DE"
    assert amount.segments[0].contribution > 0.8
    assert amount.segments[0].distance > 0.3
    assert "of the change comes from country = DE" in amount.summary


def test_the_table_drifts_by_the_share_of_its_columns() -> None:
    random = np.random.default_rng(0)
    before = {name: random.normal(size=2000) for name in "abcd"}
    one = drift(before, before | {"a": before["a"] + 1})
    assert (one.verdict, one.share) == (Verdict.STABLE, 0.25)
    assert one.reason == (
        "1 of 4 compared columns drifted (25 %), less than the 50 % from which the table counts as drifted: a."
    )
    two = drift(before, before | {"a": before["a"] + 1, "b": before["b"] - 1})
    assert (two.verdict, two.share) == (Verdict.DRIFTED, 0.5)


def test_columns_that_no_longer_go_together_are_found() -> None:
    random = np.random.default_rng(0)
    x, noise = random.normal(size=3000), random.normal(size=3000)
    found = drift({"x": x, "y": x + noise}, {"x": x, "y": noise * math.sqrt(2)})
    [pair] = found.associations
    assert {pair.a, pair.b} == {"x", "y"}
    assert pair.before > 0.6 > 0.1 > abs(pair.after)
    assert not drift({"x": x, "y": x + noise}, {"x": x, "y": x + noise[::-1]}).associations


def test_an_empty_side() -> None:
    empty = pa.array([], pa.float64())
    for before, after in (([1.0] * 9, empty), (empty, [1.0] * 9)):
        found = drift({"x": before}, {"x": after})
        assert found.verdict is Verdict.NOT_COMPARABLE
        assert "has no rows" in found.reason


def test_no_column_in_common() -> None:
    found = drift({"a": [1, 2]}, {"b": ["x"]})
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.reason == "The two sides have no column in common."
    assert {change.kind for change in found.schema} == {"added", "removed"}


def test_one_row_all_missing_and_another_type() -> None:
    found = drift(
        {"one": [1.0] * 9, "none": [1.0] * 9, "other": ["a"] * 9},
        {"one": [1.0], "none": pa.array([None], pa.float64()), "other": [3]},
    )
    assert found.verdict is Verdict.NOT_COMPARABLE
    notes = {column.column: column.note for column in found.columns}
    assert notes["one"] == "Too few values after to show a distribution: 1, of at least 5."
    assert notes["none"] == "Too few values after to show a distribution: 0, of at least 5."
    retyped = drift({"x": ["a", "b"] * 9}, {"x": list(range(18))}).columns[0]
    assert (retyped.verdict, retyped.note) == (Verdict.NOT_COMPARABLE, "Not comparable: text before, integer after.")


@pytest.mark.slow
def test_five_thousand_columns() -> None:
    random = np.random.default_rng(0)
    before = {f"c{number}": random.normal(size=30) for number in range(5000)}
    after = {name: random.normal(size=30) for name in before}
    after["c17"] = after["c17"] + 3
    found = drift(before, after)
    assert [column.column for column in found.drifted] == ["c17"]
    assert len(found.columns) == 5000


def test_a_change_of_shape_is_not_told_as_a_step_of_the_mean() -> None:
    random = np.random.default_rng(5)
    for rows in (300, 3000):
        wider = column_drift(random.normal(50, 2, rows), random.normal(50, 4, rows))
        assert re.search(r"\bsd [12][.0-9]* → [34][.0-9]*, distance 0\.", wider.summary)
    moved = column_drift(random.normal(50, 2, 3000), random.normal(52, 2, 3000))
    assert "(+1.0" in moved.summary or "(+0.9" in moved.summary
    assert "distance" not in moved.summary


def test_no_segment_is_said_to_carry_a_change_that_all_of_them_share() -> None:
    blamed = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        before, after = (
            {"x": random.normal(mean, 1, rows), "city": random.choice(["Rome", "Oslo", "Bern"], rows)}
            for mean, rows in ((0.0, 1800), (0.4, 200))
        )
        blamed += sum(bool(column.segments) for column in drift(before, after).drifted)
    assert blamed <= 2


def test_no_value_is_said_to_have_grown_by_nothing_that_can_be_seen() -> None:
    random = np.random.default_rng(6)
    values = np.array([f"SKU-{number}" for number in range(20_000)])
    found = column_drift(values[random.integers(0, 20_000, 60_000)], values[random.integers(0, 10_000, 60_000)])
    assert "0 % to 0 %" not in found.summary
    assert "vanished" in found.summary


def test_a_single_column_is_spoken_of_as_one() -> None:
    same = np.random.default_rng(7).normal(size=100)
    assert drift({"x": same}, {"x": same}).reason == "The one compared column did not drift."
    assert drift({"x": [1.0]}, {"x": [2.0]}).reason == "The one common column cannot be compared."
