"""The worker: what it registers, and within which limits it works."""

from __future__ import annotations

from concurrent.futures import Executor
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from voyant.workflows.activities import Activities
from voyant.workflows.protocol import DurableJobs
from voyant.workflows.workflow import PruneJobs, RunPipeline

SECONDS_FOR_STEPS_TO_END = 3
"""That steps are given when the worker is told to leave; then they are interrupted, and run again elsewhere."""


def worker_for(client: Client, jobs: DurableJobs, *, task_queue: str, slots: int, threads: Executor) -> Worker:
    """A worker that runs so many steps at a time."""
    activities = Activities(jobs, threads)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[RunPipeline, PruneJobs],
        activities=[
            activities.run_step,
            activities.complete,
            activities.fail,
            activities.cancel,
            activities.prunable,
            activities.prune,
        ],
        max_concurrent_activities=slots,
        # Our own modules hold no state that workflows could see, so each run need not import them anew.
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules("voyant")
        ),
        graceful_shutdown_timeout=timedelta(seconds=SECONDS_FOR_STEPS_TO_END),
        # A cancellation comes as the answer to a heartbeat, and one held back too long looks like a lost worker.
        max_heartbeat_throttle_interval=timedelta(seconds=2),
        # The workflow's next decision goes to any worker when the one that made the last is gone.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=3),
    )
