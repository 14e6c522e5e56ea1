"""What bad input gets: an error with its code and a remedy, nothing lost, nothing half-written, in bounded time."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from tests.e2e.command import VOYANT, Shell
from tests.e2e.warm import WarmOutcome, WarmShell
from tests.fixtures.http_server import HttpServer
from voyant.errors import Code

MOST_MEMORY = 1_500_000_000
SECONDS = 30
ROWS = "id,amount\n" + "".join(f"{number},{number * 1.5}\n" for number in range(50))
CHANCE = random.Random(0)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmShell]:
    """One home for all cases; at the end it must hold only what is whole."""
    opened = WarmShell(tmp_path_factory.mktemp("bad") / "home")
    yield opened
    try:
        assert_nothing_half_written(opened)
    finally:
        opened.stop()


def assert_nothing_half_written(shell: WarmShell) -> None:
    jobs = all_jobs(shell)
    assert {job["status"] for job in jobs} <= {"completed", "failed"}
    whole = {job["id"] for job in jobs if job["status"] == "completed"}
    artifacts = shell.home / "artifacts" / "default"
    kept = {folder.name for folder in artifacts.iterdir() if any(folder.rglob("*.*"))} if artifacts.exists() else set()
    assert kept == whole
    scratch = shell.home / "scratch"
    assert not scratch.exists() or not list(scratch.iterdir())
    for job_id in sorted(whole)[:5]:
        assert shell("verify", job_id).code == 0


def all_jobs(shell: WarmShell) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = []
    cursor: list[str] = []
    while True:
        page = shell("job", "list", "--json", *cursor).json
        items = page["items"] if isinstance(page, dict) else page
        jobs += items
        if not isinstance(page, dict) or not page.get("next_cursor"):
            return jobs
        cursor = ["--cursor", page["next_cursor"]]


def assert_refused(outcome: WarmOutcome, code: Code, exit_code: int = 2) -> dict[str, Any]:
    """The error, which is complete and no traceback."""
    assert "Traceback" not in outcome.out + outcome.err
    error: dict[str, Any] = outcome.json["error"]
    assert (outcome.code, error["code"]) == (exit_code, str(code)), error
    assert error["message"]
    assert error["remedy"]
    assert outcome.peak < MOST_MEMORY
    return error


def assert_analysed(outcome: WarmOutcome, rows: int) -> dict[str, Any]:
    """The result, whose every step went well."""
    result: dict[str, Any] = outcome.json
    assert outcome.code == 0, outcome.out
    assert result["degraded"] == []
    assert result["dataset"]["rows"] == rows
    assert outcome.peak < MOST_MEMORY
    return result


def rejects(shell: WarmShell, result: dict[str, Any]) -> list[dict[str, Any]]:
    path = shell.home / "artifacts" / "default" / result["job_id"] / "rejects.parquet"
    return parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]


def normalization(shell: WarmShell, result: dict[str, Any]) -> dict[str, Any]:
    return shell("artifact", "get", result["job_id"], "normalize.json").json  # type: ignore[no-any-return]


def parquet_bytes(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def arrow_bytes(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def zip_bytes(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
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


@pytest.mark.parametrize(
    ("content", "rows", "columns"),
    [
        ("value\n" + "".join(f"{number}\n" for number in range(20)), 20, 1),
        ("a,b\n1,x\n", 1, 2),
        ("a,b,c\n" + "1,,\n" * 20, 20, 3),
        ("a,b\n" + ",\n" * 20, 20, 2),
        ("a,a,A,,\n" + "1,2,3,4,5\n" * 5, 5, 5),
        ("id,v\n" + "".join(f"{n},{10**25 + n}\n" for n in range(20)), 20, 2),
        ("id,v\n" + "".join(f"{n},{10**60 + n}\n" for n in range(20)), 20, 2),
        ("id,v\n" + "".join(f"{n},{value}\n" for n, value in enumerate(["NaN", "inf", "-Inf", *range(30)])), 33, 2),
        ('a,b\n1,"never closed\n' + "2,y\n" * 100, 101, 2),
    ],
    ids=["one column", "one row", "null columns", "only nulls", "names repeat", "beyond 64 bits", "beyond 128 bits",
         "not finite", "quote never closed"],
)  # fmt: skip
def test_strange_tables_are_analysed(shell: WarmShell, tmp_path: Path, content: str, rows: int, columns: int) -> None:
    path = tmp_path / "strange.csv"
    path.write_text(content)
    result = assert_analysed(shell("analyze", path, "--json", seconds=SECONDS), rows)
    assert result["dataset"]["columns"] == columns
    table = result["dataset"]["table"]
    assert shell("sql", f'SELECT count(*) AS n FROM "{table}"', "--json").json["rows"] == [[rows]]


def test_rows_of_the_source_are_rows_of_the_table_and_rejects(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,c\n1,2,3\n4,5,6,7,8\n9,10\n" + "1,2,3\n" * 97)
    result = assert_analysed(shell("analyze", path, "--json"), 99)
    assert [(reject["row"], reject["column"], reject["raw"]) for reject in rejects(shell, result)] == [
        (2, None, "4,5,6,7,8")
    ]
    assert any("1 record could not be read" in warning for warning in result["warnings"])


def test_a_broken_json_line_is_kept_and_said(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text('{"a":1}\n{"a":\n' + '{"a":3}\n' * 20)
    result = assert_analysed(shell("analyze", path, "--json"), 21)
    assert [reject["raw"] for reject in rejects(shell, result)] == ['{"a":']
    assert any("1 record could not be read" in warning for warning in result["warnings"])


def test_a_100_mb_line_among_others_is_kept_out_and_said(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write("id,note\n1,a\n2,")
        file.write("x" * 100_000_000)
        file.write("\n3,c\n")
    result = assert_analysed(shell("analyze", path, "--json", seconds=SECONDS), 2)
    assert [reject["row"] for reject in rejects(shell, result)] == [2]
    assert any("1 record could not be read" in warning for warning in result["warnings"])


def test_dates_that_no_calendar_has_are_rejected(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    days = [f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}" for number in range(200)]
    path.write_text("id,day\n" + "".join(f"{n},{day}\n" for n, day in enumerate([*days, "2024-02-30", "2024-13-01"])))
    result = assert_analysed(shell("analyze", path, "--json"), 202)
    assert sorted(reject["raw"] for reject in rejects(shell, result)) == ["2024-02-30", "2024-13-01"]
    assert any("2 cells did not fit" in warning for warning in result["warnings"])


def test_dates_and_numbers_beyond_all_bounds_in_typed_files(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "typed.parquet"
    table = pa.table(
        {
            "id": list(range(40)),
            "day": pa.array([0, 2**31 - 1, -(2**31), 1] * 10, pa.date32()),
            "at": pa.array([0, 2**63 - 1, -(2**63) + 1, 1] * 10, pa.timestamp("us")),
            "big": pa.array([2**64 - 1, 0, 1, 2] * 10, pa.uint64()),
            "real": [1.0, float("nan"), float("inf"), -float("inf")] * 10,
            "none": pa.nulls(40),
        }
    )
    parquet.write_table(table, path)
    result = assert_analysed(shell("analyze", path, "--json"), 40)
    assert {reject["column"] for reject in rejects(shell, result)} == {"day", "at"}
    assert normalization(shell, result)["rejected_cells"] == 40


def test_names_that_are_anything_but_names(shell: WarmShell, tmp_path: Path) -> None:
    names = [
        'a"b',
        "c.d",
        "😀",
        "; DROP TABLE names; --",
        "select",
        "a b",
        "$x",
        "<script>alert(1)</script>",
        "",
        "a b",
    ]
    path = tmp_path / "names.csv"
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    rows = "".join(",".join(str(row + column) for column in range(len(names))) + "\n" for row in range(12))
    path.write_text(f"{header}\n{rows}")
    result = assert_analysed(shell("analyze", path, "--json"), 12)
    columns = normalization(shell, result)["dataset"]["columns"]
    assert [column["original_name"] for column in columns] == names
    assert len({column["name"] for column in columns}) == len(names)
    selected = ", ".join(f'sum("{column["name"]}") AS s{index}' for index, column in enumerate(columns))
    assert shell("sql", f"SELECT {selected} FROM names", "--json").json["rows"] == [
        [66 + 12 * index for index in range(len(names))]
    ]
    assert "<script>alert(1)" not in shell("artifact", "get", result["job_id"], "report.html").out


def test_lines_in_different_encodings(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("name,v\nMüller,1\n".encode() + "Größe,2\n".encode("latin-1") + "Émile,3\n".encode() * 20)
    result = assert_analysed(shell("analyze", path, "--json"), 22)
    names = shell("sql", "SELECT DISTINCT name FROM people ORDER BY 1", "--json").json["rows"]
    assert names == [["Größe"], ["Müller"], ["Émile"]]
    assert any("encod" in note for note in normalization(shell, result)["notes"])


def test_nul_bytes_in_a_text_are_read_around(shell: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    plain = "".join(f"{number},plain note {number}\n" for number in range(500))
    path.write_bytes(f"id,note\n{plain}500,with a \0 in it\n".encode())
    assert_analysed(shell("analyze", path, "--json"), 501)
    [[note]] = shell("sql", "SELECT note FROM notes WHERE id = 500", "--json").json["rows"]
    assert note.startswith("with a ")
    assert note.endswith(" in it")


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


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmShell]:
    """A home whose settings allow the test's own server, and give it a second."""
    opened = WarmShell(
        tmp_path_factory.mktemp("online") / "home",
        {"VOYANT_ALLOW_PRIVATE_ADDRESSES": "true", "VOYANT_URL_TIMEOUT_SECONDS": "1"},
    )
    yield opened
    try:
        assert_nothing_half_written(opened)
    finally:
        opened.stop()


