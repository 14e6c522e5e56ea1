"""SQL of callers: their tables, answers that lose nothing, limits that hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from tests.lake.test_lake import derived_column
from voyant.domain.caller import Caller
from voyant.domain.cancellation import Cancellation
from voyant.domain.query import QueryResult
from voyant.domain.table import Role
from voyant.errors import Code, InvalidInput, NotFound, QueryRejected, VoyantError
from voyant.lake.engine import Engine
from voyant.services.analysis import analyze
from voyant.services.budget import estimated_tokens
from voyant.services.sources import source_from
from voyant.services.sql import columns, query, query_arrow, tables
from voyant.services.wiring import lake
from voyant.settings.configuration import settings


@pytest.fixture
def orders(caller: Caller) -> str:
    def write(path: Path) -> None:
        with Engine() as engine:
            engine.copy_to_parquet("SELECT range AS id, range * 2 AS amount FROM range(5000)", path)

    half = derived_column("half", "amount / 2.0")
    lake().replace(caller.tenant, "orders", write, owner="src_1", content="x", columns=(half,), scratch=settings().home)
    return "orders"


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets limits for one test."""

    def limit(**changes: Any) -> None:
        changed = msgspec.structs.replace(settings(), **changes)
        for module in ("voyant.services.sql", "voyant.services.wiring"):
            monkeypatch.setattr(f"{module}.settings", lambda: changed)

    return limit


def value(caller: Caller, expression: str, parameters: Any = ()) -> Any:
    """What one expression comes out as."""
    [[found]] = query(caller, f"SELECT {expression}", parameters=parameters).rows
    return found


def test_rows_come_with_names_and_types(caller: Caller, orders: str) -> None:
    found = query(caller, "SELECT id, half FROM orders ORDER BY id LIMIT 2")

    assert [(column.name, column.type) for column in found.columns] == [("id", "BIGINT"), ("half", "DOUBLE")]
    assert found.rows == ((0, 0.0), (1, 1.0))
    assert found.omitted == {}


def test_names_may_repeat(caller: Caller) -> None:
    found = query(caller, "SELECT 1 AS a, 2 AS a, '101'::BIT AS a")

    assert [column.name for column in found.columns] == ["a", "a", "a"]
    assert found.rows == ((1, 2, "101"),)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("9007199254740991", 9007199254740991),
        ("-9007199254740992", "-9007199254740992"),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
        ("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455"),
        ("sum(x) FROM range(4) t(x)", 6),
        ("1.50::DECIMAL(5,2)", 1.5),
        ("12345678901234567.89::DECIMAL(20,2)", "12345678901234567.89"),
        ("0.1::DOUBLE", 0.1),
        ("'nan'::DOUBLE", "NaN"),
        ("'-inf'::DOUBLE", "-Infinity"),
        ("DATE '2024-02-29'", "2024-02-29"),
        ("DATE '0044-03-15 (BC)'", "-0043-03-15"),
        ("DATE 'infinity'", "infinity"),
        ("TIMESTAMP '2024-02-29 13:45:00'", "2024-02-29T13:45:00"),
        ("TIMESTAMP '1969-12-31 23:59:59.5'", "1969-12-31T23:59:59.5"),
        ("TIMESTAMP '20000-01-01 10:00:00'", "+20000-01-01T10:00:00"),
        ("TIMESTAMP '-infinity'", "-infinity"),
        ("TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "2024-01-01T00:00:00.123456789"),
        ("TIMESTAMPTZ '2024-01-01 00:00:00+02'", "2023-12-31T22:00:00Z"),
        ("TIME '10:00:00.000001'", "10:00:00.000001"),
        ("'10:00:00+02'::TIMETZ", "10:00:00+02"),
        ("INTERVAL '14 months -3 days'", "P1Y2M-3D"),
        ("INTERVAL '-1.5 seconds'", "PT-1.5S"),
        ("INTERVAL '0 seconds'", "PT0S"),
        ("INTERVAL '25 hours 61 minutes'", "PT26H1M"),
        ("'\\xFF\\x00'::BLOB", "/wA="),
        ("'101'::BIT", "101"),
        ("'12345678-1234-1234-1234-123456789012'::UUID", "12345678-1234-1234-1234-123456789012"),
        ("'a'::ENUM('a', 'b')", "a"),
        ("[1, NULL, 9007199254740993]", [1, None, "9007199254740993"]),
        ("[[1.5], []]", [[1.5], []]),
        ("[1, 2]::INTEGER[2]", [1, 2]),
        ("{'a': 12345678901234567.89, 'b': [DATE '2024-01-01']}", {"a": "12345678901234567.89", "b": ["2024-01-01"]}),
        ("{'t': ['10:00:00+02'::TIMETZ]}", {"t": ["10:00:00+02"]}),
        ("row(1, 'x')", {"element1": 1, "element2": "x"}),
        ("row('101'::BIT)", "(101,)"),
        ("MAP {'a': 1, 'b': NULL}", [["a", 1], ["b", None]]),
        ("NULL", None),
        ("[]", []),
        ("""'{"a":1.10}'::JSON""", '{"a":1.10}'),
        ("union_value(k := 1)", "1"),
    ],
)
def test_values_lose_nothing(caller: Caller, expression: str, expected: Any) -> None:
    assert value(caller, expression) == expected


