"""What is said of brands that are not always there, of names, and of figures that nothing can be told of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.analysis.benchmark.brands import answered, compared, month, sales, told

Rows = list[list[Any]]


def rows(months: int = 30, sold: Callable[[int, str], int | None] = lambda place, brand: 50 + 7 * place % 5) -> Rows:
    """Two brands by month, less what ``sold`` gives None for."""
    return [
        [month(place), brand, "North", units, 2 * units]
        for place in range(months)
        for brand in ("Alpen", "Borea")
        if (units := sold(place, brand)) is not None
    ]


def late(place: int, brand: str) -> int | None:
    return None if brand == "Borea" and place < 20 else 50 + 7 * place % 5


def test_a_brand_that_comes_late_ends_early_or_pauses_is_named() -> None:
    def sold(place: int, brand: str) -> int | None:
        return None if brand == "Borea" and place in {0, 10, 11, 29} else 50

    with sales(rows(sold=sold)) as table:
        found = compared(table, metrics=("units",), grain="month")
    said = "Borea before 2021-02, after 2023-05, in 2021-11 and 2021-12."
    assert f"Without rows in some periods, and taken to have sold nothing then: {said}" in found.notes


def test_brands_that_are_always_there_are_not() -> None:
    def sold(place: int, brand: str) -> int | None:
        return None if place == 7 else 50

    with sales(rows(sold=sold)) as table:
        notes = compared(table, metrics=("units",), grain="month").notes
    assert not any("Without rows" in note for note in notes)
    assert any("No brand has rows in 2021-08" in note for note in notes)


def test_of_a_brand_that_came_late_no_interval_is_made_of_what_was_before(tmp_path: Path) -> None:
    with sales(rows(sold=late)) as table:
        answer = answered(table, brand="Borea", metrics=("units",), grain="month")
        said = {finding.kind: finding.text for finding in told(table, answer, tmp_path).findings}
    own = next(one for one in answer.result.outlook if one.brand == "Borea")
    assert {(point.low, point.high) for point in own.points} == {(None, None)}
    assert (own.error, own.coverage) == (None, None)
    assert "interval" not in said["share_outlook"]
    assert any("of brands that came late: Borea." in note for note in answer.result.notes)


def test_periods_without_shares_are_named_with_why() -> None:
    def sold(place: int, brand: str) -> int | None:
        return 0 if place == 4 else -60 if (place, brand) == (6, "Borea") else 50

    with sales(rows(sold=sold)) as table:
        notes = compared(table, metrics=("units",), grain="month").notes
    assert "units comes to nothing in 2021-05: there is no share then." in notes
    assert "units of some brand is negative in 2021-07: there is no share then." in notes


def test_of_a_brand_with_a_negative_total_the_name_is_said_and_no_share_is_forecast() -> None:
    with sales(rows(sold=lambda place, brand: -5 - place if brand == "Borea" else 50)) as table:
        notes = compared(table, metrics=("units",), grain="month").notes
    assert "units is negative over all rows for Borea: there are no shares of it." in notes
    assert not any("forecast" in note for note in notes)


def test_rows_without_a_brand_and_names_that_are_nearly_one_are_said() -> None:
    more = [[month(3), None, "North", 1, 1], [month(3), "ALPEN", "North", 1, 1]]
    with sales([*rows(), *more]) as table:
        notes = compared(table, metrics=("units",), grain="month").notes
    assert "Rows without brand, which are in no figure: 1." in notes
    assert "Brands that differ in case or spaces only are counted apart: Alpen and ALPEN." in notes


def test_a_brand_beyond_the_listed_ones_has_its_rank_among_all() -> None:
    many = [[month(place), f"B{number:02}", "North", 100 - number, 1] for place in range(3) for number in range(50)]
    with sales(many) as table:
        found = compared(table, brand="B45", metrics=("units",))
    own, largest = found.standing("B45", "units"), found.standing("B00", "units")
    assert own is not None
    assert largest is not None
    assert (own.rank, largest.rank) == (46, 1)


def test_a_price_that_nobody_asked_for_is_no_reason_to_refuse() -> None:
    both = [[*row[:5], 4, "EUR" if row[1] == "Alpen" else "USD"] for row in rows()]
    with sales(both) as table:
        found = compared(table, metrics=("units",))
    assert [metric.name for metric in found.metrics] == ["units"]
    assert "Prices come in several currencies and are not compared." in found.notes


def test_one_price_for_all_is_said_so(tmp_path: Path) -> None:
    with sales(rows()) as table:
        said = {finding.kind: finding.text for finding in told(table, answered(table), tmp_path).findings}
    assert said["price_position"] == "All brands are sold at one price: 2."


@pytest.mark.parametrize(("metrics", "name"), [("sum(units) / sum(revenue)", "units / revenue"), ("units", "units")])
def test_differences_read_well_whatever_the_metric_is_called(metrics: str, name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)

    def sold(place: int, brand: str) -> int:
        return int(rng.integers(40, 60)) * (-1 if brand == "Borea" else 1)

    with sales([[*row[:4], row[4] * (2 if row[1] == "Alpen" else 1)] for row in rows(sold=sold)]) as table:
        findings = told(table, answered(table, brand="Alpen", metrics=(metrics,), grain="month"), tmp_path).findings
    texts = [finding.text for finding in findings]
    assert any(text.startswith((f"Alpen is above Borea in {name}: ", f"By {name}, Alpen is ")) for text in texts), texts


def test_of_many_competitors_that_do_not_differ_one_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    alike = [
        [month(place), brand, "North", int(rng.integers(95, 106)), 1, round(float(rng.normal(4, 0.05)), 2)]
        for place in range(30)
        for brand in ("Alpen", "Borea", "Cirrus", "Dorado")
    ]
    with sales(alike) as table:
        found = told(table, answered(table, brand="Alpen", metrics=("rating",), grain="month"), tmp_path).findings
    said = [finding.text for finding in found if finding.kind == "no_brand_difference"]
    assert sum("in average rating" in text for text in said) == 1


def test_pictures_of_many_brands_show_the_largest_and_the_own_one(tmp_path: Path) -> None:
    many = [[month(place), f"B{number:02}", "North", 100 - number, 200] for place in range(24) for number in range(25)]
    with sales(many) as table:
        findings = told(
            table, answered(table, brand="B24", metrics=("units",), price="sum(revenue) / sum(units)"), tmp_path
        ).findings
        view = next(finding.view for finding in findings if finding.kind == "price_position")
        assert view is not None
        drawn = {row["brand"] for row in table.query(view.sql)}
    assert drawn == {"B24", *(f"B{number:02}" for number in range(11))}
    assert view.caption.endswith("12 brands of 25 are shown.")
