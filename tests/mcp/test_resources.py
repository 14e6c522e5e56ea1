"""Artifacts as resources, the view of the report, and the prompts."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Any

import pytest

from tests.mcp.agent import Agent
from voyant.mcp import resources
from voyant.mcp.view import REPORT_VIEW

MIME = "text/html;profile=mcp-app"


def test_every_artifact_is_read_as_it_is(analysed: tuple[Agent, str]) -> None:
    agent, job = analysed
    listed = agent("voyant_artifact", job_id=job, max_tokens=10_000)["artifacts"]
    assert any("/" in artifact["name"] for artifact in listed)
    for artifact in listed:
        content = agent.read(artifact["uri"])
        data = content.text.encode() if hasattr(content, "text") else base64.b64decode(content.blob)
        assert sha256(data).hexdigest() == artifact["sha256"]
        assert content.mime_type == artifact["media_type"]


def test_what_is_too_large_is_refused_with_another_way(
    analysed: tuple[Agent, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, job = analysed
    monkeypatch.setattr(resources, "LARGEST_BYTES", 100)
    with pytest.raises(Exception, match=r"VYNT-1009.*voyant_artifact"):
        agent.read(f"voyant://jobs/{job}/artifacts/report.html")


def test_the_template_of_artifacts_is_listed(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    (template,) = agent.portal.call(agent.client.list_resource_templates)
    assert template.uri_template == "voyant://jobs/{job_id}/artifacts/{name*}"


def test_the_view_of_the_report_is_named_by_the_tools_that_give_one(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    tools = {tool.name: tool for tool in agent.portal.call(agent.client.list_tools)}
    for name in ("voyant_analyze", "voyant_result"):
        assert (tools[name].meta or {})["ui"]["resourceUri"] == REPORT_VIEW
    (listed,) = agent.portal.call(agent.client.list_resources)
    assert (str(listed.uri), listed.mime_type) == (REPORT_VIEW, MIME)


def test_the_view_is_a_page_that_reaches_no_network(analysed: tuple[Agent, str]) -> None:
    agent, _ = analysed
    view = agent.read(REPORT_VIEW)
    assert view.mime_type == MIME
    assert view.meta["ui"]["csp"] == {"connectDomains": [], "resourceDomains": []}
    assert view.text.startswith("<!doctype html>")
    assert not re.search(r"https?:|//\w+\.\w+|\bsrc=|\bfetch\(", view.text)


@pytest.mark.parametrize(
    ("name", "arguments", "tool"),
    [
        ("what_is_in_this_data", {"source": "orders.csv"}, "voyant_analyze"),
        ("is_this_data_fit_for_use", {"source": "orders.csv"}, "voyant_quality"),
        ("what_changed", {"source": "orders.csv"}, "voyant_analyze"),
        ("what_changed", {"source": "orders.csv", "earlier": "job_1"}, "voyant_artifact"),
    ],
)
def test_prompts_name_the_source_and_the_tools(
    analysed: tuple[Agent, str], name: str, arguments: dict[str, Any], tool: str
) -> None:
    agent, _ = analysed
    (message,) = agent.portal.call(agent.client.get_prompt, name, arguments).messages
    assert all(value in message.content.text for value in (*arguments.values(), tool))
