"""One analysis, five doors: Python, the shell, REST, and MCP over either transport give the same, byte by byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import VOYANT, Shell
from tests.mcp.agent import Agent, connected
from tests.server.served import Served
from voyant.domain.manifest import MANIFEST_NAME

ROOM = 10_000
Found = tuple[dict[str, Any], dict[str, bytes]]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with something to find, and cells that do not fit."""
    # No other test's table has this name in the home that the tests share.
    path = tmp_path_factory.mktemp("data") / "everywhere.csv"
    rows = [
        f"2024-{1 + n // 56:02}-{1 + n % 28:02},{('NL', 'FR', 'DE')[n % 3]},{20 + (n % 3) * 15 + n * 7 % 11}.25,"
        f"{'many' if n % 97 == 0 else n % 5}"
        for n in range(600)
    ]
    path.write_text("\n".join(["day,country,amount,pieces", *rows]))
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"), VOYANT_SOURCE_ROOTS=str(source.parent))
    server.wait_until_ready()
    yield server
    server.end()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Found:
    """What the shell gives."""
    home = tmp_path_factory.mktemp("home")
    out = home / "out"
    shell = Shell(home / "voyant")
    result = shell("analyze", source, "--json", "--max-tokens", str(ROOM), "--out", out).json
    return result, {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def by_python(source: Path, _: Served, scratch: Path) -> Found:
    import voyant
    from voyant.domain.serialization import to_compact_json

    out = scratch / "out"
    result = json.loads(to_compact_json(voyant.analyze(source, out=out, max_tokens=ROOM)))
    return result, {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def by_rest(source: Path, served: Served, _: Path) -> Found:
    body = {"source": str(source), "max_tokens": ROOM}
    result = served.http.post("/v1/analyze", json=body, headers={"Prefer": "wait=60"}).json()
    job = result["job_id"]
    listed = served.http.get(f"/v1/artifacts/{job}").json()["items"]
    names = [artifact["name"] for artifact in listed]
    return result, {name: served.http.get(f"/v1/artifacts/{job}/{name}").content for name in names}


def by_mcp_over_http(source: Path, served: Served, _: Path) -> Found:
    with connected(f"{served.url}/mcp") as agent:
        return by_agent(agent, source)


def by_mcp_over_stdio(source: Path, _: Served, scratch: Path) -> Found:
    from fastmcp.client.transports import StdioTransport

    environment = Shell(scratch / "home").environment
    with connected(StdioTransport(str(VOYANT), ["mcp"], env=environment, keep_alive=False)) as agent:
        return by_agent(agent, source)


def by_agent(agent: Agent, source: Path) -> Found:
    import base64

    result = agent("voyant_analyze", source=str(source), wait=60, max_tokens=ROOM)
    listed = agent("voyant_artifact", job_id=result["job_id"], max_tokens=ROOM)
    assert listed["omitted"] == {}
    contents = {artifact["name"]: agent.read(artifact["uri"]) for artifact in listed["artifacts"]}
    return result, {
        name: content.text.encode() if hasattr(content, "text") else base64.b64decode(content.blob)
        for name, content in contents.items()
    }


def without_ids(result: dict[str, Any]) -> str:
    """The result as text, without what names this one job: its id, its table's snapshot, its manifest's hash."""
    plain = {
        **result,
        "dataset": {**result["dataset"], "snapshot": ""},
        "manifest": {**result["manifest"], "sha256": ""},
    }
    return json.dumps(plain).replace(result["job_id"], "job")


def digests(files: dict[str, bytes]) -> Any:
    """The hashes that the manifest tells, which stand for what it says besides times."""
    manifest = json.loads(files[MANIFEST_NAME])
    return manifest["result_sha256"], [(entry["name"], entry["sha256"]) for entry in manifest["artifacts"]]


@pytest.mark.parametrize("door", [by_python, by_rest, by_mcp_over_http, by_mcp_over_stdio])
def test_the_same_comes_through_every_door(
    door: Callable[[Path, Served, Path], Found], source: Path, served: Served, expected: Found, tmp_path: Path
) -> None:
    result, files = door(source, served, tmp_path)
    wanted, wanted_files = expected
    assert without_ids(result) == without_ids(wanted)
    assert digests(files) == digests(wanted_files)
    assert set(files) == set(wanted_files)
    different = [name for name in files if name != MANIFEST_NAME and files[name] != wanted_files[name]]
    assert different == []
