"""What may stand for a source: a path, an address, a source id, a table; and what each of them means."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from voyant.domain.caller import Caller
from voyant.domain.source import Format, Source, SourceKind
from voyant.errors import Code, InvalidInput, NotFound, NotPermitted
from voyant.services.analysis import analyze
from voyant.services.artifacts import export_artifacts, read_artifact
from voyant.services.estimation import estimate
from voyant.services.results import read_result
from voyant.services.sources import discover, list_sources, remember, remove_source, show_source, source_from
from voyant.services.sql import tables
from voyant.services.verification import replay, verify

ROWS = "Day,Amount (EUR),E-Mail\n" + "".join(
    f"2024-01-{day % 28 + 1:02},{day * 7 % 11}.5,p{day}@example.org\n" for day in range(60)
)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ROWS)
    return path


def artifact(caller: Caller, job_id: str, name: str) -> Any:
    return json.loads(b"".join(read_artifact(caller, job_id, name)))


def test_a_table_is_analysed_as_it_stands(caller: Caller, orders: Path) -> None:
    read = read_result(caller, first := analyze(caller, source_from(caller, str(orders))))
    orders.unlink()
    again = read_result(caller, job_id := analyze(caller, source_from(caller, "orders")))

    assert (again.dataset.table, again.dataset.snapshot) == ("orders", read.dataset.snapshot)
    assert (again.headline, again.kpis, again.quality) == (read.headline, read.kpis, read.quality)
    assert [finding.text for finding in again.findings] == [finding.text for finding in read.findings]
    known, found = (artifact(caller, job, "normalize.json")["dataset"] for job in (first, job_id))
    assert found == known, "names, units, roles and personal data are known from when it was read"
    assert [table.name for table in tables(caller).items] == ["orders"]
    assert verify(caller, job_id).holds
    assert replay(caller, job_id).holds


def test_a_table_belongs_to_the_source_it_was_read_from(caller: Caller, orders: Path) -> None:
    analyze(caller, source_from(caller, str(orders)))
    (source,) = list_sources(caller).items
    job_id = analyze(caller, source_from(caller, "orders"))

    assert list_sources(caller).items == (source,), "no second one, and its fingerprint stays"
    assert job_id in show_source(caller, source.id).jobs
    remove_source(caller, source.id)
    assert tables(caller).items == ()


def test_a_table_that_was_taken_in_beside_another_is_analysed(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE orders (id INTEGER, amount REAL)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(n, n * 1.5) for n in range(100)])
        connection.execute("CREATE TABLE shops (name TEXT)")
        connection.executemany("INSERT INTO shops VALUES (?)", [("a",), ("b",)])
    analyze(caller, source_from(caller, str(path)))
    result = read_result(caller, analyze(caller, source_from(caller, "shops")))
    assert (result.dataset.table, result.dataset.rows) == ("shops", 2)
    assert result.warnings == ()


@pytest.mark.parametrize("hint", ["{}/voyant.db", "file://{}/voyant.db", "sqlite:///{}/voyant.db", "{}/*.db*", "{}"])
def test_what_the_home_works_on_is_no_source(caller: Caller, home: Path, hint: str) -> None:
    """Reading it would drop this process's locks on it."""
    (home / "temporal.db").touch()
    with pytest.raises(NotPermitted, match="Voyant itself") as refused:
        source_from(caller, hint.format(home))
    assert refused.value.code is Code.LOCATION_NOT_ALLOWED


