"""``voyant sql`` and ``voyant doctor``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import typer

from voyant.cli.errors import DONE, OUR_FAULT
from voyant.cli.session import open_session, write_file, write_json
from voyant.errors import Code, InvalidInput

STATEMENT = typer.Argument(None, metavar="[SQL]", help="One SELECT over the tables of this home.", show_default=False)
JOB = typer.Option(
    None,
    "--job",
    metavar="JOB",
    help="The job that the statement comes from: its rows are job.NAME, and its tables are read as it read them.",
    show_default=False,
)
LIMIT = typer.Option(100, "--limit", min=1, help="Rows to show at most.")
PARAMETER = typer.Option(
    [],
    "--param",
    metavar="[NAME=]VALUE",
    help="A value for $NAME, or without a name for the next ?; JSON, or else text. Repeatable.",
    show_default=False,
)
TABLES = typer.Option(False, "--tables", help="List the tables instead.")
COLUMNS = typer.Option(None, "--columns", metavar="TABLE", help="List a table's columns instead.", show_default=False)
ARROW = typer.Option(
    None, "--arrow", metavar="FILE", help="Write the rows to this file as an Arrow IPC stream.", show_default=False
)
JSON = typer.Option(False, "--json", help="Print as JSON.")


def sql(
    statement: str | None = STATEMENT,
    job: str | None = JOB,
    parameters: list[str] = PARAMETER,
    limit: int = LIMIT,
    tables: bool = TABLES,
    columns: str | None = COLUMNS,
    arrow: Path | None = ARROW,
    as_json: bool = JSON,
) -> None:
    """Run a read-only SELECT over the tables of this home."""
    caller = open_session()
    from voyant.services import sql as service

    found: Any
    if tables:
        found = service.tables(caller, job_id=job, limit=limit)
    elif columns is not None:
        found = service.columns(caller, columns, job_id=job)
    elif statement is None:
        raise InvalidInput("There is no statement.", code=Code.MISSING_PARAMETER, remedy='Give one: "SELECT …".')
    elif arrow is not None:
        found = service.query_arrow(caller, statement, job_id=job, parameters=_values(parameters), limit=limit)
        write_file(arrow, found.stream)
        found = {"file": str(arrow), "rows": found.rows, "columns": found.columns, "omitted": found.omitted}
    else:
        found = service.query(caller, statement, job_id=job, parameters=_values(parameters), limit=limit)
    _show(found, as_json=as_json)


def _show(found: Any, *, as_json: bool) -> None:
    if as_json:
        write_json(found)
        return
    from voyant.cli.answers import print_answer

    print_answer(found)


def _values(given: list[str]) -> list[Any] | dict[str, Any]:
    """The parameters of the command line: by name where they have one, else in order."""
    named = [re.match(r"([A-Za-z_]\w*)=(.*)", text, re.DOTALL) for text in given]
    if all(named) and named:
        return {found[1]: _value(found[2]) for found in named if found}
    return [_value(text) for text in given]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def doctor(as_json: bool = JSON) -> int:
    """Check this installation and its home, and say what to do about what is wrong."""
    from voyant.services.diagnosis import diagnose

    checks = diagnose()
    if as_json:
        write_json(checks)
    else:
        from voyant.cli.summary import print_checks

        print_checks(checks)
    return DONE if all(check.ok for check in checks) else OUR_FAULT
