"""How a tool asks for a job, and waits for it as long as the client can wait."""

from __future__ import annotations

from typing import Any

import anyio
from fastmcp.tools import ToolResult

from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.domain.preset import PresetRun
from voyant.domain.result import Result
from voyant.mcp import tasks
from voyant.mcp.host import Host
from voyant.mcp.outcomes import JobState, outcome
from voyant.mcp.waiting import follow
from voyant.services.analysis import parameters_of
from voyant.services.brands import with_brands
from voyant.services.contracts import contract_from
from voyant.services.sources import source_from
from voyant.services.threads import with_data, with_rows

Outcome = Result | JobState


async def run_job(
    host: Host, caller: Caller, kind: str, parameters: JobParameters, wait: float, max_tokens: int
) -> ToolResult:
    """Begins the job; gives its result, or its handle where it takes longer than the client waits."""
    with anyio.CancelScope(shield=True):  # a job that was begun must not be lost sight of
        job_id = await with_data(host.jobs.begin, caller, kind, parameters)
    is_task = tasks.are_wanted()
    try:
        job = await follow(caller, job_id, min(wait, tasks.SECONDS_BEFORE) if is_task else wait)
    except anyio.get_cancelled_exc_class():
        with anyio.CancelScope(shield=True):
            await with_rows(host.jobs.forsake, caller, job_id)
        raise
    return await outcome(caller, job, max_tokens, meta=tasks.handed_over(job, max_tokens) if is_task else None)


def parameters_for(
    caller: Caller,
    source: str,
    table: str | None,
    query: str | None,
    kpis: dict[str, str] | None = None,
    time: str | None = None,
    rules: list[dict[str, Any]] | None = None,
    fail_under: float | None = None,
    contract: str | None = None,
    evidently: bool = False,
    requests: dict[str, dict[str, Any]] | None = None,
    templates: list[str | dict[str, Any]] | None = None,
    compare: list[str] | None = None,
    preset: PresetRun | None = None,
) -> JobParameters:
    """What a tool was given, as jobs take it."""
    found = source_from(caller, source, table=table, query=query)
    promised = contract_from(caller, contract) if contract else None
    asked = parameters_of(
        found,
        kpis=kpis,
        templates=templates or (),
        compare=compare or (),
        time_column=time,
        rules=rules or (),
        fail_under=fail_under,
        contract=promised,
        evidently=evidently,
        requests=requests,
        preset=preset,
    )
    return with_brands(caller, asked)
