"""What is said of brands: each number from a row, nothing where there is nothing."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.benchmark.brands import answered, market, month, sales, told
from tests.analysis.insights.sentences import as_number, without_numbers
from voyant.analysis.insights.comparison import as_cell
from voyant.domain.finding import Finding


def kinds(findings: tuple[Finding, ...]) -> dict[str, str]:
    """The first sentence of each kind."""
    return {finding.kind: finding.text for finding in reversed(findings)}


@pytest.mark.parametrize("asked", [{}, {"brand": "Cirrus"}, {"brand": "Borea", "metrics": ("rating",)}])
def test_each_number_is_the_cell_that_it_names(asked: dict[str, object], tmp_path: Path) -> None:
    with sales(market()) as table:
        found = told(table, answered(table, **asked), tmp_path)
        assert len(found.findings) >= 3
        for finding in found.findings:
            rows = table.query(finding.sql)
            for number in finding.numbers:
                cell = as_cell(rows[number.row][number.column])
                assert cell == number.value
                if isinstance(cell, float | int):
                    assert as_number(number.stated) == pytest.approx(abs(cell), rel=6e-3, abs=0.051)
            assert not re.search(r"\d", without_numbers(table, finding)), finding.text
            if finding.view is not None:
                assert table.query(finding.view.sql)


def test_a_market_is_told(tmp_path: Path) -> None:
    with sales(market()) as table:
        said = kinds(told(table, answered(table, brand="Alpen"), tmp_path).findings)
    assert said["brand_position"].startswith("Alpen ")
    assert said["share_shift"].startswith("The share of ")
    assert "to Cirrus" in said["share_flow"]
    assert said["brand_weakness"].startswith("Where region is West, Alpen has ")
    assert "Alpen is above Borea in average rating" in said["brand_difference"]


def test_equal_brands_are_said_not_to_differ(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = [
        [month(place), brand, region, int(rng.integers(95, 106)), 1]
        for place in range(36)
        for brand in ("Alpen", "Borea")
        for region in ("North", "South")
        for _ in range(4)
    ]
    with sales(rows) as table:
        said = kinds(told(table, answered(table, brand="Alpen", metrics=("units",)), tmp_path).findings)
    assert "do not differ in units" in said["no_brand_difference"]
    assert "stays about the same" in said["no_share_shift"]
    assert "hardly differs by region" in said["no_brand_segments"]
    assert not set(said) & {"share_shift", "share_flow", "brand_difference", "brand_strength", "brand_weakness"}


def test_without_a_competitor_that_is_all_there_is_to_say(tmp_path: Path) -> None:
    with sales([row for row in market(12) if row[1] == "Alpen"]) as table:
        found = told(table, answered(table), tmp_path).findings
    assert [finding.kind for finding in found] == ["no_competitor"]


def test_a_share_that_falls_with_the_price_is_told_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = []
    for place in range(48):
        dear = bool(rng.integers(0, 2))
        for brand, units, price in (("Alpen", 30 if dear else 60, 3 if dear else 2), ("Borea", 50, 2)):
            sold = units + int(rng.integers(-3, 4))
            rows += [[month(place), brand, "North", sold, sold * price] for _ in range(3)]
    with sales(rows) as table:
        answer = answered(table, brand="Alpen")
        said = kinds(told(table, answer, tmp_path).findings)
    assert answer.result.price_link is not None
    assert answer.result.price_link.metric == "units"
    assert answer.result.price_link.correlation < -0.5
    assert "is lower when its price is high" in said["share_by_price"]


def test_prices_that_nobody_minds_are_not_linked_to_shares() -> None:
    rng = np.random.default_rng(8)
    rows = []
    for place in range(48):
        for brand, price in (("Alpen", 3.0), ("Borea", 2.0)):
            paid = round(price * float(rng.normal(1, 0.05)), 2)
            rows += [[month(place), brand, "North", units, units * paid] for units in map(int, rng.integers(40, 61, 3))]
    with sales(rows) as table:
        link = answered(table, brand="Alpen").result.price_link
    assert link is not None
    assert link.q > 0.05
