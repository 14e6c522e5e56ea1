"""Parquet stays where it is; Arrow comes in with its types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest

from tests.ingestion.conftest import Reader
from voyant.errors import Code, VoyantError

TABLE = pa.table(
    {
        "id": pa.array([1, 2, None], pa.int64()),
        "x": [0.5, None, 2.5],
        "day": [date(2024, 1, 31), None, date(2023, 1, 1)],
        'a "b".c': pa.array(["u", "v", "u"]).dictionary_encode(),
    }
)
ROWS = [(1, 0.5, date(2024, 1, 31), "u"), (2, None, None, "v"), (None, 2.5, date(2023, 1, 1), "u")]


def _ipc(table: pa.Table, path: Path, new: Callable[..., Any]) -> None:
    with new(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    "arrow": lambda table, path: _ipc(table, path, pa.ipc.new_file),
    "arrows": lambda table, path: _ipc(table, path, pa.ipc.new_stream),
    "feather": lambda table, path: feather.write_feather(table, str(path)),
    "feather without compression": lambda table, path: feather.write_feather(
        table, str(path), compression="uncompressed"
    ),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_reads_arrow(write: Callable[[pa.Table, Path], None], reader: Reader) -> None:
    path = reader.folder / "data.bin"
    write(TABLE, path)
    (staged,) = reader.read(path)
    assert staged.names == TABLE.column_names
    assert staged.rows == ROWS
    assert [column.engine_type for column in staged.table.columns][:3] == ["BIGINT", "DOUBLE", "DATE"]
    assert not staged.table.text


def test_reads_parquet_where_it_stands(reader: Reader) -> None:
    path = reader.folder / "data"
    parquet.write_table(TABLE, str(path))
    (staged,) = reader.read(path)
    assert staged.table.parquet == path
    assert staged.names == TABLE.column_names
    assert staged.rows == ROWS


def test_a_folder_name_is_no_column_of_a_single_file(reader: Reader) -> None:
    path = reader.folder / "year=2024" / "data.parquet"
    path.parent.mkdir()
    parquet.write_table(TABLE, str(path))
    assert reader.read(path)[0].names == TABLE.column_names


def test_partitions_become_columns_of_the_whole(reader: Reader) -> None:
    for year in (2023, 2024):
        folder = reader.folder / "sales" / f"year={year}"
        folder.mkdir(parents=True)
        parquet.write_table(TABLE, str(folder / "part-0.parquet"))
    (staged,) = reader.read(reader.folder / "sales")
    assert staged.names == [*TABLE.column_names, "year"]
    assert staged.rows == [(*row, year) for year in (2023, 2024) for row in ROWS]
    assert staged.table.name == "sales"


@pytest.mark.parametrize("write", [*WRITERS.values(), lambda table, path: parquet.write_table(table, str(path))])
@pytest.mark.parametrize("kept", [0.2, 0.9])
def test_a_file_that_is_cut_off(write: Callable[[pa.Table, Path], None], kept: float, reader: Reader) -> None:
    path = reader.folder / "data.parquet"
    write(pa.table({"n": range(20_000)}), path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(VoyantError) as caught:
        reader.read(path)
    assert caught.value.code is Code.UNREADABLE
    assert "data.parquet" in caught.value.message


def test_no_rows(reader: Reader) -> None:
    parquet.write_table(TABLE.slice(0, 0), str(reader.folder / "data.parquet"))
    with pytest.raises(VoyantError) as caught:
        reader.read(reader.folder / "data.parquet")
    assert caught.value.code is Code.NOT_ENOUGH_DATA


STRANGE = pa.table(
    {
        "half": pa.array([1.5, None]).cast(pa.float16()),
        "long": pa.array([Decimal("1." + 45 * "0" + "1"), None], pa.decimal256(60, 46)),
    }
)


def test_arrow_types_that_the_engine_lacks_lose_nothing(reader: Reader) -> None:
    path = reader.folder / "data.arrow"
    _ipc(STRANGE, path, pa.ipc.new_file)
    (staged,) = reader.read(path)
    assert staged.rows == [(1.5, "1." + 45 * "0" + "1"), (None, None)]


def test_a_parquet_file_of_strange_types_is_written_anew(reader: Reader) -> None:
    path = reader.folder / "data.parquet"
    parquet.write_table(STRANGE.append_column("id", [[1, 2]]), path)
    (staged,) = reader.read(path)
    assert staged.table.parquet is None
    assert [row[-1] for row in staged.rows] == [1, 2]
