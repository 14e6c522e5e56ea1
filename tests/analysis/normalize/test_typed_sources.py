"""Tables that come with types: what stays, what is mapped, and when a Parquet file is the table."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.analysis.normalize.conftest import Outcome, outcome_of
from voyant.domain.normalization import ChangeKind
from voyant.domain.table import ColumnType
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.lake.engine import Engine


def read_parquet(engine: Engine, folder: Path, select: str) -> Outcome:
    path = folder / "typed.parquet"
    engine.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    relation = f"read_parquet('{path}')"
    described = engine.query(f"DESCRIBE SELECT * FROM {relation}")
    columns = tuple(StagedColumn(name=row["column_name"], engine_type=row["column_type"]) for row in described)
    rows = engine.tuples(f"SELECT count(*) FROM {relation}")[0][0]
    return outcome_of(
        engine,
        StagedTable(name="typed", relation=relation, columns=columns, rows=rows, text=False, parquet=path),
    )


def read_typed(engine: Engine, expression: str) -> Outcome:
    engine.execute(f"CREATE OR REPLACE TABLE raw AS SELECT i + 1 AS _row, {expression} AS c0 FROM range(20) t(i)")
    engine_type = engine.tuples("SELECT typeof(c0) FROM raw LIMIT 1")[0][0]
    column = StagedColumn(name="x", engine_type=engine_type)
    return outcome_of(engine, StagedTable(name="typed", relation="raw", columns=(column,), rows=20, text=False))


def test_a_parquet_file_that_needs_nothing_is_unchanged(engine, tmp_path):
    outcome = read_parquet(
        engine, tmp_path, "SELECT i AS id, i * 1.5 AS amount, 'group ' || i % 3 AS kind FROM range(50) t(i)"
    )
    assert outcome.normalized.unchanged
    assert outcome.normalized.changes == ()


def test_derived_columns_leave_the_file_unchanged(engine, tmp_path):
    outcome = read_parquet(
        engine,
        tmp_path,
        "SELECT TIMESTAMP '2023-01-01' + to_hours(i) AS opened_at, "
        "TIMESTAMP '2023-01-02' + to_hours(2 * i) AS closed_at FROM range(50) t(i)",
    )
    assert outcome.normalized.unchanged
    assert any(column.formula for column in outcome.normalized.dataset.columns)


@pytest.mark.parametrize(
    "select",
    [
        'SELECT i AS "Order Id" FROM range(50) t(i)',
        "SELECT CAST(i AS UINTEGER) AS id FROM range(50) t(i)",
        "SELECT CAST(DATE '2023-01-01' + CAST(i AS INTEGER) AS VARCHAR) AS day FROM range(50) t(i)",
        "SELECT [i, i] AS pair FROM range(50) t(i)",
    ],
)
def test_names_types_and_texts_that_change_are_changes(engine, tmp_path, select):
    outcome = read_parquet(engine, tmp_path, select)
    assert not outcome.normalized.unchanged
    assert outcome.normalized.changes


def test_dates_in_a_text_column_of_parquet_are_read_and_misfits_rejected(engine, tmp_path):
    select = "SELECT CASE WHEN i = 300 THEN 'soon' ELSE '2023-01-0' || (1 + i % 9) END AS day FROM range(400) t(i)"
    outcome = read_parquet(engine, tmp_path, select)
    assert outcome.column("day").type is ColumnType.DATE
    assert [(reject["row"], reject["raw"]) for reject in outcome.rejects] == [(301, "soon")]


@pytest.mark.parametrize(
    ("expression", "engine_type", "column_type"),
    [
        ("CAST(i AS TINYINT)", "INTEGER", ColumnType.INTEGER),
        ("CAST(i AS UBIGINT)", "DECIMAL(20,0)", ColumnType.INTEGER),
        ("CAST(i AS HUGEINT)", "DECIMAL(38,0)", ColumnType.INTEGER),
        ("CAST(i AS DECIMAL(9,2))", "DECIMAL(9,2)", ColumnType.DECIMAL),
        ("CAST(i AS FLOAT)", "FLOAT", ColumnType.FLOAT),
        ("TIMESTAMPTZ '2023-01-01 10:00:00+02' + to_days(CAST(i AS INTEGER))", "TIMESTAMP", ColumnType.TIMESTAMP),
        ("CAST('2023-01-01 00:00:00.123456789' AS TIMESTAMP_NS)", "TIMESTAMP", ColumnType.TIMESTAMP),
        ("to_seconds(i + 0.5)", "DECIMAL(18,6)", ColumnType.DECIMAL),
        ("uuid()", "VARCHAR", ColumnType.TEXT),
        ("CAST(CASE WHEN i > 9 THEN 'low' ELSE 'high' END AS ENUM('low', 'high'))", "VARCHAR", ColumnType.TEXT),
        ("{'a': i}", "VARCHAR", ColumnType.NESTED),
        ("CAST('ab' AS BLOB)", "BLOB", ColumnType.BINARY),
        ("i % 2 = 0", "BOOLEAN", ColumnType.BOOLEAN),
        ("TIME '10:00:00'", "TIME", ColumnType.TIME),
    ],
)
def test_types_the_lake_can_hold(engine, expression, engine_type, column_type):
    outcome = read_typed(engine, expression)
    column = outcome.column("x")
    assert (column.engine_type, column.type) == (engine_type, column_type)
    stored = engine.tuples(f"SELECT typeof(x) FROM ({outcome.normalized.select}) LIMIT 1")[0][0]
    assert stored == engine_type
    mapped = outcome.changes("x", ChangeKind.MAPPED)
    assert bool(mapped) == (engine.tuples("SELECT typeof(c0) FROM raw LIMIT 1")[0][0] != engine_type)


def test_zoned_timestamps_become_utc(engine):
    outcome = read_typed(engine, "TIMESTAMPTZ '2023-01-01 10:00:00+02'")
    assert outcome.values("x")[0] == datetime(2023, 1, 1, 8)


def test_huge_integers_beyond_the_type_are_not_lost_silently(engine):
    outcome = read_typed(
        engine, "CASE WHEN i = 3 THEN CAST('170141183460469231731687303715884105727' AS HUGEINT) ELSE i END"
    )
    assert outcome.values("x")[2] == Decimal(2)
    assert outcome.values("x")[3] is None
    assert outcome.normalized.rejected_cells == 1
    assert outcome.rejects[0]["raw"] == "170141183460469231731687303715884105727"


@pytest.mark.parametrize(
    ("good", "beyond", "type_"),
    [
        ("DATE '2024-01-31'", "DATE 'infinity'", ColumnType.DATE),
        ("DATE '0001-01-01'", "DATE '0001-01-01' - 1", ColumnType.DATE),
        ("DATE '9999-12-31'", "DATE '9999-12-31' + 1", ColumnType.DATE),
        ("TIMESTAMP '9999-12-31 23:59:59.999999'", "TIMESTAMP '-infinity'", ColumnType.TIMESTAMP),
        ("TIMESTAMPTZ '2024-01-31 12:00:00+00'", "TIMESTAMPTZ 'infinity'", ColumnType.TIMESTAMP),
        ("TIMESTAMP_S '2024-01-31 12:00:00'", "TIMESTAMP_S '10000-01-01 00:00:00'", ColumnType.TIMESTAMP),
        ("TIMESTAMP_MS '2024-01-31 12:00:00'", "TIMESTAMP_MS '10000-01-01 00:00:00'", ColumnType.TIMESTAMP),
        ("TIME '23:59:59.999999'", "TIME '24:00:00'", ColumnType.TIME),
    ],
)
def test_dates_and_times_that_few_can_hold_are_rejected(
    engine: Engine, good: str, beyond: str, type_: ColumnType
) -> None:
    outcome = read_typed(engine, f"CASE WHEN i = 7 THEN {beyond} ELSE {good} END")
    assert outcome.column("x").type is type_
    assert [reject["row"] for reject in outcome.rejects] == [8]
    values = outcome.values("x")
    assert values[7] is None
    assert None not in values[:7] + values[8:]
    assert outcome.normalized.rejected_cells == 1


def test_a_parquet_file_with_dates_stays_unless_one_is_beyond(engine: Engine, tmp_path: Path) -> None:
    days = "SELECT i AS id, DATE '2024-01-01' + CAST(i AS INTEGER) AS day FROM range(50) t(i)"
    assert read_parquet(engine, tmp_path, days).normalized.unchanged
    outcome = read_parquet(engine, tmp_path, f"{days} UNION ALL SELECT 50, DATE 'infinity'")
    assert not outcome.normalized.unchanged
    assert outcome.normalized.rejected_cells == 1
