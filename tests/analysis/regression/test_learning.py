"""What is learned of a table is what was planted in it, and is judged on rows that were not learned from."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from tests.analysis.regression.tables import START, choice, column, draw, houses, learned, patients, table, times
from voyant.analysis.regression.calibration import tempered
from voyant.analysis.regression.folds import Division, Fold
from voyant.analysis.regression.scores import loss
from voyant.domain.regression import Split, Task
from voyant.domain.serialization import to_json


def test_a_number_is_predicted_from_what_it_comes_from() -> None:
    result = learned(houses(), "price").result
    assert (result.task, result.chosen, result.beats_baseline) == (Task.NUMBER, "linear", True)
    explained = result.score("linear", "explained")
    assert explained.low is not None
    assert explained.high is not None
    assert 0.93 < explained.low < explained.value < explained.high < 1
    needed = [driver.columns for driver in result.drivers[: result.needed]]
    assert needed == [("area",), ("place",)]


def test_effects_have_the_size_that_was_planted() -> None:
    result = learned(houses(), "price").result
    area = next(effect for effect in result.effects if effect.column == "area")
    first, last = area.points[0], area.points[-1]
    assert first.value is not None
    assert last.value is not None
    assert area.direction == "rises"
    assert (last.predicted - first.predicted) / (last.value - first.value) == pytest.approx(5, rel=0.05)
    place = {point.label: point.predicted for effect in result.effects for point in effect.points if point.label}
    assert place["Centre"] - place["Village"] == pytest.approx(300, rel=0.1)


def test_intervals_hold_what_they_say() -> None:
    intervals = learned(houses(1500), "price").result.intervals
    assert intervals is not None
    assert intervals.coverage == pytest.approx(0.9, abs=0.03)
    # Of normal errors of standard deviation 30, 90 % lie within 1.645 of them.
    assert intervals.width == pytest.approx(2 * 1.645 * 30, rel=0.1)


def test_classes_are_told_with_probabilities_that_come_true() -> None:
    result = learned(patients(), "died").result
    assert (result.task, result.positive) == (Task.CLASSES, "true")
    assert result.score(result.chosen, "auc").value > 0.85
    assert result.calibration is not None
    assert result.calibration.error < 0.06
    age = next(effect for effect in result.effects if effect.column == "age")
    assert (age.direction, age.of) == ("rises", "true")
    middle = min(age.points, key=lambda point: abs((point.value or 0) - 55))
    assert middle.predicted == pytest.approx(0.5, abs=0.15)


def test_what_bends_is_learned_by_trees() -> None:
    rng = draw()
    x, y = rng.uniform(-3, 3, 900), rng.uniform(-3, 3, 900)
    given = table(
        "bent",
        [column(name, "mean") for name in ("x", "y", "outcome")],
        {"x": x.round(3), "y": y.round(3), "outcome": (x * y + rng.normal(0, 0.3, 900)).round(3)},
    )
    result = learned(given, "outcome").result
    assert result.chosen == "boosting"
    assert result.score("boosting", "explained").value > 0.8
    assert result.score("linear", "explained").value < 0.1


def test_noise_is_told_to_be_noise() -> None:
    rng = draw()
    given = table(
        "noise",
        [column("outcome", "mean"), *(column(f"x{place}", "mean") for place in range(8))],
        {"outcome": rng.normal(0, 1, 400).round(3), **{f"x{p}": rng.normal(0, 1, 400).round(3) for p in range(8)}},
    )
    result = learned(given, "outcome").result
    assert not result.beats_baseline
    assert (result.drivers, result.effects, result.leaks) == ((), (), ())
    assert any("does no better than the mean" in limit for limit in result.limits)


def test_later_rows_are_predicted_from_earlier_ones_only() -> None:
    rng = draw()
    at = times(rng, 800)
    x = rng.normal(0, 1, 800)
    given = table(
        "visits",
        [column("visited_at", "time"), column("x", "mean"), column("spend", "sum")],
        {"visited_at": at, "x": x.round(3), "spend": (100 + 10 * x + rng.normal(0, 3, 800)).round(2)},
    )
    answer = learned(given, "spend")
    validation = answer.result.validation
    assert (validation.split, validation.by) == (Split.ROLLING, "visited_at")
    rows = answer.rows["regression"].to_pydict()
    for number, fold in enumerate(validation.folds, start=1):
        assert fold.until is not None
        judged = [moment for moment, of in zip(rows["at"], rows["fold"], strict=True) if of == number]
        assert len(judged) == fold.judged
        assert min(judged).isoformat() >= fold.until
    # The elapsed time of rows to come is none that was learned from.
    assert [effect.part for effect in answer.result.effects if effect.column == "visited_at"] == []


def test_rows_that_are_not_judged_by_are_counted_and_named() -> None:
    rng = draw()
    at = times(rng, 800)
    x = rng.normal(0, 1, 800)
    given = table(
        "visits",
        [column("visited_at", "time"), column("x", "mean"), column("spend", "sum")],
        {
            "visited_at": [None if place % 40 == 0 else moment for place, moment in enumerate(at)],
            "x": x.round(3),
            "spend": (100 + 10 * x + rng.normal(0, 3, 800)).round(2),
        },
    )
    answer = learned(given, "spend", "visited_at")
    result, judged = answer.result, answer.rows["regression"].num_rows
    assert result.rows_used == 780
    assert result.remarks == (
        "20 rows without a time were left out, and have no row in regression.parquet.",
        f"The earliest {780 - judged} rows were only learned from, and have no row in regression.parquet: none came "
        "before them that could predict them.",
    )


def test_all_rows_of_an_entity_are_on_one_side() -> None:
    rng = draw()
    customers = 60
    level = rng.normal(0, 10, customers)
    who = np.repeat(np.arange(customers), 8)
    given = table(
        "purchases",
        [column("customer_id", "id"), column("level", "mean"), column("amount", "sum")],
        {
            "customer_id": [f"C{each:03}" for each in who],
            "level": level[who].round(3),  # tells the customer, not the amount
            "amount": (rng.normal(0, 30, customers)[who] + 200 + rng.normal(0, 2, len(who))).round(2),
        },
    )
    result = learned(given, "amount").result
    assert (result.validation.split, result.validation.by) == (Split.GROUPED, "customer_id")
    # Across rows of the same customers it would explain nearly everything.
    assert result.score("boosting", "explained").value < 0.2


def test_columns_that_go_together_are_one_driver() -> None:
    given = houses()
    rng = draw(9)
    twin = [float(row["area"]) * 10.7 + rng.normal(0, 30) for row in given.query("SELECT area FROM houses")]
    result = learned(houses(area_feet=("mean", twin)), "price").result
    assert ("area", "area_feet") in [driver.columns for driver in result.drivers]
    together = next(effect for effect in result.effects if effect.column == "area")
    assert not together.is_alone


def test_words_of_texts_tell() -> None:
    rng = draw()
    words = ["late", "lost", "broken", "missing", "urgent", "noise"]
    notes = [" ".join(rng.choice(words, 4)) for _ in range(500)]
    hours = [float("urgent" in note) * 10 + rng.normal(20, 2) for note in notes]
    given = table(
        "tickets",
        [column("note", "text"), column("hours_spent", "mean", unit="hours")],
        {"note": notes, "hours_spent": np.round(hours, 3)},
    )
    result = learned(given, "hours_spent").result
    assert result.score(result.chosen, "explained").value > 0.7
    urgent = next(effect for effect in result.effects if effect.part == '"urgent"')
    absent, present = urgent.points
    assert present.predicted - absent.predicted == pytest.approx(10, abs=2)


def test_the_target_is_found_by_what_its_name_says() -> None:
    assert learned(patients()).result.target == "died"
    assert learned(houses()).result.target == "price"


def test_a_group_that_is_off_is_named() -> None:
    """The rows of one shop move away after the rows that were learned from."""
    rng = draw()
    at = [START + timedelta(hours=12 * place) for place in range(700)]
    shop = choice(rng, ["East", "West"], 700)
    x = rng.normal(0, 1, 700)
    shift = [40.0 if name == "West" and place >= 350 else 0.0 for place, name in enumerate(shop)]
    given = table(
        "sales",
        [column("sold_at", "time"), column("shop", "dimension"), column("x", "mean"), column("revenue", "sum")],
        {
            "sold_at": at,
            "shop": shop,
            "x": x.round(3),
            "revenue": (500 + 30 * x + np.asarray(shift) + rng.normal(0, 5, 700)).round(2),
        },
    )
    [west] = learned(given, "revenue").result.residuals.biases  # and not East for the errors of West
    assert west.value == "West"
    assert west.error - west.elsewhere > 10


def test_what_happened_on_one_day_is_no_bias_of_a_group() -> None:
    """Rows of one day share what that day was like: many rows of few days are few surprises."""
    rng = draw()
    days, of_a_day = 300, 24
    place = np.repeat(np.arange(days), of_a_day)
    level = rng.normal(0, 20, days)[place]
    x = rng.normal(0, 10, len(place))
    given = table(
        "weather",
        [column("at", "time"), column("station", "dimension"), column("x", "mean"), column("heat", "mean")],
        {
            "at": [START + timedelta(hours=hour) for hour in range(len(place))],
            "station": [f"S{each % 20}" for each in place],  # one a day, and nothing but noise
            "x": x.round(3),
            "heat": (200 + 3 * x + level + rng.normal(0, 1, len(place))).round(2),
        },
    )
    result = learned(given, "heat").result
    assert result.residuals.groups >= 20
    assert result.residuals.biases == ()


def test_the_same_table_gives_the_same_bytes() -> None:
    first, second = learned(houses(), "price"), learned(houses(), "price")
    assert to_json(first.result) == to_json(second.result)
    assert {name: rows.to_pydict() for name, rows in first.rows.items()} == {
        name: rows.to_pydict() for name, rows in second.rows.items()
    }


def test_probabilities_of_a_rare_class_are_drawn_to_its_share() -> None:
    """What a model tells of a rare class is kept although it is far too sure of itself."""
    rng = draw()
    rows = 4000
    logit = -3 + rng.normal(0, 0.7, rows)
    came = rng.random(rows) < 1 / (1 + np.exp(-logit))
    sure = 1 / (1 + np.exp(-(-3 + 4 * (logit + 3))))
    outcome = np.stack([~came, came], axis=1).astype(float)
    shares = np.tile(outcome.mean(axis=0), (rows, 1))
    halves = np.arange(rows) % 2 == 0
    folds = tuple(Fold(np.flatnonzero(~here), np.flatnonzero(here)) for here in (halves, ~halves))
    division = Division(Split.CROSS, folds, np.arange(rows))
    judged = division.judged
    predicted, naive = np.stack([1 - sure, sure], axis=1)[judged], loss(outcome[judged], shares[judged]).sum()
    assert loss(outcome[judged], predicted).sum() > naive
    found = tempered(division, outcome[judged], predicted, shares[judged])
    assert found.overall == pytest.approx(4, rel=0.25)
    assert loss(outcome[judged], found.predicted).sum() < 0.99 * naive


def test_columns_that_go_together_are_told_by_rows_enough() -> None:
    """A level of a few rows, of which each model saw next to none, is no part of what is told."""
    rng = draw()
    rows = 1200
    model = choice(rng, [f"M{each}" for each in range(12)], rows)
    seats = np.asarray([100 + 20 * int(each[1:]) for each in model]) + rng.normal(0, 3, rows)
    kind = ["large" if int(each[1:]) > 5 else "small" for each in model]
    kind[:11], seats[:11], model[:11] = ["tiny"] * 11, 4 + rng.normal(0, 1, 11), [f"T{each}" for each in range(11)]
    given = table(
        "planes",
        [column("kind", "dimension"), column("model", "dimension"), column("built", "time"), column("seats", "mean")],
        {"kind": kind, "model": model, "built": sorted(times(rng, rows)), "seats": seats.round(1)},
    )
    result = learned(given, "seats", "built").result
    assert result.drivers[0].columns == ("kind", "model")
    [effect] = [each for each in result.effects if each.column in {"kind", "model"}]
    told = {point.label: point.predicted for point in effect.points}
    assert told.keys() == {"large", "small"}
    assert told["small"] == pytest.approx(150, abs=15)
    assert told["large"] == pytest.approx(270, abs=15)
