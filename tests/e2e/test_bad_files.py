"""What files and places without a readable table get: an error with its code and a remedy, nothing lost, nothing
half-written, in bounded time."""

from __future__ import annotations

import gzip
import io
import os
import random
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from tests.e2e.command import Shell
from tests.e2e.outcomes import ROWS, SECONDS, assert_analysed, assert_refused, whole_home, zip_bytes
from tests.e2e.warm import WarmShell
from voyant.errors import Code

CHANCE = random.Random(0)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmShell]:
    """One home for all cases."""
    with whole_home(tmp_path_factory.mktemp("files") / "home") as opened:
        yield opened


def parquet_bytes(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def arrow_bytes(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def damaged_zip() -> bytes:
    whole = zip_bytes(**{"a.csv": ROWS * 100})
    return whole[:60] + b"\xff" * 40 + whole[100:]


PACKED = gzip.compress(("id,amount\n" + "".join(f"{n},{CHANCE.random()}\n" for n in range(20_000))).encode())
COLUMNAR = pa.table({"id": list(range(10_000)), "text": [f"text {number}" for number in range(10_000)]})
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], Code]] = {
    "empty.csv": (b"", Code.NOT_ENOUGH_DATA),
    "header.csv": (b"id,amount\n", Code.NOT_ENOUGH_DATA),
    "line_ends.csv": (b"\n\n\n", Code.NOT_ENOUGH_DATA),
    "mark.csv": (b"\xef\xbb\xbf", Code.NOT_ENOUGH_DATA),
    "blanks.csv": (b"   \n  ", Code.NOT_ENOUGH_DATA),
    "no_objects.json": (b"[]", Code.NOT_ENOUGH_DATA),
    "no_columns.json": (b"[{},{}]", Code.NOT_ENOUGH_DATA),
    "no_rows.parquet": (lambda: parquet_bytes(COLUMNAR.slice(0, 0)), Code.NOT_ENOUGH_DATA),
    "no_columns.parquet": (lambda: parquet_bytes(COLUMNAR.select([])), Code.UNREADABLE),
    "cut.json": (b'[{"a":1},{"a":2', Code.UNREADABLE),
    "deep.json": (b"[" * 200_000 + b"]" * 200_000, Code.UNREADABLE),
    "garbage.csv": (lambda: CHANCE.randbytes(50_000), Code.UNREADABLE),
    "program": (lambda: b"\x7fELF" + CHANCE.randbytes(5_000), Code.UNSUPPORTED),
    "picture.png": (lambda: b"\x89PNG\r\n\x1a\n" + CHANCE.randbytes(500), Code.UNSUPPORTED),
    "paper.pdf": (b"%PDF-1.4\n" + b"obj\n" * 100, Code.UNSUPPORTED),
    "page.csv": (b"<!doctype html><html><body>Please sign in</body></html>", Code.UNSUPPORTED),
    "cut.csv.gz": (PACKED[: len(PACKED) // 2], Code.UNREADABLE),
    "cut_early.csv.gz": (PACKED[:5], Code.UNREADABLE),
    "wrong_sum.csv.gz": (PACKED[:-8] + bytes(8), Code.UNREADABLE),
    "empty.csv.gz": (gzip.compress(b""), Code.NOT_ENOUGH_DATA),
    "cut.zip": (zip_bytes(**{"a.csv": ROWS})[:-30], Code.UNREADABLE),
    "damaged.zip": (damaged_zip, Code.UNREADABLE),
    "empty.zip": (zip_bytes(), Code.NOT_ENOUGH_DATA),
    "cut.parquet": (lambda: parquet_bytes(COLUMNAR)[:-50], Code.UNREADABLE),
    "head.parquet": (b"PAR1", Code.UNREADABLE),
    "foot.parquet": (b"PAR1" + b"x" * 100 + b"\xff\xff\xff\x7fPAR1", Code.UNREADABLE),
    "damaged.parquet": (
        lambda: (whole := parquet_bytes(COLUMNAR))[:100] + CHANCE.randbytes(500) + whole[600:],
        Code.UNREADABLE,
    ),
    "cut.arrow": (lambda: arrow_bytes(COLUMNAR)[:5_000], Code.UNREADABLE),
    "broken.xlsx": (b"PK\x03\x04" + bytes(500), Code.UNREADABLE),
    "locked.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000), Code.UNREADABLE),
    "broken.sqlite": (lambda: b"SQLite format 3\0" + CHANCE.randbytes(5_000), Code.UNREADABLE),
    "broken.duckdb": (bytes(8) + b"DUCK" + bytes(5_000), Code.UNREADABLE),
    "long_line.csv": (lambda: b"x" * 100_000_000, Code.TOO_LARGE),
    "long_value.json": (lambda: b'[{"a":"' + b"x" * 100_000_000 + b'"}]', Code.TOO_LARGE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_holds_no_table_is_refused(shell: WarmShell, tmp_path: Path, name: str) -> None:
    content, code = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content() if callable(content) else content)
    error = assert_refused(shell("analyze", path, "--json", seconds=SECONDS), code)
    assert name in error["message"]
    assert list(tmp_path.iterdir()) == [path], "nothing is left beside the source"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("nowhere.csv", Code.NO_SOURCE),
        ("nowhere/*.csv", Code.NO_SOURCE),
        ("empty_folder", Code.NOT_ENOUGH_DATA),
        ("circle.csv", Code.NO_SOURCE),
        ("pipe", Code.UNSUPPORTED),
        ("x" * 5_000, Code.NO_SOURCE),
        ("nul\0name.csv", Code.NO_SOURCE),
        ("", Code.MISSING_PARAMETER),
        ("s3://bucket/orders.csv", Code.UNSUPPORTED),
        ("src_01abc", Code.NO_SOURCE),
        ("http://169.254.169.254/latest/meta-data/", Code.LOCATION_NOT_ALLOWED),
        ("http://127.0.0.1:1/orders.csv", Code.LOCATION_NOT_ALLOWED),
        ("sqlite:///nowhere.sqlite", Code.NO_SOURCE),
    ],
)
def test_a_place_that_holds_no_data_is_refused(
    shell: WarmShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, code: Code
) -> None:
    (tmp_path / "empty_folder").mkdir()
    (tmp_path / "circle.csv").symlink_to("circle.csv")
    os.mkfifo(tmp_path / "pipe")
    is_path = source and "://" not in source and not source.startswith("src_")
    assert_refused(shell("analyze", tmp_path / source if is_path else source, "--json", seconds=SECONDS), code)


def test_a_name_that_is_not_utf_8_is_refused(shell: WarmShell) -> None:
    error = assert_refused(shell("analyze", "caf\udce9.csv", "--json"), Code.INVALID_BODY)
    assert "rename" in error["remedy"]


def test_what_was_asked_for_must_be_there(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ROWS)
    assert_refused(shell("analyze", path, "--table", "nix", "--json"), Code.NO_TABLE)
    assert_refused(shell("analyze", path, "--query", "SELECT 1", "--json"), Code.INVALID_BODY)
    assert_refused(shell("analyze", path, "--time", "nix", "--json"), Code.UNKNOWN_COLUMN)
    assert_refused(shell("analyze", path, "--kpi", "revenue=sum(nix)", "--json"), Code.UNKNOWN_COLUMN)
    assert_refused(shell("analyze", path, "--kpi", "revenue=sum(amount", "--json"), Code.BAD_KPI)
    assert_refused(shell("analyze", path, "--kpi", "revenue", "--json"), Code.BAD_KPI)
    assert_refused(shell("sql", "DROP TABLE orders", "--json"), Code.SQL_REFUSED)
    assert_refused(shell("verify", "job_nix", "--json"), Code.NO_JOB)


def test_a_text_of_nul_bytes_is_none(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_bytes(b"id,note\n" + b"1,\0\0\0\0\0\0\0\0\n" * 50)
    assert_refused(shell("analyze", path, "--json"), Code.UNREADABLE)


def test_a_zip_cannot_write_outside(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "inner" / "evil.zip"
    path.parent.mkdir()
    path.write_bytes(zip_bytes(**{"../../evil.csv": ROWS, "/tmp/voyant-evil.csv": ROWS}))  # noqa: S108
    assert_analysed(shell("analyze", path, "--json"), 100)
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["evil.zip", "inner"]
    assert not Path("/tmp/voyant-evil.csv").exists()  # noqa: S108


@pytest.mark.parametrize("kind", ["zip", "gzip", "zip within zip"])
def test_a_bomb_does_not_go_off(shell: WarmShell, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    if kind == "gzip":
        with gzip.open(path, "wb", 9) as file:
            file.write(b"a,b\n")
            for _ in range(400):
                file.write(b"0,0\n" * 250_000)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
            for _ in range(600):
                member.write(b"0" * 1_000_000)
        if kind == "zip within zip":
            path.write_bytes(zip_bytes(**{"inner.zip": path.read_bytes()}))
    error = assert_refused(shell("analyze", path, "--json", seconds=SECONDS), Code.TOO_LARGE)
    assert "max_expansion_ratio" in error["message"]


def test_limits_that_are_set_hold_and_are_named(tmp_path: Path) -> None:
    limits = {"VOYANT_MAX_COLUMNS": "3", "VOYANT_MAX_RECORD_BYTES": "1000", "VOYANT_QUERY_TIMEOUT_SECONDS": "0.2"}
    shell = WarmShell(tmp_path / "home", limits)
    wide, long = tmp_path / "wide.csv", tmp_path / "long.csv"
    wide.write_text("a,b,c,d\n" + "1,2,3,4\n" * 10)
    long.write_text("x" * 2_000)
    database = tmp_path / "empty.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
    try:
        too_wide = assert_refused(shell("analyze", wide, "--json"), Code.TOO_LARGE)
        too_long = assert_refused(shell("analyze", long, "--json"), Code.TOO_LARGE)
        too_slow = assert_refused(shell("analyze", f"sqlite:///{database}", "--query", endless, "--json"), Code.TIMEOUT)
    finally:
        shell.stop()
    assert [name for error, name in zip((too_wide, too_long, too_slow), limits, strict=True)
            if name not in error["remedy"]] == []  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", Code.NOT_ENOUGH_DATA), (CHANCE.randbytes(5_000), Code.UNREADABLE), (b"a,b\n", Code.NOT_ENOUGH_DATA)],
    ids=["nothing", "garbage", "header"],
)
def test_standard_input_without_a_table(tmp_path: Path, data: bytes, code: Code) -> None:
    done = Shell(tmp_path / "home")("analyze", "-", "--json", stdin=data)
    assert (done.code, done.json["error"]["code"]) == (2, str(code))


def test_an_error_for_people_goes_to_standard_error(tmp_path: Path) -> None:
    done = Shell(tmp_path / "home")("analyze", tmp_path / "nowhere.csv")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(str(Code.NO_SOURCE))
    assert "What to do:" in done.err
    assert "Traceback" not in done.err
