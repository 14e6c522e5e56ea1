"""Tables and queries of real databases, every value exact or rejected."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.database_servers import PASSWORD, DatabaseServer
from voyant.domain.source import Source, SourceKind
from voyant.errors import (
    CallerError,
    Code,
    InvalidInput,
    NotFound,
    NotPermitted,
    QueryRejected,
    Unavailable,
    VoyantError,
)
from voyant.ingestion.databases import stage_database
from voyant.ingestion.protocol import Limits, StagedTable
from voyant.lake.engine import Engine

DATA = Path(__file__).parent / "data"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def stage(
    url: str, engine: Engine, *, table: str | None = None, query: str | None = None, limits: Limits | None = None
) -> tuple[StagedTable, ...]:
    source = Source(kind=SourceKind.DATABASE, location=url, table=table, query=query)
    return stage_database(source, engine, limits=limits)


def only(tables: tuple[StagedTable, ...]) -> StagedTable:
    assert len(tables) == 1
    return tables[0]


def cells(staged: StagedTable, engine: Engine, name: str) -> list[Any]:
    """A column's values in the order of the source."""
    index = [column.name for column in staged.columns].index(name)
    return [row[0] for row in engine.tuples(f"SELECT c{index} FROM {staged.relation} ORDER BY _row")]


def types(staged: StagedTable) -> dict[str, str]:
    return {column.name: column.engine_type for column in staged.columns}


def rejects(staged: StagedTable, engine: Engine) -> list[tuple[int, str, str]]:
    if staged.rejects is None:
        return []
    return engine.tuples(f'SELECT "row", "column", raw FROM {staged.rejects} ORDER BY ALL')


@pytest.fixture(scope="session")
def postgresql(postgresql_server: DatabaseServer) -> DatabaseServer:
    postgresql_server.run((DATA / "postgresql.sql").read_text("utf-8"))
    return postgresql_server


