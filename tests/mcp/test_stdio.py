"""`voyant mcp` as a host starts it: a process that speaks the protocol on standard output, and nothing else."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import VOYANT, Shell

HANDSHAKE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


class Process:
    """A client that reads and writes lines by hand, so that nothing on them goes unseen."""

    def __init__(self, shell: Shell) -> None:
        self._process = subprocess.Popen(
            [VOYANT, "mcp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=shell.environment,
        )
        self._last = 0
        self.notifications: list[dict[str, Any]] = []
        self.request("initialize", HANDSHAKE)
        self.send("notifications/initialized")

    def send(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> None:
        message = {"jsonrpc": "2.0", "method": method, **({"params": params} if params is not None else {}), **more}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> int:
        """The id of a request whose answer is not waited for."""
        self._last += 1
        self.send(method, params, id=self._last)
        return self._last

    def request(self, method: str, params: dict[str, Any]) -> Any:
        return self.answer_to(self.ask(method, params))

    def answer_to(self, request_id: int) -> Any:
        while (message := self.read()).get("id") != request_id:
            self.notifications.append(message)
        assert "error" not in message, message
        return message["result"]

    def read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert line["jsonrpc"] == "2.0"
        return line

    def call(self, tool: str, **arguments: Any) -> Any:
        return self.request("tools/call", {"name": tool, "arguments": arguments})

    def leave(self) -> tuple[bytes, bytes]:
        """What it said after standard input had ended."""
        return self._process.communicate(timeout=30)

    @property
    def code(self) -> int | None:
        return self._process.returncode


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def process(shell: Shell) -> Iterator[Process]:
    started = Process(shell)
    yield started
    if started.code is None:
        started.leave()


def job_rows(shell: Shell) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = shell("job", "list", "--json").json["items"]
    return listed


def test_it_analyses_on_the_home_of_the_shell(process: Process, shell: Shell, orders: str) -> None:
    told = process.request(
        "tools/call",
        {"name": "voyant_analyze", "arguments": {"source": orders}, "_meta": {"progressToken": "p"}},
    )
    assert told["structuredContent"]["status"] == "completed"
    progress = [entry["params"] for entry in process.notifications if entry["method"] == "notifications/progress"]
    assert {entry["progressToken"] for entry in progress} == {"p"}
    assert progress[-1]["progress"] == 100
    job = told["structuredContent"]["job_id"]
    assert shell("artifact", "get", job, "narrative.md").out.startswith("#")
    assert process.leave() == (b"", b"")
    assert process.code == 0


def test_a_cancelled_request_cancels_its_job(process: Process, shell: Shell, big: str) -> None:
    request_id = process.ask("tools/call", {"name": "voyant_analyze", "arguments": {"source": big, "wait": 300}})
    while not [job for job in job_rows(shell) if job["status"] == "running"]:
        time.sleep(0.1)
    process.send("notifications/cancelled", {"requestId": request_id})
    deadline = time.monotonic() + 20
    while (status := job_rows(shell)[0]["status"]) != "cancelled":
        assert status == "running"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert process.call("voyant_tables")["isError"] is False


def test_the_end_of_standard_input_cancels_what_runs(process: Process, shell: Shell, big: str) -> None:
    told = process.call("voyant_analyze", source=big, wait=0)
    assert told["structuredContent"]["status"] in {"queued", "running"}
    process.leave()
    assert job_rows(shell)[0]["status"] == "cancelled"
    assert not any((shell.home / "artifacts").rglob("*.json"))


def test_what_is_no_message_does_not_end_it(process: Process) -> None:
    assert process._process.stdin is not None
    process._process.stdin.write(b'{"jsonrpc": "2.0", "id": 99, "method"\n\xff\xfe\n[]\n')
    process._process.stdin.flush()
    request_id = process.ask("tools/call", {"name": "voyant_tables", "arguments": {}})
    while process.read().get("id") != request_id:
        pass


@pytest.mark.parametrize("arguments", [{"source": "\ud800"}, {"source": "x.csv", "kpis": {"\ud800": "count(*)"}}])
def test_a_request_with_half_of_a_character_is_refused(process: Process, arguments: dict[str, Any]) -> None:
    request_id = process.ask("tools/call", {"name": "voyant_analyze", "arguments": arguments})
    answer = process.read()
    assert answer["id"] == request_id
    assert answer["error"]["data"]["code"] == "VYNT-1001"
    assert "whole characters" in answer["error"]["data"]["remedy"]
    assert process.call("voyant_tables")["isError"] is False


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A table that takes some seconds."""
    path = tmp_path_factory.mktemp("big") / "big.csv"
    with path.open("w") as file:
        file.write("day,shop,product,amount,note\n")
        file.writelines(
            f"2023-{1 + n % 12:02}-{1 + n % 28:02},shop {n % 40},product {n % 700},{n * 7919 % 10007}.25,note {n}\n"
            for n in range(400_000)
        )
    return str(path)
