"""MySQL and MariaDB, over asyncmy.

Chosen of the drivers that stream and install from wheels, by reading a million rows of ten columns into Arrow batches:
asyncmy took 3.9 s, PyMySQL and MariaDB's own 13 s. ConnectorX took 1 s but cuts decimals to ten places without a word,
ends in a panic on zero dates and large decimals, and can neither set a time limit nor open a read-only transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from voyant.errors import Code, NotFound, NotPermitted, QueryRejected, Unavailable, UnexpectedReply, VoyantError
from voyant.ingestion.arriving import (
    DATE_VALUE,
    TIMESTAMP_VALUE,
    Arriving,
    ArrivingColumn,
    Open,
    Relation,
    cast,
)
from voyant.ingestion.database_address import DatabaseAddress
from voyant.ingestion.protocol import Limits

_CONNECT_SECONDS = 10
_CELLS_PER_BATCH = 200_000
_UNSIGNED_FLAG = 32
_BINARY_CHARSET = 63
_READABLE = """
SELECT table_schema, table_name, table_type = 'BASE TABLE'
FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
  AND (table_schema = {database} OR {database} = '')
ORDER BY table_schema, table_name
"""
_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = {schema} AND table_name = {name} ORDER BY ordinal_position
"""
# Of the server itself: its disk, its memory, its files.
_FAULTS = frozenset({1021, 1030, 1033, 1034, 1037, 1038, 1041, 1105, 1194, 1195})
# How the server has to send what it would otherwise send rounded, or in a form of its own.
_SENT = {
    "float": "CAST({} AS DOUBLE)",
    **dict.fromkeys(
        ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
         "geometrycollection", "geomcollection"),
        "ST_AsText({})",
    ),
}  # fmt: skip

T = TypeVar("T")


@contextmanager
def session(address: DatabaseAddress, limits: Limits) -> Iterator[MysqlSession]:
    """A read-only transaction.

    Raises:
        InvalidInput: The driver is not installed.
        Unavailable: Nobody answers there.
        NotPermitted: The server refuses the user or the password.
        NotFound: It has no such database.
    """
    try:
        import asyncmy  # noqa: F401 - only whether it is there
    except ImportError:
        raise address.driver_missing() from None
    with _Loop() as loop, _errors_of(address):
        connection = loop.run(_connect(address, limits))
        try:
            yield MysqlSession(connection, loop, address.database)
        finally:
            # Not the polite good-bye, which would first read all that is still to come.
            connection.close()


class _Loop:
    """An event loop in a thread of its own: the caller may run inside one already, as in a notebook."""

    def __enter__(self) -> _Loop:
        self._runner = asyncio.Runner()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voyant-mysql")
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, work).result()

    def __exit__(self, *error: object) -> None:
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


async def _connect(address: DatabaseAddress, limits: Limits) -> Any:
    import asyncmy
    from asyncmy.converters import conversions

    tls = _tls(address)
    # The driver compares the certificate with the name that it connects to; who has one for it is no other.
    proves_name = tls is not None and tls.check_hostname
    connection = await asyncmy.connect(
        host=(None if proves_name else address.pinned) or address.host or "localhost",
        port=address.port or 3306,
        user=address.user,
        password=address.password or "",
        database=address.database or None,
        charset="utf8mb4",
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=limits.query_seconds + 60,
        ssl=tls,
        # Without decoders all values come as the text the server sends: nothing is lost on the way.
        conv={key: value for key, value in conversions.items() if not isinstance(key, int)},
    )
    is_mariadb = "mariadb" in connection.get_server_info().lower()
    async with connection.cursor() as cursor:
        for statement in (
            f"SET SESSION max_statement_time = {limits.query_seconds}"
            if is_mariadb
            else f"SET SESSION max_execution_time = {round(limits.query_seconds * 1000)}",
            "SET SESSION time_zone = '+00:00'",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ):
            await cursor.execute(statement)
    return connection


def _tls(address: DatabaseAddress) -> Any:
    """None for what the server prefers; a context where the address asks for TLS, in MySQL's words."""
    import ssl

    mode = (address.parameters.get("ssl-mode") or address.parameters.get("ssl_mode") or "").upper()
    if mode in {"", "DISABLED", "PREFERRED"}:
        return None
    context = ssl.create_default_context(cafile=address.parameters.get("ssl-ca") or address.parameters.get("ssl_ca"))
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if mode == "REQUIRED":
        context.verify_mode = ssl.CERT_NONE
    return context


