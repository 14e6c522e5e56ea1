"""What is said of a regression: every number from rows, nothing that the figures do not bear out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from msgspec.structs import replace

from tests.analysis.insights.sentences import as_number, without_numbers
from tests.analysis.regression.tables import choice, column, draw, houses, learned, patients, table, times
from voyant.analysis.conclusions import conclude
from voyant.analysis.regression import comparisons
from voyant.domain.insights import Insights
from voyant.lake.table import EngineTable


def told(given: EngineTable, target: str) -> Insights:
    """What is said, the rows of the answer standing beside the table."""
    answer = learned(given, target)
    given.engine.execute("CREATE SCHEMA IF NOT EXISTS job")
    for name, rows in answer.rows.items():
        given.engine.connection.register(f"{name}_given", rows)
        given.engine.execute(f'CREATE OR REPLACE TABLE job."{name}" AS SELECT * FROM "{name}_given"')
    return conclude(given, comparisons(answer.result, given), answer.result.notes)


def late_orders(rows: int = 900) -> EngineTable:
    """Records with time, three outcomes, gaps, a leak and a text: much to say."""
    rng = draw()
    at = times(rng, rows)
    distance = rng.gamma(3, 100, rows)
    carrier = choice(rng, ["Air", "Rail", "Road"], rows)
    speed = {"Air": 400.0, "Rail": 120.0, "Road": 60.0}
    hours = distance / np.asarray([speed[each] for each in carrier]) + rng.gamma(2, 0.5, rows)
    return table(
        "orders",
        [
            column("ordered_at", "time"),
            column("carrier", "dimension"),
            column("distance", "mean", unit="km"),
            column("hours", "mean", unit="hours"),
            column("minutes_taken", "mean"),
            column("note", "text"),
        ],
        {
            "ordered_at": at,
            "carrier": carrier,
            "distance": distance.round(1),
            "hours": hours.round(3),
            "minutes_taken": (60 * hours).round(2),
            "note": [" ".join(rng.choice(["fragile", "gift", "bulk", "plain"], 3)) for _ in range(rows)],
        },
    )


CASES = {
    "number": lambda: (houses(), "price"),
    "classes": lambda: (patients(), "died"),
    "over time": lambda: (late_orders(), "hours"),
    "several classes": lambda: (late_orders(), "carrier"),
}


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[EngineTable, Insights]:
    given, target = CASES[request.param]()
    return given, told(given, target)


def test_every_number_comes_from_the_statement(case: tuple[EngineTable, Insights]) -> None:
    given, insights = case
    for finding in insights.findings:
        rows = given.query(finding.sql)
        for number in finding.numbers:
            assert rows[number.row][number.column] == pytest.approx(number.value), finding.text
            assert as_number(number.stated) == pytest.approx(float(number.value), rel=0.01, abs=0.006), finding.text


def test_no_number_stands_beside_those(case: tuple[EngineTable, Insights]) -> None:
    given, insights = case
    for finding in insights.findings:
        left = without_numbers(given, finding).replace("95 % interval", "")
        assert not re.search(r"\d", left), finding.text


def test_what_is_drawn_can_be_drawn(case: tuple[EngineTable, Insights]) -> None:
    given, insights = case
    views = [finding.view for finding in insights.findings if finding.view is not None]
    assert views
    for view in views:
        rows = given.query(view.sql)
        assert len(rows) >= 2
        assert {view.x.field, view.y.field} <= set(rows[0])


def test_the_prediction_comes_first_and_drivers_by_weight(case: tuple[EngineTable, Insights]) -> None:
    _, insights = case
    assert insights.findings[0].kind == "prediction"
    first = next(finding for finding in insights.findings if finding.kind == "driver")
    assert "rest most on" in first.text


def _texts(insights: Insights, kind: str) -> list[str]:
    return [finding.text for finding in insights.findings if finding.kind == kind]


def test_a_leak_is_named_with_its_evidence() -> None:
    (text,) = _texts(told(late_orders(), "hours"), "leak")
    assert text.startswith("Minutes taken was left out as giving hours away")


def test_predictions_too_good_to_be_true_are_doubted_where_they_are_told() -> None:
    rng = draw()
    pieces, price, less = rng.integers(1, 9, 800), rng.choice([5.0, 10.0, 20.0], 800), rng.choice([0, 10, 20], 800)
    given = table(
        "orders",
        [column("paid", "sum"), column("pieces", "count"), column("price", "mean"), column("discount", "mean")],
        {"paid": (pieces * price * (1 - less / 100)).round(2), "pieces": pieces, "price": price, "discount": less},
    )
    (text,) = _texts(told(given, "paid"), "prediction")
    assert text.endswith("; predictions this good mostly mean that the answer is already in the columns.")


def test_noise_has_one_sentence() -> None:
    rng = draw()
    given = table(
        "noise",
        [column("outcome", "mean"), *(column(f"x{place}", "mean") for place in range(6))],
        {"outcome": rng.normal(50, 5, 400).round(3), **{f"x{p}": rng.normal(0, 1, 400).round(3) for p in range(6)}},
    )
    insights = told(given, "outcome")
    assert [finding.kind for finding in insights.findings] == ["no_prediction"]
    assert "better than the mean" in insights.findings[0].text


def test_the_size_of_an_effect_is_told_with_units() -> None:
    texts = _texts(told(late_orders(), "hours"), "driver")
    assert any(re.search(r"from distance [\d.]+ km to [\d,.]+ km the prediction rises from .* hours", t) for t in texts)


def test_no_driver_is_told_by_a_measure_that_it_does_not_make_worse() -> None:
    """What shuffling costs in squared errors may not show in the order of pairs."""
    given = patients()
    answer = learned(given, "died")
    told(given, "died")
    given.engine.execute("UPDATE job.regression_drivers SET after = before + 0.01")
    insights = conclude(given, comparisons(answer.result, given), answer.result.notes)
    texts = _texts(insights, "driver")
    assert texts
    assert all("of the Brier score saved" in text for text in texts)


def test_a_prediction_that_hardly_holds_is_not_denied_beside_its_drivers() -> None:
    """The answer is what the run went by, however many drivers are tested after it."""
    given = patients()
    answer = learned(given, "died")
    told(given, "died")
    weak = replace(answer.result, p_value=0.049)
    kinds = [finding.kind for finding in conclude(given, comparisons(weak, given), ()).findings]
    assert "prediction" in kinds
    assert "no_prediction" not in kinds


def test_evidence_stands_in_the_result() -> None:
    given = late_orders()
    result = learned(given, "hours").result
    for finding in told(given, "hours").findings:
        for place in finding.evidence:
            if place.startswith("regression.json#/"):
                _followed(result, place)


def _followed(result: object, place: str) -> None:
    for step in place.split("#/")[1].split("/"):
        result = result[int(step)] if isinstance(result, tuple) else getattr(result, step)
    assert result not in (None, ())
