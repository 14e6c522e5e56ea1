"""The tool of presets: analyses under a name."""

from __future__ import annotations

from typing import Annotated, Any

from fastmcp.tools import ToolResult
from msgspec import Struct
from pydantic import Field

from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.domain.preset import Preset
from voyant.mcp.answers import answer
from voyant.mcp.host import CALLER, HOST, Host
from voyant.mcp.running import Outcome, parameters_for, run_job
from voyant.mcp.schemas import NO_NUL, MaxTokens, Query, Table, Wait
from voyant.mcp.tool import tool
from voyant.mcp.view import REPORT_VIEW
from voyant.mcp.waiting import DEFAULT_WAIT
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.presets import list_presets, preset_run, show_preset, ways_to_find
from voyant.services.threads import with_data

Name = Annotated[
    str | None, Field(max_length=60, pattern=NO_NUL, description="The preset's name. Left out: the list of presets.")
]
Source = Annotated[
    str | None,
    Field(max_length=10_000, pattern=NO_NUL, description="The data, as for voyant_analyze. Left out: what it takes."),
]
Arguments = Annotated[
    dict[str, Any] | None,
    Field(
        max_length=100,
        description="Columns and values by parameter; found, or the default, where left out.",
        examples=[{"amount": "net_sales", "horizon": 12}],
    ),
]


class PresetLine(Struct, frozen=True, kw_only=True):
    """A preset in a list."""

    name: str
    description: str
    requires: tuple[str, ...]


class PresetList(Struct, frozen=True, kw_only=True):
    """The presets there are."""

    items: tuple[PresetLine, ...]


class PresetHelp(Struct, frozen=True, kw_only=True):
    """A preset, and what can be given to it."""

    name: str
    description: str
    takes: dict[str, str]


@tool(
    "Run a preset", Outcome | PresetList | PresetHelp, writes=True, repeatable=False, reaches_out=True, view=REPORT_VIEW
)
async def voyant_preset(
    name: Name = None,
    source: Source = None,
    parameters: Arguments = None,
    table: Table = None,
    query: Query = None,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
    host: Host = HOST,
) -> ToolResult:
    """Run an analysis that exists under a name, such as revenue, churn or stock: it finds the columns it needs itself.
    Without a name you get the list; with a name and no source, the parameters it takes. With both you get the same as
    from voyant_analyze; which column stands for what, and what was left out for lack of columns, is in preset.json.
    """
    if name is None:
        return answer(await with_data(_listed, caller), max_tokens)
    if source is None:
        return answer(_help(await with_data(show_preset, caller, name)), max_tokens)
    asked = await with_data(_parameters, caller, name, source, table, query, parameters)
    return await run_job(host, caller, name, asked, wait, max_tokens)


TOOLS = (voyant_preset,)


def _parameters(
    caller: Caller, name: str, source: str, table: str | None, query: str | None, arguments: dict[str, Any] | None
) -> JobParameters:
    preset = preset_run(caller, name, arguments or {})
    return parameters_for(caller, source, table, query, preset=preset)


def _listed(caller: Caller) -> PresetList:
    lines = (
        PresetLine(name=preset.name, description=preset.description, requires=preset.requires)
        for preset in list_presets(caller)
    )
    return PresetList(items=tuple(lines))


def _help(preset: Preset) -> PresetHelp:
    takes = {
        parameter.name: f"{parameter.kind}: {parameter.description}. Where left out: {ways_to_find(parameter)}."
        for parameter in preset.parameters
    }
    return PresetHelp(name=preset.name, description=preset.description, takes=takes)
