"""Odd rows: found where they were planted, named by what makes them odd, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.analysis.anomaly.tables import numbered
from tests.analysis.insights.tables import Draw, choice, column, draw, hidden
from voyant.analysis.anomaly import anomalies, comparisons
from voyant.analysis.conclusions import conclude
from voyant.analysis.profile import profile
from voyant.domain.anomaly import Anomalies, AnomalyMethod, AnomalyRequest, AnomalyScope, Oddity
from voyant.domain.answer import Answer
from voyant.domain.finding import Finding
from voyant.domain.serialization import to_json
from voyant.domain.table import Column, ColumnType, Role
from voyant.errors import Code, InvalidInput
from voyant.lake.table import EngineTable

ROWS = 600


def number(name: str) -> Column:
    return column(name, "mean", engine_type="DOUBLE", type=ColumnType.FLOAT)


def answer(given: EngineTable, **asked: Any) -> Answer[Anomalies]:
    return anomalies(given, profile(given), AnomalyRequest(**asked), None)


def reasons(found: Answer[Anomalies]) -> dict[int, str]:
    """Of each odd row why it is odd."""
    assert found.result.rows is not None
    return {row.row: " ".join(row.reasons) for row in found.result.rows.top}


def stated(given: EngineTable, found: Answer[Anomalies]) -> list[Finding]:
    given.engine.execute("CREATE SCHEMA IF NOT EXISTS job")
    for name, rows in found.rows.items():
        given.engine.connection.register(f"held_{name}", rows)
        given.engine.execute(f"CREATE OR REPLACE TABLE job.{name} AS SELECT * FROM held_{name}")
    return list(conclude(given, comparisons(found.result, given), found.result.notes).findings)


def people(rng: Draw, rows: int = ROWS) -> tuple[list[Column], dict[str, Any]]:
    height = rng.normal(170, 8, rows)
    country = choice(rng, ["France", "Germany", "USA"], rows, [0.4, 0.3, 0.3])
    return [
        number("height"),
        number("weight"),
        number("amount"),
        column("country", "dimension"),
        column("currency", "dimension"),
    ], {
        "height": height.round(1),
        "weight": (0.9 * height - 85 + rng.normal(0, 1, rows)).round(1),
        "amount": rng.lognormal(5, 0.5, rows).round(2),
        "country": country,
        "currency": ["USD" if each == "USA" else "EUR" for each in country],
    }


def test_what_was_planted_is_found_and_named() -> None:
    columns, values = people(draw())
    values["amount"][4] = 91_200
    values["height"][10], values["weight"][10] = 188, 50
    values["country"][20], values["currency"][20] = "France", "USD"
    given = numbered("people", columns, values)
    found = answer(given)
    assert found.result.rows is not None
    told = reasons(found)
    assert set(told) == {5, 11, 21}
    assert "Amount 91,200, where 99 % of the values are at most" in told[5]
    assert "where the other columns lead one to expect" in told[11]
    assert "Country France and currency USD occur together once" in told[21]
    kinds = {pattern.kind for pattern in found.result.rows.patterns}
    assert kinds == {Oddity.VALUE, Oddity.TOGETHER, Oddity.COMBINATION}
    findings = stated(given, found)
    assert findings[0].text == "3 of 600 records (0.5 %) are odd: farther out than chance explains."
    assert {finding.kind for finding in findings} == {"odd_rows", "odd_value", "odd_together", "odd_combination"}
    flagged = found.rows["anomaly"].to_pylist()  # type: ignore[union-attr]
    assert [row["row_number"] for row in flagged if row["flagged"]] == list(told)
    assert len(flagged) == ROWS


def test_a_value_is_odd_in_its_group() -> None:
    rng = draw(2)
    kind = choice(rng, ["coffee", "car"], ROWS)
    price = np.where(np.asarray(kind) == "car", rng.normal(30_000, 3_000, ROWS), rng.normal(4, 0.4, ROWS))
    price[7], kind[7] = 25_000, "coffee"
    given = numbered("sales", [number("price"), column("kind", "dimension")], {"price": price.round(2), "kind": kind})
    assert reasons(answer(given))[8].startswith("Price 25,000 with kind “coffee”, where the median is")


def test_a_value_that_hardly_occurs_among_frequent_ones() -> None:
    rng = draw(3)
    state = choice(rng, ["active", "closed"], ROWS)
    state[30] = "actve"
    given = numbered(
        "states", [column("state", "dimension"), number("x")], {"state": state, "x": rng.normal(size=ROWS)}
    )
    assert "State “actve” occurs once" in reasons(answer(given))[31]


NOISE: dict[str, Callable[[Draw], dict[str, Any]]] = {
    "normal": lambda rng: {f"x{i}": rng.normal(size=ROWS) for i in range(4)},
    "heavy tails": lambda rng: {f"x{i}": rng.standard_t(3, ROWS) for i in range(3)},
    "skewed": lambda rng: {f"x{i}": rng.lognormal(0, 1, ROWS) for i in range(3)},
    "counts": lambda rng: {"a": rng.poisson(2, ROWS).astype(float), "b": rng.geometric(0.3, ROWS).astype(float)},
    "mixed": lambda rng: {
        "x": rng.uniform(size=ROWS),
        "k": choice(rng, list("abcdef"), ROWS),
        "z": [f"v{min(value, 200)}" for value in rng.zipf(1.7, ROWS)],
    },
}


@pytest.mark.parametrize("kind", NOISE)
def test_nothing_is_odd_in_noise(kind: str) -> None:
    for seed in range(3):
        values = NOISE[kind](draw(seed))
        columns = [
            column(name, "dimension") if isinstance(held[0], str) else number(name) for name, held in values.items()
        ]
        given = numbered("noise", columns, values)
        found = answer(given)
        assert reasons(found) == {}
        [finding] = stated(given, found)
        assert finding.kind == "no_odd_rows"
        assert finding.text == "None of 600 records is odd: none lies farther out than chance explains."


@pytest.mark.parametrize(
    ("method", "condition"),
    [
        (
            AnomalyMethod.IQR,
            "amount > quantile_cont(amount, 0.75) OVER () + 1.5 * (quantile_cont(amount, 0.75) OVER () "
            "- quantile_cont(amount, 0.25) OVER ()) OR amount < quantile_cont(amount, 0.25) OVER () - 1.5 * "
            "(quantile_cont(amount, 0.75) OVER () - quantile_cont(amount, 0.25) OVER ())",
        ),
        (AnomalyMethod.Z_SCORE, "abs(amount - avg(amount) OVER ()) > 3 * stddev_samp(amount) OVER ()"),
        (
            AnomalyMethod.MAD,
            "abs(amount - median(amount) OVER ()) > 3.5 * 1.4826 * (SELECT mad(amount) FROM people)",
        ),
    ],
)
def test_named_methods_are_computed_as_they_are_defined(method: AnomalyMethod, condition: str) -> None:
    columns, values = people(draw(4))
    given = numbered("people", columns, values)
    found = answer(given, method=method, columns=("amount",))
    expected = given.query(f"SELECT _row FROM (SELECT *, {condition} AS odd FROM numbered) WHERE odd ORDER BY 1")
    odd = sorted(row["row_number"] for row in found.rows["anomaly"].to_pylist() if row["flagged"])  # type: ignore[union-attr]
    assert odd == [row["_row"] for row in expected]
    assert len(odd) > 3


def test_the_isolation_forest_by_name_flags_nothing_in_noise() -> None:
    values = {f"x{i}": draw(5).normal(size=ROWS) for i in range(3)}
    given = numbered("noise", [number(name) for name in values], values)
    found = answer(given, method=AnomalyMethod.ISOLATION_FOREST)
    assert found.result.rows is not None
    assert found.result.rows.flagged == 0
    assert [detector.name for detector in found.result.rows.detectors] == ["isolation forest"]


def test_the_same_rows_give_the_same_bytes_and_repeated_rows_the_same_score() -> None:
    columns, values = people(draw(6))
    for held in values.values():
        held[100] = held[50]
    given = numbered("people", columns, values)
    first, second = answer(given), answer(given)
    assert to_json(first.result) == to_json(second.result)
    assert first.rows["anomaly"] == second.rows["anomaly"]
    scores = {row["row_number"]: row["score"] for row in first.rows["anomaly"].to_pylist()}  # type: ignore[union-attr]
    assert scores[51] == scores[101]


def test_personal_data_are_not_shown() -> None:
    rng = draw(7)
    names = choice(rng, ["Ann", "Bob", "Cid"], ROWS)
    names[5] = "Zacharias"
    given = numbered("staff", [hidden("name"), number("pay")], {"name": names, "pay": rng.normal(50, 5, ROWS)})
    found = answer(given)
    told = reasons(found)[6]
    assert "a value of name occurs once" in told.lower()
    assert "Zacharias" not in to_json(found.result).decode() + str(found.rows)
    assert all("Zacharias" not in finding.text + finding.sql for finding in stated(given, found))


def test_missing_and_infinite_values_make_no_row_odd() -> None:
    rng = draw(8)
    x, y = rng.normal(size=ROWS), rng.normal(size=ROWS)
    x[:40], y[50:60] = np.nan, np.inf
    values = {"x": [None if np.isnan(value) else value for value in x], "y": y}
    assert reasons(answer(numbered("holes", [number("x"), number("y")], values))) == {}


def test_infinite_values_do_not_stand_in_the_sentence_on_odd_ones() -> None:
    x = draw(8).normal(size=ROWS)
    x[3], x[4], x[5] = np.inf, -np.inf, 900
    given = numbered("ends", [number("x")], {"x": x})
    texts = [finding.text for finding in stated(given, answer(given))]
    assert any(text.startswith("One record has x 900, far out from all others") for text in texts)
    assert not any("inf" in text for text in texts)


@pytest.mark.parametrize(("rows", "odd"), [(20, 1e9), (59, 9_000.0), (100, 3_000.0)])
def test_one_value_far_from_all_others_is_found_in_a_small_table(rows: int, odd: float) -> None:
    rng = draw(12)
    mass = rng.normal(80, 12, rows).round(1)
    mass[7] = odd
    given = numbered("few", [number("mass"), number("height")], {"mass": mass, "height": rng.normal(170, 8, rows)})
    told = reasons(answer(given))
    assert set(told) == {8}
    assert f"Mass {odd:,.0f}, where " in told[8]


@pytest.mark.parametrize("kind", ["normal", "heavy tails", "skewed"])
def test_nothing_is_odd_in_a_little_noise(kind: str) -> None:
    for seed in range(5):
        values = {name: held[:40] for name, held in NOISE[kind](draw(seed)).items()}
        assert reasons(answer(numbered("noise", [number(name) for name in values], values))) == {}


def test_columns_that_follow_from_one_another() -> None:
    rng = draw(9)
    x = rng.normal(size=ROWS)
    y = 2 * x + 1
    y[3] = -4 * x[3] + 9
    given = numbered("lines", [number("x"), number("y"), number("z")], {"x": x, "y": y, "z": rng.normal(size=ROWS)})
    assert set(reasons(answer(given))) == {4}


def test_a_time_out_of_the_ordinary() -> None:
    rng = draw(10)
    at = [datetime(2024, 1, 1) + timedelta(minutes=int(minute)) for minute in rng.integers(0, 100_000, ROWS)]
    at[12] = datetime(1970, 1, 1)
    given = numbered("visits", [column("at", "time"), number("x")], {"at": at, "x": rng.normal(size=ROWS)})
    assert "At 1970-01-01" in reasons(answer(given))[13]


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        ([number("x")], {"x": [1.0, 2.0, 3.0]}),
        ([number("x")], {"x": [None] * 100}),
        ([column("x", "count", role=Role.CONSTANT)], {"x": [5] * 100}),
        ([column("x", "id")], {"x": [f"A{place}" for place in range(100)]}),
        ([column("x", "dimension")], {"x": [f"value {place}" for place in range(5_000)]}),
    ],
)
def test_too_little_is_said_with_what_is_needed(columns: list[Column], values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        answer(numbered("little", columns, values))
    assert raised.value.code is Code.NOT_ENOUGH_DATA
    assert raised.value.remedy


def test_where_neither_rows_nor_series_can_be_judged_what_rows_lack_is_said() -> None:
    with pytest.raises(InvalidInput, match="x: no values"):
        answer(numbered("little", [number("x")], {"x": [None] * 100}), scope=AnomalyScope.BOTH)


def test_an_unknown_column_is_refused_with_near_ones() -> None:
    columns, values = people(draw())
    with pytest.raises(InvalidInput, match="perhaps weight") as raised:
        answer(numbered("people", columns, values), columns=("wieght",))
    assert raised.value.code is Code.UNKNOWN_COLUMN


def test_many_columns_are_cut_and_said() -> None:
    rng = draw(11)
    values = {f"x{i}": rng.normal(size=120) for i in range(150)}
    found = answer(numbered("wide", [number(name) for name in values], values))
    assert found.result.rows is not None
    assert len(found.result.rows.columns) == 100
    assert any("Of 150 columns of numbers the first 100" in note for note in found.result.notes)
