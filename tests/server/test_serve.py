"""`voyant serve`: everything runs with one command, runs again when it ends, and ends together."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.served import Served, eventually, is_running, serve
from voyant.errors import Code

CSV = "day,country,amount\n" + "".join(f"2024-01-{1 + n % 28:02},NL,{n}.5\n" for n in range(60))
PARTS = ("temporal", "worker", "api")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"), VOYANT_HEARTBEAT_TIMEOUT_SECONDS="3")
    server.wait_until_ready()
    yield server
    if server.process.poll() is None:
        server.end()


def analyze(served: Served) -> dict[str, object]:
    source = served.upload("orders.csv", CSV)
    answer = served.http.post("/v1/analyze", json={"source": source}, headers={"Prefer": "wait=60"})
    assert answer.status_code == 200, answer.text + served.told()
    return dict(answer.json())


def test_one_call_gives_the_result(served: Served) -> None:
    result = analyze(served)
    assert result["status"] == "completed"
    assert result["dataset"]["rows"] == 60  # type: ignore[index]


def test_ready_names_every_part(served: Served) -> None:
    found = served.http.get("/ready").json()["dependencies"]
    assert {part["name"] for part in found if part["ok"]} == {
        "database", "artifacts", "workflow_engine", "workers", "processes",
    }  # fmt: skip


def test_answers_go_before_computing(served: Served) -> None:
    niceness = {name: os.getpriority(os.PRIO_PROCESS, int(served.children()[name]["pid"])) for name in PARTS}
    assert niceness["worker"] == niceness["api"] + 5


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_is_started_again(served: Served, name: str) -> None:
    before = served.children()[name]
    os.kill(int(before["pid"]), signal.SIGKILL)
    eventually(lambda: served.children()[name]["restarts"] == before["restarts"] + 1, served.told)
    served.wait_until_ready()
    assert served.children()[name]["pid"] != before["pid"]
    assert "SIGKILL" in served.children()[name]["problem"]
    assert analyze(served)["status"] == "completed"


def test_a_second_one_on_the_same_home_is_refused(served: Served) -> None:
    output, _ = (second := serve(served.home)).communicate(timeout=60)
    assert second.returncode == 1
    assert str(Code.CONFIGURATION) in output
    assert "VOYANT_HOME" in output


def test_a_taken_port_is_named_with_the_option_that_changes_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        output, _ = (refused := serve(tmp_path, "--port", str(port))).communicate(timeout=60)
    assert refused.returncode == 1
    assert str(port) in output
    assert "--port" in output
    assert "Traceback" not in output
    assert not (tmp_path / "serve.json").exists()


def test_other_addresses_than_loopback_are_refused(tmp_path: Path) -> None:
    output, _ = (refused := serve(tmp_path, "--host", "0.0.0.0")).communicate(timeout=60)  # noqa: S104 - it is refused
    assert refused.returncode == 1
    assert "loopback" in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_parts(tmp_path: Path, number: int) -> None:
    server = Served(tmp_path)
    server.wait_until_ready()
    pids = [int(child["pid"]) for child in server.children().values()]
    assert server.end(number) == 0
    assert [pid for pid in pids if is_running(pid)] == []
    assert not (tmp_path / "serve.json").exists()


def test_parts_of_a_killed_server_end_too(tmp_path: Path) -> None:
    server = Served(tmp_path)
    server.wait_until_ready()
    pids = [int(child["pid"]) for child in server.children().values()]
    server.end(signal.SIGKILL)
    eventually(lambda: not any(is_running(pid) for pid in pids))
