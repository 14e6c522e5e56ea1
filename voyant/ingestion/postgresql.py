"""PostgreSQL, over ADBC: its binary COPY arrives as Arrow batches, no row passes through Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from voyant.errors import (
    Code,
    InvalidInput,
    NotFound,
    NotPermitted,
    QueryRejected,
    Unavailable,
    UnexpectedReply,
    VoyantError,
)
from voyant.ingestion.arriving import (
    DATE_VALUE,
    TIME_VALUE,
    TIMESTAMP_VALUE,
    Arriving,
    ArrivingColumn,
    Open,
    Relation,
    cast,
)
from voyant.ingestion.database_address import DatabaseAddress
from voyant.ingestion.protocol import Limits
from voyant.lake.sql import identifier

_CONNECT_SECONDS = 10
# Types whose binary form the driver gives as the engine has it. Everything else comes as the text that PostgreSQL
# writes: it knows all its types, and it is no slower.
_NATIVE = {
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "text": "VARCHAR",
    "varchar": "VARCHAR",
    "name": "VARCHAR",
    "bytea": "BLOB",
}
_REFUSALS = ("authentication failed", "no password supplied", "pg_hba.conf", "does not exist", "permission denied")
_READABLE = """
SELECT n.nspname, c.relname, c.relkind IN ('r', 'p') AS is_table
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
  AND n.nspname NOT LIKE 'pg\\_temp%' AND has_schema_privilege(n.oid, 'USAGE')
  AND has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname
