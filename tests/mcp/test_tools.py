"""What the tools promise: to whoever lists them, and to whoever calls them."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp_types import ImageContent

from tests.mcp.agent import Agent, links_of
from tests.services.deliveries import deliver
from voyant.domain.cancellation import Cancellation
from voyant.mcp.server import TOOLS
from voyant.mcp.tools import sql

NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
EXPECTED = {
    *("voyant_analyze", "voyant_estimate", "voyant_discover", "voyant_connect", "voyant_ingest", "voyant_profile"),
    *(
        "voyant_quality",
        "voyant_drift",
        "voyant_kpi",
        "voyant_status",
        "voyant_result",
        "voyant_artifact",
        "voyant_sql",
    ),
    "voyant_preset",
    "voyant_tables",
    *("voyant_forecast", "voyant_regression", "voyant_anomaly", "voyant_segment"),
}


def properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every property of a schema and of its definitions."""
    parts = [schema, *schema.get("$defs", {}).values()]
    return [entry for part in parts for entry in part.get("properties", {}).items()]


def test_the_tools_of_the_vocabulary_are_listed(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    listed = agent.portal.call(agent.client.list_tools)
    assert {tool.name for tool in listed} == EXPECTED
    assert [tool.name for tool in listed if not NAME.match(tool.name)] == []


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_says_what_it_does_takes_and_gives(tool: Any) -> None:
    told = tool.to_mcp_tool()
    assert len(told.description) > 100
    hints = told.annotations
    assert None not in (
        hints.read_only_hint,
        hints.destructive_hint,
        hints.idempotent_hint,
        hints.open_world_hint,
    )
    assert told.input_schema["additionalProperties"] is False
    assert "max_tokens" in told.input_schema["properties"]
    assert told.output_schema["type"] == "object"
    undescribed = [
        name
        for schema in (told.input_schema, told.output_schema)
        for name, entry in properties(schema)
        if "description" not in entry
    ]
    assert undescribed == []


def test_all_tools_together_take_little_of_a_context(analysed: tuple[Agent, str]) -> None:
    from voyant.services.budget import estimated_tokens

    told = [tool.to_mcp_tool() for tool in TOOLS]
    shown = [{"name": t.name, "description": t.description, "input": t.input_schema} for t in told]
    assert estimated_tokens(json.dumps(shown)) < 12_000


def test_analyze_gives_the_result_with_links_to_its_artifacts(agent: Agent, orders: str) -> None:
    result = agent.ask("voyant_analyze", source=orders)
    told = result.structured_content or {}
    assert told["status"] == "completed"
    assert told["dataset"]["rows"] == 300
    links = {link.name: link for link in links_of(result)}
    assert set(links) == {"report.html", "narrative.json"}
    assert links["report.html"].mime_type == "text/html"
    assert str(links["report.html"].uri) == f"voyant://jobs/{told['job_id']}/artifacts/report.html"


def test_progress_is_told_and_grows(agent: Agent, orders: str) -> None:
    agent("voyant_analyze", source=orders)
    told = [progress for progress, _ in agent.progress]
    assert told == sorted(set(told))
    assert told[-1] == 100
    assert len(told) > 2


def test_who_does_not_wait_gets_a_handle_and_then_the_result(agent: Agent, orders: str) -> None:
    handle = agent("voyant_analyze", source=orders, wait=0)
    assert handle["status"] in {"queued", "running"}
    (step,) = handle["next"]
    result = agent(step["tool"], **step["arguments"])
    assert result["job_id"] == handle["job_id"]
    assert result["headline"]
    status = agent("voyant_status", job_id=handle["job_id"])
    assert (status["status"], status["progress"]) == ("completed", 100)
    assert status["next"][0]["tool"] == "voyant_result"


@pytest.mark.parametrize("kind", ["ingest", "profile", "quality", "kpi"])
def test_parts_of_the_analysis_run_alone(agent: Agent, orders: str, kind: str) -> None:
    result = agent(f"voyant_{kind}", source=orders)
    assert (result["kind"], result["status"]) == (kind, "completed")


def test_data_are_compared_with_what_they_were(agent: Agent, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    first = agent("voyant_analyze", source=str(deliver(path)))
    assert first["drift"] is None
    refused = agent.fail("voyant_drift", source=str(path), baseline="january")
    assert (refused["code"], refused["retry_allowed"]) == ("VYNT-2004", False)

    second = agent("voyant_drift", source=str(deliver(path, factor=4)))
    assert (second["kind"], second["drift"]["holds"]) == ("drift", False)
    assert [column["column"] for column in second["drift"]["columns"]] == ["amount"]
    assert second["headline"] == second["drift"]["summary"]
    same = agent("voyant_analyze", source=str(path), baseline=second["job_id"])
    assert (same["drift"]["holds"], same["drift"]["columns"]) == (True, [])


def test_declared_key_figures_are_computed(agent: Agent, orders: str) -> None:
    result = agent("voyant_kpi", source=orders, kpis={"revenue": "sum(amount)"}, time="day")
    assert "revenue" in {kpi["name"] for kpi in result["kpis"]}


def test_templates_that_fit_are_proposed_and_made(agent: Agent, orders: str) -> None:
    analysed = agent("voyant_analyze", source=orders, max_tokens=10_000)
    [proposed] = [step for step in analysed["next"] if "templates" in step["arguments"]]
    result = agent(proposed["tool"], **proposed["arguments"])
    assert [template["name"] for template in result["templates"]] == proposed["arguments"]["templates"]
    assert result["headline"] == result["templates"][0]["text"]

    daily = [{"name": "moving_average", "parameters": {"window": 7, "grain": "day"}}]
    [template] = agent("voyant_kpi", source="orders", templates=daily)["templates"]
    assert template["columns"] == ["period", "value", "moving_average", "complete"]
    assert agent.fail("voyant_kpi", source="orders", templates=["nix"])["code"] == "VYNT-2007"
    missing = agent.fail("voyant_kpi", source="orders", templates=["rfm_segments"])
    assert (missing["code"], list(missing["data"]["missing"])) == ("VYNT-1004", ["customer"])


def test_dotted_names_are_understood(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    assert agent("voyant.status", job_id=job) == agent("voyant_status", job_id=job)


def test_tables_and_columns_are_listed_and_queried(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    assert "orders" in json.dumps(agent("voyant_tables"))
    assert {column["name"] for column in agent("voyant_tables", table="orders")["columns"]} >= {"day", "amount"}
    found = agent("voyant_sql", sql="SELECT country, count(*) AS n FROM orders GROUP BY ALL ORDER BY country")
    assert found["rows"] == [["FR", 100], ["NL", 200]]
    assert found["omitted"] == {}
    bound = agent("voyant_sql", sql="SELECT count(*) FROM orders WHERE country = $name", parameters={"name": "FR"})
    assert bound["rows"] == [[100]]


def test_the_sql_of_findings_runs_with_the_job(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    result = agent("voyant_result", job_id=job)
    for finding in result["findings"]:
        assert agent("voyant_sql", sql=finding["sql"], job_id=job)["rows"]
    for step in result["next"]:
        if step["tool"] == "voyant_sql":
            assert agent(step["tool"], **step["arguments"])["rows"]
    listed = [table["name"] for table in agent("voyant_tables", job_id=job)["tables"]]
    assert listed == ["job.failing_rows", "job.rejects", "orders"]
    assert agent("voyant_tables", table="job.failing_rows", job_id=job)["columns"][0]["name"] == "_row"
    error = agent.fail("voyant_sql", sql="SELECT * FROM job.failing_rows")
    assert (error["code"], "job_id" in error["remedy"]) == ("VYNT-1004", True)
    assert agent.fail("voyant_sql", sql="SELECT 1", job_id="job_0")["code"] == "VYNT-2001"


def test_a_source_that_is_kept_is_analysed_by_its_id(agent: Agent, orders: str) -> None:
    kept = agent("voyant_connect", source=orders)
    assert agent("voyant_ingest", source=kept["id"])["dataset"]["rows"] == 300
    assert agent("voyant_discover", source=orders)["format"] == "csv"
    assert agent("voyant_estimate", source=orders)["rows"] > 0


def test_jobs_are_listed_page_by_page(agent: Agent, orders: str) -> None:
    jobs = [agent("voyant_ingest", source=orders)["job_id"] for _ in range(9)]
    seen, cursor = [], None
    while True:
        page = agent("voyant_status", max_tokens=400, **({"cursor": cursor} if cursor else {}))
        seen += [line["job_id"] for line in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
        assert page["omitted"]["jobs"] > 0
    assert seen == jobs[::-1]


def test_artifacts_are_listed_and_read(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    names = {artifact["name"] for artifact in agent("voyant_artifact", job_id=job, max_tokens=10_000)["artifacts"]}
    assert {"profile.json", "report.html", "narrative.md", "manifest.json"} <= names
    part = agent("voyant_artifact", job_id=job, name="narrative.md")
    assert part["content"].startswith("#")


def test_a_long_artifact_is_read_in_parts_that_make_the_whole(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    text, arguments = "", {"job_id": job, "name": "profile.json", "max_tokens": 1000}
    while True:
        part = agent("voyant_artifact", **arguments)
        text += part["content"]
        if not part["next"]:
            break
        assert part["next_offset"] == len(text)
        arguments = {"max_tokens": 10_000, **part["next"][0]["arguments"]}
    whole = json.loads(agent.read(f"voyant://jobs/{job}/artifacts/profile.json").text)
    assert json.loads(text) == whole


def test_evidence_is_read_by_its_pointer(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    finding = agent("voyant_result", job_id=job, max_tokens=10_000)["findings"][0]
    part = agent("voyant_artifact", job_id=job, name=finding["evidence"][0], max_tokens=10_000)
    assert json.loads(part["content"])


def test_rows_of_a_table_that_a_job_wrote_are_read(agent: Agent, tmp_path: Any) -> None:
    path = tmp_path / "dirty.csv"
    path.write_text("id,amount\n" + "".join(f"{n},{n}.5\n" for n in range(200)) + "200,many\n")
    job = agent("voyant_ingest", source=str(path))["job_id"]
    part = agent("voyant_artifact", job_id=job, name="rejects.parquet")
    assert part["total"] == len(part["rows"]) == 1
    assert "many" in part["rows"][0]


def test_a_chart_is_seen_where_there_is_room(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    listed = agent("voyant_artifact", job_id=job, max_tokens=10_000)["artifacts"]
    chart = next(artifact["name"] for artifact in listed if artifact["name"].endswith(".png"))
    seen = agent.ask("voyant_artifact", job_id=job, name=chart, max_tokens=10_000)
    assert [block.mime_type for block in seen.content if isinstance(block, ImageContent)] == ["image/png"]
    unseen = agent.ask("voyant_artifact", job_id=job, name=chart, max_tokens=400)
    assert not [block for block in unseen.content if isinstance(block, ImageContent)]
    assert (unseen.structured_content or {})["omitted"]["images"] == 1


def test_what_a_result_says_to_call_next_can_be_called(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    steps = agent("voyant_result", job_id=job, max_tokens=10_000)["next"]
    assert steps
    for step in steps:
        agent(step["tool"], **step["arguments"])


def test_a_cancelled_call_stops_its_statement(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def forever(*_: Any, cancellation: Cancellation, **__: Any) -> None:
        with cancellation.calling(stopped.set):
            stopped.wait(20)

    async def give_up() -> None:
        with anyio.move_on_after(0.5):
            await agent.client.call_tool("voyant_sql", {"sql": "SELECT 1"})

    monkeypatch.setattr(sql, "query", forever)
    agent.portal.call(give_up)
    assert stopped.wait(5)


def test_quality_judges_by_rules_and_tells_of_the_gate(agent: Agent, orders: str) -> None:
    rules = [{"kind": "row_count", "maximum": 10, "severity": "critical"}]
    told = agent.ask("voyant_quality", source=orders, rules=rules, fail_under=0.9).structured_content or {}
    assert [(rule["name"], rule["observed"]) for rule in told["quality"]["rules"]] == [("row_count", 300)]
    assert told["gate"]["error"]["code"] == "VYNT-7005"