@pytest.mark.parametrize(
    ("expression", "parameters", "expected"),
    [
        ("? + 1", [41], 42),
        ("$2 || $1", ["a", "b"], "ba"),
        ("$name", {"name": "it's; DROP TABLE orders --"}, "it's; DROP TABLE orders --"),
        ("len($items)", {"items": [1, 2, 3]}, 3),
        ("$value", {"value": {"a": 1, "b": "x"}}, {"a": 1, "b": "x"}),
        ("? IS NULL", [None], True),
        ("?", [2**62], str(2**62)),
        ("? AND true", [False], False),
        ("?", [1.5], 1.5),
        ("$1 + $1", [2], 4),
        ("?::DATE", ["2024-01-01"], "2024-01-01"),
        ("$day::DATE", {"day": "2024-01-01"}, "2024-01-01"),
    ],
)
def test_parameters_are_bound(caller: Caller, expression: str, parameters: Any, expected: Any) -> None:
    assert value(caller, expression, parameters) == expected


def test_parameters_filter(caller: Caller, orders: str) -> None:
    sql = "SELECT count(*) FROM orders WHERE id IN (SELECT unnest($ids))"

    assert query(caller, sql, parameters={"ids": [1, 2, 9999]}).rows == ((2,),)


@pytest.mark.parametrize(
    ("sql", "parameters", "code", "said"),
    [
        ("SELECT ?", [], Code.MISSING_PARAMETER, "$1"),
        ("SELECT ?, ?", [1], Code.MISSING_PARAMETER, "$2"),
        ("SELECT $a", {"b": 1}, Code.MISSING_PARAMETER, "$a"),
        ("SELECT $a", [1], Code.MISSING_PARAMETER, "$a"),
        ("SELECT 1", [1], Code.SQL_REFUSED, "$1"),
        ("SELECT $a", {"a": 1, "b": 2}, Code.SQL_REFUSED, "$b"),
    ],
)
def test_parameters_too_few_or_too_many_are_named(
    caller: Caller, sql: str, parameters: Any, code: Code, said: str
) -> None:
    with pytest.raises(VoyantError) as caught:
        query(caller, sql, parameters=parameters)

    assert caught.value.code is code
    assert said in caught.value.message


def test_more_rows_than_the_limit_are_cut_and_it_is_said(caller: Caller, orders: str) -> None:
    found = query(caller, "SELECT id FROM orders ORDER BY id", limit=10)

    assert len(found.rows) == 10
    assert found.omitted["cut_by"] == "rows"
    assert "OFFSET 10" in found.omitted["how"]
    assert query(caller, "SELECT id FROM orders ORDER BY id OFFSET 10", limit=1).rows == ((10,),)
    assert len(query(caller, "SELECT id FROM orders", limit=10**9).rows) == settings().sql_row_limit
    assert query(caller, "SELECT id FROM orders LIMIT 10", limit=10).omitted == {}
    assert query(caller, "SELECT id FROM orders", limit=0).rows == ()


def test_more_bytes_than_the_limit_are_cut_and_it_is_said(caller: Caller, limited: Any) -> None:
    limited(sql_byte_limit=10_000)
    found = query(caller, "SELECT repeat('x', 3000) AS x FROM range(100)")

    assert len(found.rows) == 3
    assert found.omitted["cut_by"] == "bytes"
    assert query_arrow(caller, "SELECT repeat('x', 3000) AS x FROM range(100)").omitted["cut_by"] == "bytes"
    with pytest.raises(InvalidInput, match="first row alone") as caught:
        query(caller, "SELECT repeat('x', 30000)")
    assert caught.value.code is Code.TOO_LARGE


