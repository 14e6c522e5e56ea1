"""The score is the mean that a reader can compute again from what is shown."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.quality.staff import AGE, assessed, assessed_rows, check, sound_rows, staff
from tests.analysis.quality.staff import part as part_of
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.analysis.quality.declared import Expectations
from voyant.domain.normalization import Normalization
from voyant.domain.quality import Quality
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.serialization import from_json, to_json


def recomputed(artifact: dict[str, Any]) -> float | None:
    """As the docstring of ``voyant.domain.quality`` tells it, from the JSON alone."""
    parts = []
    for part in artifact["parts"]:
        counting = [c for c in part["checks"] if c["error"] is None and c["checked"] > 0 and c["weight"] > 0]
        score = None
        if counting:
            faults = [c["weight"] * c["failed"] / c["checked"] for c in counting]
            if part["dimension"] == "completeness":
                score = 1 - sum(faults) / sum(c["weight"] for c in counting)
            else:
                score = max(0.0, 1 - math.sqrt(sum(fault**2 for fault in faults)))
            parts.append((part["weight"], score))
        assert part["score"] == (score if score is None else pytest.approx(score, abs=1e-6))
    return max(0.0, 1 - math.sqrt(sum((weight * (1 - score)) ** 2 for weight, score in parts))) if parts else None


cells = st.tuples(
    st.none() | st.sampled_from(["INC1", "INC2", "inc-3", "X"]) | st.text(max_size=4),
    st.none() | st.dates(date(2022, 1, 1), date(2023, 12, 31)),
    st.none() | st.dates(date(2022, 1, 1), date(2030, 12, 31)),
    st.none() | st.sampled_from(["Kenya", "kenya ", "Peru", "Mal\ufffda"]),
    st.none() | st.sampled_from(["open", "closed"]),
    st.none() | st.integers(-5, 10**9),
    st.none() | st.integers(-5, 130),
    st.none() | st.emails(),
)
thorough = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.lists(cells, max_size=12), st.integers(0, 80))
@thorough
def test_the_score_adds_up_and_every_statement_gives_its_counts(spoiled: list[Any], sound: int) -> None:
    rows = [*sound_rows(sound), *spoiled]
    with staff(rows) as table:
        quality = assessed(table)
        for check in quality.checks:
            assert check.error is None
            assert 0 <= check.failed <= check.checked
            if check.sql is not None:
                assert table.query(check.sql) == [{"checked": check.checked, "failed": check.failed}]
            if check.condition is not None:
                [row] = table.query(f"SELECT count(*) AS n FROM trial WHERE {check.condition}")
                assert row["n"] == check.failed
    assert quality.score == pytest.approx(recomputed(json.loads(to_json(quality))), abs=3e-6)
    assert quality.passed + quality.failed + quality.errors == len(quality.checks)
    assert len({check.id for check in quality.checks}) == len(quality.checks)
    assert from_json(to_json(quality), Quality) == quality


@given(st.integers(0, 199), st.sampled_from([3, 4, 5, 6]))
@settings(max_examples=20, deadline=None)
def test_a_cell_that_goes_missing_never_raises_the_score(row: int, cell: int) -> None:
    rows = sound_rows()
    for place in range(0, 200, 9):
        rows[place][6] = None
    before = assessed_rows(rows).score
    rows[row][cell] = None
    after = assessed_rows(rows).score
    assert before is not None
    assert after is not None
    assert after <= before


def test_a_ruined_table_is_warned_of() -> None:
    rows = [[None] * 8 for _ in range(50)] + [
        [None, date(2023, 1, 1) + timedelta(days=place % 3), None, None, None, None, place, None] for place in range(10)
    ]
    quality = assessed_rows(rows)
    assert quality.score is not None
    assert quality.score < 0.7
    assert quality.warnings[0].startswith(f"The quality score is {quality.score:.2f}, below 0.7")


def test_what_is_sound_does_not_make_up_for_rows_that_stand_twice() -> None:
    rows = sound_rows(200)
    quality = assessed_rows([*rows, *rows[:34]])
    repeated = 34 / 234
    assert part_of(quality, "uniqueness").score == round(1 - repeated, 6)
    assert quality.score == round(1 - repeated, 6)


def test_records_that_could_not_be_read_count() -> None:
    with staff(sound_rows(90)) as table:
        unread = Normalization(
            dataset=table.dataset, changes=(), rejected_cells=0, rejected_records=10, notes=(), unchanged=False
        )
        quality = assessed(table, unread)
    assert check(quality, "rejected_records").failed == 10
    assert part_of(quality, "validity").score == 0.9
    assert quality.score == 0.9


def test_the_same_table_gives_the_same_bytes() -> None:
    assert to_json(assessed_rows(sound_rows())) == to_json(assessed_rows(sound_rows()))


def test_a_rule_that_is_kept_does_not_lower_the_score() -> None:
    rows = sound_rows()
    for row in rows[::10]:
        row[AGE] = None
    rule = DeclaredRule(kind=RuleKind.MISSING, columns=("country",))
    with staff(rows) as table:
        known = profile(table)
        plain, declared = assess(table, known), assess(table, known, expectations=Expectations(rules=(rule,)))
    assert declared.score == plain.score
