"""What a comparison says of times and prose whose change is known."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.analysis.drift.tables import column_drift, measure_of
from voyant.domain.drift import Verdict
from voyant.domain.table import Role


def _times(weekdays: set[int], hours: range, days: int, start: datetime) -> list[datetime]:
    moments = (start + timedelta(hours=hour) for hour in range(24 * days))
    return [moment for moment in moments if moment.weekday() in weekdays and moment.hour in hours]


def test_a_range_that_moves_on_is_no_drift_but_another_rhythm_is() -> None:
    week = set(range(7))
    before = _times(week, range(24), 90, datetime(2024, 1, 1))
    later = _times(week, range(24), 90, datetime(2024, 4, 1))
    same = column_drift(before, later)
    assert (same.verdict, same.compared) == (Verdict.STABLE, "rhythm")
    assert measure_of(same, "range_shift") == pytest.approx(1, abs=0.1)
    working = column_drift(before, _times({0, 1, 2, 3, 4}, range(24), 90, datetime(2024, 4, 1)))
    assert working.verdict is Verdict.DRIFTED
    assert working.shares[0].label in {"Saturday", "Sunday"}
    nightly = column_drift(before, _times(week, range(6), 90, datetime(2024, 4, 1)))
    assert nightly.verdict is Verdict.DRIFTED
    assert nightly.shares[0].label.endswith(":00")


def test_a_day_shows_no_rhythm() -> None:
    found = column_drift(
        _times(set(range(7)), range(24), 1, datetime(2024, 1, 1)),
        _times(set(range(7)), range(24), 1, datetime(2024, 1, 2)),
    )
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.note is not None
    assert "too short" in found.note


def test_dates_have_no_hours_to_compare_with_those_of_times() -> None:
    moments = _times(set(range(7)), range(24), 60, datetime(2024, 1, 1))
    found = column_drift(pa.array([moment.date() for moment in moments]), pa.array(moments))
    assert found.verdict is Verdict.STABLE


_SUBJECTS = ["printer", "network", "laptop", "mail", "password", "monitor"]


def _prose(random: np.random.Generator, rows: int, subjects: list[str]) -> list[str]:
    fillers = ["user", "reports", "cannot", "since", "morning", "please", "office", "again", "slow", "broken"]
    return [" ".join([*random.choice(fillers, 6), str(random.choice(subjects))]) for _ in range(rows)]


@pytest.mark.parametrize("rows", [300, 3000])
def test_prose_is_told_apart_by_its_words(rows: int) -> None:
    random = np.random.default_rng(0)
    before = _prose(random, rows, _SUBJECTS)
    assert column_drift(before, _prose(random, rows, _SUBJECTS), Role.TEXT).verdict is Verdict.STABLE
    found = column_drift(before, _prose(random, rows, [*_SUBJECTS, *["headset"] * 6]), Role.TEXT)
    assert (found.verdict, found.method) == (Verdict.DRIFTED, "terms")
    assert found.shares[0].label == "headset"
    assert math.isclose(math.fsum(share.contribution for share in found.shares), 1, abs_tol=1e-9)
