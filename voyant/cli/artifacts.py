"""``voyant artifact``: what jobs made."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from voyant.cli.session import open_session, write_json

app = typer.Typer(help="List and get artifacts.", no_args_is_help=True)

JOB = typer.Argument(..., metavar="JOB", help="A job id.")
NAME = typer.Argument(..., metavar="NAME", help="An artifact's name, such as profile.json.")
JSON = typer.Option(False, "--json", help="Print as JSON.")
OUT = typer.Option(None, "--out", metavar="FILE", help="Write there instead of standard output.", show_default=False)


@app.command(name="list")
def list_(job: str = JOB, as_json: bool = JSON) -> None:
    """List the artifacts of a job."""
    caller = open_session()
    from voyant.services.artifacts import list_artifacts

    found = list_artifacts(caller, job)
    if as_json:
        write_json(found)
        return
    from voyant.cli.summary import print_artifacts

    print_artifacts(found)


@app.command()
def get(job: str = JOB, name: str = NAME, out: Path | None = OUT) -> None:
    """Write an artifact's bytes to standard output, or to a file."""
    caller = open_session()
    from voyant.services.artifacts import read_artifact

    chunks = read_artifact(caller, job, name)
    if out is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    with out.open("wb") as file:
        file.writelines(chunks)
