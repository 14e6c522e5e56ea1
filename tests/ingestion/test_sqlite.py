"""SQLite files: their tables, views and queries, and that they are never written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.ingestion.databases import only, stage
from voyant.errors import Code, InvalidInput, NotFound, QueryRejected
from voyant.ingestion.protocol import Limits
from voyant.lake.engine import Engine


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE orders (id INTEGER, amount REAL, note TEXT);
            INSERT INTO orders VALUES (1, 2.5, 'a'), (2, 3.5, 'b'), (3, NULL, NULL);
            CREATE TABLE customers (id INTEGER);
            INSERT INTO customers VALUES (9223372036854775807);
            CREATE VIEW large AS SELECT * FROM orders WHERE amount > 3;
            """
        )
    return path


def test_sqlite_tables_views_and_queries(sqlite_file: Path, engine: Engine) -> None:
    url = f"sqlite:///{sqlite_file}"
    assert {table.name: table.rows for table in stage(url, engine)} == {"customers": 1, "orders": 3}
    assert only(stage(url, engine, table="large")).rows == 1
    assert only(stage(f"{url}?table=orders", engine)).rows == 3
    staged = only(stage(url, engine, query="SELECT count(*) AS n, sum(amount) AS total FROM orders -- all"))
    assert staged.name == "orders"
    assert engine.tuples(f"SELECT c0, c1 FROM {staged.relation}") == [(3, 6.0)]


def test_sqlite_is_never_written(sqlite_file: Path, engine: Engine) -> None:
    before = sqlite_file.read_bytes()
    for query in (
        "DELETE FROM orders",
        "ATTACH 'x.db' AS x",
        "PRAGMA journal_mode=WAL",
        "SELECT 1; DELETE FROM orders",
    ):
        with pytest.raises(QueryRejected):
            stage(f"sqlite:///{sqlite_file}", engine, query=query)
    assert sqlite_file.read_bytes() == before
    assert list(sqlite_file.parent.iterdir()) == [sqlite_file]


def test_sqlite_queries_end(sqlite_file: Path, engine: Engine) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS n FROM n"
    with pytest.raises(InvalidInput) as caught:
        stage(f"sqlite:///{sqlite_file}", engine, query=endless, limits=Limits(query_seconds=0.2))
    assert caught.value.code is Code.TIMEOUT


def test_sqlite_mistakes(sqlite_file: Path, engine: Engine) -> None:
    with pytest.raises(NotFound, match="orders"):
        stage(f"sqlite:///{sqlite_file}", engine, table="nix")
    with pytest.raises(NotFound, match="nowhere"):
        stage("sqlite:///nowhere.sqlite", engine)
    for query in ("SELECT nix FROM orders", "SELECT * FROM nix"):
        with pytest.raises(QueryRejected, match="nix"):
            stage(f"sqlite:///{sqlite_file}", engine, query=query)
