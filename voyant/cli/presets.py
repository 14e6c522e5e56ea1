"""``voyant preset``: analyses under a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from voyant.cli.analyze import CONTRACT, FAIL_UNDER, JSON, MAX_TOKENS, OUT, QUERY, RULES, SOURCE, TABLE, gated
from voyant.cli.analyze import run as run_job
from voyant.cli.errors import show_kept
from voyant.cli.session import console, open_session, write_json
from voyant.errors import InvalidInput

app = typer.Typer(
    help="List, show and run presets: analyses that fit themselves to a table's columns.", no_args_is_help=True
)

NAME = typer.Argument(..., metavar="NAME", help="A preset's name, such as financial.revenue_analysis.")
PARAMETER = typer.Option(
    [],
    "--param",
    metavar="NAME=VALUE",
    help="A parameter of the preset, such as amount=net_sales. May be repeated, also for several columns of one.",
)
AS_JSON = typer.Option(False, "--json", help="Print as JSON.")


@app.command(name="list")
def list_(as_json: bool = AS_JSON) -> None:
    """List the presets there are, those of VOYANT_PRESETS_PATH among them."""
    caller = open_session()
    from voyant.services.presets import list_presets, refused_presets

    found = list_presets(caller)
    for refusal in refused_presets(caller):
        show_kept(refusal.as_dict())
    if as_json:
        write_json(found)
        return
    for preset in found:
        console().print(preset.name, style="bold", markup=False)
        needs = f" Needs {', '.join(preset.requires)}." if preset.requires else ""
        console().print(f"  {preset.description}{needs}", markup=False)


@app.command()
def show(name: str = NAME, as_json: bool = AS_JSON) -> None:
    """Show what a preset takes, and what it does."""
    caller = open_session()
    from voyant.services.presets import show_preset

    preset = show_preset(caller, name)
    if as_json:
        write_json(preset)
        return
    from voyant.cli.preset_text import print_preset

    print_preset(preset)


@app.command()
def run(
    name: str = NAME,
    source: str = SOURCE,
    parameters: list[str] = PARAMETER,
    table: str | None = TABLE,
    query: str | None = QUERY,
    rules: Path | None = RULES,
    fail_under: float | None = FAIL_UNDER,
    contract: str | None = CONTRACT,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Run a preset over a source."""
    from voyant.workflows.pipelines import is_preset

    if not is_preset(name):
        from voyant.services.presets import show_preset

        show_preset(open_session(), name)
    asked: dict[str, Any] = {"rules": rules, "fail_under": fail_under, "contract": contract}
    arguments = _given(parameters)
    return gated(run_job(name, source, table, query, out, as_json, max_tokens, arguments=arguments, **asked))


def _given(parameters: list[str]) -> dict[str, Any]:
    """What was given by parameter; a list where one was given more than once."""
    given: dict[str, list[str]] = {}
    for entry in parameters:
        name, separator, value = entry.partition("=")
        if not separator or not name.strip() or not value.strip():
            raise InvalidInput(f"--param must be NAME=VALUE; this is {entry!r}.")
        given.setdefault(name.strip(), []).append(value.strip())
    return {name: values[0] if len(values) == 1 else values for name, values in given.items()}
