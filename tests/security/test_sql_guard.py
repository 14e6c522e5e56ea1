"""Callers' SQL: what reads only their tables passes, all else is refused, twice over."""

from __future__ import annotations

import pytest

from voyant.errors import NotFound, QueryRejected, VoyantError
from voyant.lake.engine import Engine
from voyant.security.sql_guard import referenced_tables

KNOWN = ("orders", "Customers")

READING = [
    ("SELECT * FROM orders", ("orders",)),
    ("select count(*) from customers", ("Customers",)),
    ("WITH o AS (SELECT 1 AS a FROM orders) SELECT * FROM o", ("orders",)),
    ("SELECT * FROM orders o JOIN Customers c ON o.id = c.id", ("orders", "Customers")),
    ("SELECT * FROM range(3)", ()),
    ("SELECT 1 UNION ALL SELECT 2", ()),
    ("SELECT (SELECT max(a) FROM orders) AS m", ("orders",)),
    ("SELECT * FROM orders WHERE note = 'DROP TABLE orders; --'", ("orders",)),
]

REFUSED = [
    "DROP TABLE orders",
    "DELETE FROM orders",
    "INSERT INTO orders VALUES (1)",
    "UPDATE orders SET a = 1",
    "CREATE TABLE x AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE orders",
    "COPY orders TO '/tmp/x.csv'",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "ATTACH '/etc/passwd' AS p",
    "SET memory_limit = '100GB'",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CALL pragma_version()",
    "EXPORT DATABASE '/tmp/x'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_parquet('/tmp/*.parquet')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('orders')",
    "SELECT getenv('HOME')",
    "SELECT current_setting('home_directory')",
    "SELECT a FROM orders WHERE a = (SELECT content FROM read_text('/etc/passwd'))",
    "WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x",
    "",
    "not sql at all (",
]

UNKNOWN = [
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/tmp/x.parquet'",
    "SELECT * FROM secrets_of_others",
]

OTHER_SCHEMAS = [
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM main.orders",
    "SELECT * FROM pg_catalog.pg_class",
]


@pytest.mark.parametrize(("sql", "tables"), READING)
def test_reading_ones_own_tables_passes(sql: str, tables: tuple[str, ...]) -> None:
    assert referenced_tables(sql, KNOWN) == tables


@pytest.mark.parametrize("sql", REFUSED + OTHER_SCHEMAS)
def test_all_else_is_refused(sql: str) -> None:
    with pytest.raises(QueryRejected):
        referenced_tables(sql, KNOWN)


@pytest.mark.parametrize("sql", UNKNOWN)
def test_files_and_tables_of_others_are_not_known(sql: str) -> None:
    with pytest.raises(NotFound) as caught:
        referenced_tables(sql, KNOWN)
    assert caught.value.data["tables"] == sorted(KNOWN)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "COPY (SELECT 1) TO '/tmp/voyant-escaped.csv'",
        "ATTACH '/tmp/voyant-escaped.db' AS p",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "SELECT * FROM glob('/*')",
    ],
)
def test_the_engine_alone_refuses_too(sql: str) -> None:
    with Engine() as engine:
        engine.lock([])
        with pytest.raises(VoyantError):
            engine.query(sql)
