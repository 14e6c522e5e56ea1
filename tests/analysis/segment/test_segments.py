"""Segments: those that are there are found, and where there are none none are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.analysis.insights.tables import Draw, column, draw
from tests.analysis.segment.people import blobs, grouped, numbers, rows, shop, table, told
from voyant.analysis.segment.assignment import Difference
from voyant.analysis.segment.description import names
from voyant.analysis.segment.features import Axis, Feature
from voyant.domain.serialization import to_json
from voyant.domain.table import PersonalData
from voyant.errors import Code, InvalidInput

NOISE: dict[str, Callable[[Draw], Any]] = {
    "normal": lambda rng: rng.standard_normal((150, 3)),
    "uniform": lambda rng: rng.uniform(size=(150, 2)),
    "skewed": lambda rng: rng.lognormal(0, 1, (150, 3)),
    "heavy-tailed": lambda rng: rng.standard_t(3, (150, 3)),
    "counts": lambda rng: rng.poisson(1.5, (150, 3)),
    "correlated": lambda rng: rng.standard_normal((150, 3)) @ (np.eye(3) / 2 + 1),
    "curved": lambda rng: np.stack([x := rng.uniform(-2, 2, 150), x**2 + rng.normal(0, 0.5, 150)], axis=1),
}


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_segments(kind: str, seed: int) -> None:
    given = numbers(NOISE[kind](draw(seed)))
    answer = grouped(given)
    assert answer.result.clusters is None
    assert not answer.result.segments
    assert "segment" not in answer.rows
    [finding] = told(given, answer)
    assert finding.kind == "no_segments"


def test_categories_that_hang_together_by_chance_alone_make_no_segments() -> None:
    for seed in range(3):
        rng = draw(seed)
        names = ("a", "b", "c")
        given = table(
            "people",
            [*(column(name, "dimension") for name in names), column("x", "mean")],
            {**{name: [str(v) for v in rng.choice(["yes", "no"], 120)] for name in names}, "x": rng.normal(size=120)},
        )
        assert grouped(given).result.clusters is None


@pytest.mark.parametrize("seed", range(3))
def test_planted_groups_are_found_with_their_members(seed: int) -> None:
    points, whose = blobs(draw(seed))
    given = numbers(points)
    answer = grouped(given)
    assert answer.result.clusters == 3
    assert answer.result.separated
    assert [segment.number for segment in answer.result.segments] == [1, 2, 3]
    assert min(segment.stability for segment in answer.result.segments) > 0.9
    found = np.asarray([row["segment"] for row in rows(given, answer)])
    for segment in (1, 2, 3):
        counts = np.bincount(whose[found == segment], minlength=3)
        assert counts.max() >= 0.95 * counts.sum()
    assert [row["row"] for row in rows(given, answer)] == list(range(1, len(points) + 1))


def test_sentences_say_sizes_and_what_sets_segments_apart() -> None:
    points, _ = blobs(draw(1))
    given = numbers(points)
    answer = grouped(given)
    findings = told(given, answer)
    assert findings[0].kind == "segments"
    assert "fall into 3 segments" in findings[0].text
    assert findings[0].test is not None
    assert findings[0].test.p_value < 0.01
    traits = [finding for finding in findings if finding.kind == "segment_traits"]
    assert len(traits) == 3
    assert all("for the others" in finding.text for finding in traits)
    names = [segment.name for segment in answer.result.segments]
    assert len(set(names)) == 3
    assert all("high" in name or "low" in name for name in names)


def test_segments_of_the_same_traits_are_named_by_what_tells_them_apart() -> None:
    def apart(column: str, value: str, effect: float) -> Difference:
        feature = Feature(name=column, words=column, source=column, is_category=True)
        return Difference(Axis(feature=feature, sql="", values=np.empty(0), category=value), False, effect)

    chinstraps = [
        [apart("species", "Chinstrap", 2.5), apart("island", "Dream", 2.4), apart("sex", sex, 1.6)]
        for sex in ("male", "female")
    ]
    adelies = [apart("species", "Adelie", 2.5), apart("island", "Torgersen", 2.4)]
    assert names([*chinstraps, adelies, adelies]) == (
        "Chinstrap (species), Dream (island), “male” (sex)",
        "Chinstrap (species), Dream (island), “female” (sex)",
        "Adelie (species), Torgersen (island) (1)",
        "Adelie (species), Torgersen (island) (2)",
    )


def test_two_kinds_of_customers_are_told_apart_by_what_they_do() -> None:
    given = shop(draw(3))
    answer = grouped(given)
    result = answer.result
    assert result.entity == "customer_id"
    assert result.units == 120
    assert result.clusters == 2
    often = result.segments[1]
    assert often.size == 30
    assert {"orders", "amount"} & {trait.column for trait in often.traits}
    assert any("was taken to name" in note for note in result.notes)
    assert {row["customer_id"] for row in rows(given, answer) if row["segment"] == 2} == {
        f"C{number:04}" for number in range(0, 120, 4)
    }


def test_the_same_table_gives_the_same_bytes() -> None:
    points, _ = blobs(draw(1), rows=150)
    once, again = (grouped(numbers(points)) for _ in range(2))
    assert to_json(once.result) == to_json(again.result)
    assert once.rows["segment_points"] == again.rows["segment_points"]


def test_a_number_that_is_asked_for_is_given_and_judged() -> None:
    given = numbers(draw(1).standard_normal((120, 2)))
    answer = grouped(given, clusters=3)
    assert len(answer.result.segments) == 3
    assert not answer.result.separated
    assert "cut up a continuum" in answer.result.reason
    assert "do not all stand apart" in told(given, answer)[0].text


def test_what_is_missing_infinite_constant_or_said_twice_does_no_harm() -> None:
    points, _ = blobs(draw(2))
    points[::7, 0] = math.nan
    points[3, 1] = math.inf
    spoiled = np.column_stack([points, 2 * points[:, 2] + 1, np.full(len(points), 5.0), np.full(len(points), math.nan)])
    answer = grouped(numbers(spoiled))
    assert answer.result.clusters == 3
    assert [each.name for each in answer.result.columns] == ["x0", "x1", "x2"]
    left_out = " ".join(answer.result.left_out)
    assert "x3: says the same as x2" in left_out
    assert "x4" in left_out
    assert "x5" in left_out
    assert any("x0 is missing" in note for note in answer.result.notes)


def test_rows_that_lack_nearly_everything_are_in_no_segment() -> None:
    points, _ = blobs(draw(2))
    points[5] = math.nan
    given = numbers(points)
    answer = grouped(given)
    assert rows(given, answer)[5]["segment"] is None
    assert sum(segment.size for segment in answer.result.segments) == len(points) - 1


def test_personal_data_stand_nowhere() -> None:
    rng = draw(3)
    buyers = [f"person{number}@example.org" for number in range(60) for _ in range(4)]
    given = table(
        "sales",
        [column("customer_email", "id", personal=PersonalData.EMAIL), column("amount", "sum")],
        {"customer_email": buyers, "amount": np.round(rng.lognormal(3, 1, len(buyers)), 2)},
    )
    answer = grouped(given, clusters=2)
    assert answer.result.entity == "customer_email"
    assert [set(row) for row in rows(given, answer)[:1]] == [
        {"first_row", "segment", "segment_name", "amount", "records", "amount_per_record"}
    ]
    assert b"example.org" not in to_json(answer.result)


@pytest.mark.parametrize(
    ("points", "asked", "code"),
    [
        (np.arange(6.0).reshape(3, 2), {}, Code.NOT_ENOUGH_DATA),
        (np.ones((40, 2)), {}, Code.NOT_ENOUGH_DATA),
        (np.full((40, 2), math.nan), {}, Code.NOT_ENOUGH_DATA),
        (np.arange(80.0).reshape(40, 2), {"clusters": 41}, Code.NOT_ENOUGH_DATA),
        (np.arange(80.0).reshape(40, 2), {"clusters": 1}, Code.NOT_ENOUGH_DATA),
        (np.arange(80.0).reshape(40, 2), {"columns": ("x9",)}, Code.UNKNOWN_COLUMN),
        (np.arange(80.0).reshape(40, 2), {"entity": "customer"}, Code.UNKNOWN_COLUMN),
        (np.arange(80.0).reshape(40, 2), {"entity": "x0", "amount": "x7 * 2"}, Code.UNKNOWN_COLUMN),
        (np.arange(80.0).reshape(40, 2), {"entity": "x0", "amount": "avg(x1)"}, Code.BAD_KPI),
    ],
)
def test_what_cannot_be_grouped_is_refused_with_the_reason(points: Any, asked: dict[str, Any], code: Code) -> None:
    with pytest.raises(InvalidInput) as refused:
        grouped(numbers(points), **asked)
    assert refused.value.code is code
    assert refused.value.remedy
