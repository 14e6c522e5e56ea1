"""``voyant source``: what can be read, and what was."""

from __future__ import annotations

from pathlib import Path

import typer

from voyant.cli.session import console, open_session, write_file, write_json
from voyant.domain.caller import Caller

app = typer.Typer(help="Discover, list, show and remove sources, and look at their history.", no_args_is_help=True)

SOURCE = typer.Argument(..., metavar="SOURCE", help="A source id.")
KNOWN = typer.Argument(..., metavar="SOURCE", help="A source id, or the path or address that was read.")
TABLE = typer.Option(
    None, "--table", help="Of a source with several tables: only the runs of this.", show_default=False
)
CHART = typer.Option(
    None,
    "--chart",
    metavar="FILE",
    help="Draw it as well: as SVG where the name ends so, else as a Vega-Lite specification.",
    show_default=False,
)
HINT = typer.Argument(..., metavar="HINT", help="Whatever may be a source.")
JSON = typer.Option(False, "--json", help="Print as JSON.")
LIMIT = typer.Option(20, "--limit", min=1, max=500, help="Sources on a page.")
CURSOR = typer.Option(None, "--cursor", help="Where the page before said that the next one begins.", show_default=False)


@app.command()
def discover(hint: str = HINT, as_json: bool = JSON) -> None:
    """Say what a path, address, source id or table is, without reading it."""
    caller = open_session()
    from voyant.services.sources import discover as run

    found = run(caller, hint)
    if as_json:
        write_json(found)
        return
    from voyant.cli.summary import print_discovery

    print_discovery(found)


@app.command(name="list")
def list_(limit: int = LIMIT, cursor: str | None = CURSOR, as_json: bool = JSON) -> None:
    """List sources, newest first."""
    caller = open_session()
    from voyant.services.sources import list_sources

    page = list_sources(caller, limit=limit, cursor=cursor)
    if as_json:
        write_json(page)
        return
    from voyant.cli.summary import print_sources

    print_sources(page)


@app.command()
def show(source: str = SOURCE, as_json: bool = JSON) -> None:
    """Show a source and the tables it was read into."""
    caller = open_session()
    from voyant.services.sources import show_source

    shown = show_source(caller, source)
    if as_json:
        write_json(shown)
        return
    from voyant.cli.summary import print_source

    print_source(shown)


@app.command()
def history(
    source: str = KNOWN,
    table: str | None = TABLE,
    limit: int = LIMIT,
    cursor: str | None = CURSOR,
    chart: Path | None = CHART,
    as_json: bool = JSON,
) -> None:
    """Show the quality and the drift of a source, run by run, newest first."""
    caller = open_session()
    from voyant.services.history import history_of
    from voyant.services.sources import known_source

    source_id = known_source(caller, source)
    page = history_of(caller, source_id, table=table, limit=limit, cursor=cursor)
    if chart is not None:
        _draw(caller, source_id, table, limit, chart)
    if as_json:
        write_json(page)
        return
    from voyant.cli.changes import print_history

    print_history(page)


def _draw(caller: Caller, source_id: str, table: str | None, limit: int, path: Path) -> None:
    from voyant.domain.serialization import to_json
    from voyant.services.history import drawn_history, pictured_history

    if path.suffix == ".svg":
        drawn = pictured_history(caller, source_id, table=table, limit=limit).encode()
    else:
        drawn = to_json(drawn_history(caller, source_id, table=table, limit=limit))
    write_file(path, drawn)


@app.command()
def remove(source: str = SOURCE, as_json: bool = JSON) -> None:
    """Remove a source with its tables, and the jobs and artifacts made of it; the source itself is not touched."""
    caller = open_session()
    from voyant.services.sources import remove_source

    removed = remove_source(caller, source)
    if as_json:
        write_json(removed)
        return
    console().print(
        f"Removed {removed.name} with {len(removed.tables)} tables and {len(removed.jobs)} jobs.", markup=False
    )
