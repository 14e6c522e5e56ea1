"""The one call: takes a source, gives what was found in it; and its parts, for those who want no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from voyant.domain.caller import Caller
from voyant.domain.contract import Contract
from voyant.domain.job import Runner
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.parameters import JobParameters
from voyant.domain.preset import PresetRun
from voyant.domain.rule import DeclaredRule
from voyant.domain.source import Source
from voyant.errors import InvalidInput, extra_missing
from voyant.services.brands import with_brands
from voyant.services.execution import run_here
from voyant.services.presets import preset_run
from voyant.services.recording import Progress, ignore_progress
from voyant.services.references import with_baseline
from voyant.services.requests import requests_from
from voyant.services.rules import rules_from
from voyant.services.submission import submit
from voyant.services.templates import Call, templates_from

KIND = "analyze"
EVIDENTLY = "evidently"
"""The package, and the extra that brings it."""


def analyze(
    caller: Caller,
    source: Source,
    *,
    kind: str = KIND,
    kpis: Mapping[str, str] | None = None,
    templates: Iterable[Call] = (),
    time_column: str | None = None,
    compare: Sequence[str] = (),
    rules: Iterable[DeclaredRule | Mapping[str, Any]] = (),
    fail_under: float | None = None,
    contract: Contract | None = None,
    baseline: str | None = None,
    evidently: bool = False,
    requests: Mapping[str, Mapping[str, Any] | None] | None = None,
    arguments: Mapping[str, Any] | None = None,
    on_progress: Progress = ignore_progress,
) -> str:
    """Runs a pipeline in this process; gives the id of the completed job.

    Args:
        kind: Of the job: the whole pipeline, a part of it such as ``quality`` or ``drift``, or the name of a preset.
        kpis: SQL by name: an aggregate such as ``sum(amount)``, or a SELECT.
        templates: Figures by their name, with parameters where these are not to be found.
        time_column: That periods are formed by; None to find it.
        compare: Two periods that key figures are compared between, such as ``2013-Q1`` and ``2014-Q1``.
        rules: That the table is judged by; as fields of ``DeclaredRule`` by name, or such themselves.
        fail_under: The least quality score that passes the gate, of which the result tells.
        contract: That the source is held against; None for the one in force for its table, where there is one.
        baseline: What the table is compared with; None for the last good run, where there is one.
        evidently: Whether Evidently's report on that comparison is wanted as well.
        requests: What is asked of the steps ``forecast``, ``regression``, ``anomaly`` and ``segment``, as fields of
            their requests by name.
        arguments: For the parameters of a preset, where the kind is the name of one.
        on_progress: Told the stage and the share of the job that is done.

    Raises:
        VoyantError: The job failed; it is kept with that error.
        KeyboardInterrupt: The job was cancelled; it is kept as such, without artifacts.
    """
    asked = parameters_of(
        source,
        kpis=kpis,
        templates=templates,
        time_column=time_column,
        compare=compare,
        rules=rules,
        fail_under=fail_under,
        contract=contract,
        evidently=evidently,
        requests=requests,
        preset=preset_run(caller, kind, arguments),
    )
    parameters = with_baseline(caller, kind, with_brands(caller, asked), baseline)
    job = submit(caller, kind, parameters, runner=Runner.PROCESS).job
    run_here(job.id, parameters, on_progress=on_progress)
    return job.id


def parameters_of(
    source: Source,
    *,
    kpis: Mapping[str, str] | None = None,
    templates: Iterable[Call] = (),
    time_column: str | None = None,
    compare: Sequence[str] = (),
    rules: Iterable[DeclaredRule | Mapping[str, Any]] = (),
    fail_under: float | None = None,
    contract: Contract | None = None,
    evidently: bool = False,
    requests: Mapping[str, Mapping[str, Any] | None] | None = None,
    preset: PresetRun | None = None,
) -> JobParameters:
    """What faces are given, as jobs take it.

    Raises:
        InvalidInput: A rule contradicts itself, the gate asks for what no score can be, or a request for what there is
            not.
    """
    if fail_under is not None and not 0 <= fail_under <= 1:
        raise InvalidInput(f"A quality score is 0 to 1; the gate asks for {fail_under:g}.")
    if evidently and find_spec(EVIDENTLY) is None:
        raise extra_missing("A report by Evidently", EVIDENTLY)
    declared = tuple(DeclaredKpi(name=name, sql=sql) for name, sql in (kpis or {}).items())
    return JobParameters(
        source=source,
        kpis=declared,
        templates=templates_from(templates),
        time_column=time_column,
        compare=tuple(compare),
        rules=rules_from(rules),
        fail_under=fail_under,
        contract=contract,
        evidently=evidently,
        preset=preset,
        **requests_from(requests or {}),
    )
