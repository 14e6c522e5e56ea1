"""``voyant job``: followed, cancelled, pruned from the shell."""

from __future__ import annotations

import json

import pytest

from tests.e2e.command import Shell
from tests.e2e.test_analyze import write_orders


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def job(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> str:
    orders = write_orders(tmp_path_factory.mktemp("data") / "orders.csv", rows=50)
    job_id: str = shell("analyze", orders, "--json").json["job_id"]
    return job_id


@pytest.mark.parametrize("options", [(), ("--follow",)])
def test_logs_tell_what_happened(shell: Shell, job: str, options: tuple[str, ...]) -> None:
    lines = shell("job", "logs", job, *options).out.splitlines()
    assert [line.split("  ")[1] for line in lines[:3]] == ["queued", "running", "step started"]
    assert lines[2].endswith("normalize")
    assert lines[-1].endswith("completed")


def test_logs_as_json_are_a_line_for_each_event(shell: Shell, job: str) -> None:
    events = [json.loads(line) for line in shell("job", "logs", job, "--json").out.splitlines()]
    assert [event["kind"] for event in events][:2] == ["queued", "running"]
    assert [event["id"] for event in events] == sorted(event["id"] for event in events)


def test_what_has_ended_is_not_cancelled(shell: Shell, job: str) -> None:
    refused = shell("job", "cancel", job)
    assert refused.code == 2
    assert "VYNT-1012" in refused.err


def test_pruning_removes_nothing_unless_told_to(shell: Shell, job: str) -> None:
    assert shell("job", "prune").code == 2
    assert shell("job", "prune", "--older-than", "1", "--json").json["jobs"] == []
    told = shell("job", "prune", "--older-than", "0")
    assert "Would remove 1 jobs" in told.out
    assert shell("job", "show", job).code == 0

    assert "Removed 1 jobs" in shell("job", "prune", "--older-than", "0", "--yes").out
    assert shell("job", "show", job).code == 2
