"""Columns that give the target away are left out and named; the others stay."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tests.analysis.insights.tables import duration
from tests.analysis.regression.tables import choice, column, draw, houses, learned, table, times
from voyant.domain.regression import LeakKind, Regression


def _kinds(result: Regression) -> dict[str, LeakKind]:
    return {column: leak.kind for leak in result.leaks for column in leak.columns}


def _prices() -> list[float]:
    return [float(row["price"]) for row in houses().query("SELECT price FROM houses")]


def test_nothing_is_suspected_without_cause() -> None:
    assert learned(houses(), "price").result.leaks == ()


def test_the_target_in_another_unit() -> None:
    result = learned(houses(price_cents=("mean", [100 * each for each in _prices()])), "price").result
    assert _kinds(result) == {"price_cents": LeakKind.COPY}
    assert result.drivers[0].columns == ("area",)


def test_a_column_that_alone_tells_the_target() -> None:
    result = learned(houses(band=("mean", [round(np.log(each), 2) for each in _prices()])), "price").result
    assert _kinds(result) == {"band": LeakKind.ALONE}


def test_trusted_columns_stay() -> None:
    given = houses(price_cents=("mean", [100 * each for each in _prices()]))
    result = learned(given, "price", trusted=["price_cents"]).result
    assert result.leaks == ()
    assert "ask how price cents comes to be known" in " ".join(result.limits)


def test_columns_that_the_target_is_the_sum_of() -> None:
    rng = draw()
    net, tax = rng.uniform(10, 100, 300).round(2), rng.uniform(1, 20, 300).round(2)
    given = table(
        "bills",
        [column(name, "sum") for name in ("total", "net", "tax")] + [column("items", "count")],
        {"total": net + tax, "net": net, "tax": tax, "items": rng.poisson(net / 10)},
    )
    assert _kinds(learned(given, "total").result) == {"net": LeakKind.COMPUTED, "tax": LeakKind.COMPUTED}


def test_columns_that_the_target_is_the_product_of() -> None:
    rng = draw()
    pieces, price = rng.integers(1, 60, 400), rng.uniform(1, 30, 400).round(2)
    given = table(
        "orders",
        [column("revenue", "sum"), column("pieces", "count"), column("price", "mean"), column("weight", "mean")],
        {
            "revenue": (pieces * price).round(2),
            "pieces": pieces,
            "price": price,
            "weight": (pieces * rng.uniform(1, 3, 400)).round(3),
        },
    )
    assert _kinds(learned(given, "revenue").result) == {"pieces": LeakKind.COMPUTED, "price": LeakKind.COMPUTED}


def test_columns_without_a_value_where_the_target_has_none() -> None:
    """Of what the target is computed from, only the part that comes to be known with it is left out."""
    rng = draw()
    planned = rng.integers(0, 1000, 600)
    late = rng.gamma(2, 10, 600).round()
    cancelled = rng.random(600) < 0.1
    given = table(
        "flights",
        [column("delay", "mean"), column("planned", "mean"), column("actual", "mean"), column("carrier", "dimension")],
        {
            "delay": [None if gone else each for gone, each in zip(cancelled, late, strict=True)],
            "planned": planned,
            "actual": [None if gone else each for gone, each in zip(cancelled, planned + late, strict=True)],
            "carrier": choice(rng, ["A", "B", "C"], 600),
        },
    )
    result = learned(given, "delay").result
    assert _kinds(result) == {"actual": LeakKind.MISSING}
    assert "planned" in {feature.name for feature in result.features}


def test_a_column_that_one_class_alone_has() -> None:
    rng = draw()
    churned = rng.random(400) < 0.3
    given = table(
        "customers",
        [column("churned", "flag"), column("reason", "dimension"), column("visits", "count")],
        {
            "churned": [bool(each) for each in churned],
            "reason": [str(rng.choice(["price", "moved", "other"])) if each else None for each in churned],
            "visits": rng.poisson(np.where(churned, 3, 8)),
        },
    )
    result = learned(given, "churned").result
    assert _kinds(result) == {"reason": LeakKind.BY_CLASS}
    assert result.beats_baseline


def test_dates_of_an_end_and_durations() -> None:
    rng = draw()
    opened = times(rng, 500)
    closed = [at + timedelta(days=float(span)) for at, span in zip(opened, rng.gamma(2, 2, 500), strict=True)]
    given = table(
        "cases",
        [
            column("opened_at", "time"),
            column("closed_at", "time"),
            column("team", "dimension"),
            column("cost", "sum"),
            duration("opened_at_to_closed_at_days", "opened_at", "closed_at"),
        ],
        {
            "opened_at": opened,
            "closed_at": closed,
            "team": choice(rng, ["Desk", "Field"], 500),
            "cost": rng.gamma(3, 20, 500).round(2),
        },
    )
    kinds = _kinds(learned(given, "opened_at_to_closed_at_days").result)
    assert kinds == {"closed_at": LeakKind.DERIVED}
    kinds = _kinds(learned(given, "cost").result)
    assert kinds == {"closed_at": LeakKind.LATER, "opened_at_to_closed_at_days": LeakKind.LATER}


def test_personal_data_and_identifiers_are_never_learned_from() -> None:
    rng = draw()
    given = houses(
        300,
        3,
        owner=("id", [f"P{place}" for place in range(300)]),
        phone=("dimension", [f"+49 170 {number}" for number in rng.integers(1_000_000, 9_999_999, 300)]),
    )
    result = learned(given, "price").result
    assert {"owner", "phone"} & {feature.name for feature in result.features} == set()


def test_one_value_that_marks_a_class() -> None:
    """A balance is 0 where a loan is paid; that a species has lengths of its own gives away nothing."""
    rng = draw()
    fate = choice(rng, ["current", "late", "paid"], 600)
    lent = rng.integers(10, 400, 600) * 100.0
    balance = np.where(np.asarray(fate) == "paid", 0.0, lent - 50 * rng.integers(0, 9, 600))
    given = table(
        "loans",
        [column("fate", "dimension"), column("lent", "mean"), column("balance", "mean")],
        {"fate": fate, "lent": lent, "balance": balance},
    )
    result = learned(given, "fate").result
    assert _kinds(result) == {"balance": LeakKind.BY_CLASS}
    assert result.leaks[0].reason == (
        "balance is 0 where fate is paid, and hardly ever elsewhere: it follows from the outcome"
    )

    species = choice(rng, ["setosa", "virginica", "versicolor"], 300)
    start = {"setosa": 10.0, "virginica": 50.0, "versicolor": 55.0}
    length = [start[each] + float(rng.normal(0, 2)) for each in species]
    flowers = table(
        "flowers",
        [column("species", "dimension"), column("length", "mean")],
        {"species": species, "length": np.round(length, 1)},
    )
    assert learned(flowers, "species").result.leaks == ()
