"""Callers' SQL: what reads only their tables runs, all else is refused, by each of two guards alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.security.statements import ANALYTICAL, CATALOGUES, HOSTILE, OF_JOBS, READING_A_JOB
from voyant.domain.caller import Caller
from voyant.domain.cancellation import Cancellation
from voyant.errors import Code, NotFound, QueryRejected, VoyantError
from voyant.lake.confined.reading import check_reading
from voyant.lake.confined.request import Answer, Request
from voyant.lake.engine import Engine
from voyant.lake.views import file_view_statement, view_statement
from voyant.security.sql_functions import FUNCTIONS, TABLE_FUNCTIONS
from voyant.security.sql_guard import Known, referenced_tables
from voyant.services.sql import query
from voyant.services.wiring import lake, sql_pool

ORDERS = """
    SELECT range AS id, range * 2 AS amount, 'r' || (range % 3) AS region, range % 4 AS customer,
        DATE '2024-01-01' + range::INTEGER AS day, 'a-' || range AS note, ['x', 'y'] AS tags
    FROM range(40)
"""
CUSTOMERS = "SELECT range AS id, 'c' || range AS name, DATE '2024-01-01' AS since FROM range(4)"
NAMES = ("orders", "Customers")
KNOWN = Known(tables=NAMES)
WITH_JOB = Known(tables=NAMES, rows=("forecast",))
REFUSALS = {Code.SQL_REFUSED, Code.NO_TABLE}


@pytest.fixture(scope="module")
def shop(home: Path) -> Caller:
    """A caller with the tables of all statements here."""
    owner = Caller(tenant="shop", subject="tester")

    def make(name: str, rows: str) -> None:
        def write(path: Path) -> None:
            with Engine() as engine:
                engine.copy_to_parquet(rows, path)

        lake().replace(owner.tenant, name, write, owner="src_1", content=name, columns=(), scratch=home)

    make("orders", ORDERS)
    make("Customers", CUSTOMERS)
    return owner


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows that a job has made."""
    path = tmp_path_factory.mktemp("job") / "forecast.parquet"
    with Engine() as engine:
        engine.copy_to_parquet(ORDERS, path)
    return path


@pytest.fixture(scope="module")
def locked() -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine with the tables' names and no way out."""
    with Engine() as engine:
        for name, rows in zip(NAMES, (ORDERS, CUSTOMERS), strict=True):
            engine.execute(f'CREATE VIEW "{name}" AS {rows}')
        engine.lock([])
        yield engine.connection


def run_unchecked(caller: Caller, sql: str, rows: Path | None = None) -> Answer:
    """The statement run as if the first guard had let it pass, with that file as the rows of a job."""
    snapshots = [lake().snapshot(caller.tenant, name) for name in NAMES]
    request = Request(
        sql=sql,
        tables={snapshot.table: view_statement(snapshot, snapshot.table) for snapshot in snapshots},
        rows={} if rows is None else {"forecast": file_view_statement(rows, "forecast", "job")},
        files=tuple(
            map(str, [*([] if rows is None else [rows]), *(file for each in snapshots for file in each.files)])
        ),
        row_limit=10,
        byte_limit=10**6,
        seconds=30,
        spill_bytes=10**8,
    )
    return sql_pool().run(request, Cancellation())


def test_the_collections_are_large() -> None:
    assert len(set(HOSTILE)) >= 80
    assert len(set(ANALYTICAL)) >= 60


@pytest.mark.parametrize("sql", HOSTILE)
def test_the_first_guard_alone_refuses(sql: str) -> None:
    for known in (KNOWN, WITH_JOB):
        with pytest.raises((QueryRejected, NotFound)) as caught:
            referenced_tables(sql, known)

        assert (
            caught.value.code in REFUSALS if known.rows or sql not in OF_JOBS else REFUSALS | {Code.MISSING_PARAMETER}
        )


@pytest.mark.parametrize("sql", HOSTILE)
def test_the_second_guard_alone_refuses(shop: Caller, forecast: Path, sql: str) -> None:
    for rows in (None, forecast):
        with pytest.raises(VoyantError) as caught:
            run_unchecked(shop, sql, rows)

        assert caught.value.code in REFUSALS
    assert not list(Path("/tmp").glob("voyant-escaped*"))  # noqa: S108 - where the statements would write


@pytest.mark.parametrize("sql", READING_A_JOB)
def test_what_reads_the_rows_of_a_job_needs_the_job(shop: Caller, forecast: Path, sql: str) -> None:
    assert tuple(referenced_tables(sql, WITH_JOB).rows or ()) == ("forecast",)
    assert run_unchecked(shop, sql, forecast).rows
    with pytest.raises(QueryRejected, match=r"(?i)job\.forecast") as caught:
        referenced_tables(sql, KNOWN)
    assert caught.value.code is Code.MISSING_PARAMETER
    assert "--job" in caught.value.remedy
    with pytest.raises(VoyantError) as refused:
        run_unchecked(shop, sql)
    assert refused.value.code in REFUSALS


