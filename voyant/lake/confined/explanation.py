"""What the engine says of a caller's statement, said so that the caller can mend it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from voyant.errors import Code, QueryRejected, VoyantError
from voyant.lake.confined.reading import place
from voyant.lake.confined.request import Request, out_of_memory
from voyant.lake.engine import as_voyant_error
from voyant.security.sql_guard import SHOWN, refusal

EXPLAIN = "EXPLAIN "
NO_MEMORY = "Allocation error"


@contextmanager
def callers_errors(connection: duckdb.DuckDBPyConnection, request: Request) -> Iterator[None]:
    """Raises what the engine raises inside as an error about the caller's statement."""
    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException) as error:
        raise out_of_memory() from error
    except duckdb.Error as error:
        if NO_MEMORY in str(error):  # the process's limit was met before the engine's, while it read what it spilled
            raise out_of_memory() from error
        raise _about(error, _details(error) or _located(connection, request), request) from error
    except (OSError, ValueError) as error:  # the engine's, that came through Arrow's reader
        if "Out of Memory" in str(error):
            raise out_of_memory() from error
        raise _about(duckdb.InvalidInputException(str(error)), _details(error), request) from error


def _details(error: BaseException) -> dict[str, Any]:
    """The fields of an error that the engine wrote as JSON."""
    start = str(error).find("{")
    try:
        found = json.loads(str(error)[start:]) if start >= 0 else {}
    except ValueError:
        return {}
    return found if "exception_message" in found else {}


def _located(connection: duckdb.DuckDBPyConnection, request: Request) -> dict[str, Any]:
    """The same fields for an error that came without: the engine gives them when it explains the statement."""
    parameters = request.parameters
    try:
        connection.execute(EXPLAIN + request.sql, parameters or None)
    except duckdb.Error as error:
        found = _details(error)
        if "position" in found:
            found["position"] = int(found["position"]) - len(EXPLAIN)
        return found
    return {}


def _about(error: duckdb.Error, details: dict[str, Any], request: Request) -> VoyantError:
    sql = request.sql
    if not details:
        return as_voyant_error(error, sql)
    lines = str(details["exception_message"]).split("\n")
    offset = details.get("position")
    at = place(sql, None if offset is None else int(offset))
    near = _candidates(details, lines)
    remedy = f"Perhaps {', '.join(near)}." if near else " ".join(lines[1:])[:SHOWN] or None
    refused = refusal(f"The engine refused the statement: {lines[0][:SHOWN]}", sql, remedy=remedy, at=at)
    if details.get("error_subtype") == "COLUMN_NOT_FOUND":
        data = refused.data | {"name": details.get("name"), "nearest": near}
        return QueryRejected(refused.message, code=Code.UNKNOWN_COLUMN, remedy=remedy, data=data)
    return refused


def _candidates(details: dict[str, Any], lines: list[str]) -> list[str]:
    """The names that the engine found most like an unknown one."""
    said = next((line for line in lines[1:] if line.startswith(("Candidate", "Did you mean"))), "")
    return re.findall(r'"((?:[^"]|"")+)"', said)[:5] or [name for name in [details.get("candidates")] if name][:5]
