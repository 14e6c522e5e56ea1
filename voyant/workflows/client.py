"""Speaks to the Temporal server: starts and cancels workflows, keeps the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
    WorkflowExecutionStatus,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode

from voyant.errors import Code, Unavailable
from voyant.workflows.protocol import PipelineOrder, PruneCall
from voyant.workflows.workflow import PruneJobs, RunPipeline

SECONDS_FOR_AN_ANSWER = timedelta(seconds=5)
SECONDS_FOR_A_DECISION = timedelta(seconds=5)
"""A workflow decides in milliseconds: after this its worker is lost, and another decides."""


class WorkflowEngine:
    """A Temporal server, as the dispatcher sees it."""

    def __init__(self, client: Client, *, task_queue: str) -> None:
        self.client = client
        self._task_queue = task_queue
        self._pruning = f"{task_queue}-prune-jobs"

    @classmethod
    async def connect(cls, address: str, *, namespace: str, task_queue: str) -> WorkflowEngine:
        """The engine at that address.

        Raises:
            Unavailable: It does not answer.
        """
        # Its own logs repeat every failed poll; what matters is logged here, once.
        quiet = TelemetryFilter(core_level="ERROR", other_level="ERROR")
        runtime = Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=quiet)))
        try:
            client = await Client.connect(address, namespace=namespace, runtime=runtime)
        except RuntimeError as error:
            raise _unavailable(address, error) from error
        return cls(client, task_queue=task_queue)

    async def require(self) -> None:
        """Returns when the engine answers.

        Raises:
            Unavailable: It does not.
        """
        with self._mapped_errors():
            await self.client.service_client.check_health(timeout=SECONDS_FOR_AN_ANSWER)

    async def start(self, order: PipelineOrder) -> None:
        """Starts the job's workflow where none of it runs."""
        with self._mapped_errors():
            await self.client.start_workflow(
                RunPipeline.run,
                order,
                id=order.job_id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                request_eager_start=True,
                task_timeout=SECONDS_FOR_A_DECISION,
                rpc_timeout=SECONDS_FOR_AN_ANSWER,
            )

    async def is_running(self, job_id: str) -> bool:
        """Whether the job's workflow is there and has not ended."""
        with self._mapped_errors():
            try:
                found = await self.client.get_workflow_handle(job_id).describe(rpc_timeout=SECONDS_FOR_AN_ANSWER)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return False
                raise
        return found.status is WorkflowExecutionStatus.RUNNING

    async def cancel(self, job_id: str) -> None:
        """Asks the job's workflow to end the job; one that has ended is left alone."""
        with self._mapped_errors():
            try:
                await self.client.get_workflow_handle(job_id).cancel(rpc_timeout=SECONDS_FOR_AN_ANSWER)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise

    async def prune_daily(self, older_than_days: float | None) -> None:
        """Keeps the schedule by which old jobs go; None for none."""
        with self._mapped_errors():
            if older_than_days is None:
                await self._unschedule()
            else:
                await self._schedule(PruneCall(older_than_days=older_than_days))

    async def _schedule(self, call: PruneCall) -> None:
        action = ScheduleActionStartWorkflow(PruneJobs.run, call, id=self._pruning, task_queue=self._task_queue)
        daily = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(days=1))])
        schedule = Schedule(action=action, spec=daily)
        try:
            await self.client.create_schedule(self._pruning, schedule, rpc_timeout=SECONDS_FOR_AN_ANSWER)
        except ScheduleAlreadyRunningError:
            handle = self.client.get_schedule_handle(self._pruning)
            await handle.update(lambda _: ScheduleUpdate(schedule=schedule), rpc_timeout=SECONDS_FOR_AN_ANSWER)

    async def _unschedule(self) -> None:
        try:
            await self.client.get_schedule_handle(self._pruning).delete(rpc_timeout=SECONDS_FOR_AN_ANSWER)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except RPCError as error:
            raise _unavailable(self.client.service_client.config.target_host, error) from error


def _unavailable(address: str, error: Exception) -> Unavailable:
    return Unavailable(
        f"The Temporal server at {address} does not answer: {error}", system="temporal", code=Code.WORKFLOW_ENGINE
    )
