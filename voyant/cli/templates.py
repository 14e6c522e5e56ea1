"""``voyant template``: figures under a name, made from the columns of a table."""

from __future__ import annotations

from pathlib import Path

import typer

from voyant.cli.analyze import OUT, QUERY, SOURCE, TABLE, TIME, compute
from voyant.cli.session import open_session, write_json
from voyant.cli.template_arguments import given_parameters
from voyant.errors import InternalError, InvalidInput

app = typer.Typer(help="List, show, render and run KPI templates, such as revenue_growth.", no_args_is_help=True)

NAME = typer.Argument(..., metavar="NAME", help="A template's name.")
LAKE_TABLE = typer.Option(
    None, "--table", help="A table of this home that was analysed before.", metavar="TABLE", show_default=False
)
PARAMETERS = typer.Option(
    [],
    "--param",
    metavar="NAME=VALUE",
    help="Such as amount=net_amount, grain=week or window=7. Repeatable; what is left out is found.",
    show_default=False,
)
DIALECT = typer.Option("duckdb", "--dialect", help="duckdb or trino.")
JSON = typer.Option(False, "--json", help="Print as JSON.")


@app.command(name="list")
def list_(table: str | None = LAKE_TABLE, as_json: bool = JSON) -> None:
    """List the templates and, of a table, whether each fits it."""
    caller = open_session()
    from voyant.services.templates import list_templates

    found = list_templates(caller, table=table)
    if as_json:
        write_json(found)
        return
    from voyant.cli.template_text import print_templates

    print_templates(found)


@app.command()
def show(name: str = NAME, as_json: bool = JSON) -> None:
    """Show what a template takes, what it gives, and how it counts."""
    caller = open_session()
    from voyant.services.templates import show_template

    found = show_template(caller, name)
    if as_json:
        write_json(found)
        return
    from voyant.cli.template_text import print_template

    print_template(found)


@app.command()
def render(
    name: str = NAME,
    table: str | None = LAKE_TABLE,
    parameters: list[str] = PARAMETERS,
    dialect: str = DIALECT,
    as_json: bool = JSON,
) -> None:
    """Print a template as SQL. Without a table, columns are taken at their word."""
    caller = open_session()
    from voyant.services.templates import render_template

    if dialect not in {"duckdb", "trino"}:
        raise InvalidInput(f"--dialect is duckdb or trino; this is {dialect!r}.")
    made = render_template(caller, name, table=table, parameters=given_parameters(parameters))
    if as_json:
        write_json(made)
        return
    typer.echo(made.sql if dialect == "duckdb" else made.trino)


@app.command(name="run")
def run_(
    name: str = NAME,
    source: str = SOURCE,
    parameters: list[str] = PARAMETERS,
    time: str | None = TIME,
    table: str | None = TABLE,
    query: str | None = QUERY,
    out: Path | None = OUT,
    as_json: bool = JSON,
) -> None:
    """Compute a template over a source, and print its rows."""
    calls = [{"name": name, "parameters": given_parameters(parameters)}]
    result = compute("kpi", source, table, query, out, None, time_column=time, templates=calls)
    caller = open_session()
    from voyant.services.templates import template_results

    made = template_results(caller, result.job_id)
    if made is None:
        raise InternalError("The job has made no template.")
    if as_json:
        write_json(made.results[0])
        return
    from voyant.cli.template_text import print_result

    print_result(made.results[0], result)
