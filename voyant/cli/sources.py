"""``voyant source``: what can be read, and what was."""

from __future__ import annotations

import typer

from voyant.cli.session import console, open_session, write_json

app = typer.Typer(help="Discover, list, show and remove sources.", no_args_is_help=True)

SOURCE = typer.Argument(..., metavar="SOURCE", help="A source id.")
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
