"""What cannot be learned ends in an error that says what is needed, or in an answer that says its limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.analysis.insights.tables import hidden
from tests.analysis.regression.tables import choice, column, draw, houses, learned, table, times
from voyant.domain.regression import Split, Task
from voyant.domain.table import ColumnType
from voyant.errors import Code, InvalidInput
from voyant.lake.table import EngineTable


def refused(given: EngineTable, target: str | None = None, **asked: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as raised:
        learned(given, target, **asked)
    assert raised.value.remedy
    return raised.value


def _with(name: str, kind: str, values: list[Any], **more: Any) -> EngineTable:
    rng = draw()
    rows = len(values)
    return table(
        "given",
        [column(name, kind, **more), column("x", "mean"), column("group", "dimension")],
        {name: values, "x": rng.normal(0, 1, rows).round(3), "group": choice(rng, ["a", "b"], rows)},
    )


def test_unknown_columns() -> None:
    error = refused(houses(), "prize")
    assert error.code is Code.UNKNOWN_COLUMN
    assert "price" in error.message
    for field in ("features", "exclude", "trusted"):
        assert refused(houses(), "price", **{field: ["aera"]}).code is Code.UNKNOWN_COLUMN


@pytest.mark.parametrize("rows", [0, 1, 3, 29])
def test_too_few_rows(rows: int) -> None:
    error = refused(_with("outcome", "mean", [float(place) for place in range(rows)]), "outcome")
    assert error.code is Code.NOT_ENOUGH_DATA
    assert f"{rows} of {rows} rows" in error.message


def test_a_target_without_values() -> None:
    assert refused(_with("outcome", "mean", [None] * 100), "outcome").code is Code.NOT_ENOUGH_DATA


def test_a_target_that_never_varies() -> None:
    assert refused(_with("outcome", "mean", [4.2] * 100), "outcome").code is Code.NOT_ENOUGH_DATA
    assert refused(_with("outcome", "dimension", ["yes"] * 100), "outcome").code is Code.NOT_ENOUGH_DATA
    rare = ["yes"] * 97 + ["no"] * 3
    assert refused(_with("outcome", "dimension", rare), "outcome").code is Code.NOT_ENOUGH_DATA


def test_thousands_of_classes() -> None:
    error = refused(_with("outcome", "dimension", [f"class {place}" for place in range(4000)]), "outcome")
    assert error.code in {Code.NO_MODEL_FITS, Code.NOT_ENOUGH_DATA}
    many = [f"class {place % 500}" for place in range(8000)]
    error = refused(_with("outcome", "dimension", many), "outcome")
    assert error.code is Code.NO_MODEL_FITS
    assert "500 classes" in error.message


def test_rare_classes_are_left_out_and_said() -> None:
    rng = draw()
    classes = choice(rng, ["red", "blue"], 200) + ["green"] * 4
    result = learned(_with("outcome", "dimension", classes), "outcome").result
    assert set(result.classes) == {"red", "blue"}
    assert any("4 rows of rarer classes were left out" in note for note in result.remarks)


def test_what_is_no_number_and_no_class() -> None:
    rng = draw()
    rows = 100
    assert refused(_with("outcome", "id", [f"R{p}" for p in range(rows)]), "outcome").code is Code.NO_MODEL_FITS
    assert refused(_with("outcome", "time", times(rng, rows)), "outcome").code is Code.NO_MODEL_FITS
    prose = [" ".join(rng.choice(["a", "b", "cd"], 5)) for _ in range(rows)]
    assert refused(_with("outcome", "text", prose), "outcome").code is Code.NO_MODEL_FITS
    given = table(
        "people", [hidden("name"), column("x", "mean")], {"name": choice(rng, ["Ann", "Bob"], rows), "x": [1.0] * rows}
    )
    error = refused(given, "name")
    assert error.code is Code.NO_MODEL_FITS
    assert "Ann" not in error.message


def test_nothing_to_learn_from() -> None:
    given = table(
        "lonely",
        [column("outcome", "mean"), column("row_id", "id")],
        {"outcome": [float(place) for place in range(60)], "row_id": [f"R{place}" for place in range(60)]},
    )
    assert refused(given, "outcome").code is Code.NO_MODEL_FITS


def test_only_what_gives_the_target_away() -> None:
    prices = [float(row["price"]) for row in houses().query("SELECT price FROM houses")]
    error = refused(houses(cents=("mean", [100 * each for each in prices])), "price", features=["cents"])
    assert error.code is Code.NO_MODEL_FITS
    assert "trusted" in error.remedy


def test_infinite_values() -> None:
    rng = draw()
    x = rng.normal(0, 1, 200)
    outcome = 3 * x + rng.normal(0, 0.5, 200)
    x[[3, 5]] = np.inf
    outcome[[7, 9, 11]] = [np.inf, -np.inf, np.nan]
    given = table(
        "wild",
        [
            column("outcome", "mean", engine_type="DOUBLE", type=ColumnType.FLOAT),
            column("x", "mean", engine_type="DOUBLE", type=ColumnType.FLOAT),
        ],
        {"outcome": outcome, "x": x},
    )
    result = learned(given, "outcome").result
    assert result.rows_used == 197
    assert result.beats_baseline
    assert any("3 rows whose outcome is no finite number" in note for note in result.remarks)
    assert any("2 values of x that are no finite number" in note for note in result.remarks)


def test_perfect_collinearity() -> None:
    areas = [float(row["area"]) for row in houses().query("SELECT area FROM houses")]
    twins: dict[str, Any] = {f"area_{place}": ("mean", [each * (place + 2) for each in areas]) for place in range(4)}
    result = learned(houses(**twins), "price").result
    assert result.score("linear", "explained").value > 0.9
    assert result.drivers[0].columns == ("area", "area_0", "area_1", "area_2", "area_3")


def test_columns_of_nothing_but_gaps() -> None:
    given = houses(gaps=("mean", [None] * 300), same=("dimension", ["x"] * 300), half=("mean", [1.5, None] * 150))
    result = learned(given, "price").result
    assert {each.column for each in result.left_out} >= {"gaps", "same"}
    assert result.beats_baseline


def test_a_class_that_comes_only_later() -> None:
    rng = draw()
    at = times(rng, 400)
    outcome = [str(rng.choice(["a", "b"] if place < 300 else ["a", "b", "c"])) for place in range(400)]
    given = table(
        "later",
        [column("seen_at", "time"), column("outcome", "dimension"), column("x", "mean")],
        {"seen_at": at, "outcome": outcome, "x": rng.normal(0, 1, 400).round(3)},
    )
    result = learned(given, "outcome").result
    assert result.task is Task.CLASSES
    assert set(result.classes) == {"a", "b", "c"}
    assert result.validation.split is Split.ROLLING


def test_all_rows_at_one_moment_are_divided_at_random() -> None:
    rng = draw()
    given = table(
        "moment",
        [column("seen_at", "time"), column("outcome", "mean"), column("x", "mean")],
        {
            "seen_at": [times(rng, 1)[0]] * 100,
            "outcome": rng.normal(0, 1, 100).round(3),
            "x": rng.normal(0, 1, 100).round(3),
        },
    )
    assert learned(given, "outcome").result.validation.split is Split.CROSS
