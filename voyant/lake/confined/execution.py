"""Running one request: tables made readable, the engine locked, the statement read again, its first rows taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.lake.confined.explanation import callers_errors
from voyant.lake.confined.reading import check_reading
from voyant.lake.confined.request import Answer, Parameters, Request
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier
from voyant.lake.views import SCHEMA_STATEMENT
from voyant.security.sql_guard import SHOWN

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH = 1000
LOCKED: Mapping[str, Any] = {
    "python_enable_replacements": False,  # a table's name is never a variable of this process
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "errors_as_json": True,
    "max_expression_depth": 250,
}
AS_TEXT = frozenset({"uhugeint", "bit", "time with time zone", "bignum", "variant", "geometry", "union"})
"""Types without an equal in Arrow: they are handed over as the engine writes them."""


def execute(request: Request, *, scratch: Path, memory_limit: str) -> Answer:
    """The first rows of the request's statement.

    Raises:
        VoyantError: The statement is refused, or too large, or the engine cannot run it.
    """
    spill = f"{request.spill_bytes}B"
    options = {**LOCKED, "max_temp_directory_size": spill}
    with Engine(scratch=scratch, memory_limit=memory_limit, options=options) as engine:
        for statement in (SCHEMA_STATEMENT, *request.tables.values(), *request.rows.values()):
            engine.execute(statement)
        engine.lock(Path(file) for file in request.files)
        with callers_errors(engine.connection, request):
            names = check_reading(engine.connection, request.sql, request.tables.keys(), request.rows.keys())
            parameters = _checked(request.parameters, names, request.sql)
            relation = engine.connection.sql(request.sql, params=parameters or None)
            types = tuple(str(kind) for kind in relation.types)
            return _first_rows(_exact(relation), types, request)


def _checked(given: Parameters, names: Collection[str], sql: str) -> Any:
    """The parameters as the engine takes them, when they are those that the statement has."""
    by_position = not isinstance(given, Mapping)
    received = [str(number) for number in range(1, len(given) + 1)] if by_position else list(given)
    if missing := sorted(set(names) - set(received)):
        how = (
            "a list with a value for each ? or $1" if missing[0].isdigit() else "an object with a value for each $name"
        )
        raise InvalidInput(
            f"The statement has the parameter ${missing[0]}, and no value is given for it.",
            code=Code.MISSING_PARAMETER,
            remedy=f"Send parameters as {how}: {', '.join(missing)}.",
            data={"missing": missing, "received": received},
        )
    if surplus := sorted(set(received) - set(names)):
        raise QueryRejected(
            f"The statement has no parameter ${surplus[0]}, yet a value is given for it.",
            remedy=f"Leave it out, or use it as ${surplus[0]}.",
            data={"surplus": surplus, "parameters": sorted(names), "sql": sql[:SHOWN]},
        )
    return list(given) if by_position else dict(given)


def _exact(relation: duckdb.DuckDBPyRelation) -> Any:
    """The relation with what Arrow cannot hold as text."""
    if not any(text in str(kind).lower() for kind in relation.types for text in AS_TEXT):
        return relation
    wanted = enumerate(zip(relation.types, relation.columns, strict=True), start=1)
    return relation.project(
        ", ".join(f"CAST(#{number} AS {_exact_type(kind)}) AS {identifier(name)}" for number, (kind, name) in wanted)
    )


def _exact_type(kind: Any) -> str:
    """The type with each part that Arrow has no equal for as VARCHAR."""
    if kind.id in AS_TEXT or str(kind).lower() in AS_TEXT:
        return "VARCHAR"
    if kind.id == "list":
        return f"{_exact_type(dict(kind.children)['child'])}[]"
    if kind.id == "array":
        parts = dict(kind.children)
        return f"{_exact_type(parts['child'])}[{parts['size']}]"
    if kind.id == "map":
        key, value = (_exact_type(part) for _, part in kind.children)
        return f"MAP({key}, {value})"
    if kind.id == "struct":
        return f"STRUCT({', '.join(f'{identifier(name)} {_exact_type(part)}' for name, part in kind.children)})"
    if kind.id == "tuple":
        return str(kind) if all(_exact_type(part) == str(part) for _, part in kind.children) else "VARCHAR"
    return str(kind)


def _first_rows(relation: Any, types: tuple[str, ...], request: Request) -> Answer:
    import pyarrow as pa

    reader = relation.to_arrow_reader(min(BATCH, request.row_limit + 1))
    sink = pa.BufferOutputStream()
    rows, used, cut = 0, 0, None
    with pa.ipc.new_stream(sink, reader.schema) as writer:
        for batch in reader:
            kept, cut = _kept(batch, request.row_limit - rows, request.byte_limit - used)
            writer.write_batch(kept)
            rows, used = rows + kept.num_rows, used + kept.nbytes
            if cut is not None:
                break
    if cut == "bytes" and rows == 0:
        raise InvalidInput(
            f"The first row alone is larger than the {request.byte_limit:,} bytes that an answer may hold.",
            code=Code.TOO_LARGE,
            remedy="Select fewer columns, or shorten values with left(text, n) and list[1:n].",
        )
    return Answer(types=types, stream=sink.getvalue().to_pybytes(), rows=rows, cut=cut)


def _kept(batch: pa.RecordBatch, rows: int, room: int) -> tuple[pa.RecordBatch, str | None]:
    """What of the batch fits, and what was in the way of the rest."""
    cut = "rows" if batch.num_rows > rows else None
    batch = batch.slice(0, rows)
    if batch.nbytes <= room:
        return batch, cut
    fits, exceeds = 0, batch.num_rows
    while exceeds - fits > 1:
        middle = (fits + exceeds) // 2
        fits, exceeds = (middle, exceeds) if batch.slice(0, middle).nbytes <= room else (fits, middle)
    return batch.slice(0, fits), "bytes"
