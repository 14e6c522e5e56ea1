"""What cannot be compared is refused with a reason, or said."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from tests.analysis.benchmark.brands import COLUMNS, compared, market, month, sales
from tests.analysis.profile.tables import column
from voyant.domain.table import Aggregation, PersonalData, Role
from voyant.errors import Code, InvalidInput

FEW = [[month(place), brand, "North", 5 + place, 9, 4] for place in range(12) for brand in ("Alpen", "Borea")]


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"column": "brnd"}, Code.UNKNOWN_COLUMN, "brnd"),
        ({"brand": "Alpine"}, Code.INVALID_BODY, "Alpen"),
        ({"brand": "Alpen", "competitors": ("Zed",)}, Code.INVALID_BODY, "Borea"),
        ({"competitors": ("Borea",)}, Code.MISSING_PARAMETER, "Competitors are named"),
        ({"metrics": ("unit",)}, Code.UNKNOWN_COLUMN, "unit"),
        ({"metrics": ("region",)}, Code.UNKNOWN_COLUMN, "text"),
        ({"metrics": ("SELECT 1",)}, Code.BAD_KPI, "SELECT"),
        ({"metrics": ("sum(nothing)",)}, Code.UNKNOWN_COLUMN, "nothing"),
        ({"metrics": ("sum(units",)}, Code.BAD_KPI, "parsed"),
        ({"metrics": ("avg(region)",)}, Code.BAD_KPI, "region"),
        ({"lower": ("units sold",)}, Code.INVALID_BODY, "units sold"),
        ({"volume": "region"}, Code.UNKNOWN_COLUMN, "region"),
        ({"price": "cost"}, Code.UNKNOWN_COLUMN, "cost"),
        ({"by": ("town",)}, Code.UNKNOWN_COLUMN, "town"),
        ({"by": ("brand",)}, Code.INVALID_BODY, "brand"),
        ({"time_column": "region"}, Code.UNKNOWN_COLUMN, "region"),
        ({"time_column": "units", "grain": "month"}, Code.INVALID_BODY, "units"),
    ],
)
def test_what_is_asked_wrongly_is_refused(asked: dict[str, Any], code: Code, said: str) -> None:
    with sales(FEW) as table, pytest.raises(InvalidInput, match=said) as caught:
        compared(table, **asked)
    assert caught.value.code is code
    assert caught.value.remedy


def test_without_a_brand_column_the_candidates_are_named() -> None:
    columns = [replace(each, name="house") if each.name == "brand" else each for each in COLUMNS]
    with sales(FEW, columns) as table, pytest.raises(InvalidInput, match="names the brands") as caught:
        compared(table)
    assert caught.value.code is Code.MISSING_PARAMETER
    assert "house" in caught.value.remedy


def test_names_of_people_are_no_brands() -> None:
    columns = [replace(each, personal=PersonalData.NAME) if each.name == "brand" else each for each in COLUMNS]
    with sales(FEW, columns) as table, pytest.raises(InvalidInput, match="personal data"):
        compared(table, column="brand")


def test_no_brand_at_all_is_too_little() -> None:
    with sales([[month(0), None, "North", 1, 1]]) as table, pytest.raises(InvalidInput) as caught:
        compared(table)
    assert caught.value.code is Code.NOT_ENOUGH_DATA


def test_amounts_in_several_currencies_are_not_added_up() -> None:
    rows = [[*row[:6], "EUR" if row[1] == "Alpen" else "USD"] for row in market(12)]
    with sales(rows) as table:
        with pytest.raises(InvalidInput, match=r"currencies.*EUR.*USD|currencies.*USD.*EUR") as caught:
            compared(table)
        assert caught.value.code is Code.MISSING_PARAMETER
        found = compared(table, currency="usd")
        assert {one.brand for one in found.standings} == {"Borea", "Cirrus"}
        assert any("Only rows in USD count" in note for note in found.notes)
        assert compared(table, metrics=("units",), price="rating").market == "units"


def test_one_brand_alone_is_said_to_be_alone() -> None:
    with sales([row for row in FEW if row[1] == "Alpen"]) as table:
        found = compared(table)
    assert found.competitors == ()
    assert found.differences == ()
    assert any("only brand" in note for note in found.notes)


def test_a_single_competitor_is_enough() -> None:
    with sales(FEW) as table:
        assert compared(table, brand="Borea").competitors == ("Alpen",)


def test_where_nothing_was_sold_there_are_no_shares() -> None:
    with sales([[month(place), brand, "North", 0, 0] for place in range(3) for brand in "AB"]) as table:
        found = compared(table, metrics=("units",))
    assert [one.share for one in found.standings if one.metric == "units"] == [None, None]
    assert found.concentration[0].hhi is None


def test_a_negative_total_has_no_share() -> None:
    rows = [[month(place), brand, "North", -5 if brand == "A" else 9, 1] for place in range(3) for brand in "AB"]
    with sales(rows) as table:
        found = compared(table, metrics=("units",))
    assert all(one.share is None for one in found.standings)
    assert any("negative" in note for note in found.notes)


def test_three_periods_are_too_few_to_test() -> None:
    with sales(FEW[:6]) as table:
        found = compared(table, grain="month")
    assert all(one.tested is None for one in found.differences)
    assert any("too few to test" in note for note in found.notes)


def test_a_difference_that_never_varies_is_not_tested() -> None:
    with sales(FEW) as table:
        found = compared(table, metrics=("units",))
    assert {one.tested for one in found.differences} == {None}


def test_without_a_time_nothing_is_said_about_growth() -> None:
    with sales([row[1:4] for row in FEW], COLUMNS[1:4]) as table:
        found = compared(table)
    assert (found.periods, found.shifts, found.flows) == (None, (), ())
    assert any("when a row happened" in note for note in found.notes)


def test_infinities_are_no_part_of_a_metric() -> None:
    columns = (*COLUMNS[:3], replace(column("units", "DOUBLE", Role.MEASURE), aggregation=Aggregation.SUM))
    rows = [[month(place), brand, "North", 2.0] for place in range(3) for brand in "AB"]
    with sales([*rows, [month(0), "A", "North", math.inf], [month(0), "B", "North", math.nan]], columns) as table:
        found = compared(table)
    assert [one.value for one in found.standings] == [6.0, 6.0]
    assert [one.share for one in found.standings] == [0.5, 0.5]


def test_a_metric_without_any_value_is_said_to_have_none() -> None:
    with sales(FEW) as table:
        found = compared(table, metrics=("units", "sum(revenue) / 0"))
    assert any("no value for any brand" in note for note in found.notes)


def test_a_segment_column_of_many_values_is_cut() -> None:
    rows = [
        [month(place), brand, f"R{place * 2 + half}", 5] for place in range(30) for brand in "AB" for half in (0, 1)
    ]
    with sales(rows) as table:
        found = compared(table, by=("region",))
    assert len({one.segment for one in found.segments}) == 12
    assert any("48 smaller segments" in note for note in found.notes)


def test_months_without_rows_are_named() -> None:
    rows = [row for row in market(12) if row[0] != date(2021, 6, 15)]
    with sales(rows) as table:
        found = compared(table, grain="month")
    assert any("2021-06" in note for note in found.notes)
