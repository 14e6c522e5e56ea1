"""SQLite and DuckDB files: every table, with the types its values have."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import duckdb
import pytest

from tests.ingestion.conftest import Reader
from voyant.errors import Code, VoyantError


def _sqlite(reader: Reader, *statements: str) -> str:
    path = reader.folder / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return str(path)


def test_reads_every_sqlite_table(reader: Reader) -> None:
    path = _sqlite(
        reader,
        'CREATE TABLE "My Orders" (id INTEGER, amount REAL, note TEXT, "odd ""name""" BLOB)',
        "INSERT INTO \"My Orders\" VALUES (1, 2.5, 'x', x'00ff'), (2, 3, NULL, NULL)",
        "CREATE TABLE empty (a)",
        "CREATE TABLE plain (k TEXT)",
        "INSERT INTO plain VALUES ('007'), ('')",
        "CREATE VIEW seen AS SELECT 1",
    )
    orders, plain = reader.read(path)
    assert orders.table.name == "my_orders"
    assert orders.names == ["id", "amount", "note", 'odd "name"']
    assert [column.engine_type for column in orders.table.columns] == ["BIGINT", "DOUBLE", "VARCHAR", "BLOB"]
    assert orders.rows == [(1, 2.5, "x", b"\x00\xff"), (2, 3.0, None, None)]
    assert plain.rows == [("007",), ("",)]


def test_a_column_of_mixed_values_is_text(reader: Reader) -> None:
    path = _sqlite(reader, "CREATE TABLE t (v)", "INSERT INTO t VALUES (1), (2.5), ('n/a'), (x'0a'), (NULL)")
    (staged,) = reader.read(path)
    assert staged.rows == [("1",), ("2.5",), ("n/a",), ("0a",), (None,)]


def test_sqlite_text_that_is_no_utf8(reader: Reader) -> None:
    path = _sqlite(reader, "CREATE TABLE t (v TEXT)", "INSERT INTO t VALUES (CAST(x'41e9' AS TEXT))")
    assert reader.read(path)[0].rows == [("A\\xe9",)]


def test_reading_does_not_change_a_sqlite_file(reader: Reader) -> None:
    path = reader.write("shop.db", b"")
    _sqlite(reader, "CREATE TABLE t (v)", "INSERT INTO t VALUES (1)")
    before = path.read_bytes()
    reader.read(path)
    assert path.read_bytes() == before
    assert {found.name for found in reader.folder.iterdir() if found.is_file()} == {"shop.db"}


def test_reads_every_duckdb_table(reader: Reader) -> None:
    path = reader.folder / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE Orders AS SELECT range AS id, range * 1.5::DECIMAL(9,2) AS amount FROM range(3)"
        )
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.t AS SELECT 'x' AS \"a b\"")
    first, second = reader.read(path)
    assert (first.table.name, second.table.name) == ("main_orders", "other_t")
    assert [row[0] for row in first.rows] == [0, 1, 2]
    assert second.names == ["a b"]


@pytest.mark.parametrize(
    "data", [b"SQLite format 3\x00" + b"\x00" * 2000, b"\0" * 8 + b"DUCK" + b"\0" * 5000], ids=["sqlite", "duckdb"]
)
def test_a_broken_file(data: bytes, reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("shop.db", data)
    assert caught.value.code in {Code.UNREADABLE, Code.NOT_ENOUGH_DATA}


def test_no_tables(reader: Reader) -> None:
    path = _sqlite(reader, "CREATE TABLE empty (a)")
    with pytest.raises(VoyantError) as caught:
        reader.read(path)
    assert caught.value.code is Code.NOT_ENOUGH_DATA


def test_a_sqlite_file_that_another_program_holds(reader: Reader) -> None:
    path = _sqlite(reader, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(VoyantError, match="locked") as caught:
            reader.read(path)
    assert caught.value.code is Code.UNREADABLE
    assert "Close the program" in caught.value.remedy