def test_an_answer_fits_the_room_of_an_agent(caller: Caller, orders: str) -> None:
    found = query(caller, "SELECT * FROM orders", max_tokens=500)

    assert 5 < len(found.rows) < 200
    assert found.omitted["cut_by"] == "tokens"
    assert estimated_tokens(msgspec.json.encode(found).decode()) <= 500


def test_the_same_rows_come_as_arrow(caller: Caller, orders: str) -> None:
    found = query_arrow(caller, "SELECT id, half, 2::HUGEINT AS h FROM orders ORDER BY id", limit=3)

    read = pa.ipc.open_stream(found.stream).read_all()
    assert read.to_pydict() == {"id": [0, 1, 2], "half": [0.0, 1.0, 2.0], "h": [2, 2, 2]}
    assert found.rows == 3
    assert found.omitted["cut_by"] == "rows"


ENDLESS = [
    "SELECT sum(a.range * b.range) FROM range(10000000000) a, range(10000000000) b",
    "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t",
    "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE hash(a.range, b.range) = 0",
]


@pytest.mark.parametrize("sql", ENDLESS)
def test_a_statement_without_end_is_stopped(caller: Caller, limited: Any, sql: str) -> None:
    limited(sql_timeout_seconds=0.5)
    with pytest.raises(InvalidInput) as caught:
        query(caller, sql)

    assert caught.value.code is Code.TIMEOUT
    assert value(caller, "1") == 1


GREEDY = [
    "SELECT repeat('x', 100000000) FROM range(50)",
    "SELECT length(repeat('x', 400000000) || range) FROM range(100)",
    "SELECT range(1000000000)",
    "SELECT list(range) FROM range(100000000000)",
    "SELECT string_agg(range::VARCHAR, ',') FROM range(100000000000)",
    "SELECT printf('%2000000000d', 1)",
    "SELECT replace(repeat('x', 100000), 'x', repeat('y', 100000))",
    "SELECT lpad('x', 2000000000, 'y')",
]


@pytest.mark.parametrize("sql", GREEDY)
def test_a_statement_that_wants_all_memory_is_stopped(caller: Caller, limited: Any, sql: str) -> None:
    limited(sql_memory_limit="200MB", sql_spill_limit="50MB")
    with pytest.raises(InvalidInput) as caught:
        query(caller, sql)

    assert caught.value.code is Code.TOO_LARGE
    assert value(caller, "1") == 1


def test_what_does_not_fit_in_memory_is_spilled_and_nothing_left(caller: Caller, limited: Any) -> None:
    limited(sql_memory_limit="600MB")
    found = query(caller, "SELECT count(*) FROM (SELECT range FROM range(16000000) ORDER BY hash(range))")

    assert found.rows == ((16000000,),)
    assert not list(settings().scratch_path.glob("sql-*"))
    limited(sql_memory_limit="600MB", sql_spill_limit="1MB")
    with suppress(InvalidInput):  # the engine does not always meet the limit before it is done
        query(caller, "SELECT range FROM range(60000000) ORDER BY hash(range) OFFSET 50000000")
    assert not list(settings().scratch_path.glob("sql-*"))


def test_endless_rows_are_not_waited_for(caller: Caller) -> None:
    assert len(query(caller, "SELECT * FROM range(1000000000000)", limit=5).rows) == 5


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 2000 + "1" + ")" * 2000,
        "SELECT " + "abs(" * 1000 + "1" + ")" * 1000,
        "SELECT " + "- " * 5000 + "1",
        "SELECT * FROM " + "(SELECT * FROM " * 500 + "orders" + ")" * 500,
    ],
)
def test_deep_nesting_is_refused(caller: Caller, orders: str, sql: str) -> None:
    with pytest.raises(QueryRejected):
        query(caller, sql)


def test_a_statement_of_a_megabyte_is_refused(caller: Caller) -> None:
    with pytest.raises(QueryRejected) as caught:
        query(caller, "SELECT '" + "x" * 2**20 + "'")

    assert caught.value.code is Code.TOO_LARGE
    assert len(caught.value.data["sql"]) < 1000


def test_half_a_character_is_refused(caller: Caller) -> None:
    with pytest.raises(QueryRejected):
        query(caller, "SELECT '\ud800'")


