"""Jobs that were begun by earlier code go on: workflows decide today as their saved histories say they did."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from voyant.workflows.workflow import PruneJobs, RunPipeline

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))


def replay(history: str, job_id: str) -> None:
    replayer = Replayer(workflows=[RunPipeline, PruneJobs])
    asyncio.run(replayer.replay_workflow(WorkflowHistory.from_json(job_id, history)))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_saved_history_replays(path: Path) -> None:
    replay(path.read_text(), f"job_{path.stem}")


def test_a_history_that_went_otherwise_does_not() -> None:
    path = next(path for path in HISTORIES if path.stem == "complete")
    history = json.loads(path.read_text().replace("run_step", "leave_step"))
    with pytest.raises(NondeterminismError):
        replay(json.dumps(history), "job_complete")
