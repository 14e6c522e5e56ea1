"""Tools that compute: each is a job, which is waited for as long as the client can wait."""

from __future__ import annotations

from typing import Any

from fastmcp.tools import ToolResult

from voyant.domain.baseline import LAST
from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.mcp.answers import answer
from voyant.mcp.host import CALLER, HOST, Host
from voyant.mcp.running import Outcome, parameters_for, run_job
from voyant.mcp.schemas import (
    Baseline,
    Compare,
    Contract,
    Evidently,
    FailUnder,
    Kpis,
    MaxTokens,
    Query,
    Rules,
    SourceHint,
    Table,
    Templates,
    TimeColumn,
    Wait,
)
from voyant.mcp.tool import tool
from voyant.mcp.view import REPORT_VIEW
from voyant.mcp.waiting import DEFAULT_WAIT
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.estimation import Estimate
from voyant.services.estimation import estimate as estimate_of
from voyant.services.references import with_baseline
from voyant.services.sources import source_from
from voyant.services.threads import with_data


@tool("Analyse data", Outcome, writes=True, repeatable=False, reaches_out=True, view=REPORT_VIEW)
async def voyant_analyze(
    source: SourceHint,
    table: Table = None,
    query: Query = None,
    kpis: Kpis = None,
    time: TimeColumn = None,
    rules: Rules = None,
    fail_under: FailUnder = None,
    contract: Contract = None,
    baseline: Baseline = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Find out what is in a data set. Start here: use it whenever you are given data, before writing any code.

    Reads all rows, mends types and names, profiles every column, checks quality, computes key figures, tests for
    trends, differences, outliers and relations, draws charts and writes a report. You get a headline, the findings with
    their numbers and the SQL that recomputes each, the quality score, key figures, and the artifacts behind them. The
    table can be queried with voyant_sql afterwards. Takes seconds for a small file, minutes for a hundred million
    cells; a job that takes longer than you wait is answered with its handle, for voyant_result.
    """
    asked = (source, table, query, kpis, time, rules, fail_under, contract)
    parameters = await with_data(_compared, caller, "analyze", baseline, *asked)
    return await run_job(host, caller, "analyze", parameters, wait, max_tokens)


@tool("Take data in", Outcome, writes=True, repeatable=False, reaches_out=True)
async def voyant_ingest(
    source: SourceHint,
    table: Table = None,
    query: Query = None,
    contract: Contract = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Only take a source in as a table, for voyant_sql, with types and names mended. Use voyant_analyze to learn
    what is in it as well. You get the table's name, rows and columns, and what did not fit.
    """
    parameters = await with_data(parameters_for, caller, source, table, query, contract=contract)
    return await run_job(host, caller, "ingest", parameters, wait, max_tokens)


@tool("Profile columns", Outcome, writes=True, repeatable=False, reaches_out=True)
async def voyant_profile(
    source: SourceHint,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Only describe the columns of a source: types, missing and distinct values, distributions, associations. Use it
    when you need those and no findings. You get a summary; the statistics stand in profile.json, for voyant_artifact.
    """
    parameters = await with_data(parameters_for, caller, source, table, query)
    return await run_job(host, caller, "profile", parameters, wait, max_tokens)


@tool("Check quality", Outcome, writes=True, repeatable=False, reaches_out=True)
async def voyant_quality(
    source: SourceHint,
    table: Table = None,
    query: Query = None,
    rules: Rules = None,
    fail_under: FailUnder = None,
    contract: Contract = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Only check whether data is fit for use, by what it suggests itself and by your rules. Use it before relying on a
    source, or to compare deliveries. You get the score with its parts, how many checks failed, and which of your rules
    do; the checks stand in quality.json, the rows that fail them in
    failing_rows.parquet, both for voyant_artifact.
    """
    parameters = await with_data(parameters_for, caller, source, table, query, None, None, rules, fail_under, contract)
    return await run_job(host, caller, "quality", parameters, wait, max_tokens)


@tool("Compare with before", Outcome, writes=True, repeatable=False, reaches_out=True)
async def voyant_drift(
    source: SourceHint,
    baseline: Baseline = LAST,
    table: Table = None,
    query: Query = None,
    evidently: Evidently = False,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Only compare data with what it was, or with another file or table. Use it when you are asked what changed between
    two states, or before relying on a new delivery. You get a verdict, the share of columns that drifted and, for each,
    the measure and what changed; all distances stand in drift.json, for voyant_artifact.
    """
    parameters = await with_data(_compared, caller, "drift", baseline, source, table, query, evidently=evidently)
    return await run_job(host, caller, "drift", parameters, wait, max_tokens)


@tool("Compute key figures", Outcome, writes=True, repeatable=False, reaches_out=True)
async def voyant_kpi(
    source: SourceHint,
    kpis: Kpis = None,
    templates: Templates = None,
    compare: Compare = None,
    time: TimeColumn = None,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Only compute key figures by period, yours, found ones, or such as templates make. Use it when you know which
    figure is wanted, or how it changed. You get each figure's latest value and its change; the series, and what a
    change consists of, stand in kpis.json, for voyant_artifact. Of each template you get a sentence and some rows; all
    of them, the SQL and how it counts stand in templates.json.
    """
    asked = (source, table, query, kpis, time)
    parameters = await with_data(parameters_for, caller, *asked, templates=templates, compare=compare)
    return await run_job(host, caller, "kpi", parameters, wait, max_tokens)


@tool("Estimate an analysis", Estimate, reaches_out=True)
async def voyant_estimate(
    source: SourceHint,
    table: Table = None,
    query: Query = None,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Say what voyant_analyze would take: rows, bytes, seconds, disk and tokens, from a sample. Use it before a source
    that may be large; small ones are analysed as fast as estimated.
    """
    estimate = await with_data(_estimate, caller, source, table, query)
    return answer(estimate, max_tokens)


TOOLS = (voyant_analyze, voyant_ingest, voyant_profile, voyant_quality, voyant_drift, voyant_kpi, voyant_estimate)


def _compared(caller: Caller, kind: str, baseline: str | None, *asked: Any, **more: Any) -> JobParameters:
    """The parameters of a job that compares."""
    return with_baseline(caller, kind, parameters_for(caller, *asked, **more), baseline)


def _estimate(caller: Caller, source: str, table: str | None, query: str | None) -> Estimate:
    return estimate_of(caller, source_from(caller, source, table=table, query=query))