"""


@contextmanager
def session(address: DatabaseAddress, limits: Limits) -> Iterator[PostgresqlSession]:
    """A read-only transaction.

    Raises:
        InvalidInput: The driver is not installed.
        Unavailable: Nobody answers there.
        NotPermitted: The server refuses the user or the password.
        NotFound: It has no such database.
    """
    try:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise address.driver_missing() from None
    with _errors_of(address, Error):
        connection = _connect(dbapi, address)
        with closing(connection):
            for statement in (
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                f"SET LOCAL statement_timeout = {round(limits.query_seconds * 1000)}",
                "SET LOCAL TimeZone = 'UTC'",
                "SET LOCAL DateStyle = 'ISO'",
                "SET LOCAL extra_float_digits = 1",
                "SET LOCAL client_encoding = 'UTF8'",
            ):
                with connection.cursor() as cursor:
                    cursor.execute(statement)
            yield PostgresqlSession(connection)


def _connect(dbapi: Any, address: DatabaseAddress) -> Any:
    from adbc_driver_manager import Error

    url = address.url(connect_timeout=str(_CONNECT_SECONDS))
    try:
        return dbapi.connect(url)
    except Error as error:
        raise _refused_or_away(address, address.without_secrets(str(error))) from None


def _refused_or_away(address: DatabaseAddress, message: str) -> VoyantError:
    """Why there is no connection; the driver gives no state then, only what the server says."""
    if re.search(r'database ".*" does not exist', message):
        return NotFound(f"There is no such database: {address.shown}: {message}", remedy="Check the database's name.")
    if any(words in message for words in _REFUSALS):
        return NotPermitted(f"{address.shown} refuses the connection: {message}", code=Code.SOURCE_REFUSES)
    if "invalid" in message:
        return InvalidInput(f"{address.shown} is no address for PostgreSQL: {message}", code=Code.UNSUPPORTED)
    return Unavailable(f"{address.shown} cannot be reached: {message}", system="postgresql")


class PostgresqlSession:
    """Answers ``DatabaseSession``."""

    dialect = "postgres"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def relations(self) -> Sequence[Relation]:
        with self._connection.cursor() as cursor:
            cursor.execute(_READABLE)
            return [Relation(schema=row[0], name=row[1], is_table=row[2]) for row in cursor.fetchall()]

    def read_relation(self, relation: Relation) -> Arriving:
        return self.read_query(f"SELECT * FROM {identifier(relation.schema)}.{identifier(relation.name)}")

    def read_query(self, query: str) -> Arriving:
        # Own column names: those of a query may repeat. The line break ends a comment at the query's end.
        with self._connection.cursor() as cursor:
            fields = list(cursor.adbc_execute_schema(f"SELECT * FROM ({query}\n) AS q"))
        aliases = ", ".join(f"c{index}" for index in range(len(fields)))
        columns = [_column(field) for field in fields]
        selected = ", ".join(sent.format(f"c{index}") for index, (_, sent) in enumerate(columns))
        statement = f"SELECT {selected} FROM ({query}\n) AS q({aliases})"
        return Arriving(tuple(column for column, _ in columns), self._batches(statement))

    def _batches(self, statement: str) -> Iterator[Any]:
        # The reader that the cursor gives to everyone reports errors without their SQLSTATE.
        from adbc_driver_manager._reader import AdbcRecordBatchReader

        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            stream = cursor.fetch_arrow()
            with AdbcRecordBatchReader._import_from_c(stream.address) as reader:
                yield from reader


def _column(field: Any) -> tuple[ArrivingColumn, str]:
    """What a column becomes, and the SQL by which the server sends it."""
    described = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    type_ = described.get("POSTGRESQL:type", "")
    modifier = int(described.get("POSTGRESQL:typmod", -1))
    if type_ in _NATIVE:
        return ArrivingColumn(name=field.name, type=_NATIVE[type_]), "{}"
    match type_:
        case "numeric":
            return _numeric(field.name, modifier), "{}::text"
        case "date":
            return ArrivingColumn(name=field.name, type="DATE", value=DATE_VALUE), "{}::text"
        case "timestamp" | "timestamptz":
            return ArrivingColumn(name=field.name, type="TIMESTAMP", value=TIMESTAMP_VALUE), "{}::text"
        case "time":
            return ArrivingColumn(name=field.name, type="TIME", value=TIME_VALUE), "{}::text"
        case "interval":
            return ArrivingColumn(name=field.name, type=Open.NUMBER), "extract(epoch FROM {})::text"
        case "money":
            return ArrivingColumn(name=field.name, type=Open.NUMBER), "{}::numeric::text"
        case "oid":
            return ArrivingColumn(name=field.name, type="BIGINT"), "{}::bigint"
    if type_.startswith("_"):
        return ArrivingColumn(name=field.name, type="VARCHAR"), "array_to_json({})::text"
    return ArrivingColumn(name=field.name, type="VARCHAR"), "{}::text"


def _numeric(name: str, modifier: int) -> ArrivingColumn:
    """A ``numeric(p, s)`` is a decimal; one without them, as sums and averages are, is settled by its values."""
    precision, scale = (modifier - 4) >> 16 & 0xFFFF, (modifier - 4) & 0x7FF
    if modifier < 4 or precision > 38 or scale > precision:
        return ArrivingColumn(name=name, type=Open.NUMBER)
    type_ = f"DECIMAL({precision},{scale})"
    return ArrivingColumn(name=name, type=type_, value=cast(type_))


@contextmanager
def _errors_of(address: DatabaseAddress, driver_error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except driver_error as error:
        raise _as_voyant_error(address, error) from None


def _as_voyant_error(address: DatabaseAddress, error: Any) -> VoyantError:
    state = error.sqlstate or ""
    message = address.without_secrets(str(error).partition("\n")[0])
    if state == "57014":
        return Unavailable(
            f"{address.shown} did not answer in time: {message}",
            system="postgresql",
            code=Code.TIMEOUT,
            remedy="Ask for less, or raise VOYANT_QUERY_TIMEOUT_SECONDS.",
        )
    if state == "42P01":
        return NotFound(f"{address.shown} has no such table: {message}", code=Code.NO_TABLE)
    if state.startswith("28") or state == "42501":
        return NotPermitted(f"{address.shown} refuses: {message}", code=Code.SOURCE_REFUSES)
    if state.startswith(("42", "22", "25", "0A")):
        return QueryRejected(f"{address.shown} refuses the query: {message}")
    if state.startswith("08") or not state:
        return Unavailable(f"{address.shown} broke the connection: {message}", system="postgresql")
    return UnexpectedReply(f"{address.shown} reports an error: {message}", system="postgresql", code=Code.POSTGRESQL)
