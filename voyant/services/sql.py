"""SQL of callers: their tables, and one reading statement over them, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voyant.domain.caller import Caller
from voyant.domain.cancellation import Cancellation
from voyant.domain.job import Status
from voyant.domain.page import Page, page_of
from voyant.domain.profile import Profile
from voyant.domain.query import ArrowResult, QueryResult, ResultColumn, TableColumn, TableSummary
from voyant.domain.serialization import from_json, to_compact_json
from voyant.domain.table import Column
from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.lake.confined.request import Answer, Parameters, Request
from voyant.lake.snapshot import Snapshot
from voyant.lake.sql import identifier
from voyant.security.sql_guard import SHOWN, of_job, referenced_tables, unknown_table
from voyant.services.access import jobs_of, sources_of
from voyant.services.budget import MAX_TOKENS, estimated_tokens
from voyant.services.sql_scope import scope_of
from voyant.services.texts import require_text
from voyant.services.wiring import artifact_store, lake, sql_pool
from voyant.settings.configuration import in_bytes, settings

if TYPE_CHECKING:
    import pyarrow as pa

TOKENS_AROUND = 150
"""Kept free for what stands around the rows of an answer."""


def tables(
    caller: Caller, *, job_id: str | None = None, limit: int = 100, cursor: str | None = None
) -> Page[TableSummary]:
    """The caller's tables by name, a page at a time; of a job those that it read, and the rows that it made.

    Raises:
        NotFound: The caller has no such job, or what it made is kept no more.
        Conflict: It has not completed.
    """
    if job_id is not None:
        listed = sorted(scope_of(caller, job_id).summaries(), key=lambda table: table.name)
        rest = [table for table in listed if cursor is None or table.name > cursor]
        return page_of(rest[: limit + 1], limit, lambda table: table.name)
    names = [name for name in sorted(lake().tables(caller.tenant)) if cursor is None or name > cursor]
    sources = dict(sources_of(caller).values_list("id", "name"))
    found = [lake().snapshot(caller.tenant, name) for name in names[: limit + 1]]
    return page_of([_table_summary(snapshot, sources) for snapshot in found], limit, lambda table: table.name)


def columns(caller: Caller, table: str, *, job_id: str | None = None) -> tuple[TableColumn, ...]:
    """The columns of one of the caller's tables, with what is known of them.

    Args:
        job_id: Of a job that made the rows, or whose state of the table is meant.

    Raises:
        NotFound: The caller has no such table or job.
        Conflict: The job has not completed.
    """
    if table.lower().startswith(of_job("")):
        rows = of_job(identifier(table[len(of_job("")) :]))
        return tuple(_table_column(column, None, None) for column in _columns_of(caller, rows, job_id))
    scope = scope_of(caller, job_id)
    known = scope.known.tables
    name = next((name for name in known if name.lower() == table.lower()), None)
    if name is None:
        raise unknown_table(table, known, "")
    found = _columns_of(caller, identifier(name), job_id)
    if name in scope.derived:
        return tuple(_table_column(column, None, None) for column in found)
    snapshot = scope.snapshot(name)
    described = {column.name: column for column in snapshot.columns}
    profile = profile_of(caller, snapshot)
    nulls = {column.name: column.nulls > 0 for column in profile.columns} if profile else {}
    return tuple(_table_column(column, described.get(column.name), nulls.get(column.name)) for column in found)


def query(
    caller: Caller,
    sql: str,
    *,
    job_id: str | None = None,
    parameters: Parameters = (),
    limit: int | None = None,
    max_tokens: int | None = None,
    cancellation: Cancellation | None = None,
) -> QueryResult:
    """The first rows of one reading statement over the caller's tables, as JSON values.

    Args:
        job_id: The job that the statement comes from: its rows are then read as ``job.<name>``, and its tables as it
            read them.
        parameters: Values for ``?`` and ``$1``, or by name for ``$name``; bound, never written into the text.
        limit: Rows returned at most; never more than ``VOYANT_SQL_ROW_LIMIT``.
        max_tokens: Room that the answer may take in an agent's context.
        cancellation: Lets another thread stop the statement.

    Raises:
        QueryRejected: It is not one reading statement, or the engine refuses it, or it was cancelled.
        NotFound: It names a table that the caller does not have, or the job is not the caller's.
        Conflict: The job has not completed.
        InvalidInput: A parameter is missing or no text, or it needs too much time or memory.
    """
    answer, stream = _answer(_request(caller, sql, job_id, parameters, limit), cancellation)
    found = _result_columns(answer, stream)
    rows, cut, met = _fitting(stream, found, max_tokens)
    return QueryResult(columns=found, rows=rows, omitted=_omitted(cut or answer.cut, met, len(rows)))


def query_arrow(
    caller: Caller,
    sql: str,
    *,
    job_id: str | None = None,
    parameters: Parameters = (),
    limit: int | None = None,
    cancellation: Cancellation | None = None,
) -> ArrowResult:
    """The same rows as an Arrow IPC stream; see ``query``."""
    answer, stream = _answer(_request(caller, sql, job_id, parameters, limit), cancellation)
    return ArrowResult(
        columns=_result_columns(answer, stream),
        rows=answer.rows,
        stream=answer.stream,
        omitted=_omitted(answer.cut, None, answer.rows),
    )


def _table_summary(snapshot: Snapshot, sources: dict[str, str]) -> TableSummary:
    return TableSummary(
        name=snapshot.table,
        rows=snapshot.rows,
        columns=len(snapshot.columns),
        source=sources.get(snapshot.owner),
        snapshot=snapshot.id,
    )


def profile_of(caller: Caller, snapshot: Snapshot) -> Profile | None:
    """What the last analysis of that snapshot counted; None where there was none."""
    of_snapshot = {"pinned__table": snapshot.table, "pinned__snapshot": snapshot.id}
    job = jobs_of(caller).filter(status=Status.COMPLETED, artifacts__name="profile.json", **of_snapshot).first()
    return None if job is None else from_json(artifact_store().read(caller.tenant, job.id, "profile.json"), Profile)


def _table_column(found: ResultColumn, described: Column | None, nullable: bool | None) -> TableColumn:
    if described is None:
        return TableColumn(name=found.name, type=found.type, nullable=nullable)
    return TableColumn(
        name=found.name,
        type=found.type,
        original_name=described.original_name,
        kind=described.type,
        role=described.role,
        unit=described.unit,
        personal=described.personal,
        nullable=nullable,
    )


def _columns_of(caller: Caller, table: str, job_id: str | None) -> tuple[ResultColumn, ...]:
    return query(caller, f"SELECT * FROM {table} LIMIT 0", job_id=job_id).columns


def _answer(request: Request, cancellation: Cancellation | None) -> tuple[Answer, pa.Table]:
    import pyarrow as pa

    answer = sql_pool().run(request, cancellation or Cancellation())
    return answer, pa.ipc.open_stream(answer.stream).read_all()


def _request(caller: Caller, sql: str, job_id: str | None, parameters: Parameters, limit: int | None) -> Request:
    configured = settings()
    if limit is not None and limit < 0:
        raise InvalidInput(f"The limit {limit} is below 0.", remedy="Ask for 0 rows or more.")
    if (size := len(sql.encode(errors="replace"))) > configured.sql_statement_limit:
        raise QueryRejected(
            f"The statement has {size:,} bytes; {configured.sql_statement_limit:,} are allowed.",
            code=Code.TOO_LARGE,
            remedy="Send long lists of values as a parameter: WHERE x IN (SELECT unnest($values)).",
            data={"sql": sql[:SHOWN]},
        )
    if any("\ud800" <= sign <= "\udfff" for sign in sql):
        raise QueryRejected("The statement holds half of a character.", remedy="Send it as valid Unicode.")
    require_text(parameters=parameters)
    scope = scope_of(caller, job_id)
    read = referenced_tables(sql, scope.known)
    tables = {name: scope.table(name) for name in read.tables}
    rows = {name: scope.rows_named(name) for name in read.rows or ()}
    return Request(
        sql=sql,
        parameters=parameters,
        tables={name: table.statement for name, table in tables.items()},
        rows={name: table.statement for name, table in rows.items()},
        files=tuple(str(file) for table in (*tables.values(), *rows.values()) for file in table.files),
        row_limit=configured.sql_row_limit if limit is None else min(limit, configured.sql_row_limit),
        byte_limit=configured.sql_byte_limit,
        seconds=configured.sql_timeout_seconds,
        spill_bytes=in_bytes(configured.sql_spill_limit),
    )


def _result_columns(answer: Answer, stream: pa.Table) -> tuple[ResultColumn, ...]:
    pairs = zip(stream.schema.names, answer.types, strict=True)
    return tuple(ResultColumn(name=name, type=kind) for name, kind in pairs)


def _fitting(
    stream: pa.Table, found: tuple[ResultColumn, ...], max_tokens: int | None
) -> tuple[tuple[tuple[Any, ...], ...], str | None, int | None]:
    """The rows that fit, what was in the way of the rest, and its limit."""
    from voyant.lake.json_values import json_values

    room = settings().sql_byte_limit
    tokens = None if max_tokens is None else min(max_tokens, MAX_TOKENS) - TOKENS_AROUND - _tokens(found)
    rows: list[tuple[Any, ...]] = []
    for batch in stream.to_batches():
        for row in zip(*(json_values(column) for column in batch.columns), strict=True):
            encoded = to_compact_json(row)
            room -= len(encoded)
            if room < 0:
                return tuple(rows), "bytes", None
            if tokens is not None and (tokens := tokens - estimated_tokens(encoded.decode())) < 0:
                return tuple(rows), "tokens", max_tokens
            rows.append(row)
    return tuple(rows), None, None


def _tokens(value: Any) -> int:
    return estimated_tokens(to_compact_json(value).decode())


def _omitted(cut: str | None, met: int | None, rows: int) -> dict[str, Any]:
    """What is said where an answer does not hold all rows."""
    if cut is None:
        return {}
    ways = {
        "rows": "give a higher limit, up to VOYANT_SQL_ROW_LIMIT",
        "bytes": "select fewer columns or shorten long values",
        "tokens": "select fewer columns, aggregate, or give a higher max_tokens",
    }
    how = f"ORDER BY a unique column and send it again with OFFSET {rows}, or {ways[cut]}."
    limits = {"rows": rows, "bytes": settings().sql_byte_limit, "tokens": met}
    return {"cut_by": cut, "limit": limits[cut], "how": how}