def test_a_name_that_is_not_utf_8_is_refused(shell: WarmShell) -> None:
    error = assert_refused(shell("analyze", "caf\udce9.csv", "--json"), Code.INVALID_BODY)
    assert "rename" in error["remedy"]


def test_a_url_is_analysed(online: WarmShell, http_server: HttpServer) -> None:
    url = http_server.serve("/orders.csv", gzip.compress(ROWS.encode()), Content_Encoding="gzip")
    result = assert_analysed(online("analyze", f"{url}?token=hunter2", "--json"), 50)
    assert result["dataset"]["table"] == "orders"
    assert not holding(online.home, "hunter2")


def holding(folder: Path, text: str) -> list[Path]:
    """The files that hold the text."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def hang(server: HttpServer) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(_: BaseHTTPRequestHandler) -> None:
        server.stopping.wait(20)

    return answer


def drip(server: HttpServer) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        while not server.stopping.wait(0.05):
            request.wfile.write(b"1,2\n")

    return answer


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_a_url_that_hangs_or_drips_ends_in_time(
    online: WarmShell, http_server: HttpServer, behaviour: Callable[[HttpServer], Any]
) -> None:
    started = time.monotonic()
    outcome = online("analyze", http_server.route("/orders.csv", behaviour(http_server)), "--json", seconds=SECONDS)
    assert_refused(outcome, Code.TIMEOUT, exit_code=1)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("headers", "status", "code", "exit_code"),
    [
        ({"Content_Length": "5000", "Connection": "close"}, 200, Code.UNREACHABLE, 1),
        ({"Content_Length": "20", "Connection": "close"}, 200, Code.WEB_SERVER, 1),
        ({"Content_Length": str(10**15)}, 200, Code.TOO_LARGE, 2),
        ({}, 404, Code.NO_SOURCE, 2),
        ({}, 410, Code.NO_SOURCE, 2),
        ({}, 401, Code.SOURCE_REFUSES, 2),
        ({}, 403, Code.SOURCE_REFUSES, 2),
        ({}, 500, Code.WEB_SERVER, 1),
        ({}, 204, Code.WEB_SERVER, 1),
        ({"Location": "ftp://example.com/x"}, 302, Code.UNSUPPORTED, 2),
    ],
    ids=[
        "longer than sent",
        "shorter than sent",
        "beyond the limit",
        "missing",
        "gone",
        "asks who",
        "forbidden",
        "broken",
        "says nothing",
        "redirects elsewhere",
    ],
)
def test_a_url_that_lies_or_refuses(
    online: WarmShell, http_server: HttpServer, headers: dict[str, str], status: int, code: Code, exit_code: int
) -> None:
    url = http_server.serve("/orders.csv", ROWS.encode(), status=status, **headers)
    outcome = online("analyze", url.replace("://", "://ann:hunter2@"), "--json", seconds=SECONDS)
    assert_refused(outcome, code, exit_code)
    assert "hunter2" not in outcome.out + outcome.err
    assert not holding(online.home, "hunter2")


def test_a_query_of_a_database_is_analysed(online: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE orders (id INTEGER, amount REAL)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(number, number * 1.5) for number in range(100)])
    url = f"sqlite:///{path}"
    assert_analysed(online("analyze", url, "--query", "SELECT * FROM orders WHERE id < 60", "--json"), 60)
    assert_refused(online("analyze", url, "--query", "DELETE FROM orders", "--json"), Code.SQL_REFUSED)
    assert_analysed(online("analyze", url, "--json"), 100)


def test_a_database_that_is_not_there(online: WarmShell) -> None:
    outcome = online("analyze", "postgresql://ann:hunter2@127.0.0.1:1/shop?table=orders", "--json", seconds=SECONDS)
    assert_refused(outcome, Code.UNREACHABLE, exit_code=1)
    assert "hunter2" not in outcome.out + outcome.err
    assert not holding(online.home, "hunter2")


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


def test_two_processes_on_one_new_home(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    paths = []
    for name in ("orders", "visits"):
        path = tmp_path / f"{name}.csv"
        path.write_text(ROWS)
        paths.append(path)
    processes = [shell.start("analyze", path, "--json") for path in (*paths, paths[0])]
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, out
    jobs = shell("job", "list", "--json").json
    items = jobs["items"] if isinstance(jobs, dict) else jobs
    assert [job["status"] for job in items] == ["completed"] * 3
    for job in items:
        assert shell("verify", job["id"]).code == 0
    for table in ("orders", "visits"):
        assert shell("sql", f"SELECT count(*) AS n FROM {table}", "--json").json["rows"] == [[50]]


def test_a_killed_process_leaves_a_home_that_works(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    path = tmp_path / "orders.csv"
    path.write_text("id,amount\n" + "".join(f"{n},{n * 1.5}\n" for n in range(2_000_000)))
    for delay in (0.5, 1.5):
        process = shell.start("analyze", path)
        time.sleep(delay)
        process.kill()
        process.communicate()
    left = shell("job", "list", "--json").json["items"]
    assert {job["status"] for job in left} <= {"failed"}
    assert all(job["error"]["code"] == str(Code.INTERNAL) and job["error"]["remedy"] for job in left)
    assert [path for part in ("artifacts", "scratch") for path in (shell.home / part).rglob("*.*")] == []
    done = shell("analyze", path, "--json")
    assert done.code == 0, done.out
    assert shell("sql", "SELECT count(*) AS n FROM orders", "--json").json["rows"] == [[2_000_000]]
    assert shell("verify", done.json["job_id"]).code == 0


UNSHARE = shutil.which("unshare")


def in_small_disk(script: str, *, size: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script in which ``folder`` is a disk of its own, which ends with it."""
    if UNSHARE is None or subprocess.run([UNSHARE, "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk of their own")
    mount = f"mount -t tmpfs -o size={size} tmpfs {folder} && export VOYANT_HOME={folder}/home && {script}"
    return subprocess.run([UNSHARE, "-rm", "sh", "-c", mount], capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("size", ["800k", "1700k"])
def test_a_full_disk(tmp_path: Path, size: str) -> None:
    """It fills up while the job is noted down, and while the table is written."""
    path, disk = tmp_path / "orders.csv", tmp_path / "disk"
    disk.mkdir()
    chance = random.Random(1)
    path.write_text(
        "id,amount,name\n" + "".join(f"{n},{chance.random()},name {chance.random()}\n" for n in range(60_000))
    )
    script = (
        f"{VOYANT} analyze {path} --json; echo $?; {VOYANT} job list --json; cd {disk}/home; "
        "find scratch artifacts lake -type f"
    )
    done = in_small_disk(script, size=size, folder=disk)
    answer, code, *rest = done.stdout.splitlines()
    error = json.loads(answer)["error"]
    assert (code, error["code"]) == ("1", str(Code.STORAGE_FULL)), done
    assert "VOYANT_HOME" in error["remedy"]
    assert "Traceback" not in done.stderr
    jobs = json.loads(rest[0])
    items = jobs["items"] if isinstance(jobs, dict) else jobs
    assert all(job["status"] == "failed" for job in items)
    assert rest[1:] == [], "no scratch, no artifact, no part of a table is left"


def test_a_read_only_home(tmp_path: Path) -> None:
    path, disk = tmp_path / "orders.csv", tmp_path / "disk"
    disk.mkdir()
    path.write_text(ROWS)
    once = f"{VOYANT} analyze {path} --json; echo $?"
    script = (
        f"mkdir {disk}/home && mount -o remount,ro {disk} && {once}; "
        f"mount -o remount,rw {disk} && {VOYANT} analyze {path} >/dev/null && mount -o remount,ro {disk} && {once}"
    )
    done = in_small_disk(script, size="50m", folder=disk)
    new, new_code, used, used_code = done.stdout.splitlines()
    for answer, code in ((new, new_code), (used, used_code)):
        error = json.loads(answer)["error"]
        assert (code, error["code"]) == ("1", str(Code.DATABASE)), done
        assert "VOYANT_HOME" in error["message"]
    assert "Traceback" not in done.stderr


def wide_csv(path: Path, rows: int, kinds: Sequence[Callable[[random.Random], str]]) -> None:
    """Ten thousand columns of those kinds in turn."""
    chance = random.Random(1)
    columns = range(10_000)
    lines = (",".join(kinds[column % len(kinds)](chance) for column in columns) for _ in range(rows))
    path.write_text("\n".join([",".join(f"c{column}" for column in columns), *lines]) + "\n")


WIDE: dict[str, Sequence[Callable[[random.Random], str]]] = {
    "numbers": [lambda chance: str(chance.randrange(1000))],
    "of all kinds": [
        lambda chance: str(chance.randrange(1000)),
        lambda chance: f"{chance.random() * 100:.2f}",
        lambda chance: chance.choice("abcdefgh"),
        lambda chance: f"2024-{chance.randrange(12) + 1:02}-{chance.randrange(28) + 1:02}",
        lambda chance: chance.choice(["", f"text {chance.randrange(10**6)} of words"]),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("kinds", WIDE)
def test_ten_thousand_columns(shell: WarmShell, tmp_path: Path, kinds: str) -> None:
    path = tmp_path / "wide.csv"
    wide_csv(path, 100, WIDE[kinds])
    result = assert_analysed(shell("analyze", path, "--json", seconds=120), 100)
    assert result["dataset"]["columns"] == 10_000
    assert shell("verify", result["job_id"]).code == 0


def test_threads_of_one_process_share_a_home(tmp_path: Path) -> None:
    """The library's way in: several analyses at once in one process."""
    script = (
        "import sys, threading, voyant\n"
        "results = []\n"
        "run = lambda path: results.append(voyant.analyze(path))\n"
        "threads = [threading.Thread(target=run, args=(path,)) for path in sys.argv[1:]]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "assert len(results) == len(threads), results\n"
    )
    paths = []
    for name in ("orders", "visits"):
        path = tmp_path / f"{name}.csv"
        path.write_text(ROWS)
        paths.append(str(path))
    shell = Shell(tmp_path / "home")
    done = subprocess.run(
        [VOYANT.with_name("python"), "-c", script, *paths],
        capture_output=True, text=True, env=shell.environment, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