@pytest.fixture(scope="session")
def mariadb(mariadb_server: DatabaseServer) -> DatabaseServer:
    mariadb_server.run((DATA / "mariadb.sql").read_text("utf-8"))
    return mariadb_server


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Each of the servers: what is promised of both is tested on both."""
    found: DatabaseServer = request.getfixturevalue(request.param)
    return found


def test_every_type_of_postgresql_is_exact(postgresql: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(postgresql.url(), engine, table="kinds"))
    assert not staged.text
    assert types(staged) == {
        "id": "INTEGER", "b": "BOOLEAN", "i2": "SMALLINT", "i8": "BIGINT", "price": "DECIMAL(12,2)",
        "free": "DECIMAL(38,9)", "huge": "DECIMAL(38,20)", "f4": "FLOAT", "f8": "DOUBLE", "t": "VARCHAR",
        "padded": "VARCHAR", "raw": "BLOB", "d": "DATE", "ts": "TIMESTAMP", "tz": "TIMESTAMP", "tm": "TIME",
        "span": "DECIMAL(18,6)", "js": "VARCHAR", "id2": "VARCHAR", "addr": "VARCHAR", "numbers": "VARCHAR",
        "words": "VARCHAR", "feeling": "VARCHAR", "cash": "DECIMAL(18,2)", "bits": "VARCHAR", "o": "BIGINT",
    }  # fmt: skip
    first = {column.name: cells(staged, engine, column.name)[0] for column in staged.columns}
    assert first == {
        "id": 1, "b": True, "i2": -32768, "i8": 2**63 - 1, "price": Decimal("1234567890.12"),
        "free": Decimal("12345678901234567890.123456789"), "huge": Decimal(1), "f4": pytest.approx(1.1, abs=1e-7),
        "f8": 0.1, "t": "é😀", "padded": "ab", "raw": b"\x00\xff", "d": date(2020, 2, 29),
        "ts": datetime(2020, 1, 1, 12, 0, 0, 123456), "tz": datetime(2020, 1, 1, 10), "tm": clock(23, 59, 59, 999999),
        "span": Decimal("86401.5"), "js": '{"a": 1}', "id2": "00000000-0000-0000-0000-000000000001",
        "addr": "10.0.0.1/32", "numbers": "[1,2,null]", "words": '["a","b c"]', "feeling": "happy",
        "cash": Decimal("12.34"), "bits": "1010", "o": 4294967295,
    }  # fmt: skip
    assert cells(staged, engine, "d")[1] == date(1, 1, 1)
    assert cells(staged, engine, "ts")[1] == datetime(9999, 12, 31, 23, 59, 59, 999999)
    assert cells(staged, engine, "t")[1] == ""
    assert staged.rejects is None


def test_what_postgresql_holds_beyond_any_type_is_rejected(postgresql: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(postgresql.url(), engine, table="beyond"))
    assert staged.rows == 3
    assert rejects(staged, engine) == [
        (1, "d", "infinity"),
        (1, "free", "NaN"),
        (1, "price", "NaN"),
        (1, "tm", "24:00:00"),
        (1, "ts", "-infinity"),
        (1, "tz", "infinity"),
        (2, "d", "4713-01-01 BC"),
        (2, "ts", "0044-03-15 00:00:00 BC"),
        (2, "tz", "294276-01-01 00:00:00+00"),
        (3, "d", "5874897-01-01"),
        (3, "free", "NaN"),
        (3, "ts", "10000-01-01 00:00:00"),
    ]
    assert cells(staged, engine, "tz") == [None, None, datetime(2020, 1, 1)]
    assert cells(staged, engine, "free") == [None, 2, None]


def test_every_type_of_mariadb_is_exact(mariadb: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(mariadb.url(), engine, table="kinds"))
    assert types(staged) == {
        "id": "BIGINT", "tiny": "BIGINT", "medium": "BIGINT", "big": "DECIMAL(20,0)", "signed_big": "BIGINT",
        "price": "DECIMAL(12,2)", "fine": "DECIMAL(38,20)", "huge": "DECIMAL(38,30)", "f": "FLOAT", "dbl": "DOUBLE",
        "d": "DATE", "ts": "TIMESTAMP", "tz": "TIMESTAMP", "t": "TIME", "y": "BIGINT", "b10": "BIGINT",
        "b1": "BOOLEAN", "b64": "DECIMAL(20,0)", "en": "VARCHAR", "st": "VARCHAR", "j": "VARCHAR", "blb": "BLOB",
        "txt": "VARCHAR", "ch": "VARCHAR", "vb": "BLOB", "g": "VARCHAR", "latin": "VARCHAR",
    }  # fmt: skip
    first = {column.name: cells(staged, engine, column.name)[0] for column in staged.columns}
    assert first == {
        "id": 1, "tiny": 5, "medium": 16777215, "big": 2**64 - 1, "signed_big": -(2**63),
        "price": Decimal("1234567890.12"), "fine": Decimal("123456789012345678.00000000000000000001"),
        "huge": Decimal("1.5"), "f": 16777216.0, "dbl": 0.1, "d": date(2020, 2, 29),
        "ts": datetime(2020, 1, 1, 12, 0, 0, 123456), "tz": datetime(2020, 1, 1, 10, 0, 0, 500000),
        "t": clock(23, 59, 59, 999999), "y": 2024, "b10": 682, "b1": True, "b64": 2**64 - 1, "en": "a", "st": "x,y",
        "j": '{"a": 1}', "blb": b"\x00\xff", "txt": "emoji 😀", "ch": "é", "vb": b"\x00\xff", "g": "POINT(1 2)",
        "latin": "Größe",
    }  # fmt: skip
    assert cells(staged, engine, "ts")[1] == datetime(9999, 12, 31, 23, 59, 59, 999999)
    assert cells(staged, engine, "dbl")[1] == 1e300
    assert staged.rejects is None


def test_zero_dates_are_rejected(mariadb: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(mariadb.url(), engine, table="beyond"))
    assert rejects(staged, engine) == [
        (1, "d", "0000-00-00"),
        (1, "ts", "0000-00-00 00:00:00"),
        (1, "y", "0000"),
        (2, "d", "2020-00-00"),
        (2, "ts", "2020-02-00 10:00:00"),
    ]
    assert cells(staged, engine, "d") == [None, None, date(2020, 2, 28)]


def test_times_beyond_a_day_are_spans_in_seconds(mariadb: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(mariadb.url(), engine, table="beyond"))
    assert cells(staged, engine, "t") == [Decimal(-3020399), Decimal("90000.5"), Decimal(1)]
    assert any("'t'" in note and "seconds" in note for note in staged.notes)


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


QUERY = (
    "SELECT id % 3 AS part, sum(amount) AS total, avg(amount) AS mean, count(*) AS n FROM many GROUP BY 1 ORDER BY 1"
)


def test_a_query(server: DatabaseServer, engine: Engine) -> None:
    staged = only(stage(server.url(), engine, query=f"{QUERY} -- by part"))
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


@pytest.mark.parametrize(
    ("wrong", "error"), [({"password": "hunter2"}, NotPermitted), ({"database": "nowhere"}, NotFound)]
)
def test_a_refused_entry(
    server: DatabaseServer, engine: Engine, wrong: dict[str, str], error: type[CallerError]
) -> None:
    with pytest.raises(error) as caught:
        stage(server.url(**wrong), engine)
    assert "hunter2" not in told_by(caught.value)
    assert PASSWORD not in told_by(caught.value)


def told_by(error: VoyantError) -> str:
    """All that anyone may see of an error, the chain behind it included."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return f"{[repr(link) for link in chain]} {error.as_dict()}"


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_nobody_there(engine: Engine, scheme: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        stage(f"{scheme}://ann:hunter2@127.0.0.1:1/shop", engine)
    assert caught.value.code is Code.UNREACHABLE
    assert "hunter2" not in told_by(caught.value)
    assert "127.0.0.1:1" in caught.value.message
    assert time.monotonic() - started < 5


def test_no_secret_anywhere(
    server: DatabaseServer, engine: Engine, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    staged = only(stage(server.url(), engine, query=QUERY))
    with pytest.raises(VoyantError) as caught:
        stage(server.url(), engine, query="SELECT nix")
    told = repr(staged) + told_by(caught.value) + caplog.text + "".join(capfd.readouterr())
    assert PASSWORD not in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("scheme", "module", "extra"),
    [
        ("postgresql", "adbc_driver_postgresql", "voyant[postgresql]"),
        ("postgres", "adbc_driver_postgresql", "voyant[postgresql]"),
        ("mysql", "asyncmy", "voyant[mysql]"),
        ("mariadb", "asyncmy", "voyant[mysql]"),
    ],
)
def test_a_missing_driver_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, scheme: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidInput) as caught:
        stage(f"{scheme}://127.0.0.1:1/shop", engine)
    assert caught.value.code is Code.COMPONENT_MISSING
    assert extra in caught.value.remedy


