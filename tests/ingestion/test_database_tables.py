"""Which tables of a real database are read, and that they arrive whole and of one moment."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.fixtures.database_servers import DatabaseServer
from tests.ingestion.databases import cells, only, stage
from voyant.domain.source import Source, SourceKind
from voyant.errors import Code, InvalidInput, NotFound, NotPermitted
from voyant.ingestion.databases import stage_database
from voyant.ingestion.protocol import Limits
from voyant.lake.engine import Engine


def test_large_tables_arrive_whole(server: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(server.url(), engine, table="many"))
    assert staged.rows == 300_000
    found = engine.tuples(
        f"SELECT count(*), count(DISTINCT _row), min(_row), max(_row), sum(c0), sum(c1), count(DISTINCT c2) "
        f"FROM {staged.relation}"
    )[0]
    total = 300_000 * 300_001 // 2
    assert found == (300_000, 300_000, 1, 300_000, total, Decimal(total) / 100, 300_000)


def test_all_tables_but_no_views_without_a_selection(server: DatabaseServer, engine: Engine) -> None:
    names = {table.name for table in stage(server.url(), engine)}
    if server.scheme == "postgresql":
        assert names == {"public_kinds", "public_beyond", "public_parts", "public_many", "sales_data_order_lines"}
    else:
        assert names == {"kinds", "beyond", "many", "order_lines"}


def test_a_view_can_be_named(server: DatabaseServer, engine: Engine) -> None:
    name = "happy_kinds" if server.scheme == "postgresql" else "few"
    assert only(stage(server.url(), engine, table=name)).name == name


@pytest.mark.parametrize("selection", ["parameter", "argument"])
def test_a_table_is_named_by_argument_or_address(postgresql: DatabaseServer, engine: Engine, selection: str) -> None:
    if selection == "parameter":
        staged = stage(postgresql.url(table="public.parts"), engine)
    else:
        staged = stage(postgresql.url(), engine, table="parts")
    assert only(staged).rows == 1


def test_names_that_need_quotes(server: DatabaseServer, engine: Engine) -> None:
    if server.scheme == "postgresql":
        staged = only(stage(server.url(), engine, table='Sales Data.Order "Lines"'))
        assert [column.name for column in staged.columns] == ['a"b', "SELECT", "naïve 😀"]
    else:
        staged = only(stage(server.url(), engine, table="Order `Lines`"))
        assert [column.name for column in staged.columns] == ["a`b", "SELECT", "naïve {x}"]
    assert staged.name == "order_lines"
    assert engine.tuples(f"SELECT c0, c1, c2 FROM {staged.relation}") == [(1, "x", 2)]


def test_a_table_that_is_not_there(server: DatabaseServer, engine: Engine) -> None:
    with pytest.raises(NotFound, match="many") as caught:
        stage(server.url(), engine, table="mny")
    assert caught.value.code is Code.NO_TABLE


def test_too_many_tables_to_take_all(server: DatabaseServer, engine: Engine) -> None:
    names = [f"crowd_{number:02}" for number in range(25)]
    server.run("".join(f"CREATE TABLE {name} (id INT);\n" for name in names))
    try:
        with pytest.raises(InvalidInput, match="crowd_24") as caught:
            stage(server.url(), engine)
        assert "--table" in caught.value.remedy
    finally:
        server.run("".join(f"DROP TABLE {name};\n" for name in names))


def test_only_what_the_user_may_read(postgresql: DatabaseServer, engine: Engine) -> None:
    as_reader = replace(postgresql, user="reader", password="reader")  # noqa: S106
    assert only(stage(as_reader.url(), engine)).name == "parts"
    with pytest.raises(NotFound):
        stage(as_reader.url(), engine, table="kinds")
    with pytest.raises(NotPermitted, match="permission denied"):
        stage(as_reader.url(), engine, query="SELECT * FROM kinds")


def test_rows_beyond_the_limit_of_bytes(server: DatabaseServer, engine: Engine) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage(server.url(), engine, table="many", limits=Limits(max_expanded_bytes=1_000_000))
    assert caught.value.code is Code.TOO_LARGE


def test_tables_agree_although_others_write(server: DatabaseServer, engine: Engine) -> None:
    """Rows that another transaction adds while the first table is read are in none of the tables."""
    server.run("CREATE TABLE agree_a AS SELECT 1 AS id; CREATE TABLE agree_b AS SELECT 1 AS id;")
    wrote = []

    def write_once(_share: float) -> None:
        if not wrote:
            wrote.append(True)
            server.run("INSERT INTO agree_b SELECT 2;")

    try:
        source = Source(kind=SourceKind.DATABASE, location=server.url())
        staged = {
            table.name.removeprefix("public_"): table for table in stage_database(source, engine, progress=write_once)
        }
        assert wrote
        assert staged["agree_b"].rows == 1
    finally:
        server.run("DROP TABLE agree_a; DROP TABLE agree_b;")


def test_a_reading_that_is_stopped_leaves_no_session(server: DatabaseServer, engine: Engine) -> None:
    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    source = Source(kind=SourceKind.DATABASE, location=server.url(), table="many")
    with pytest.raises(KeyboardInterrupt):
        stage_database(source, engine, progress=stop)
    sessions = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name <> 'psql' AND datname = 'shop'"
        if server.scheme == "postgresql"
        else "SELECT count(*) AS n FROM information_schema.processlist WHERE user = 'analyst'"
    )
    deadline = time.monotonic() + 5
    while cells(only(stage(server.url(), engine, query=sessions)), engine, "n") != [1]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_inside_a_running_event_loop(server: DatabaseServer, engine: Engine) -> None:
    async def in_a_notebook() -> int:
        return only(stage(server.url(), engine, query="SELECT 1 AS one")).rows

    assert asyncio.run(in_a_notebook()) == 1
