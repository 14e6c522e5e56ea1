"""Face: Voyant from Python.

>>> import voyant
>>> result = voyant.analyze("orders.csv")  # doctest: +SKIP
>>> print(result.headline)  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voyant.domain.query import QueryResult
    from voyant.domain.result import Result
    from voyant.domain.rule import DeclaredRule
    from voyant.domain.template import RenderedTemplate, TemplateSummary
    from voyant.ingestion import Discovery
    from voyant.services.presets import PresetSummary


def analyze(
    source: str | PathLike[str],
    *,
    table: str | None = None,
    query: str | None = None,
    kpis: Mapping[str, str] | None = None,
    templates: Iterable[str | Mapping[str, Any]] = (),
    compare: Sequence[str] = (),
    time: str | None = None,
    rules: Iterable[DeclaredRule | Mapping[str, Any]] = (),
    fail_under: float | None = None,
    contract: str | PathLike[str] | Mapping[str, Any] | None = None,
    baseline: str | PathLike[str] | None = None,
    evidently: bool = False,
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
        templates: KPI templates, of those that ``voyant.templates()`` lists: names, or such as
            ``{"name": "moving_average", "parameters": {"window": 7}}``; parameters that are left out are found.
        time: The column that periods are formed by; None to find it.
        compare: Two periods of one length, the earlier first, such as ``("2013-Q1", "2014-Q1")``, that key figures are
            compared between; the last two where empty.
        rules: That the table is judged by, such as ``{"kind": "range", "column": "amount", "minimum": 0}``; those that
            fail stand in ``quality.rules``.
        fail_under: The least quality score that passes; ``gate`` tells whether it did.
        contract: That the data must keep: a file, ``ID[@VERSION]`` of one that is kept, or an ODCS document; None for
            the one in force for the table, where there is one.
        baseline: What to compare with: a baseline, ``last``, ``window:N``, a job, a table, ``table@snapshot`` or a
            file; None for the last good run, where there is one.
        evidently: Whether Evidently's report on that comparison is wanted as well; it needs the extra of that name.
        out: A folder that the artifacts are copied to as well.
        max_tokens: Room that the result may take in an agent's context; what was left out is said in ``omitted``.
        on_progress: Told the stage and the share of the job that is done.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    return _run(
        "analyze",
        source,
        table=table,
        query=query,
        out=out,
        max_tokens=max_tokens,
        contract=contract,
        kpis=kpis,
        templates=templates,
        compare=compare,
        time_column=time,
        rules=rules,
        fail_under=fail_under,
        baseline=None if baseline is None else fspath(baseline),
        evidently=evidently,
        on_progress=on_progress,
    )


def forecast(
    source: str | PathLike[str],
    *,
    value: str | None = None,
    time: str | None = None,
    by: str | Sequence[str] = (),
    grain: str | None = None,
    horizon: int | None = None,
    levels: Sequence[int] = (80, 95),
    exogenous: str | Sequence[str] = (),
    **options: Any,
) -> Result:
    """What will come: expected values with intervals, and how wrong the chosen method was on periods it had not seen.

    Args:
        source: As for ``analyze``.
        value: A column, or an aggregate such as ``sum(amount)``; chosen where None.
        time: The column that periods are formed by; None to find it.
        by: Columns whose combinations are series of their own.
        grain: Length of a period, such as ``month``; the natural one of the data where None.
        horizon: Periods to forecast; one season where None.
        levels: Of the intervals, percent.
        exogenous: Columns that are known ahead: rows after the last value carry them.
        options: ``table``, ``query``, ``out``, ``max_tokens`` and ``on_progress``, as for ``analyze``.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    request = {"value": value, "by": _names(by), "grain": grain, "horizon": horizon, "levels": list(levels)}
    return _ask("forecast", source, request | {"exogenous": _names(exogenous)}, time, options)


def regression(
    source: str | PathLike[str],
    *,
    target: str | None = None,
    features: str | Sequence[str] = (),
    exclude: str | Sequence[str] = (),
    trusted: str | Sequence[str] = (),
    time: str | None = None,
    **options: Any,
) -> Result:
    """How well a column can be told from the others, and which of them drive it.

    Args:
        source: As for ``analyze``.
        target: The column to predict, a number or classes; chosen where None.
        features: The columns to predict it from; all that fit where empty.
        exclude: Columns never to use, such as those that are only known after the target.
        trusted: Columns to use although they seem to give the target away.
        time: The column that tells earlier rows from later ones; None to find it.
        options: ``table``, ``query``, ``out``, ``max_tokens`` and ``on_progress``, as for ``analyze``.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    request = {"target": target, "features": _names(features), "exclude": _names(exclude), "trusted": _names(trusted)}
    return _ask("regression", source, request, time, options)


def anomaly(
    source: str | PathLike[str],
    *,
    scope: str = "both",
    method: str = "auto",
    columns: str | Sequence[str] = (),
    value: str | None = None,
    by: str | Sequence[str] = (),
    grain: str | None = None,
    time: str | None = None,
    **options: Any,
) -> Result:
    """Odd rows, and odd stretches of time, and what makes them odd.

    Args:
        source: As for ``analyze``.
        scope: ``rows``, ``series`` or ``both``.
        method: How odd rows are found: ``auto``, ``iqr``, ``z_score``, ``mad`` or ``isolation_forest``.
        columns: That make rows odd; all that fit where empty.
        value: Of the series: a column, or an aggregate such as ``sum(amount)``; chosen where None.
        by: Columns whose combinations are series of their own.
        grain: Length of a period of the series, such as ``day``; the natural one of the data where None.
        time: The column that periods are formed by; None to find it.
        options: ``table``, ``query``, ``out``, ``max_tokens`` and ``on_progress``, as for ``analyze``.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    request = {"scope": scope, "method": method, "columns": _names(columns), "value": value, "by": _names(by)}
    return _ask("anomaly", source, request | {"grain": grain}, time, options)