def test_another_thread_can_cancel(caller: Caller) -> None:
    cancellation = Cancellation()
    threading.Timer(0.5, cancellation.cancel).start()
    with pytest.raises(QueryRejected, match="cancelled"):
        query(caller, ENDLESS[0], cancellation=cancellation)

    assert value(caller, "1") == 1
    with pytest.raises(QueryRejected, match="cancelled"):
        query(caller, "SELECT 1", cancellation=cancellation)


def test_statements_run_at_once_and_keep_apart(caller: Caller, orders: str) -> None:
    found: list[QueryResult] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(query(caller, f"SELECT {n}, count(*) FROM orders")))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(result.rows for result in found) == [((n, 5000),) for n in range(6)]


def test_nothing_of_a_statement_is_left_for_the_next(caller: Caller, other_caller: Caller, orders: str) -> None:
    query(caller, "SELECT * FROM orders")
    with pytest.raises(NotFound):
        query(other_caller, "SELECT * FROM orders")


def test_the_process_of_a_statement_knows_no_secret(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from voyant.lake.confined.pool import Worker

    monkeypatch.setenv("VOYANT_TEST_SECRET", "hunter2")
    worker = Worker(settings().scratch_path, 200_000_000)
    try:
        assert b"hunter2" not in Path(f"/proc/{worker.process_id}/environ").read_bytes()
    finally:
        worker.close()


def test_tables_are_listed_a_page_at_a_time(caller: Caller, tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        path = tmp_path / f"{name}.csv"
        path.write_text("x,y\n" + "".join(f"{n},{n * n}\n" for n in range(10)))
        analyze(caller, source_from(caller, str(path)))

    page = tables(caller, limit=2)
    rest = tables(caller, limit=2, cursor=page.next_cursor)

    assert [table.name for table in page.items] == ["a", "b"]
    assert [table.name for table in rest.items] == ["c"]
    assert rest.next_cursor is None
    assert (page.items[0].rows, page.items[0].columns) == (10, 2)
    assert page.items[0].source is not None
    assert "a.csv" in page.items[0].source
    assert page.items[0].snapshot == lake().snapshot(caller.tenant, "a").id


def test_columns_say_what_the_analysis_found(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("Day,Net Amount\n" + "".join(f"2024-01-{n:02},{n * 3.5 if n % 5 else ''}\n" for n in range(1, 29)))
    analyze(caller, source_from(caller, str(path)))

    day, amount = columns(caller, "SALES")

    assert (day.name, day.original_name, day.type, day.role, day.nullable) == ("day", "Day", "DATE", Role.TIME, False)
    assert (amount.name, amount.original_name, amount.role, amount.nullable) == (
        "net_amount",
        "Net Amount",
        Role.MEASURE,
        True,
    )


def test_columns_of_a_table_that_was_not_analysed(caller: Caller, orders: str) -> None:
    found = columns(caller, "orders")

    assert [(column.name, column.role) for column in found] == [("id", None), ("amount", None), ("half", Role.MEASURE)]
    assert {column.nullable for column in found} == {None}
    with pytest.raises(NotFound):
        columns(caller, "nothing")


def test_an_unknown_column_gets_the_nearest_and_the_place(caller: Caller, orders: str) -> None:
    with pytest.raises(QueryRejected, match="amuont") as caught:
        query(caller, "SELECT id,\n  amuont\nFROM orders")

    assert caught.value.code is Code.UNKNOWN_COLUMN
    assert "amount" in caught.value.remedy
    assert (caught.value.data["line"], caught.value.data["column"]) == (2, 3)
    assert caught.value.data["sql"].startswith("SELECT id")


def test_an_unknown_table_gets_the_nearest(caller: Caller, orders: str) -> None:
    with pytest.raises(NotFound, match="ordrs") as caught:
        query(caller, "SELECT * FROM ordrs")

    assert caught.value.code is Code.NO_TABLE
    assert "orders" in caught.value.remedy
    assert caught.value.data["tables"] == ["orders"]


def test_an_unknown_function_gets_the_nearest(caller: Caller) -> None:
    with pytest.raises(QueryRejected, match="substrng") as caught:
        query(caller, "SELECT substrng('abc', 1)")

    assert "substring" in caught.value.remedy
    assert (caught.value.data["line"], caught.value.data["column"]) == (1, 8)


def test_a_value_that_does_not_fit_is_the_callers_fault(caller: Caller) -> None:
    with pytest.raises(QueryRejected, match="Could not convert") as caught:
        query(caller, "SELECT x::INTEGER FROM (VALUES ('1'), ('a')) t(x)")

    assert caught.value.code is Code.SQL_REFUSED
