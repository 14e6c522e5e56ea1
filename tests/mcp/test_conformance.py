"""The protocol's own suite and its Inspector find nothing wrong, but for what is listed with its reason."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import VOYANT
from tests.fixtures.asgi_server import answering
from tests.mcp.conformance import application
from tests.mcp.node_tools import run_node


@pytest.fixture(scope="module")
def asked() -> Iterator[str]:
    """The address of the server that the suite asks."""
    with answering(application()) as address:
        yield f"{address}/mcp"


# What the newer revision does away with the framework warns of, and the suite for the older one calls.
@pytest.mark.filterwarnings("ignore:.*deprecated as of 2026-07-28")
@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
def test_the_suite_finds_only_the_known_exceptions(asked: str, revision: str, tmp_path: Path) -> None:
    exceptions = Path(__file__).with_name(f"conformance-{revision}.yml")
    done = run_node(
        *("conformance", "server", "--url", asked, "--requirements", revision),
        *("--expected-failures", exceptions, "-o", tmp_path),
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "tools-call-simple-text: 2 passed" in done.stdout


def inspect(*arguments: str) -> Any:
    """What the Inspector says of the real server."""
    # It hands on none of its own environment to the servers that it starts.
    names = ("PATH", "PYTHONPATH", "VOYANT_HOME")
    environment = [part for name in names if name in os.environ for part in ("-e", f"{name}={os.environ[name]}")]
    done = run_node("mcp-inspector", "--cli", *arguments, *environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_the_inspector_lists_and_calls(address: str, transport: str) -> None:
    server = (f"{address}/mcp", "--transport", "http") if transport == "http" else (str(VOYANT), "mcp")
    tools = inspect(*server, "--method", "tools/list")["tools"]
    assert "voyant_analyze" in {tool["name"] for tool in tools}
    called = inspect(*server, "--method", "tools/call", "--tool-name", "voyant_tables")
    assert "tables" in json.loads(called["content"][0]["text"])
    templates = inspect(*server, "--method", "resources/templates/list")["resourceTemplates"]
    assert [template["uriTemplate"] for template in templates] == ["voyant://jobs/{job_id}/artifacts/{name*}"]
    prompts = inspect(*server, "--method", "prompts/list")["prompts"]
    assert {"what_is_in_this_data", "is_this_data_fit_for_use", "what_changed"} <= {entry["name"] for entry in prompts}
