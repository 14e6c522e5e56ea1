"""Face: Voyant from Python.

>>> import voyant
>>> result = voyant.analyze("orders.csv")  # doctest: +SKIP
>>> print(result.headline)  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voyant.domain.result import Result
    from voyant.domain.rule import DeclaredRule
    from voyant.ingestion import Discovery


def analyze(
    source: str | PathLike[str],
    *,
    table: str | None = None,
    query: str | None = None,
    kpis: Mapping[str, str] | None = None,
    time: str | None = None,
    rules: Iterable[DeclaredRule | Mapping[str, Any]] = (),
    fail_under: float | None = None,
    contract: str | PathLike[str] | Mapping[str, Any] | None = None,
    baseline: str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    max_tokens: int = 2000,
    on_progress: Callable[[str, float], None] = lambda _stage, _share: None,
) -> Result:
    """What Voyant finds in a source: headline, findings, quality, key figures, and where every number stands.

    Job, tables and artifacts are kept in ``VOYANT_HOME`` (``.voyant`` where unset).

    Args:
        source: A path, glob, folder, URL, database URL, source id, or a table that an analysis has taken in.
        table: Of a source with several; None for the largest.
        query: Of a database: the rows that this SELECT gives, in place of a table.
        kpis: SQL by name, such as ``{"revenue": "sum(amount)"}``, or a SELECT.
        time: The column that periods are formed by; None to find it.
        rules: That the table is judged by, such as ``{"kind": "range", "column": "amount", "minimum": 0}``; those that
            fail stand in ``quality.rules``.
        fail_under: The least quality score that passes; ``gate`` tells whether it did.
        contract: That the data must keep: a file, ``ID[@VERSION]`` of one that is kept, or an ODCS document; None for
            the one in force for the table, where there is one.
        baseline: What to compare with: a baseline, ``last``, ``window:N``, a job, a table, ``table@snapshot`` or a
            file; None for the last good run, where there is one.
        out: A folder that the artifacts are copied to as well.
        max_tokens: Room that the result may take in an agent's context; what was left out is said in ``omitted``.
        on_progress: Told the stage and the share of the job that is done.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.home import open_home

    open_home()
    from voyant.services.analysis import analyze as run
    from voyant.services.artifacts import export_artifacts
    from voyant.services.contracts import contract_from
    from voyant.services.results import read_result
    from voyant.services.sources import source_from

    found = source_from(LOCAL_CALLER, fspath(source), table=table, query=query)
    promised = None
    if contract is not None:
        given = dict(contract) if isinstance(contract, Mapping) else fspath(contract)
        promised = contract_from(LOCAL_CALLER, given)
    job_id = run(
        LOCAL_CALLER,
        found,
        kpis=kpis,
        time_column=time,
        rules=rules,
        fail_under=fail_under,
        contract=promised,
        baseline=None if baseline is None else fspath(baseline),
        on_progress=on_progress,
    )
    if out is not None:
        export_artifacts(LOCAL_CALLER, job_id, Path(out))
    return read_result(LOCAL_CALLER, job_id, max_tokens=max_tokens)


def discover(hint: str | PathLike[str]) -> Discovery:
    """What a source is, told without reading it: kind, format, size, what reading it takes, what speaks against it.

    Args:
        hint: A path, glob, folder, URL, database URL, source id, or a table that an analysis has taken in.

    Raises:
        voyant.errors.VoyantError: It can be no source; with a code, what was received, and a remedy.
    """
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.home import open_home

    open_home()
    from voyant.services.sources import discover as run

    return run(LOCAL_CALLER, fspath(hint))