def test_a_path_goes_before_a_table(
    caller: Caller, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyze(caller, source_from(caller, str(orders)))
    monkeypatch.chdir(tmp_path)
    assert source_from(caller, "orders").kind is SourceKind.TABLE
    (tmp_path / "orders").write_text("a,b\n1,2\n")
    assert source_from(caller, "orders").kind is SourceKind.FILE


def test_a_table_is_estimated_exactly(caller: Caller, orders: Path) -> None:
    result = read_result(caller, analyze(caller, source_from(caller, str(orders))))
    estimated = estimate(caller, source_from(caller, "orders"))
    assert (estimated.rows, estimated.columns) == (60, result.dataset.columns)
    assert estimated.disk_bytes == 0
    assert estimated.bytes


def test_a_table_has_no_tables_and_answers_no_query(caller: Caller, other_caller: Caller, orders: Path) -> None:
    analyze(caller, source_from(caller, str(orders)))
    assert source_from(caller, "orders", table="orders").kind is SourceKind.TABLE
    with pytest.raises(NotFound) as missing:
        source_from(caller, "orders", table="visits")
    assert missing.value.code is Code.NO_TABLE
    with pytest.raises(InvalidInput):
        source_from(caller, "orders", query="SELECT 1")
    assert source_from(other_caller, "orders").kind is SourceKind.FILE, "another tenant has no such table"


def test_a_source_id_stands_for_its_place(caller: Caller, orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(orders.parent)
    analyze(caller, source_from(caller, "orders.csv"))
    (source,) = list_sources(caller).items
    monkeypatch.chdir("/")
    assert estimate(caller, source_from(caller, source.id)).bytes == len(ROWS)
    result = read_result(caller, analyze(caller, source_from(caller, source.id)))
    assert result.dataset.table == "orders"
    assert list_sources(caller).items == (source,)


def test_a_source_id_stands_for_its_query(caller: Caller) -> None:
    query = "SELECT * FROM orders WHERE id < 5"
    row = remember(caller, Source(kind=SourceKind.DATABASE, location="sqlite:////shop.sqlite", query=query))
    assert source_from(caller, row.id).query == query
    assert source_from(caller, row.id, query="SELECT 1").query == "SELECT 1"
    assert source_from(caller, row.id, table="orders").query is None


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (Source(kind=SourceKind.STDIN, location="-"), "Pipe"),
        (Source(kind=SourceKind.URL, location="https://data.example/x.csv?token=hunter2"), "address"),
    ],
    ids=["standard input", "an address with a secret"],
)
def test_what_cannot_be_read_again_is_said(caller: Caller, source: Source, word: str) -> None:
    row = remember(caller, source)
    with pytest.raises(InvalidInput) as caught:
        source_from(caller, row.id)
    assert word in caught.value.remedy
    assert "hunter2" not in caught.value.message


def test_anything_that_is_a_source_can_be_discovered(caller: Caller, other_caller: Caller, orders: Path) -> None:
    path = discover(caller, str(orders))
    assert (path.kind, path.format, path.bytes) == (SourceKind.FILE, Format.CSV, len(ROWS))
    analyze(caller, source_from(caller, str(orders)))
    (source,) = list_sources(caller).items
    assert discover(caller, source.id) == path
    table = discover(caller, "orders")
    assert (table.kind, table.problem, table.files) == (SourceKind.TABLE, None, 1)
    assert discover(other_caller, "orders").problem, "another tenant has no such table"
    with pytest.raises(NotFound):
        discover(other_caller, source.id)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_estimated_whatever_ends_them(caller: Caller, tmp_path: Path, line_end: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(ROWS.replace("\n", line_end).encode())
    estimated = estimate(caller, source_from(caller, str(path)))
    assert (estimated.rows, estimated.columns) == (61, 3)


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst", "zip"])
def test_rows_of_a_packed_file_are_estimated_from_its_beginning(caller: Caller, tmp_path: Path, ending: str) -> None:
    numbers = np.random.default_rng(1).integers(0, 10**9, size=(400_000, 2))
    text = ("a,b\n" + "\n".join(f"{a},{b}" for a, b in numbers.tolist()) + "\n").encode()
    path = tmp_path / f"numbers.csv.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("numbers.csv", text)
    else:
        packers = {"gz": lambda: gzip.compress(text, 1), "bz2": lambda: bz2.compress(text, 1)}
        packers |= {"xz": lambda: lzma.compress(text, preset=0), "zst": lambda: pa.compress(text, "zstd", asbytes=True)}
        path.write_bytes(packers[ending]())
    estimated = estimate(caller, source_from(caller, str(path)))
    assert estimated.rows == pytest.approx(400_000, rel=0.05)
    assert estimated.columns == 2
    assert estimated.disk_bytes == pytest.approx(0.4 * len(text), rel=0.05)
    assert any("estimates" in note for note in estimated.notes)


def test_a_broken_packed_file_is_not_estimated(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode())[:200])
    with pytest.raises(InvalidInput) as caught:
        estimate(caller, source_from(caller, str(path)))
    assert caught.value.code is Code.UNREADABLE


def test_a_broken_file_is_not_estimated(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(InvalidInput) as caught:
        estimate(caller, source_from(caller, str(path)))
    assert caught.value.code is Code.UNREADABLE


def test_artifacts_go_into_folders_only(caller: Caller, orders: Path, tmp_path: Path) -> None:
    job_id = analyze(caller, source_from(caller, str(orders)))
    with pytest.raises(InvalidInput) as caught:
        export_artifacts(caller, job_id, orders)
    assert caught.value.code is not Code.STORAGE_FULL
    assert "folder" in caught.value.remedy
