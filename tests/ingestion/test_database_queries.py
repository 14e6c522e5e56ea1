"""Queries of real databases: nothing but one SELECT, in bounded time."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fixtures.database_servers import DatabaseServer
from tests.ingestion.databases import cells, only, stage, types
from voyant.errors import Code, InvalidInput, NotFound, QueryRejected, Unavailable
from voyant.ingestion.protocol import Limits
from voyant.lake.engine import Engine


def test_a_query(server: DatabaseServer, engine: Engine) -> None:
    query = (
        "SELECT id % 3 AS part, sum(amount) AS total, avg(amount) AS mean, count(*) AS n FROM many "
        "GROUP BY 1 ORDER BY 1"
    )
    staged = only(stage(server.url(), engine, query=f"{query} -- by part"))
    assert staged.name == "many"
    assert [column.name for column in staged.columns] == ["part", "total", "mean", "n"]
    assert cells(staged, engine, "part") == [0, 1, 2]
    assert sum(cells(staged, engine, "total")) == Decimal(300_000 * 300_001 // 2) / 100
    assert types(staged)["total"].startswith("DECIMAL(")
    assert types(staged)["mean"].startswith("DECIMAL(")
    assert cells(staged, engine, "n") == [100_000] * 3


def test_columns_of_a_query_may_share_a_name(server: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(server.url(), engine, query="SELECT 1 AS a, 2 AS a, NULL AS nothing;"))
    assert [column.name for column in staged.columns] == ["a", "a", "nothing"]
    assert engine.tuples(f"SELECT c0, c1, c2 FROM {staged.relation}") == [(1, 2, None)]


def test_a_query_without_rows_keeps_its_columns(server: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(server.url(), engine, query="SELECT id, amount FROM many WHERE id < 0"))
    assert (staged.rows, [column.name for column in staged.columns]) == (0, ["id", "amount"])


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM many",
        "DROP TABLE many",
        "SELECT 1; DROP TABLE many",
        "INSERT INTO many VALUES (1, 1, '')",
        "WITH gone AS (DELETE FROM many RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM many",
        "SELECT * FROM many FOR UPDATE",
        "SELECT id FROM many INTO OUTFILE '/tmp/voyant-outfile'",
        "SELECT /*!50000 id INTO OUTFILE '/tmp/voyant-outfile' FROM many */",
        "SET default_transaction_read_only = off",
        "CALL something()",
        "EXPLAIN ANALYZE DELETE FROM many",
        "COMMIT",
        "COPY many TO '/tmp/voyant-outfile'",
        "SELEC 1",
        "-- nothing",
    ],
)
def test_nothing_but_a_select(server: DatabaseServer, engine: Engine, query: str) -> None:
    with pytest.raises(QueryRejected) as caught:
        stage(server.url(), engine, query=query)
    assert caught.value.code is Code.SQL_REFUSED
    assert not Path("/tmp/voyant-outfile").exists()  # noqa: S108 - where the statement would have written
    assert only(stage(server.url(), engine, table="many")).rows == 300_000


def test_functions_that_write_meet_a_read_only_transaction(postgresql: DatabaseServer, engine: Engine) -> None:
    postgresql.run("CREATE OR REPLACE FUNCTION vandal() RETURNS int LANGUAGE sql AS $$ DELETE FROM many RETURNING 1 $$")
    with pytest.raises(QueryRejected, match="read-only"):
        stage(postgresql.url(), engine, query="SELECT vandal()")


@pytest.mark.parametrize("query", ["SELECT nix FROM many", "SELECT * FROM nix", "SELECT nix(1)"])
def test_a_query_that_the_database_refuses(server: DatabaseServer, engine: Engine, query: str) -> None:
    with pytest.raises((QueryRejected, NotFound), match="nix"):
        stage(server.url(), engine, query=query)


def test_a_query_that_takes_too_long(server: DatabaseServer, engine: Engine) -> None:
    sleep = "pg_sleep(30)" if server.scheme == "postgresql" else "sleep(30)"
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        stage(server.url(), engine, query=f"SELECT {sleep}", limits=Limits(query_seconds=0.3))
    assert caught.value.code is Code.TIMEOUT
    assert time.monotonic() - started < 5


def test_a_table_or_a_query_not_both(server: DatabaseServer, engine: Engine) -> None:
    with pytest.raises(InvalidInput):
        stage(server.url(), engine, table="many", query="SELECT 1")
