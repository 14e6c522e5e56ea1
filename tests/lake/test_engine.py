"""What the engine says of a file that is not what it claims."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.lake.engine import Engine
from voyant.lake.sql import literal


@pytest.mark.parametrize("compression", ["snappy", "zstd", "gzip"])
def test_damaged_parquet_is_damaged_data_and_no_refused_statement(tmp_path: Path, compression: str) -> None:
    chance = random.Random(compression)
    path = tmp_path / "data.parquet"
    texts = [f"text {number}" for number in range(3000)]
    parquet.write_table(pa.table({"value": texts}), path, compression=compression, use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[50:250] = chance.randbytes(200)
    path.write_bytes(data)
    with Engine() as engine, pytest.raises(InvalidInput) as caught:
        engine.query(f"SELECT count(DISTINCT value) AS n FROM read_parquet({literal(str(path))})")
    assert caught.value.code is Code.UNREADABLE


def test_a_parquet_file_that_is_cut_off_is_damaged_data(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    parquet.write_table(pa.table({"value": [1, 2, 3]}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with Engine() as engine, pytest.raises(InvalidInput) as caught:
        engine.query(f"SELECT count(value) AS n FROM read_parquet({literal(str(path))})")
    assert caught.value.code is Code.UNREADABLE


def test_a_statement_that_is_none_is_refused() -> None:
    with Engine() as engine, pytest.raises(QueryRejected):
        engine.query("SELECT nothing FROM nowhere")
