"""From one call on a raw table, by the calls that its result proposes, to a forecast, drivers, odd rows and brands."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.mcp.agent import Agent

BRANDS = {"Alba": 30, "Bora": 22, "Cirro": 12}


@pytest.fixture
def sales(tmp_path: Path) -> str:
    """Three years of what shops sold of three brands: one gains share, and one row is a slip of the pen."""
    chance = random.Random(4)
    lines = ["day,shop,brand,price,quantity"]
    for week in range(156):
        day = date(2021, 1, 4) + timedelta(weeks=week)
        for shop in ("north", "south", "west"):
            for brand, usual in BRANDS.items():
                price = round(chance.gauss(3.0 if brand == "Alba" else 2.5, 0.15), 2)
                growth = 1 + week / 120 if brand == "Cirro" else 1
                lines.append(f"{day},{shop},{brand},{price},{max(1, round(chance.gauss(usual * growth, 3)))}")
    lines.append("2021-06-07,north,Alba,3.01,4000")
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def call(steps: list[dict[str, Any]], tool: str, has: str = "") -> dict[str, Any]:
    """The arguments of the first proposed call of a tool."""
    (found, *_) = [step["arguments"] for step in steps if step["tool"] == tool and (not has or has in str(step))]
    return dict(found)


def test_an_agent_is_led_from_a_raw_table_to_defended_answers(agent: Agent, sales: str) -> None:
    steps = agent("voyant_analyze", source=sales)["next"]

    forecast = agent("voyant_forecast", **call(steps, "voyant_forecast"))["answers"]["forecast"]
    assert len(forecast["points"]) > 3
    assert forecast["error"] > 0
    assert all(point["low"] < point["value"] < point["high"] for point in forecast["points"])

    asked = call(steps, "voyant_kpi", has="compare")
    change = agent("voyant_kpi", **asked)
    assert {finding["kind"] for finding in change["findings"]} == {"drivers"}
    assert {(kpi["base_period"], kpi["period"]) for kpi in change["kpis"]} == {tuple(asked["compare"])}

    odd = agent("voyant_anomaly", **call(steps, "voyant_anomaly"))["answers"]["anomaly"]
    assert odd["odd_rows"] >= 1
    assert any("4,000" in reason for row in odd["rows"] for reason in row["reasons"])

    brands = agent("voyant_preset", **call(steps, "voyant_preset", has="benchmark.brand"))["answers"]["benchmark"]
    assert {brand["brand"] for brand in brands["brands"]} == set(BRANDS)
    cirro = next(brand for brand in brands["brands"] if brand["brand"] == "Cirro")
    assert cirro["share_after"] > cirro["share_before"]
