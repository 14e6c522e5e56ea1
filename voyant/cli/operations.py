"""``voyant sql`` and ``voyant doctor``."""

from __future__ import annotations

import typer

from voyant.cli.errors import DONE, OUR_FAULT
from voyant.cli.session import open_session, write_json

STATEMENT = typer.Argument(..., metavar="SQL", help="One SELECT over the tables of this home.")
LIMIT = typer.Option(100, "--limit", min=1, help="Rows to show at most.")
JSON = typer.Option(False, "--json", help="Print as JSON.")


def sql(statement: str = STATEMENT, limit: int = LIMIT, as_json: bool = JSON) -> None:
    """Run a read-only SELECT over the tables of this home."""
    caller = open_session()
    from voyant.services.sql import query

    result = query(caller, statement, limit=limit)
    if as_json:
        write_json(result)
        return
    from voyant.cli.summary import print_rows

    print_rows(result)


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
