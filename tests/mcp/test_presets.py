"""``voyant_preset``: listed, explained and run by one tool."""

from __future__ import annotations

from pathlib import Path

from tests.mcp.agent import Agent
from voyant.analysis.presets import built_in


def test_without_a_name_presets_are_listed_within_the_room(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    listed = agent("voyant_preset")
    assert [item["name"] for item in listed["items"]] == sorted(built_in())
    revenue = next(item for item in listed["items"] if item["name"] == "financial.revenue_analysis")
    assert revenue["requires"] == ["time", "revenue"]


def test_without_a_source_a_preset_is_explained(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    told = agent("voyant_preset", name="financial.revenue_analysis")
    assert told["takes"]["time"].startswith("column: when a row happened. Where left out: the column that says when")
    assert "found by its name: revenue, sales" in told["takes"]["amount"]


def test_a_preset_is_run(agent: Agent, orders: str) -> None:
    result = agent("voyant_preset", name="quality.schema_validation", source=orders, parameters={"filled": "amount"})
    assert (result["kind"], result["status"]) == ("quality.schema_validation", "completed")
    assert "preset.json" in {artifact["name"] for artifact in result["artifacts"]}
    plan = agent("voyant_artifact", job_id=result["job_id"], name="preset.json#/bound")
    assert "filled" in str(plan)


def test_what_is_missing_is_told_with_what_could_be_given(agent: Agent, orders: str) -> None:
    error = agent.fail("voyant_preset", name="ops.inventory_analysis", source=orders)
    assert error["code"] == "VYNT-1004"
    assert error["data"]["missing"] == [{"name": "stock", "candidates": ["amount"]}]


def test_unknown_names_are_refused(agent: Agent, orders: str) -> None:
    assert agent.fail("voyant_preset", name="financial.revenue")["code"] == "VYNT-2007"
    assert "is no preset" in agent.fail("voyant_preset", name="analyze", source=orders)["message"]
    error = agent.fail("voyant_preset", name="quality.data_profiling", source=orders, parameters={"x": 1})
    assert error["code"] == "VYNT-1001"


def test_a_preset_reads_several_sources(agent: Agent, tmp_path: Path) -> None:
    paths = []
    for name, usual in (("alpen", 60), ("borea", 40)):
        rows = (
            f"{2022 + n // 12}-{n % 12 + 1:02}-{day:02},{usual + n % 5}\n" for n in range(18) for day in (1, 10, 28)
        )
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text("sold_on,units\n" + "".join(rows))
    own, other = map(str, paths)
    told = agent("voyant_preset", name="benchmark.brand")
    assert told["takes"]["others"].startswith("sources: sources of the other brands")
    asked = {"brand": "Alpen", "others": {"Borea": other}}
    result = agent("voyant_preset", name="benchmark.brand", source=own, parameters=asked)
    benchmark = result["answers"]["benchmark"]
    assert [brand["brand"] for brand in benchmark["brands"]] == ["Alpen", "Borea"]
    assert benchmark["notes"][0].startswith("Each brand has a table of its own: Alpen in alpen")
    missing = agent.fail("voyant_preset", name="benchmark.brand", source=own, parameters={"others": f"{other}.gz"})
    assert missing["code"] == "VYNT-2003"
