"""Tables beyond the sample: exact figures stay exact, all others lie within the error they state."""

from __future__ import annotations

import math
import statistics
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.profile.tables import NAME, column, table_from
from voyant.analysis.profile import profile
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.serialization import to_json
from voyant.domain.table import Column, Dataset, PersonalData, Role
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable

ROWS = 60_000
SHUFFLED = f"(i * 7919) % {ROWS}"

STREAMED = {
    "even": ("BIGINT", f"{SHUFFLED} * 3"),
    "skewed": ("DECIMAL(18,2)", f"CAST(exp({SHUFFLED} / 6000.0) * 100 AS DECIMAL(18,2)) + i % 7"),
    "wide": ("BIGINT", f"CASE WHEN i % 2 = 0 THEN -9223372036854775807 + {SHUFFLED} ELSE 9223372036854775806 - i END"),
    "double": ("DOUBLE", f"CASE WHEN i % 1000 = 0 THEN NULL ELSE exp({SHUFFLED} / 3000.0) - 50 END"),
    "normal": ("DOUBLE", f"sin({SHUFFLED}) * cos(i) / (1.01 + sin(i * 3))"),
    "spike": ("DOUBLE", f"CASE WHEN i % 3 > 0 THEN 0.1 ELSE {SHUFFLED} / 7.0 END"),
    "moment": ("TIMESTAMP", f"TIMESTAMP '2020-01-01' + INTERVAL (({SHUFFLED}) * 97) SECOND"),
    "sorted": ("BIGINT", "i"),
    "distant": ("DOUBLE", f"1e12 + sin({SHUFFLED})"),
}


def large(columns: list[Column], *expressions: str) -> Any:
    """A table of ``ROWS`` rows."""
    return table_from(columns, f"SELECT {', '.join(expressions)} FROM range({ROWS}) rows(i)")


def seconds(value: Any) -> float:
    """A stated time as a number that errors can be compared with."""
    return datetime.fromisoformat(value).timestamp()


@pytest.mark.parametrize("name", STREAMED)
def test_quantiles_lie_within_their_error(name: str) -> None:
    engine_type, expression = STREAMED[name]
    with large([column(name, engine_type)], f"CAST({expression} AS {engine_type})") as table:
        [described] = profile(table).columns
        values = sorted(row["v"] for row in table.query(f"SELECT {name} AS v FROM {NAME} WHERE {name} IS NOT NULL"))
    assert len(described.quantiles) == 7
    for quantile in described.quantiles:
        exact = values[max(1, math.ceil(round(quantile.p * 100) * len(values) / 100)) - 1]
        if engine_type == "TIMESTAMP":
            assert abs(seconds(quantile.value) - seconds(exact.isoformat())) <= quantile.error
        else:
            assert isinstance(quantile.value, (int, float))
            assert abs(float(quantile.value) - float(exact)) <= quantile.error
        if engine_type == "BIGINT" and name != "wide":
            assert quantile.error == 0


@pytest.mark.parametrize("name", [name for name in STREAMED if name not in {"moment", "wide"}])
def test_moments_and_histogram_agree_with_brute_force(name: str) -> None:
    engine_type, expression = STREAMED[name]
    with large([column(name, engine_type)], f"CAST({expression} AS {engine_type})") as table:
        [described] = profile(table).columns
        values = [float(row["v"]) for row in table.query(f"SELECT {name} AS v FROM {NAME} WHERE {name} IS NOT NULL")]
    number, histogram = described.number, described.histogram
    assert number is not None
    assert histogram is not None
    shifted = [value - values[0] for value in values]  # a mean far from zero would be rounded
    mean, sd = statistics.fmean(shifted), statistics.stdev(shifted)
    assert number.mean == pytest.approx(values[0] + mean, rel=1e-7, abs=1e-9 * sd)
    assert number.sd == pytest.approx(sd, rel=1e-7)
    skew = math.fsum(((value - mean) / sd) ** 3 for value in shifted) / len(values)
    assert number.skew == pytest.approx(skew, rel=1e-3, abs=1e-6)
    assert number.zeros == values.count(0)
    assert number.negatives == sum(value < 0 for value in values)
    assert described.minimum == min(values)
    assert described.maximum == max(values)
    assert sum(histogram.counts) == len(values)
    edges = [float(edge) for edge in histogram.edges]  # type: ignore[arg-type]
    for low, high, count in zip(edges[:-1], edges[1:], histogram.counts, strict=True):
        assert count == sum(low <= value < high for value in values)


def test_doubles_near_their_limits_are_described_without_overflow() -> None:
    expression = f"CASE WHEN i % 2 = 0 THEN 1.7e308 ELSE -1.7e308 END / (1 + {SHUFFLED})"
    with large([column("ratio", "DOUBLE")], expression) as table:
        [described] = profile(table).columns
    assert described.minimum is not None
    assert described.number is not None
    assert described.number.negatives == ROWS // 2
    assert len(described.quantiles) == 7


def test_distinct_values_are_exact_or_within_five_standard_errors() -> None:
    rows = 3_000_000
    columns = [column("few", "BIGINT"), column("many", "BIGINT"), column("most", "BIGINT")]
    select = f"SELECT (i * 7919) % 30000, (i * 7919) % 90000, (i * 7919) % 2500000 FROM range({rows}) rows(i)"
    with table_from(columns, select) as table:
        found = profile(table)
    assert (found.column("few").distinct.value, found.column("few").distinct.exact) == (30_000, True)
    assert (found.column("many").distinct.value, found.column("many").distinct.exact) == (90_000, True)
    estimate = found.column("most").distinct
    assert not estimate.exact
    assert 0 < estimate.error < 0.02
    assert abs(estimate.value - 2_500_000) <= 5 * estimate.error * 2_500_000


