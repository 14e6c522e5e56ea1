"""Which further analyses are proposed: what the table is about, with arguments that fit it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tests.analysis.insights.tables import choice, column, draw, table, times
from voyant.analysis.insights import find
from voyant.analysis.kpi import measure
from voyant.analysis.narrative import write
from voyant.analysis.profile import profile
from voyant.lake.table import EngineTable


def proposed(given: EngineTable) -> dict[str, dict[str, Any]]:
    """The arguments of the first proposal of each tool."""
    described = profile(given)
    figures = measure(given, described, (), None)
    narrative = write(given.dataset, find(given, described, None, figures), None, figures, described)
    return {step.tool: step.arguments for step in reversed(narrative.next)}


def customers() -> EngineTable:
    """One row for each customer, a third of whom left, and when; what each paid hangs on the plan alone."""
    rng = draw()
    rows = 900
    plan = choice(rng, ["basic", "plus", "pro"], rows)
    fee = np.asarray([{"basic": 10.0, "plus": 20.0, "pro": 60.0}[each] for each in plan]) + rng.normal(0, 1, rows)
    left = rng.random(rows) < 0.3
    ended = [
        datetime(2024, 3, 1) + timedelta(days=int(day)) if gone else None
        for day, gone in zip(rng.integers(0, 300, rows), left, strict=True)
    ]
    return table(
        "customers",
        [
            column("customer_id", "id"),
            column("plan", "dimension"),
            column("total_charges", "sum"),
            column("churned", "flag"),
            column("cancelled_on", "date"),
        ],
        {
            "customer_id": [f"C{place:04}" for place in range(rows)],
            "plan": plan,
            "total_charges": (fee * rng.integers(1, 40, rows)).round(2),
            "churned": left,
            "cancelled_on": ended,
        },
    )


def test_an_outcome_is_to_be_told_before_anything_else() -> None:
    assert proposed(customers())["voyant_regression"]["target"] == "churned"


def test_a_time_that_most_rows_lack_says_nothing_of_the_whole() -> None:
    found = proposed(customers())
    assert "voyant_forecast" not in found
    assert "voyant_preset" not in found
    assert "compare" not in found.get("voyant_kpi", {})
    assert "revenue_growth" not in found.get("voyant_kpi", {}).get("templates", [])


def test_a_column_that_hardly_a_row_has_is_no_target() -> None:
    rng = draw()
    rows = 600
    place = choice(rng, ["north", "south"], rows)
    far = np.where(np.asarray(place) == "north", 10.0, 30.0) + rng.normal(0, 1, rows)
    given = table(
        "trips",
        [column("place", "dimension"), column("speed", "mean")],
        {"place": place, "speed": [round(each, 2) if row % 25 == 0 else None for row, each in enumerate(far)]},
    )
    assert "voyant_regression" not in proposed(given)


def test_incomes_of_people_are_no_revenue() -> None:
    rng = draw()
    level = choice(rng, ["1", "2", "3"], 600)
    income = np.asarray([1000.0 * int(each) for each in level]) + rng.normal(0, 100, 600)
    given = table(
        "staff",
        [column("job_level", "dimension"), column("monthly_income", "sum")],
        {"job_level": level, "monthly_income": income.round(2)},
    )
    assert "voyant_kpi" not in proposed(given)


def test_sales_are_forecast_and_compared() -> None:
    rng = draw()
    rows = 800
    given = table(
        "orders",
        [column("ordered_at", "time"), column("shop", "dimension"), column("amount", "sum")],
        {
            "ordered_at": times(rng, rows, 500),
            "shop": choice(rng, ["North", "South"], rows),
            "amount": rng.gamma(3, 20, rows).round(2),
        },
    )
    found = proposed(given)
    assert found["voyant_forecast"]["time"] == "ordered_at"
    assert len(found["voyant_kpi"]["compare"]) == 2