@pytest.mark.parametrize(
    "url", ["oracle://h/db", "postgresql://ann:pa/ss@h/db", "postgresql://h:port/db", "mysql://[::1/db"]
)
def test_an_address_that_is_none(engine: Engine, url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage(url, engine)
    assert caught.value.code is Code.UNSUPPORTED
    assert "ss@" not in caught.value.message


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.none(),
                st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
            ),
            st.one_of(
                st.none(), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
            ),
            st.one_of(st.none(), st.dates()),
            st.one_of(st.none(), st.datetimes()),
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_row_comes_back_as_it_was_written(server: DatabaseServer, rows: list[tuple[Any, ...]]) -> None:
    text, whole, moment = (
        ("text", "bigint", "timestamp") if server.scheme == "postgresql" else ("LONGTEXT", "BIGINT", "DATETIME(6)")
    )
    values = ", ".join(
        "(" + ", ".join([str(number), *(_written(cell, server.scheme) for cell in row)]) + ")"
        for number, row in enumerate(rows)
    )
    server.run(
        "DROP TABLE IF EXISTS written;\n"
        f"CREATE TABLE written (n int, a numeric(20,4), b {text}, c date, d {moment}, e {whole});\n"
        f"INSERT INTO written VALUES {values};\n"
    )
    try:
        with Engine() as engine:
            staged = only(stage(server.url(), engine, query="SELECT * FROM written ORDER BY n"))
            found = engine.tuples(f"SELECT c1, c2, c3, c4, c5 FROM {staged.relation} ORDER BY _row")
            assert found == rows
            assert staged.rejects is None
    finally:
        server.run("DROP TABLE written;")


def _written(value: Any, scheme: str) -> str:
    """The value as SQL; text as hexadecimal digits, so that no server's rules for escaping are in the way."""
    match value:
        case None:
            return "NULL"
        case str() if scheme == "postgresql":
            return f"convert_from('\\x{value.encode().hex()}', 'UTF8')"
        case str():
            return f"CONVERT(x'{value.encode().hex()}' USING utf8mb4)"
        case date():
            return f"'{value}'"
    return str(value)


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


def test_a_server_that_is_not_public_is_refused_where_it_has_to_be(server: DatabaseServer, engine: Engine) -> None:
    with pytest.raises(NotPermitted) as caught:
        stage(server.url(), engine, limits=Limits(private_databases=False))
    assert caught.value.code is Code.LOCATION_NOT_ALLOWED


def test_the_connection_goes_to_the_address_that_was_checked(
    server: DatabaseServer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name means nothing to the driver: it is never asked where it leads."""
    monkeypatch.setattr("voyant.ingestion.database_address.resolved", lambda host: ["127.0.0.1"])
    monkeypatch.setattr("voyant.addresses.is_public", lambda address: address == "127.0.0.1")
    elsewhere = replace(server, host="rebinding.example").url()
    staged = stage(elsewhere, engine, query="SELECT 1 AS id", limits=Limits(private_databases=False))
    assert only(staged).rows == 1


def test_a_name_that_leads_nowhere_is_unreachable(engine: Engine) -> None:
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(Unavailable, match="cannot be resolved"):
            stage(f"{scheme}://ann@nowhere.invalid/shop", engine, limits=Limits(private_databases=False))


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
