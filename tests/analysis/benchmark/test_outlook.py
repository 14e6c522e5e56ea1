"""The shares to come add up, follow what they did, and say how wrong such forecasts were."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.analysis.benchmark.brands import answered, compared, month, sales, told
from voyant.domain.benchmark import Benchmark

MONTHS = 48


def rows_of(months: int = MONTHS) -> list[tuple[date, str, str, int]]:
    """Three brands, one of which gains a little every month."""
    chance = random.Random(7)
    return [
        (month(number), brand, "north", round(usual * growth + chance.gauss(0, 4)))
        for number in range(months)
        for brand, usual, growth in (("Alba", 500, 1.0), ("Bora", 300, 1.0), ("Cirro", 100, 1 + number / 12))
    ]


def market(months: int = MONTHS) -> Benchmark:
    with sales(rows_of(months)) as table:
        return compared(table, brand="Cirro", metrics=("units",))


@pytest.fixture(scope="module")
def expected() -> Benchmark:
    return market()


def test_shares_to_come_add_up_to_one_in_every_period(expected: Benchmark) -> None:
    assert {one.brand for one in expected.outlook} == {"Alba", "Bora", "Cirro"}
    for points in zip(*(one.points for one in expected.outlook), strict=True):
        assert len({point.period for point in points}) == 1
        assert sum(Decimal(repr(point.share)) for point in points) == 1
        for point in points:
            assert point.low is not None
            assert point.high is not None
            assert 0 <= point.low <= point.share <= point.high <= 1


def test_a_brand_that_gains_is_expected_to_go_on(expected: Benchmark) -> None:
    (own,) = (one for one in expected.outlook if one.brand == "Cirro")
    assert own.points[0].period == "2025-01"
    assert own.points[-1].share > own.recent
    true = 100 * (1 + (MONTHS + len(own.points) - 1) / 12)
    assert own.points[-1].share == pytest.approx(true / (800 + true), abs=0.02)
    assert own.error is not None
    assert own.error < 0.02
    assert own.against_naive is not None
    assert own.against_naive < 0.7


def test_the_outlook_is_told_with_its_errors(tmp_path: Path) -> None:
    with sales(rows_of()) as table:
        found = told(table, answered(table, brand="Cirro", metrics=("units",)), tmp_path)
    (finding,) = (finding for finding in found.findings if finding.kind == "share_outlook")
    assert finding.text.startswith("The share of Cirro is expected to be ")
    assert "80 % interval" in finding.text
    assert "of the error of repeating the last season" in finding.text
    assert finding.view is not None


def test_the_intervals_of_two_brands_mirror_each_other() -> None:
    rows = [row for row in rows_of() if row[1] != "Cirro"]
    with sales(rows) as table:
        found = compared(table, brand="Bora", metrics=("units",))
    one, other = found.outlook
    assert (one.error, one.coverage, one.against_naive) == (other.error, other.coverage, other.against_naive)
    for point, rest in zip(one.points, other.points, strict=True):
        assert point.low is not None
        assert point.high is not None
        assert (rest.low, rest.high) == (round(1 - point.high, 6), round(1 - point.low, 6))
        assert Decimal(repr(point.share)) + Decimal(repr(rest.share)) == 1


def test_shares_that_keep_a_level_are_as_sure_in_a_year_as_in_a_month() -> None:
    chance = random.Random(5)
    rows = [
        (month(number), brand, "north", 1)
        for number in range(MONTHS)
        for _ in range(20)
        for brand in ["Alba" if chance.random() < 0.6 else "Bora"]
    ]
    with sales(rows) as table:
        found = compared(table, brand="Alba", metrics=("units",))
    own = next(one for one in found.outlook if one.brand == "Alba")
    widths = [(point.high or 0) - (point.low or 0) for point in own.points]
    assert widths[-1] < 1.3 * widths[0]
    assert max(point.high or 0 for point in own.points) < 0.9


def test_too_short_a_past_is_said() -> None:
    short = market(months=8)
    assert short.outlook == ()
    assert any("Shares are forecast from 12 periods on" in note for note in short.notes)
