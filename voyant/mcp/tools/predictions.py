"""Tools that predict, group and look for what is odd."""

from __future__ import annotations

from typing import Annotated, Any

from fastmcp.tools import ToolResult
from pydantic import Field

from voyant.domain.anomaly import AnomalyMethod, AnomalyScope
from voyant.domain.caller import Caller
from voyant.domain.kpi import Grain
from voyant.mcp.host import CALLER, HOST, Host
from voyant.mcp.running import Outcome, parameters_for, run_job
from voyant.mcp.schemas import NO_NUL, MaxTokens, Query, SourceHint, Table, TimeColumn, Wait
from voyant.mcp.tool import tool
from voyant.mcp.view import REPORT_VIEW
from voyant.mcp.waiting import DEFAULT_WAIT
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.requests import REQUESTS
from voyant.services.schemas import descriptions
from voyant.services.threads import with_data

_TOLD = {kind: descriptions(request) for kind, request in REQUESTS.items()}
_Name = Annotated[str, Field(max_length=10_000, pattern=NO_NUL)]

Value = Annotated[_Name | None, Field(description=_TOLD["forecast"]["value"], examples=["sum(amount)"])]
By = Annotated[list[_Name] | None, Field(max_length=10, description=_TOLD["forecast"]["by"])]
Period = Annotated[Grain | None, Field(description=_TOLD["forecast"]["grain"])]
Horizon = Annotated[int | None, Field(ge=1, description=_TOLD["forecast"]["horizon"])]
Levels = Annotated[list[int] | None, Field(max_length=5, description=_TOLD["forecast"]["levels"])]
Exogenous = Annotated[list[_Name] | None, Field(max_length=50, description=_TOLD["forecast"]["exogenous"])]
Target = Annotated[_Name | None, Field(description=_TOLD["regression"]["target"])]
Features = Annotated[list[_Name] | None, Field(max_length=1000, description=_TOLD["regression"]["features"])]
Exclude = Annotated[list[_Name] | None, Field(max_length=1000, description=_TOLD["regression"]["exclude"])]
Trusted = Annotated[list[_Name] | None, Field(max_length=1000, description=_TOLD["regression"]["trusted"])]
Scope = Annotated[AnomalyScope | None, Field(description="Odd rows, odd stretches of series, or both.")]
Method = Annotated[AnomalyMethod | None, Field(description="How odd rows are found; `auto` combines several.")]
Columns = Annotated[list[_Name] | None, Field(max_length=1000, description=_TOLD["anomaly"]["columns"])]
Alike = Annotated[list[_Name] | None, Field(max_length=1000, description=_TOLD["segment"]["columns"])]
Entity = Annotated[_Name | None, Field(description=_TOLD["segment"]["entity"])]
Amount = Annotated[_Name | None, Field(description=_TOLD["segment"]["amount"])]
Clusters = Annotated[int | None, Field(ge=2, description=_TOLD["segment"]["clusters"])]


@tool("Forecast", Outcome, writes=True, repeatable=False, reaches_out=True, view=REPORT_VIEW)
async def voyant_forecast(
    source: SourceHint,
    value: Value = None,
    time: TimeColumn = None,
    by: By = None,
    grain: Period = None,
    horizon: Horizon = None,
    levels: Levels = None,
    exogenous: Exogenous = None,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Say what a figure will be, for one series or for each value of some columns. Use it when you are asked what will
    come, how much to plan for, or whether a trend holds. You get the expected values with intervals, which method was
    chosen, how wrong it was on periods that it had not seen, and how often its intervals held there; all series stand
    in forecast.parquet, for voyant_artifact.
    """
    asked = {"value": value, "by": by, "grain": grain, "horizon": horizon, "levels": levels, "exogenous": exogenous}
    return await _run(host, caller, "forecast", asked, (source, table, query), time, wait, max_tokens)


@tool("Find drivers", Outcome, writes=True, repeatable=False, reaches_out=True, view=REPORT_VIEW)
async def voyant_regression(
    source: SourceHint,
    target: Target = None,
    features: Features = None,
    exclude: Exclude = None,
    trusted: Trusted = None,
    time: TimeColumn = None,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Learn one column from the others, a number or classes. Use it when you are asked what drives something, or
    whether it can be told in advance. You get how well rows that were not learned from are predicted, against simple
    guesses; the columns that matter, which way and how much; columns left out because they give the answer away; and
    what the model must not be used for. Drivers are associations, not causes.
    """
    asked = {"target": target, "features": features, "exclude": exclude, "trusted": trusted}
    return await _run(host, caller, "regression", asked, (source, table, query), time, wait, max_tokens)


@tool("Find what is odd", Outcome, writes=True, repeatable=False, reaches_out=True, view=REPORT_VIEW)
async def voyant_anomaly(
    source: SourceHint,
    scope: Scope = None,
    method: Method = None,
    columns: Columns = None,
    value: Value = None,
    time: TimeColumn = None,
    by: By = None,
    grain: Period = None,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Find odd rows, and odd stretches of time such as spikes, shifts and gaps. Use it when you are asked for errors,
    fraud, incidents or exceptions. You get each with what makes it odd and what would have been usual; clean data give
    none. Rows with their scores stand in anomaly.parquet, for voyant_artifact.
    """
    asked = {"scope": scope, "method": method, "columns": columns, "value": value, "by": by, "grain": grain}
    return await _run(host, caller, "anomaly", asked, (source, table, query), time, wait, max_tokens)


@tool("Find segments", Outcome, writes=True, repeatable=False, reaches_out=True, view=REPORT_VIEW)
async def voyant_segment(
    source: SourceHint,
    columns: Alike = None,
    entity: Entity = None,
    amount: Amount = None,
    clusters: Clusters = None,
    time: TimeColumn = None,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Group rows, or customers and other entities, by what they have in common. Use it when you are asked what kinds
    of customers, products or cases there are. You get the groups with their sizes and what sets each apart, how stable
    they are, or that the data fall into none; who belongs where stands in segment.parquet, for voyant_artifact.
    """
    asked = {"columns": columns, "entity": entity, "clusters": clusters, "amount": amount}
    return await _run(host, caller, "segment", asked, (source, table, query), time, wait, max_tokens)


TOOLS = (voyant_forecast, voyant_regression, voyant_anomaly, voyant_segment)


async def _run(
    host: Host,
    caller: Caller,
    kind: str,
    asked: dict[str, Any],
    where: tuple[str, str | None, str | None],
    time: str | None,
    wait: float,
    max_tokens: int,
) -> ToolResult:
    parameters = await with_data(parameters_for, caller, *where, time=time, requests={kind: asked})
    return await run_job(host, caller, kind, parameters, wait, max_tokens)