def segment(
    source: str | PathLike[str],
    *,
    columns: str | Sequence[str] = (),
    entity: str | None = None,
    amount: str | None = None,
    clusters: int | None = None,
    time: str | None = None,
    **options: Any,
) -> Result:
    """The groups that rows, or customers and other entities, fall into, and what sets each apart.

    Args:
        source: As for ``analyze``.
        columns: That make them alike; all that fit where empty.
        entity: The column that names what is grouped, where it has several rows; rows are grouped where None.
        amount: Spent in a row: with an entity and a time, entities are told apart by recency, frequency and amount.
        clusters: How many; chosen where None.
        time: The column that tells when a row happened; None to find it.
        options: ``table``, ``query``, ``out``, ``max_tokens`` and ``on_progress``, as for ``analyze``.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    request = {"columns": _names(columns), "entity": entity, "clusters": clusters, "amount": amount}
    return _ask("segment", source, request, time, options)


def templates(table: str | None = None) -> tuple[TemplateSummary, ...]:
    """The KPI templates there are; of a table that was analysed before also which of them fit, and with what.

    Raises:
        voyant.errors.VoyantError: There is no such table; with a code, what was received, and a remedy.
    """
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.home import open_home

    open_home()
    from voyant.services.templates import list_templates

    return list_templates(LOCAL_CALLER, table=table)


def render(template: str, table: str | None = None, **parameters: Any) -> RenderedTemplate:
    """A KPI template as one SELECT, ``sql`` in DuckDB's dialect and ``trino`` in Trino's; nothing is run.

    Args:
        template: Of those that ``voyant.templates()`` lists.
        table: That an analysis has taken in: parameters that are left out are found from the roles of its columns.
            Without one all columns have to be given, and are taken at their word.
        parameters: By name, such as ``amount="net_amount"`` or ``grain="week"``.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.home import open_home

    open_home()
    from voyant.services.templates import render_template

    return render_template(LOCAL_CALLER, template, table=table, parameters=parameters)


def presets() -> tuple[PresetSummary, ...]:
    """The presets there are: analyses under a name, for ``preset``; those of ``VOYANT_PRESETS_PATH`` among them."""
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.home import open_home

    open_home()
    from voyant.services.presets import list_presets

    return list_presets(LOCAL_CALLER)


def preset(
    name: str,
    source: str | PathLike[str],
    *,
    table: str | None = None,
    query: str | None = None,
    rules: Iterable[DeclaredRule | Mapping[str, Any]] = (),
    fail_under: float | None = None,
    contract: str | PathLike[str] | Mapping[str, Any] | None = None,
    out: str | PathLike[str] | None = None,
    max_tokens: int = 2000,
    on_progress: Callable[[str, float], None] = lambda _stage, _share: None,
    **parameters: Any,
) -> Result:
    """What a preset finds in a source, such as ``preset("financial.revenue_analysis", "orders.csv", amount="net")``.

    Args:
        name: Of the preset; ``presets`` lists them.
        source: As for ``analyze``, and so are the others.
        parameters: Columns and values by parameter of the preset; found, or the default, where left out.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy: also where the table has no column for
            something that the preset requires.
    """
    return _run(
        name,
        source,
        table=table,
        query=query,
        out=out,
        max_tokens=max_tokens,
        contract=contract,
        rules=rules,
        fail_under=fail_under,
        arguments=parameters,
        on_progress=on_progress,
    )


def sql(
    statement: str,
    *,
    job: str | None = None,
    parameters: Sequence[Any] | Mapping[str, Any] = (),
    limit: int | None = None,
) -> QueryResult:
    """The rows of one read-only SELECT over the tables that were taken in: ``columns``, ``rows``, ``omitted``.

    Args:
        statement: In DuckDB's dialect.
        job: The id of the job that the statement comes from, as that of a finding: ``job.<name>`` are the rows that it
            made, and its tables are read as it read them.
        parameters: Values for ``?`` and ``$1`` in order, or by name for ``$name``.
        limit: Rows at most; never more than ``VOYANT_SQL_ROW_LIMIT``.

    Raises:
        voyant.errors.VoyantError: With a code, what was received, and a remedy.
    """
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.home import open_home

    open_home()
    from voyant.services.sql import query

    return query(LOCAL_CALLER, statement, job_id=job, parameters=parameters, limit=limit)


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


def _names(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _ask(
    kind: str, source: str | PathLike[str], request: dict[str, Any], time: str | None, options: Mapping[str, Any]
) -> Result:
    return _run(kind, source, time_column=time, requests={kind: request}, **options)


def _run(
    kind: str,
    source: str | PathLike[str],
    *,
    table: str | None = None,
    query: str | None = None,
    out: str | PathLike[str] | None = None,
    max_tokens: int = 2000,
    contract: str | PathLike[str] | Mapping[str, Any] | None = None,
    **asked: Any,
) -> Result:
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
    job_id = run(LOCAL_CALLER, found, kind=kind, contract=promised, **asked)
    if out is not None:
        export_artifacts(LOCAL_CALLER, job_id, Path(out))
    return read_result(LOCAL_CALLER, job_id, max_tokens=max_tokens)
