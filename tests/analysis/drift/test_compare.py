"""What a comparison says of data whose change is known."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.analysis.drift.tables import column_drift, drift
from voyant.domain.drift import ColumnDrift, Verdict
from voyant.domain.serialization import to_json
from voyant.domain.table import Role

STABLE, DRIFTED, NOT_COMPARABLE = Verdict.STABLE, Verdict.DRIFTED, Verdict.NOT_COMPARABLE


def _random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def _measure(column: ColumnDrift, name: str) -> float:
    [found] = [distance.value for distance in column.distances if distance.measure == name]
    return found


# Numbers


def test_a_shift_of_a_third_of_a_standard_deviation_is_found_and_told() -> None:
    random = _random()
    before = random.normal(12, 2, 3000)
    found = column_drift(before, before + 0.3 * before.std())
    assert (found.verdict, found.method) == (DRIFTED, "wasserstein_normed")
    assert found.distances[0].value == pytest.approx(0.3)
    assert found.summary.startswith("x: mean 11.9 → 12.5 (+0.3 sd); the bin ")
    assert math.isclose(math.fsum(share.contribution for share in found.shares), 1, abs_tol=1e-9)


def test_what_outliers_hide_from_the_deciding_measure_is_warned_of() -> None:
    random = _random()
    before = random.lognormal(1, 0.5, 5000)
    before[:5] = 5000
    told = drift({"price": before}, {"price": 1.6 * before})
    [found] = told.columns
    assert (found.verdict, found.usual_verdict) == (STABLE, STABLE)
    assert _measure(found, "psi") > 0.25
    [warning] = told.warnings
    assert warning.startswith("price: mean ")
    assert warning.endswith("It does not count as drifted: outliers widen the measure that decides.")
    same = random.lognormal(1, 0.5, 5000)
    same[:5] = 5000
    assert drift({"price": before}, {"price": same}).warnings == ()


@pytest.mark.parametrize("rows", [400, 1000])
def test_few_rows_are_decided_by_a_test(rows: int) -> None:
    random = _random()
    before = random.normal(size=rows)
    shifted = column_drift(before, random.normal(0.3, 1, rows))
    assert (shifted.verdict, shifted.method) == (DRIFTED, "ks")
    same = column_drift(before, random.normal(size=rows))
    assert (same.verdict, same.method) == (STABLE, "ks")


def test_a_distance_that_chance_explains_is_no_drift_and_the_usual_verdict_is_shown() -> None:
    random = _random(5)
    found = column_drift(random.normal(size=2000), random.normal(size=40))
    assert found.distances[0].value >= 0.1
    assert (found.verdict, found.usual_verdict) == (STABLE, DRIFTED)
    assert found.note is not None
    assert "chance explains the distance" in found.note
    assert found.distances[0].noise == pytest.approx(0.2, abs=0.02)


def test_many_different_numbers_are_counted_in_bins_within_the_stated_error() -> None:
    random = _random()
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
    random = _random()
    before, after = random.normal(size=40_000), random.normal(0.02, 1, 40_000)
    before[0], after[0] = 1e6, -1e6
    found = column_drift(before, after)
    assert found.distances[0].error * before.std() < 0.2


def test_a_verdict_near_the_threshold_is_computed_more_exactly() -> None:
    random = _random(1)
    before = random.normal(size=40_000)
    after = before + 0.1 * before.std() + 1e-4
    found = column_drift(before, after)
    assert found.distances[0].error < 0.001
    assert (found.verdict, found.usual_verdict) == (DRIFTED, DRIFTED)


def test_numbers_of_few_values_are_compared_as_values() -> None:
    random = _random()
    found = column_drift(random.choice([1.0, 2.0, 3.0], 2000), random.choice([1.0, 2.0, 3.0], 2000, p=[0.6, 0.2, 0.2]))
    assert (found.verdict, found.method, found.compared) == (DRIFTED, "jensen_shannon", "values")
    assert found.shares[0].label == "1"
    assert found.shares[0].minimum == 1.0


def test_types_that_hold_numbers_are_compared_with_each_other() -> None:
    values = list(range(2000))
    found = drift({"x": values}, {"x": [float(value) for value in values]})
    assert [change.kind for change in found.schema] == ["retyped"]
    assert found.columns[0].distances[0].value == 0


def test_a_constant_column_is_stable_until_it_moves() -> None:
    assert column_drift([5.0] * 2000, [5.0] * 1500).verdict is STABLE
    assert column_drift([5.0] * 2000, [6.0] * 1500).verdict is DRIFTED
    spread = column_drift([5.0] * 2000, np.linspace(5, 6, 2000))
    assert spread.verdict is DRIFTED
    assert spread.note is not None
    assert "reference is constant" in spread.note


def test_infinities_and_nan_are_left_out_and_counted() -> None:
    random = _random()
    before, after = random.normal(size=2000), random.normal(size=2000)
    after[:3] = [math.nan, math.inf, -math.inf]
    found = column_drift(before, after)
    assert found.verdict is STABLE
    assert found.note == "NaN and infinities are left out: 0 before, 3 after."


def test_numbers_at_the_end_of_what_doubles_hold() -> None:
    random = _random()
    scale = 1.7e308
    found = column_drift(random.uniform(-1, 1, 3000) * scale, random.uniform(0, scale, 3000))
    assert found.verdict is DRIFTED
    tiny = column_drift(random.uniform(0, 1e-300, 3000), random.uniform(0, 3e-300, 3000))
    assert tiny.verdict is DRIFTED
    assert tiny.note is not None
    assert "standard deviation" in tiny.note
    wide = column_drift(random.uniform(-1, 1, 30_000) * scale, random.uniform(0, scale, 30_000))
    assert wide.verdict is NOT_COMPARABLE


# Values


def test_values_that_came_and_went_are_named() -> None:
    random = _random()
    before, after = random.choice(["a", "b", "c"], 3000), random.choice(["b", "c", "d"], 3000)
    found = column_drift(before, after)
    assert (found.verdict, found.method) == (DRIFTED, "jensen_shannon")
    assert [share.label for share in found.new_values] == ["d"]
    assert [share.label for share in found.vanished_values] == ["a"]
    assert "1 new value, 1 vanished" in found.summary
    assert _measure(found, "chi_square") > 0.5


def test_few_values_are_decided_by_a_test_of_both_samples() -> None:
    random = _random(3)
    before, after = random.choice(list("abcde"), 500), random.choice(list("abcde"), 500)
    found = column_drift(before, after)
    assert found.method == "chi_square"
    assert found.verdict is STABLE
    assert _p(found, "chi_square_fit") < _p(found, "chi_square")


def _p(column: ColumnDrift, measure: str) -> float:
    [p] = [distance.p_value for distance in column.distances if distance.measure == measure]
    assert p is not None
    return p


def test_a_hundred_thousand_values_are_compared_exactly() -> None:
    random = _random()
    before = pa.array([f"v{value}" for value in random.integers(0, 100_000, 300_000)])
    after = pa.array([f"v{value}" for value in random.integers(50_000, 150_000, 300_000)])
    found = column_drift(before, after)
    assert found.verdict is DRIFTED
    assert _measure(found, "jensen_shannon") == pytest.approx(math.sqrt(math.log(2) / 2), abs=0.05)
    assert len(found.shares) == 11
    assert found.shares[-1].label == ""


def test_very_many_values_are_compared_in_groups_and_said_to_be() -> None:
    random = _random()
    before, after = (
        pa.array([f"v{value}" for value in random.integers(start, start + 250_000, 700_000)]) for start in (0, 125_000)
    )
    found = column_drift(before, after)
    assert (found.verdict, found.compared, found.shares) == (DRIFTED, "values", ())
    assert found.note is not None
    assert "no larger than the exact ones" in found.note


def test_rare_values_alone_are_no_drift() -> None:
    random = _random()
    before = [f"v{value}" for value in random.integers(0, 1500, 4000)]
    after = [f"v{value}" for value in random.integers(0, 1500, 4000)]
    found = column_drift(before, after)
    assert (found.verdict, found.usual_verdict) == (STABLE, DRIFTED)


def test_booleans() -> None:
    random = _random()
    found = column_drift(random.random(3000) < 0.5, random.random(3000) < 0.7)
    assert found.verdict is DRIFTED
    assert {share.label for share in found.shares} == {"true", "false"}


def test_values_that_hardly_repeat_are_compared_by_their_lengths() -> None:
    before = [f"AB-{value:06}" for value in range(3000)]
    assert column_drift(before, [f"AB-{value:06}" for value in range(3000, 6000)]).verdict is STABLE
    found = column_drift(before, [f"AB-{value:09}" for value in range(3000, 6000)])
    assert (found.verdict, found.compared) == (DRIFTED, "lengths")


def test_numbers_of_rows_are_not_compared() -> None:
    found = column_drift(list(range(3000)), list(range(3000, 6000)), Role.IDENTIFIER)
    assert found.verdict is NOT_COMPARABLE
    assert found.note is not None
    assert "numbers the rows" in found.note


def test_personal_data_show_counts_and_distances_only() -> None:
    random = _random()
    before, after = random.choice(["Ada", "Bob", "Cyd"], 3000), random.choice(["Bob", "Cyd", "Eve"], 3000)
    found = drift({"x": before}, {"x": after}, personal=("x",))
    assert found.columns[0].verdict is DRIFTED
    assert "1 new value, 1 vanished" in found.columns[0].summary
    text = to_json(found).decode()
    assert not any(name in text for name in ("Ada", "Bob", "Cyd", "Eve"))


# Times and prose


def _times(weekdays: set[int], hours: range, days: int, start: datetime) -> list[datetime]:
    moments = (start + timedelta(hours=hour) for hour in range(24 * days))
    return [moment for moment in moments if moment.weekday() in weekdays and moment.hour in hours]


def test_a_range_that_moves_on_is_no_drift_but_another_rhythm_is() -> None:
    week = set(range(7))
    before = _times(week, range(24), 90, datetime(2024, 1, 1))
    later = _times(week, range(24), 90, datetime(2024, 4, 1))
    same = column_drift(before, later)
    assert (same.verdict, same.compared) == (STABLE, "rhythm")
    assert _measure(same, "range_shift") == pytest.approx(1, abs=0.1)
    working = column_drift(before, _times({0, 1, 2, 3, 4}, range(24), 90, datetime(2024, 4, 1)))
    assert working.verdict is DRIFTED
    assert working.shares[0].label in {"Saturday", "Sunday"}
    nightly = column_drift(before, _times(week, range(6), 90, datetime(2024, 4, 1)))
    assert nightly.verdict is DRIFTED
    assert nightly.shares[0].label.endswith(":00")


def test_a_day_shows_no_rhythm() -> None:
    found = column_drift(
        _times(set(range(7)), range(24), 1, datetime(2024, 1, 1)),
        _times(set(range(7)), range(24), 1, datetime(2024, 1, 2)),
    )
    assert found.verdict is NOT_COMPARABLE
    assert found.note is not None
    assert "too short" in found.note


def test_dates_have_no_hours_to_compare_with_those_of_times() -> None:
    moments = _times(set(range(7)), range(24), 60, datetime(2024, 1, 1))
    found = column_drift(pa.array([moment.date() for moment in moments]), pa.array(moments))
    assert found.verdict is STABLE


_SUBJECTS = ["printer", "network", "laptop", "mail", "password", "monitor"]


def _prose(random: np.random.Generator, rows: int, subjects: list[str]) -> list[str]:
    fillers = ["user", "reports", "cannot", "since", "morning", "please", "office", "again", "slow", "broken"]
    return [" ".join([*random.choice(fillers, 6), str(random.choice(subjects))]) for _ in range(rows)]


@pytest.mark.parametrize("rows", [300, 3000])
def test_prose_is_told_apart_by_its_words(rows: int) -> None:
    random = _random()
    before = _prose(random, rows, _SUBJECTS)
    assert column_drift(before, _prose(random, rows, _SUBJECTS), Role.TEXT).verdict is STABLE
    found = column_drift(before, _prose(random, rows, [*_SUBJECTS, *["headset"] * 6]), Role.TEXT)
    assert (found.verdict, found.method) == (DRIFTED, "terms")
    assert found.shares[0].label == "headset"
    assert math.isclose(math.fsum(share.contribution for share in found.shares), 1, abs_tol=1e-9)


# What is missing, the table, its segments


def test_missing_values_have_a_verdict_of_their_own() -> None:
    random = _random()
    before, after = random.normal(size=3000).tolist(), random.normal(size=3000).tolist()
    after[:300] = [None] * 300
    found = drift({"x": before}, {"x": after})
    [only] = found.columns
    assert (only.verdict, only.nulls_verdict) == (STABLE, DRIFTED)
    assert only.missing is not None
    assert only.missing.value == pytest.approx(0.1)
    assert any("x has no value in 10 % of the rows, 0 % before" in warning for warning in found.warnings)


def test_the_segment_that_carries_the_change_is_named() -> None:
    random = _random()
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
    random = _random()
    before = {name: random.normal(size=2000) for name in "abcd"}
    one = drift(before, before | {"a": before["a"] + 1})
    assert (one.verdict, one.share) == (STABLE, 0.25)
    assert one.reason == (
        "1 of 4 compared columns drifted (25 %), less than the 50 % from which the table counts as drifted: a."
    )
    two = drift(before, before | {"a": before["a"] + 1, "b": before["b"] - 1})
    assert (two.verdict, two.share) == (DRIFTED, 0.5)


def test_columns_that_no_longer_go_together_are_found() -> None:
    random = _random()
    x, noise = random.normal(size=3000), random.normal(size=3000)
    found = drift({"x": x, "y": x + noise}, {"x": x, "y": noise * math.sqrt(2)})
    [pair] = found.associations
    assert {pair.a, pair.b} == {"x", "y"}
    assert pair.before > 0.6 > 0.1 > abs(pair.after)
    assert not drift({"x": x, "y": x + noise}, {"x": x, "y": x + noise[::-1]}).associations


# What cannot be compared


def test_an_empty_side() -> None:
    empty = pa.array([], pa.float64())
    for before, after in (([1.0] * 9, empty), (empty, [1.0] * 9)):
        found = drift({"x": before}, {"x": after})
        assert found.verdict is NOT_COMPARABLE
        assert "has no rows" in found.reason


def test_no_column_in_common() -> None:
    found = drift({"a": [1, 2]}, {"b": ["x"]})
    assert found.verdict is NOT_COMPARABLE
    assert found.reason == "The two sides have no column in common."
    assert {change.kind for change in found.schema} == {"added", "removed"}


def test_one_row_all_missing_and_another_type() -> None:
    found = drift(
        {"one": [1.0] * 9, "none": [1.0] * 9, "other": ["a"] * 9},
        {"one": [1.0], "none": pa.array([None], pa.float64()), "other": [3]},
    )
    assert found.verdict is NOT_COMPARABLE
    notes = {column.column: column.note for column in found.columns}
    assert notes["one"] == "Too few values after to show a distribution: 1, of at least 5."
    assert notes["none"] == "Too few values after to show a distribution: 0, of at least 5."
    retyped = drift({"x": ["a", "b"] * 9}, {"x": list(range(18))}).columns[0]
    assert (retyped.verdict, retyped.note) == (NOT_COMPARABLE, "Not comparable: text before, integer after.")


@pytest.mark.slow
def test_five_thousand_columns() -> None:
    random = _random()
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
