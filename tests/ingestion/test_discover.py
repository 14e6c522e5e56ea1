"""What a hint is, told without reading it."""

from __future__ import annotations

import gzip

import pytest

from tests.ingestion.conftest import Reader
from tests.ingestion.workbooks import ods, xlsx
from voyant.domain.source import Compression, Format, SourceKind
from voyant.errors import Code, VoyantError
from voyant.ingestion import discover, source_of


@pytest.mark.parametrize(
    ("name", "data", "format_"),
    [
        ("a.txt", b"a;b\n1;2\n", Format.CSV),
        ("a.csv", b'[{"a": 1}]', Format.JSON),
        ("a", b'{"a": 1}\n{"a": 2}\n', Format.NDJSON),
        ("a.csv", b"{a},{b}\n1,2\n", Format.CSV),
        ("a.csv", b"[notes]\nx,y\n", Format.CSV),
        ("a.csv", b"PAR1....PAR1", Format.PARQUET),
        ("a.csv", b"ARROW1\0\0", Format.ARROW),
        ("a.csv", b"SQLite format 3\0", Format.SQLITE),
        ("a.csv", b"\0" * 8 + b"DUCK", Format.DUCKDB),
        ("a.csv", xlsx({"S": [["a"]]}), Format.EXCEL),
        ("a.csv", ods({"S": [["a"]]}), Format.ODS),
        ("a.csv", "a,b\n1,2\n".encode("utf-16"), Format.CSV),
    ],
)
def test_the_content_tells_the_format(name: str, data: bytes, format_: Format, reader: Reader) -> None:
    found = discover(str(reader.write(name, data)))
    assert (found.kind, found.format, found.compression, found.problem) == (SourceKind.FILE, format_, None, None)
    assert found.bytes == len(data)
    assert found.confidence >= 0.6


def test_compression(reader: Reader) -> None:
    found = discover(str(reader.write("a.csv", gzip.compress(b"a,b\n"))))
    assert found.compression is Compression.GZIP


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", bytes(range(256)) * 9])
def test_says_what_speaks_against_it(data: bytes, reader: Reader) -> None:
    assert discover(str(reader.write("a.csv", data))).problem


def test_places(reader: Reader) -> None:
    reader.write("f/a.csv", b"a,b\n1,2\n")
    reader.write("f/b.csv", b"a,b\n1,2\n")
    folder = discover(str(reader.folder / "f"))
    assert (folder.kind, folder.files, folder.format) == (SourceKind.FOLDER, 2, Format.CSV)
    assert discover(str(reader.folder / "f" / "*.csv")).kind is SourceKind.FILES
    missing = discover(str(reader.folder / "nothing.csv"))
    assert missing.problem
    assert missing.confidence == 0.0


def test_addresses_keep_their_secrets() -> None:
    found = discover("postgresql://ann:hunter2@db.example/shop?table=orders")
    assert found.kind is SourceKind.DATABASE
    assert "hunter2" not in repr(found)
    assert "hunter2" not in repr(source_of("postgresql://ann:hunter2@db.example/shop?table=orders"))
    url = discover("https://x.example/data.parquet?token=abc")
    assert (url.kind, url.format) == (SourceKind.URL, Format.PARQUET)
    assert "abc" not in repr(url)


@pytest.mark.parametrize("hint", ["", "  ", "ftp://x.example/a.csv"])
def test_hints_that_mean_nothing(hint: str) -> None:
    with pytest.raises(VoyantError) as caught:
        discover(hint)
    assert caught.value.code in {Code.MISSING_PARAMETER, Code.UNSUPPORTED}
