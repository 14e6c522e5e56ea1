"""Whatever goes wrong is told with a code and a remedy; tenants never see each other."""

from __future__ import annotations

from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from tests.mcp.agent import Agent
from voyant.mcp.tools import sql
from voyant.services.budget import estimated_tokens

NO_JOB = "job_01k9zdp0w2xj6v8m4c3n5q7r9t"

BAD_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("voyant_analyze", {}, "VYNT-1001"),
    ("voyant_analyze", {"source": ""}, "VYNT-1001"),
    ("voyant_analyze", {"source": "a\0b"}, "VYNT-1001"),
    ("voyant_analyze", {"source": "x\ud800"}, "VYNT-1001"),
    ("voyant_analyze", {"source": "x.csv", "kpis": {"n": "\ud800"}}, "VYNT-1001"),
    ("voyant_sql", {"sql": "SELECT ?", "parameters": ["\ud800"]}, "VYNT-1001"),
    ("voyant_analyze", {"source": ["a"]}, "VYNT-1001"),
    ("voyant_analyze", {"source": "x.csv", "surprise": 1}, "VYNT-1001"),
    ("voyant_analyze", {"source": "x.csv", "max_tokens": 10_001}, "VYNT-1001"),
    ("voyant_analyze", {"source": "x.csv", "wait": -1}, "VYNT-1001"),
    ("voyant_analyze", {"source": "/nowhere/x.csv"}, "VYNT-2003"),
    ("voyant_analyze", {"source": "gopher://example.com/x"}, "VYNT-1007"),
    ("voyant_status", {"job_id": "../../etc/passwd"}, "VYNT-1001"),
    ("voyant_status", {"job_id": NO_JOB}, "VYNT-2001"),
    ("voyant_result", {"job_id": NO_JOB}, "VYNT-2001"),
    ("voyant_artifact", {"job_id": NO_JOB}, "VYNT-2001"),
    ("voyant_sql", {"sql": "DROP TABLE orders"}, "VYNT-1006"),
    ("voyant_sql", {"sql": "SELECT * FROM read_csv('/etc/passwd')"}, "VYNT-1006"),
    ("voyant_sql", {"sql": "SELECT * FROM nothing"}, "VYNT-2006"),
    ("voyant_tables", {"table": "nothing"}, "VYNT-2006"),
    ("voyant_ingest", {"source": "src_01k9zdp0w2xj6v8m4c3n5q7r9t"}, "VYNT-2003"),
]


@pytest.mark.parametrize(("tool", "arguments", "code"), BAD_CALLS)
def test_bad_calls_are_told_what_is_wrong(agent: Agent, tool: str, arguments: dict[str, Any], code: str) -> None:
    assert agent.fail(tool, **arguments)["code"] == code


def test_an_unknown_tool_is_answered_with_the_known_ones(agent: Agent) -> None:
    assert "voyant_analyze" in agent.fail("voyant_analyse")["remedy"]


def test_a_failed_job_tells_its_error(agent: Agent, tmp_path: Any) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and then nothing of the kind PAR1")
    error = agent.fail("voyant_analyze", source=str(path))
    job = error["data"]["job_id"]
    assert error["code"] == agent("voyant_status", job_id=job)["error"]["code"]
    assert agent.fail("voyant_result", job_id=job)["code"] == error["code"]


def test_what_nobody_expected_shows_no_traceback(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("secret inner workings")

    monkeypatch.setattr(sql, "tables", broken)
    error = agent.fail("voyant_tables")
    assert error["code"] == "VYNT-5001"
    assert "secret" not in str(error)


def test_passwords_are_not_repeated(agent: Agent) -> None:
    answered = agent.ask("voyant_discover", source="postgresql://ann:hunter2@db.example/shop", max_tokens=1)
    assert answered.is_error
    assert "hunter2" not in str(answered)


def test_errors_take_little_room(agent: Agent) -> None:
    error = agent.fail("voyant_sql", sql=f"SELECT {', '.join(f'column{n}' for n in range(5000))} FROM nothing")
    assert estimated_tokens(str(error)) < 1_000


def test_a_pointer_that_leads_nowhere_tells_where_it_could(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    error = agent.fail("voyant_artifact", job_id=job, name="profile.json#/nowhere")
    assert error["code"] == "VYNT-2002"
    assert "columns" in error["remedy"]
    assert agent.fail("voyant_artifact", job_id=job, name="narrative.md#/x")["code"] == "VYNT-1001"
    assert agent.fail("voyant_artifact", job_id=job, name="../x")["code"] == "VYNT-2002"


def test_resources_that_there_are_none_of_are_told_so(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    for uri in (
        f"voyant://jobs/{NO_JOB}/artifacts/profile.json",
        f"voyant://jobs/{job}/artifacts/nothing.json",
        f"voyant://jobs/{job}/artifacts/../../other/profile.json",
        "voyant://elsewhere",
    ):
        with pytest.raises(MCPError) as refused:
            agent.read(uri)
        assert "Traceback" not in str(refused.value)


def test_tenants_never_cross(agent: Agent, other_agent: Agent, orders: str) -> None:
    job = agent("voyant_analyze", source=orders)["job_id"]
    kept = agent("voyant_connect", source=orders)["id"]
    for tool, arguments, code in (
        ("voyant_status", {"job_id": job}, "VYNT-2001"),
        ("voyant_result", {"job_id": job}, "VYNT-2001"),
        ("voyant_artifact", {"job_id": job}, "VYNT-2001"),
        ("voyant_artifact", {"job_id": job, "name": "profile.json"}, "VYNT-2001"),
        ("voyant_analyze", {"source": kept}, "VYNT-2003"),
        ("voyant_sql", {"sql": "SELECT * FROM orders"}, "VYNT-2006"),
        ("voyant_tables", {"table": "orders"}, "VYNT-2006"),
    ):
        assert other_agent.fail(tool, **arguments)["code"] == code
    assert other_agent("voyant_status")["items"] == []
    assert "orders" not in str(other_agent("voyant_tables"))
    with pytest.raises(MCPError):
        other_agent.read(f"voyant://jobs/{job}/artifacts/profile.json")
