"""What is written as a preset is taken, or refused with the place that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.presets.tables import AMOUNT, TIME, preset
from voyant.analysis.presets import NotAPreset, preset_from, refuse_what_cannot_run
from voyant.analysis.presets.arguments import checked
from voyant.errors import InvalidInput

GOOD: dict[str, Any] = {
    "name": "sales.returns",
    "title": "Returns",
    "description": "What comes back.",
    "parameters": [AMOUNT | {"description": "what it cost"}],
    "steps": {"kpis": {"returns": "sum({amount})"}},
}
NUMBER = {"name": "horizon", "kind": "number", "description": "how far", "whole": True, "minimum": 1, "maximum": 24}


def test_key_figures_may_stand_by_name() -> None:
    assert preset_from(GOOD).steps == {"kpis": [{"name": "returns", "sql": "sum({amount})"}]}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": "returns"}, "it must be an area and a name"),
        ({"name": "Sales.Returns"}, "in lower case"),
        ({"tilte": "x"}, "unknown field 'tilte'; perhaps title"),
        ({"steps": {}}, "it has no steps"),
        ({"steps": {"forcast": {}}}, "unknown step 'forcast'; perhaps forecast"),
        ({"steps": {"forecast": {"horzion": 3}}}, r"steps.forecast has an unknown field 'horzion'; perhaps horizon"),
        ({"steps": {"forecast": {"horizon": "soon"}}}, "cannot be asked: Expected int"),
        ({"steps": {"forecast": {"value": "sum({amuont})"}}}, "unknown parameter or term 'amuont'; perhaps amount"),
        ({"steps": {"forecast": {"needs": ["day"]}}}, "unknown parameter or term 'day'"),
        ({"steps": {"rules": [{"kind": "reference", "reference": "x"}]}}, "looks values up in another table"),
        ({"steps": {"rules": [{"kind": "between"}]}}, "Invalid enum value 'between'"),
        ({"steps": [1]}, "it has no steps"),
        ({"parameters": {}}, "parameters is no list"),
        ({"parameters": [1]}, r"parameters\[0\] is no fields"),
        ({"parameters": [{"name": "amount", "kind": "column"}]}, "missing required field description"),
        ({"parameters": [NUMBER | {"kind": "figure"}]}, "invalid enum value 'figure'"),
        (
            {"parameters": [NUMBER | {"words": ["x"]}]},
            "is no column, so that it is not found|is a number and no column",
        ),
        ({"parameters": [NUMBER | {"default": 99}]}, "has the default 99, but it takes at least 1 and at most 24"),
        ({"parameters": [NUMBER | {"name": "out"}]}, "'out' is no name of a parameter"),
        ({"parameters": [NUMBER, NUMBER], "steps": {"search": {}}}, "'horizon' is the name of two"),
        ({"parameters": [{"name": "a", "kind": "column", "description": "a"}]}, "has no words"),
        ({"parameters": [{"name": "a", "kind": "choice", "description": "a"}]}, "has choices if, and only if"),
        ({"terms": [{"name": "t", "description": "t", "sql": []}]}, "the term 't' has no sql"),
        ({"terms": [{"name": "t", "description": "t", "sql": ["{x}"]}]}, "the term 't' refers to an unknown"),
        ({"parameters": [AMOUNT | {"description": "a", "unless": "x"}]}, "the parameter 'amount' refers to an unknown"),
        (
            {"parameters": [{"name": "amount", "kind": "sources", "description": "brands"}]},
            "'amount' is of sources, which the step benchmark alone takes",
        ),
        ({"time": "day"}, "time is an unknown parameter 'day'"),
    ],
)
def test_a_mistake_is_named_with_its_place(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAPreset, match=reason):
        preset_from(GOOD | changed)


@pytest.mark.parametrize("written", [None, [], "sales.returns", 3])
def test_what_has_no_fields_is_no_preset(written: Any) -> None:
    with pytest.raises(NotAPreset, match="no fields with their values"):
        preset_from(written)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("{amount}", "it aggregates nothing"),
        ("sum({amount}", "it cannot be parsed"),
        ("sum(price)", "it names the column 'price'"),
        ("sum({amount}) + (SELECT 1)", "no subquery"),
        ("sum(read_csv({amount}))", "read_csv"),
    ],
)
def test_sql_that_no_table_could_answer_is_refused(sql: str, reason: str) -> None:
    with pytest.raises(NotAPreset, match=reason):
        refuse_what_cannot_run(preset_from(GOOD | {"steps": {"kpis": {"returns": sql}}}))


def test_a_template_that_there_is_not_is_refused() -> None:
    with pytest.raises(NotAPreset, match="revenue_grwth"):
        refuse_what_cannot_run(preset_from(GOOD | {"steps": {"templates": [{"name": "revenue_grwth"}]}}))


def test_each_way_to_compute_a_term_is_tried() -> None:
    term = {"name": "net", "description": "net", "sql": ["{amount}", "{amount} - discount"]}
    made = preset_from(GOOD | {"terms": [term], "steps": {"kpis": {"net": "sum({net})"}}})
    with pytest.raises(NotAPreset, match="the column 'discount'"):
        refuse_what_cannot_run(made)


def derived(**changed: Any) -> dict[str, Any]:
    table = {
        "name": "shops",
        "description": "a row for each shop",
        "columns": [{"name": "total", "type": "decimal", "role": "measure"}],
        "sql": "SELECT sum({amount}) AS total FROM {table}",
    }
    return GOOD | {"tables": [table | changed], "steps": {"segment": {"of": "shops", "columns": ["total"]}}}


def test_a_table_may_be_derived() -> None:
    refuse_what_cannot_run(preset_from(derived()))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sql": "SELECT * FROM read_csv('/etc/passwd')"}, "a derived table is refused"),
        ({"sql": "SELECT * FROM other"}, "a derived table is refused: it reads other"),
        ({"sql": "SELECT {price} FROM {table}"}, "unknown parameter or term 'price'"),
        ({"time": "day"}, "no column for its time 'day'"),
        ({"columns": [{"name": "total", "type": "nested", "role": "measure"}]}, "of the type nested"),
        ({"columns": [{"name": "Total", "type": "decimal", "role": "measure"}]}, "a name, or twice a column"),
        ({"name": "stores"}, "unknown parameter or term 'shops'"),
    ],
)
def test_a_derived_table_that_cannot_be_is_refused(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAPreset, match=reason):
        refuse_what_cannot_run(preset_from(derived(**changed)))


def test_numbers_may_come_as_text_and_one_column_by_itself() -> None:
    made = preset(NUMBER, {"name": "by", "kind": "columns", "found": "never"})
    assert checked(made, {"horizon": "12", "by": "region"}) == {"horizon": 12, "by": ["region"]}
    assert checked(made, {"horizon": None}) == {}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"horizont": 3}, "perhaps horizon"),
        ({"horizon": 0}, "at least 1 and at most 24"),
        ({"horizon": 1.5}, "whole number"),
        ({"horizon": "many"}, "takes a number"),
        ({"horizon": True}, "takes a number"),
        ({"horizon": float("inf")}, "takes a number"),
        ({"time": ["day"]}, "takes a text"),
        ({"time": ""}, "takes a text"),
        ({"by": []}, "1 to 100 texts"),
        ({"by": [1]}, "takes a text"),
        ({"grain": "fortnight"}, "one of minute, hour, day"),
        ({"since": "yesterday"}, "a date, such as"),
        ({"scope": "all"}, "one of rows, series"),
        ({"scope": ["rows"]}, "one of rows, series"),
    ],
)
def test_an_argument_that_is_none_is_refused(given: dict[str, Any], reason: str) -> None:
    made = preset(
        *(NUMBER, TIME, {"name": "by", "kind": "columns", "found": "never"}, {"name": "grain", "kind": "grain"}),
        *({"name": "since", "kind": "date"}, {"name": "scope", "kind": "choice", "choices": ["rows", "series"]}),
    )
    with pytest.raises(InvalidInput, match=reason):
        checked(made, given)
