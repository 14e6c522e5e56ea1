"""``voyant baseline``: states of tables that are kept under a name."""

from __future__ import annotations

import typer

from voyant.cli.session import console, open_session, write_json

app = typer.Typer(help="Pin, list, show and remove baselines: states of tables to compare with.", no_args_is_help=True)

NAME = typer.Argument(..., metavar="NAME", help="What to call it: letters, digits, - and _.")
OF = typer.Argument(..., metavar="OF", help="A job id, a table, or TABLE@SNAPSHOT.")
BASELINE = typer.Argument(..., metavar="BASELINE", help="A baseline's name or id.")
JSON = typer.Option(False, "--json", help="Print as JSON.")
LIMIT = typer.Option(20, "--limit", min=1, max=500, help="Baselines on a page.")
CURSOR = typer.Option(None, "--cursor", help="Where the page before said that the next one begins.", show_default=False)


@app.command()
def pin(name: str = NAME, of: str = OF, as_json: bool = JSON) -> None:
    """Keep a state of a table under a name, for as long as nobody removes it."""
    caller = open_session()
    from voyant.services.baselines import pin as run

    pinned = run(caller, name, of)
    if as_json:
        write_json(pinned)
        return
    console().print(
        f"{pinned.name} is {pinned.table} of {pinned.source} with {pinned.rows:,} rows. "
        f"Compare with it: --baseline {pinned.name}",
        markup=False,
    )


@app.command(name="list")
def list_(limit: int = LIMIT, cursor: str | None = CURSOR, as_json: bool = JSON) -> None:
    """List baselines, newest first."""
    caller = open_session()
    from voyant.services.baselines import list_baselines

    page = list_baselines(caller, limit=limit, cursor=cursor)
    if as_json:
        write_json(page)
        return
    from voyant.cli.changes import print_baselines

    print_baselines(page)


@app.command()
def show(baseline: str = BASELINE, as_json: bool = JSON) -> None:
    """Show a baseline."""
    caller = open_session()
    from voyant.services.baselines import show_baseline

    shown = show_baseline(caller, baseline)
    if as_json:
        write_json(shown)
        return
    from voyant.cli.changes import print_baseline

    print_baseline(shown)


@app.command()
def remove(baseline: str = BASELINE, as_json: bool = JSON) -> None:
    """Remove a baseline; its rows stay as long as anything else needs them."""
    caller = open_session()
    from voyant.services.baselines import remove_baseline

    removed = remove_baseline(caller, baseline)
    if as_json:
        write_json(removed)
        return
    console().print(f"Removed {removed.name}.", markup=False)
