"""A preset is fitted to a table: what stands for what, what is asked, and what is missing."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlglot import exp, parse_one

from tests.analysis.presets.tables import AMOUNT, PRICE, QUANTITY, TIME, column, preset, table
from voyant.analysis.presets import fitting, plan
from voyant.domain.preset import Chosen, Plan, Preset, PresetRun
from voyant.domain.table import Aggregation, ColumnType, Dataset, PersonalData, Role
from voyant.errors import Code, InvalidInput

REVENUE = {
    "name": "revenue",
    "description": "what came in",
    "sql": ["{amount}", "{quantity} * {price}"],
    "required": True,
}
DAY = column("day", Role.TIME)
SOLD = column("quantity", Role.MEASURE)
PAID = column("unit_price", Role.MEASURE, aggregation=Aggregation.MEAN)


def planned(made: Preset, of: tuple[Dataset, Any], time_column: str | None = None, **arguments: Any) -> Plan:
    return plan(PresetRun(preset=made, arguments=arguments), *of, time_column)


def bound(found: Plan) -> dict[str, Any]:
    return {entry.parameter: entry.value for entry in found.bound}


def test_columns_are_found_by_the_words_of_their_names() -> None:
    made = preset(AMOUNT, steps={"kpis": {"revenue": "sum({amount})"}})
    found = planned(made, table(column("amount", Role.MEASURE), column("net_revenue", Role.MEASURE)))
    [entry] = found.bound
    assert (entry.value, entry.chosen, entry.sure) == ("net_revenue", Chosen.FOUND, True)
    assert [kpi.sql for kpi in found.asked.kpis or ()] == ['sum("net_revenue")']


def test_a_vague_word_is_enough_where_nothing_is_clearer() -> None:
    [entry] = planned(preset(AMOUNT), table(column("amount", Role.MEASURE))).bound
    assert (entry.value, entry.sure) == ("amount", False)


def test_a_column_is_found_for_one_parameter_only() -> None:
    cost = {"name": "cost", "kind": "column", "words": ["amount"]}
    found = planned(preset(AMOUNT, cost), table(column("amount", Role.MEASURE)))
    assert bound(found) == {"amount": "amount"}


def test_a_word_that_must_not_be_there_keeps_a_column_out() -> None:
    careful = AMOUNT | {"without": ["discount"]}
    found = planned(preset(careful, TIME), table(column("revenue_discount", Role.MEASURE), DAY))
    assert bound(found) == {"time": "day"}
    assert [(entry.name, entry.candidates) for entry in found.missing] == [("amount", ("revenue_discount",))]


def test_columns_with_personal_data_are_neither_found_nor_taken() -> None:
    of = table(column("revenue", Role.MEASURE, personal=PersonalData.CARD), DAY)
    assert bound(planned(preset(AMOUNT, TIME), of)) == {"time": "day"}
    with pytest.raises(InvalidInput, match="personal data"):
        planned(preset(AMOUNT, TIME), of, amount="revenue")


def test_what_is_given_goes_before_what_is_found() -> None:
    of = table(column("revenue", Role.MEASURE), column("gross", Role.MEASURE))
    [entry] = planned(preset(AMOUNT), of, amount="GROSS").bound
    assert (entry.value, entry.chosen) == ("gross", Chosen.GIVEN)


def test_a_column_that_is_not_there_is_refused_with_those_that_are_near() -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(preset(AMOUNT), table(column("revenue", Role.MEASURE)), amount="revenu")
    assert refused.value.code is Code.UNKNOWN_COLUMN
    assert refused.value.data["near"] == ["revenue"]


def test_a_column_of_the_wrong_type_is_refused_with_those_that_fit() -> None:
    of = table(column("revenue", Role.MEASURE), column("country", Role.DIMENSION))
    with pytest.raises(InvalidInput, match="it holds text values") as refused:
        planned(preset(AMOUNT), of, amount="country")
    assert refused.value.data["candidates"] == ["revenue"]


def test_a_term_is_computed_in_the_first_way_that_the_table_allows() -> None:
    made = preset(
        AMOUNT,
        QUANTITY,
        PRICE,
        terms=[REVENUE],
        steps={"kpis": {"k": "sum({revenue}) / count(*)"}, "segment": {"amount": "{revenue}"}},
    )
    direct = planned(made, table(column("revenue", Role.MEASURE), SOLD, PAID))
    made_up = planned(made, table(SOLD, PAID))
    assert [kpi.sql for kpi in direct.asked.kpis or ()] == ['sum("revenue") / count(*)']
    assert [kpi.sql for kpi in made_up.asked.kpis or ()] == ['sum("quantity" * "unit_price") / count(*)']
    assert direct.asked.segment is not None
    assert direct.asked.segment.amount == "revenue"
    assert made_up.asked.segment is not None
    assert made_up.asked.segment.amount == '"quantity" * "unit_price"'


def test_something_required_that_could_be_given_is_asked_for() -> None:
    made = preset(AMOUNT, QUANTITY, PRICE, terms=[REVENUE], steps={"kpis": {"k": "sum({revenue})"}})
    with pytest.raises(InvalidInput, match="what came in") as refused:
        planned(made, table(column("worth", Role.MEASURE), DAY))
    assert refused.value.code is Code.MISSING_PARAMETER
    assert refused.value.data["missing"] == [{"name": "revenue", "candidates": ["worth"]}]
    assert "worth" in refused.value.remedy


def test_something_required_that_no_column_could_be_is_too_little_data() -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(preset(AMOUNT | {"required": True}), table(column("country", Role.DIMENSION)))
    assert refused.value.code is Code.NOT_ENOUGH_DATA


def test_what_lacks_something_is_left_out_and_said() -> None:
    made = preset(
        *(AMOUNT, QUANTITY, TIME),
        steps={
            "kpis": {"revenue": "sum({amount})", "each": "sum({amount}) / sum({quantity})"},
            "forecast": {"needs": ["time"], "value": "sum({amount})"},
        },
    )
    found = planned(made, table(column("revenue", Role.MEASURE)))
    assert [kpi.name for kpi in found.asked.kpis or ()] == ["revenue"]
    assert found.asked.forecast is None
    assert [(entry.what, entry.lacks) for entry in found.left_out] == [
        ("kpis.each", ("quantity",)),
        ("forecast", ("time",)),
    ]
    assert found.notes[-1] == "For lack of time, this was not done: forecast."


def test_nothing_at_all_to_do_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(preset(AMOUNT, steps={"kpis": {"k": "sum({amount})"}}), table(DAY))
    assert (refused.value.code, refused.value.data["missing"]) == (Code.NOT_ENOUGH_DATA, ["amount"])


def test_plain_values_and_lists_take_their_places() -> None:
    made = preset(
        {"name": "horizon", "kind": "number", "whole": True, "minimum": 1},
        {"name": "grain", "kind": "grain"},
        {"name": "scope", "kind": "choice", "choices": ["rows", "series"], "default": "rows"},
        {"name": "by", "kind": "columns", "found": "never"},
        {"name": "since", "kind": "date"},
        steps={
            "forecast": {"horizon": "{horizon}", "grain": "{grain}", "by": ["{by}"]},
            "anomaly": {"scope": "{scope}"},
            "rules": [{"kind": "condition", "condition": "day >= {since}"}],
        },
    )
    of = table(column("region", Role.DIMENSION), column("shop", Role.DIMENSION), DAY)
    found = planned(made, of, horizon=6, by=["shop", "region"], since="2024-01-31")
    forecast, anomaly = found.asked.forecast, found.asked.anomaly
    assert forecast is not None
    assert (forecast.horizon, forecast.grain, forecast.by) == (6, None, ("shop", "region"))
    assert anomaly is not None
    assert anomaly.scope == "rows"
    assert [rule.condition for rule in found.asked.rules] == ["day >= DATE '2024-01-31'"]


def test_the_column_of_time_is_the_callers_where_one_is_named() -> None:
    made = preset(TIME, time="time", steps={"forecast": {}})
    of = table(DAY, column("paid_on", Role.TIME))
    assert planned(made, of).time_column == "day"
    assert planned(made, of, "paid_on").time_column == "paid_on"
    assert planned(made, of, "paid_on", time="day").time_column == "day"


@settings(deadline=None)
@given(name=st.text(string.printable, min_size=1, max_size=30))
def test_no_name_of_a_column_becomes_sql(name: str) -> None:
    known, described = column("day", Role.MEASURE)
    odd = (replace(known, name=name), replace(described, name=name))
    made = preset({"name": "amount", "kind": "column", "found": "by_role"}, steps={"kpis": {"k": "max({amount})"}})
    [kpi] = planned(made, table(odd)).asked.kpis or ()
    tree = parse_one(kpi.sql, read="duckdb")
    assert isinstance(tree, exp.Max)
    assert [node.name for node in tree.find_all(exp.Column)] == [name]


def test_presets_that_fit_come_first_and_say_why() -> None:
    revenue = preset(AMOUNT | {"required": True}, TIME)
    stock = preset({"name": "stock", "kind": "column", "words": ["stock"], "required": True}, name="trial.stock")
    anything = preset(name="trial.anything")
    fits = fitting([anything, stock, revenue], *table(column("revenue", Role.MEASURE), DAY))
    assert [(fit.preset, fit.fits, fit.named) for fit in fits] == [
        ("trial.preset", True, 1),
        ("trial.anything", True, 0),
        ("trial.stock", False, 0),
    ]
    assert fits[0].arguments == {"amount": "revenue", "time": "day"}
    assert fits[0].why == "Orders has amount in revenue and time in day."
    assert fits[1].why == "It fits any table."


def test_a_preset_whose_columns_are_doubtful_is_not_sure() -> None:
    [fit] = fitting([preset(AMOUNT | {"required": True})], *table(column("amount", Role.MEASURE)))
    assert (fit.fits, fit.sure, fit.named) == (True, False, 0)


def test_types_are_those_of_the_role_where_none_are_named() -> None:
    of = table(column("revenue", Role.DIMENSION, type_=ColumnType.INTEGER))
    [entry] = planned(preset(AMOUNT), of, amount="revenue").bound
    assert entry.value == "revenue"