def test_counted_columns_of_a_large_table_are_exact() -> None:
    columns = [column("label", "VARCHAR", Role.DIMENSION), column("size", "DECIMAL(18,2)")]
    with large(columns, "'v' || (i % 9)", "CAST((i % 101) / 100.0 AS DECIMAL(18,2))") as table:
        found = profile(table)
    label, size = found.column("label"), found.column("size")
    assert (label.distinct.value, label.distinct.exact) == (9, True)
    assert [(top.value, top.count) for top in label.top[:2]] == [("v0", 6667), ("v1", 6667)]
    assert size.number is not None
    assert size.number.total == sum(i % 101 for i in range(ROWS)) / 100


def test_frequent_values_among_many_are_found_and_counted_exactly() -> None:
    expression = f"CASE WHEN i % 50 = 0 THEN 'unknown' WHEN i % 70 = 1 THEN 'n/a' ELSE 'row ' || {SHUFFLED} END"
    with large([column("note", "VARCHAR", Role.TEXT)], expression) as table:
        [described] = profile(table).columns
    expected = sum(i % 50 != 0 and i % 70 == 1 for i in range(ROWS))
    assert [(top.value, top.count) for top in described.top] == [("unknown", ROWS // 50), ("n/a", expected)]
    assert described.text is not None
    assert 0 < described.text.looked_at < ROWS


def test_keys_of_a_large_table_are_proved_on_every_row() -> None:
    columns = [
        column("id", "BIGINT", Role.IDENTIFIER),
        column("nearly", "BIGINT", Role.IDENTIFIER),
        column("batch", "BIGINT", Role.IDENTIFIER),
        column("line", "BIGINT", Role.DIMENSION),
    ]
    nearly = f"CASE WHEN i = {ROWS - 1} THEN 0 ELSE i END"
    with large(columns, SHUFFLED, nearly, "i // 3", "i % 3") as table:
        found = profile(table)
    assert found.keys == (("id",),)
    assert not found.column("nearly").unique
    with large(columns[1:], nearly, "i // 3", "i % 3") as table:
        found = profile(table)
    assert ("batch", "line") in found.keys
    assert found.duplicate_rows.value == 0
    assert found.duplicate_rows.exact


def test_duplicate_rows_of_a_very_large_table_are_estimated_with_an_error() -> None:
    rows = 4_500_000
    with table_from([column("n", "BIGINT")], f"SELECT i % {rows // 2} FROM range({rows}) rows(i)") as table:
        found = profile(table)
    assert not found.duplicate_rows.exact
    assert abs(found.duplicate_rows.value - rows / 2) <= 5 * found.duplicate_rows.error * rows / 2


def test_gaps_of_a_column_with_many_moments_are_found() -> None:
    moments = "TIMESTAMP '2024-01-01' + INTERVAL (i * 61 + CASE WHEN i >= 30000 THEN 864000 ELSE 0 END) SECOND"
    with large([column("at", "TIMESTAMP", Role.TIME)], moments) as table:
        [described] = profile(table).columns
    assert described.time is not None
    assert (described.time.granularity, described.time.period) == ("second", "hour")
    assert described.time.gaps[0].periods in {239, 240}
    assert described.histogram is not None
    assert sum(described.histogram.counts) == ROWS


def test_personal_data_of_a_large_table_shows_no_value() -> None:
    columns = [column("mail", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL)]
    with large(columns, f"'person' || {SHUFFLED} || '@example.org'") as table:
        found = profile(table)
    assert found.columns[0].distinct.value == ROWS
    assert b"example.org" not in to_json(found)


def test_files_read_by_several_threads_give_the_same_bytes(tmp_path: Path) -> None:
    rows = 400_000
    columns = [
        column("id", "BIGINT", Role.IDENTIFIER),
        column("price", "DECIMAL(18,2)"),
        column("share", "DOUBLE"),
        column("kind", "VARCHAR", Role.DIMENSION),
        column("note", "VARCHAR", Role.TEXT),
        column("at", "TIMESTAMP", Role.TIME),
    ]
    select = (
        f"SELECT i AS id, CAST((i * 7919 % {rows}) / 100 AS DECIMAL(18,2)) AS price, ln(1 + i * 31 % 99991) AS share, "
        f"'k' || i % 12 AS kind, 'note about ' || i % 70000 AS note, "
        f"TIMESTAMP '2021-01-01' + INTERVAL (i * 37) SECOND AS at FROM range({rows}) rows(i)"
    )
    seen = set()
    for threads in (1, 4, 4):
        with Engine(threads=threads) as engine:
            file = tmp_path / "rows.parquet"
            if not file.exists():
                engine.execute(f"COPY ({select}) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 20000)")
            engine.execute(f"CREATE VIEW {NAME} AS SELECT * FROM read_parquet(['{file}'])")
            seen.add(to_json(profile(EngineTable(engine, Dataset(name=NAME, rows=rows, columns=tuple(columns))))))
    assert len(seen) == 1


def test_a_thousand_columns_are_profiled_with_bounded_pairs() -> None:
    columns = [column(f"c{number}", "BIGINT") for number in range(1200)]
    with table_from(
        columns, f"SELECT {', '.join(f'(i * {n + 1}) % 17' for n in range(1200))} FROM range(20) r(i)"
    ) as t:
        found: Profile = profile(t)
    described: ColumnProfile = found.columns[-1]
    assert described.distinct.value == len({i * 1200 % 17 for i in range(20)})
    assert len(found.associations) <= 60 * 59 / 2
    assert any("first 60 of 1,200" in note for note in found.notes)
