"""Records the histories that ``test_replay`` replays: ``python -m tests.workflows.record_histories``.

To be run for a new kind of course, under a new name. A history that stands is never recorded again: jobs that began
with the code of its time may still be running.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import gethostname
from typing import Any

from temporalio.client import WorkflowHandle

from tests.durable.temporal import Temporal
from voyant.errors import InvalidInput, Unavailable
from voyant.workflows.client import WorkflowEngine
from voyant.workflows.protocol import (
    FailCall,
    JobCall,
    PipelineOrder,
    PruneCall,
    Pruned,
    StepCall,
    StepOrder,
    StepOutcome,
    StepProgress,
    Verdict,
)
from voyant.workflows.worker import worker_for

FOLDER = Path(__file__).with_name("histories")
STEPS = ("normalize", "profile", "quality")


class ToldJobs:
    """Answers as the id of the job tells, such as ``job_fail`` at its second step."""

    def __init__(self) -> None:
        self._called: list[StepCall] = []

    def run_step(self, call: StepCall) -> StepOutcome:
        self._called.append(call)
        act = call.job_id.removeprefix("job_")
        if call.position != 1 or act == "complete":
            return StepOutcome(verdict=Verdict.GO_ON)
        if act == "error":
            raise InvalidInput("It cannot be read.")
        if act == "retry":
            if self._called.count(call) < 3:
                raise Unavailable("It does not answer.", system="database")
            return StepOutcome(verdict=Verdict.GO_ON)
        return StepOutcome(verdict=Verdict(act), error=InvalidInput("It is no good.").as_dict())

    def progress(self, call: StepCall) -> StepProgress:
        return StepProgress(share=0.5)

    def interrupt(self, call: StepCall) -> None: ...

    def complete(self, call: JobCall) -> None: ...

    def fail(self, call: FailCall) -> None: ...

    def cancel(self, call: JobCall) -> None: ...

    def prunable(self, call: PruneCall) -> Pruned:
        return Pruned(jobs=2, bytes=1000)

    def prune(self, call: PruneCall) -> Pruned:
        return Pruned(jobs=2, bytes=1000)


async def _record(address: str) -> None:
    engine = await WorkflowEngine.connect(address, namespace="default", task_queue="voyant")
    with ThreadPoolExecutor(2) as threads:
        async with worker_for(engine.client, ToldJobs(), task_queue="voyant", slots=2, threads=threads):
            for act in ("complete", "fail", "cancel", "stop", "error", "retry"):
                steps = tuple(StepOrder(name=name, timeout_seconds=60) for name in STEPS)
                await engine.start(PipelineOrder(job_id=f"job_{act}", steps=steps, heartbeat_seconds=15))
                await _save(engine.client.get_workflow_handle(f"job_{act}"), act)
            await engine.prune_daily(30)
            await engine.client.get_schedule_handle("voyant-prune-jobs").trigger()
            await asyncio.sleep(2)
            async for found in engine.client.list_workflows("WorkflowType = 'PruneJobs'"):
                await _save(engine.client.get_workflow_handle(found.id), "prune")


async def _save(handle: WorkflowHandle[Any, Any], name: str) -> None:
    await handle.result()
    path = FOLDER / f"{name}.json"
    if not path.exists():
        history = json.loads((await handle.fetch_history()).to_json())
        text = json.dumps(_without_places(history), indent=1) + "\n"
        path.write_text(text.replace(gethostname(), "host"))


def _without_places(value: Any) -> Any:
    """Without what tells of the machine that it was recorded on."""
    if isinstance(value, dict):
        return {name: _without_places(part) for name, part in value.items() if name not in {"identity", "stackTrace"}}
    return [_without_places(part) for part in value] if isinstance(value, list) else value


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Temporal(Path(folder))
        server.start()
        try:
            asyncio.run(_record(server.address))
        finally:
            server.kill()