@pytest.mark.parametrize("sql", ANALYTICAL)
def test_analytical_statements_run(shop: Caller, sql: str) -> None:
    assert query(shop, sql).columns


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "COPY (SELECT 1) TO '/tmp/voyant-escaped.csv'",
        "ATTACH '/tmp/voyant-escaped.db' AS p",
        "EXPORT DATABASE '/tmp/voyant-escaped'",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "PRAGMA profile_output = '/tmp/voyant-escaped'",
        "CALL enable_logging(storage = 'file', storage_path = '/tmp/voyant-escaped')",
        "INSTALL httpfs",
        "SELECT * FROM glob('/*')",
    ],
)
def test_the_lock_holds_even_for_what_no_guard_has_read(sql: str) -> None:
    with Engine() as engine:
        engine.lock([])
        with pytest.raises(VoyantError):
            engine.query(sql)


def _functions(kinds: str) -> list[str]:
    found = duckdb.connect().execute(
        f"SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ({kinds}) ORDER BY 1"
    )
    return [name for (name,) in found.fetchall()]


OPEN_TABLE_FUNCTIONS = [name for name in _functions("'table', 'table_macro'") if name.lower() not in TABLE_FUNCTIONS]
CLOSED_FUNCTIONS = [
    name
    for name in _functions("'scalar', 'aggregate', 'macro', 'window'")
    if name.isidentifier() and name.lower() not in FUNCTIONS | TABLE_FUNCTIONS
]


def test_the_engine_has_functions_to_refuse() -> None:
    assert len(OPEN_TABLE_FUNCTIONS) > 50
    assert len(CLOSED_FUNCTIONS) > 50


@pytest.mark.parametrize("name", OPEN_TABLE_FUNCTIONS)
def test_no_other_table_function_of_the_engine_can_be_reached(locked: duckdb.DuckDBPyConnection, name: str) -> None:
    for sql in (f"SELECT * FROM {name}('orders')", f'SELECT * FROM orders, LATERAL "{name}"(id)', f"FROM {name}()"):
        with pytest.raises((QueryRejected, NotFound)):
            referenced_tables(sql, KNOWN)
        with pytest.raises((QueryRejected, NotFound, duckdb.Error)):
            check_reading(locked, sql, NAMES)


def test_no_other_function_of_the_engine_can_be_called(locked: duckdb.DuckDBPyConnection) -> None:
    for name in CLOSED_FUNCTIONS:
        sql = f"SELECT \"{name}\"('x')"
        with pytest.raises(QueryRejected):
            referenced_tables(sql, KNOWN)
        with pytest.raises(QueryRejected):
            check_reading(locked, sql, NAMES)


def test_all_functions_that_are_allowed_are_the_engines_or_syntax() -> None:
    syntax = {
        "__between", "cast", "coalesce", "columns", "current_timestamp", "exists", "grouping", "grouping_id",
        "ifnull", "list_comprehension", "operator", "percentile_cont", "percentile_disc", "try", "unnest",
    }  # fmt: skip
    known = {name.lower() for name in _functions("'scalar', 'aggregate', 'macro', 'window', 'table'")}

    assert (FUNCTIONS | TABLE_FUNCTIONS) - known <= syntax


@pytest.mark.parametrize("name", [sql.split()[-1] for sql in CATALOGUES if sql.split()[-1].isidentifier()])
def test_a_name_of_the_engines_own_can_be_the_callers(shop: Caller, name: str) -> None:
    assert query(shop, f"WITH {name} AS (SELECT 1 AS a) SELECT * FROM {name}").rows == ((1,),)


@pytest.mark.parametrize("sql", ["SELECT * FROM nothing", "SELECT * FROM '/etc/passwd'"])
def test_what_is_not_known_gets_the_list_of_tables(sql: str) -> None:
    with pytest.raises(NotFound) as caught:
        referenced_tables(sql, KNOWN)

    assert caught.value.data["tables"] == sorted(NAMES)


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM ORDERS", ("orders",)),
        ("WITH o AS (SELECT 1 AS a FROM orders) SELECT * FROM o", ("orders",)),
        ("SELECT * FROM orders o JOIN customers c ON o.id = c.id", ("orders", "Customers")),
        ("WITH orders AS (SELECT 1) SELECT * FROM orders", ()),
        ("SELECT * FROM (WITH orders AS (SELECT 1) FROM orders), orders", ("orders",)),
        ("SELECT * FROM range(3)", ()),
    ],
)
def test_the_tables_that_a_statement_reads(sql: str, tables: tuple[str, ...]) -> None:
    assert referenced_tables(sql, KNOWN) == Known(tables=tables, rows=())
