"""The command's entry: registers the commands and turns errors into messages and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import typer
from typer.exceptions import TyperException

from voyant import __version__
from voyant.cli import (
    analyze,
    artifacts,
    baselines,
    contracts,
    drift,
    jobs,
    mcp,
    operations,
    predictions,
    presets,
    serve,
    sources,
    templates,
    verification,
)
from voyant.cli.errors import CALLERS_INPUT, DONE, INTERRUPTED, exit_code_of, show_error
from voyant.errors import InternalError, VoyantError, as_disk_full

app = typer.Typer(
    name="voyant",
    help="One command analyses real data: a short, true summary, and artifacts in which every number can be traced.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(name="analyze")(analyze.analyze)
app.command(name="ingest")(analyze.ingest)
app.command(name="profile")(analyze.profile)
app.command(name="quality")(analyze.quality)
app.command(name="kpi")(analyze.kpi)
app.command(name="forecast")(predictions.forecast)
app.command(name="regression")(predictions.regression)
app.command(name="anomaly")(predictions.anomaly)
app.command(name="segment")(predictions.segment)
app.command(name="estimate")(analyze.estimate)
app.command(name="drift")(drift.drift)
app.command(name="sql")(operations.sql)
app.command(name="verify")(verification.verify)
app.command(name="replay")(verification.replay)
app.command(name="serve")(serve.serve)
app.command(name="api")(serve.api)
app.command(name="worker")(serve.worker)
app.command(name="mcp")(mcp.mcp)
app.command(name="doctor")(operations.doctor)
app.add_typer(jobs.app, name="job")
app.add_typer(artifacts.app, name="artifact")
app.add_typer(sources.app, name="source")
app.add_typer(contracts.app, name="contract")
app.add_typer(baselines.app, name="baseline")
app.add_typer(templates.app, name="template")
app.add_typer(presets.app, name="preset")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
    ),
) -> None:
    pass


OBJECTS_BEFORE_COLLECTING = 50_000
"""Importing makes a few hundred thousand objects, all of which stay: looking for cycles among them every 700, as Python
does by itself, is a tenth of a small analysis."""


def main() -> None:
    """Runs the command that was typed and leaves with its exit code."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)
    # NumPy's own threads go on spinning after each product, on cores that others could use.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # The results are out: what remains is taking down the engines and the chart renderer's own virtual machine,
    # which takes as long as a small analysis and gives nothing back that the operating system does not.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """The exit code of the command: 0 done, 1 our fault, 2 the caller's input, 3 a gate failed, 130 interrupted."""
    as_json = "--json" in arguments
    try:
        outcome: Any = app(arguments, standalone_mode=False)
    except typer.Exit as leave:
        return int(leave.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Cancelled.", err=True)
        return INTERRUPTED
    except VoyantError as error:
        show_error(error, as_json=as_json)
        return exit_code_of(error)
    except TyperException as error:
        typer.echo(error.format_message(), err=True)
        return CALLERS_INPUT
    except BrokenPipeError:
        # The reader of our output has left, as ``head`` does; there is nobody to tell.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - must stay open until the process ends
        return DONE
    except Exception as error:  # noqa: BLE001 - nobody at a shell can use a traceback
        failure = as_disk_full(error) or InternalError(f"{type(error).__name__}: {error}")
        show_error(failure, as_json=as_json)
        return exit_code_of(failure)
    return int(outcome or DONE)
