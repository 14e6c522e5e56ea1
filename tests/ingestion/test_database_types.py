"""Values of real databases: each exact, or rejected."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.database_servers import DatabaseServer
from tests.ingestion.databases import cells, only, rejects, stage, types
from voyant.lake.engine import Engine


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