class MysqlSession:
    """Answers ``DatabaseSession``."""

    dialect = "mysql"

    def __init__(self, connection: Any, loop: _Loop, database: str) -> None:
        self._connection = connection
        self._loop = loop
        self._database = database

    def relations(self) -> Sequence[Relation]:
        rows = self._loop.run(self._all(_READABLE.format(database=_literal(self._database))))
        return [Relation(schema=schema, name=name, is_table=is_table == "1") for schema, name, is_table in rows]

    def read_relation(self, relation: Relation) -> Arriving:
        columns = self._loop.run(
            self._all(_COLUMNS.format(schema=_literal(relation.schema), name=_literal(relation.name)))
        )
        selected = ", ".join(
            f"{_SENT.get(type_, '{}').format(_identifier(name))} AS {_identifier(name)}" for name, type_ in columns
        )
        singles = {name for name, type_ in columns if type_ == "float"}
        statement = f"SELECT {selected} FROM {_identifier(relation.schema)}.{_identifier(relation.name)}"
        return self._read(statement, singles)

    def read_query(self, query: str) -> Arriving:
        return self._read(query, set())

    def _read(self, statement: str, singles: set[str]) -> Arriving:
        from asyncmy.cursors import SSCursor

        cursor = self._connection.cursor(SSCursor)
        self._loop.run(cursor.execute(statement))
        # The public description lacks the flags that tell signed from unsigned and bytes from text.
        fields = cursor._result.fields
        columns = tuple(_column(field, single=field.name in singles) for field in fields)
        return Arriving(columns, self._batches(cursor, columns))

    def _batches(self, cursor: Any, columns: Sequence[ArrivingColumn]) -> Iterator[Any]:
        size = max(1, _CELLS_PER_BATCH // len(columns))
        while rows := self._loop.run(cursor.fetchmany(size)):
            yield _batch(rows, columns)
        self._loop.run(cursor.close())

    async def _all(self, statement: str) -> list[tuple[Any, ...]]:
        async with self._connection.cursor() as cursor:
            await cursor.execute(statement)
            return list(await cursor.fetchall())


def _column(field: Any, *, single: bool) -> ArrivingColumn:
    from asyncmy.constants import FIELD_TYPE as T

    name, unsigned = field.name, bool(field.flags & _UNSIGNED_FLAG)
    match field.type_code:
        case T.TINY | T.SHORT | T.INT24 | T.LONG:
            return ArrivingColumn(name=name, type="BIGINT", value=cast("BIGINT"))
        case T.LONGLONG:
            type_ = "DECIMAL(20,0)" if unsigned else "BIGINT"
            return ArrivingColumn(name=name, type=type_, value=cast(type_))
        case T.YEAR:  # 0 is the "zero year", as 0000-00-00 is the zero date
            return ArrivingColumn(name=name, type="BIGINT", value="NULLIF(TRY_CAST({} AS BIGINT), 0)")
        case T.DECIMAL | T.NEWDECIMAL:
            return _decimal(name, field, unsigned=unsigned)
        case T.FLOAT:
            return ArrivingColumn(name=name, type="FLOAT", value=cast("FLOAT"))
        case T.DOUBLE:
            type_ = "FLOAT" if single else "DOUBLE"
            return ArrivingColumn(name=name, type=type_, value=cast(type_))
        case T.DATE | T.NEWDATE:
            return ArrivingColumn(name=name, type="DATE", value=DATE_VALUE)
        case T.DATETIME | T.TIMESTAMP:
            return ArrivingColumn(name=name, type="TIMESTAMP", value=TIMESTAMP_VALUE)
        case T.TIME:
            return ArrivingColumn(name=name, type=Open.SPAN)
        case T.BIT:
            type_ = "BOOLEAN" if field.length == 1 else "DECIMAL(20,0)" if field.length == 64 else "BIGINT"
            return ArrivingColumn(name=name, type=type_, value=f"CAST(CAST({{}} AS UBIGINT) AS {type_})")
        case T.JSON:
            return ArrivingColumn(name=name, type="VARCHAR")
    is_bytes = field.charsetnr == _BINARY_CHARSET and field.type_code != T.NULL
    return ArrivingColumn(name=name, type="BLOB" if is_bytes else "VARCHAR")


def _decimal(name: str, field: Any, *, unsigned: bool) -> ArrivingColumn:
    """MySQL's decimals have up to 65 digits; what has more than 38 is settled by its values."""
    precision = field.length - (0 if unsigned else 1) - (1 if field.scale else 0)
    if precision > 38 or precision < field.scale:
        return ArrivingColumn(name=name, type=Open.NUMBER)
    type_ = f"DECIMAL({precision},{field.scale})"
    return ArrivingColumn(name=name, type=type_, value=cast(type_))


def _batch(rows: Sequence[Sequence[Any]], columns: Sequence[ArrivingColumn]) -> Any:
    import pyarrow as pa

    arrays = []
    for cells, column in zip(zip(*rows, strict=True), columns, strict=True):
        if column.type == "BLOB":
            arrays.append(pa.array(cells, pa.binary()))
        elif any(isinstance(cell, bytes) for cell in cells):  # BIT: its bytes are those of a number
            arrays.append(
                pa.array([None if cell is None else str(int.from_bytes(cell)) for cell in cells], pa.string())
            )
        else:
            arrays.append(pa.array(cells, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, names=[f"c{index}" for index in range(len(columns))])


def _identifier(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


@contextmanager
def _errors_of(address: DatabaseAddress) -> Iterator[None]:
    from asyncmy.errors import MySQLError

    try:
        yield
    except MySQLError as error:
        raise _as_voyant_error(address, error) from None
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"{address.shown} broke the connection: {error}", system="mysql") from None


def _as_voyant_error(address: DatabaseAddress, error: Exception) -> VoyantError:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    message = address.without_secrets(str(error.args[-1] if error.args else error))
    if code in {1969, 3024, 1317}:
        return Unavailable(
            f"{address.shown} did not answer in time: {message}",
            system="mysql",
            code=Code.TIMEOUT,
            remedy="Ask for less, or raise VOYANT_QUERY_TIMEOUT_SECONDS.",
        )
    if code == 1049:
        return NotFound(f"There is no such database: {address.shown}: {message}", remedy="Check the database's name.")
    if code in {1044, 1045, 1698, 1130, 1142, 1143}:
        return NotPermitted(f"{address.shown} refuses: {message}", code=Code.SOURCE_REFUSES)
    if code == 1146:
        return NotFound(f"{address.shown} has no such table: {message}", code=Code.NO_TABLE)
    if 2000 <= code < 3000 or code in {1040, 1053, 1203} or not code:
        return Unavailable(f"{address.shown} cannot be reached: {message}", system="mysql")
    if code in _FAULTS:
        return UnexpectedReply(f"{address.shown} reports an error: {message}", system="mysql", code=Code.MYSQL)
    return QueryRejected(f"{address.shown} refuses the query: {message}")
