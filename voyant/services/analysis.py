"""The one call: takes a source, gives what was found in it."""

from __future__ import annotations

from collections.abc import Mapping

from voyant.domain.caller import Caller
from voyant.domain.job import Runner
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.parameters import JobParameters
from voyant.domain.source import Source
from voyant.services.execution import run_here
from voyant.services.recording import Progress, ignore_progress
from voyant.services.submission import submit

KIND = "analyze"


def analyze(
    caller: Caller,
    source: Source,
    *,
    kpis: Mapping[str, str] | None = None,
    time_column: str | None = None,
    on_progress: Progress = ignore_progress,
) -> str:
    """Runs the whole pipeline in this process; gives the id of the completed job.

    Args:
        kpis: SQL by name: an aggregate such as ``sum(amount)``, or a SELECT.
        time_column: That periods are formed by; None to find it.
        on_progress: Told the stage and the share of the job that is done.

    Raises:
        VoyantError: The job failed; it is kept with that error.
        KeyboardInterrupt: The job was cancelled; it is kept as such, without artifacts.
    """
    parameters = parameters_of(source, kpis=kpis, time_column=time_column)
    job = submit(caller, KIND, parameters, runner=Runner.PROCESS).job
    run_here(job.id, parameters, on_progress=on_progress)
    return job.id


def parameters_of(
    source: Source, *, kpis: Mapping[str, str] | None = None, time_column: str | None = None
) -> JobParameters:
    """What faces are given, as jobs take it."""
    declared = tuple(DeclaredKpi(name=name, sql=sql) for name, sql in (kpis or {}).items())
    return JobParameters(source=source, kpis=declared, time_column=time_column)
