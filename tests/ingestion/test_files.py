"""Files, folders and patterns; and what there is to say of those that cannot be read."""

from __future__ import annotations

import gzip
import io
import sys
import time
from pathlib import Path

import pytest

from tests.ingestion.conftest import Reader
from voyant.errors import Code, InvalidInput, VoyantError
from voyant.ingestion import Limits, local_files, no_progress, source_of
from voyant.ingestion.fingerprint import fingerprint, fingerprint_meanwhile
from voyant.ingestion.reading import read_source
from voyant.lake.engine import Engine


def test_like_files_of_a_folder_are_one_table(reader: Reader) -> None:
    reader.write("sales/2024/b.csv", b"id;amount;note\n3;5,5;x\n")
    reader.write("sales/2024/a.csv", b"id,amount\n1,2\nlong,row,here\n2,3\n")
    reader.write("sales/.hidden", b"no")
    reader.write("sales/README.txt", b"Sales of the shop.\n")
    (staged,) = reader.read(reader.folder / "sales")
    assert staged.table.name == "sales"
    assert staged.names == ["id", "amount", "note"]
    assert staged.rows == [("1", "2", None), ("2", "3", None), ("3", "5,5", "x")]
    assert [reject[:3] for reject in staged.rejects] == [(2, None, "long,row,here")]
    assert "2 files: a.csv, b.csv" in staged.table.notes
    assert "a.csv lacks note" in staged.table.notes


def test_row_numbers_go_on_from_file_to_file(reader: Reader) -> None:
    reader.write("s/a.csv", b"x,y\n1,2\n1,2,3\n")
    reader.write("s/b.csv", b"x,y\n3,4\n5,6,7\n")
    (staged,) = reader.read(reader.folder / "s")
    numbers = reader.engine.tuples(f"SELECT _row FROM {staged.table.relation} ORDER BY 1")
    assert numbers == [(1,), (3,)]
    assert [reject[0] for reject in staged.rejects] == [2, 4]


def test_a_pattern_takes_what_it_matches(reader: Reader) -> None:
    for month in ("01", "02", "03"):
        reader.write(f"m/{month}.csv", f"v,w\n{month},1\n".encode())
    (staged,) = reader.read(reader.folder / "m" / "0[12].csv")
    assert staged.rows == [("01", "1"), ("02", "1")]


def test_files_of_typed_columns_unite_to_the_wider_type(reader: Reader) -> None:
    import pyarrow as pa
    from pyarrow import feather

    (reader.folder / "f").mkdir()
    feather.write_feather(pa.table({"v": [1, 2]}), str(reader.folder / "f/a.feather"))
    feather.write_feather(pa.table({"v": [2.5]}), str(reader.folder / "f/b.feather"))
    (staged,) = reader.read(reader.folder / "f")
    assert staged.rows == [(1.0,), (2.0,), (2.5,)]


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("empty.csv", b"", Code.NOT_ENOUGH_DATA, "empty.csv"),
        ("blank.csv", b" \n\n\t\n", Code.NOT_ENOUGH_DATA, "blank.csv"),
        ("mark.csv", b"\xef\xbb\xbf", Code.NOT_ENOUGH_DATA, "mark.csv"),
        ("head.csv", b"id,name\n", Code.NOT_ENOUGH_DATA, "2 columns but no rows"),
        ("page.csv", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", Code.UNSUPPORTED, "a web page"),
        ("data.csv", b'<?xml version="1.0"?><a/>', Code.UNSUPPORTED, "an XML document"),
        ("doc.csv", b"%PDF-1.7\n...", Code.UNSUPPORTED, "a PDF document"),
        ("data.csv", bytes(range(256)) * 20, Code.UNREADABLE, "binary data"),
        ("zeros.csv", bytes(5000), Code.NOT_ENOUGH_DATA, "zeros.csv"),
    ],
)
def test_says_why_a_file_cannot_be_read(name: str, data: bytes, code: Code, said: str, reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one(name, data)
    assert caught.value.code is code
    assert said in caught.value.message
    assert caught.value.remedy


def test_a_missing_file_names_those_like_it(reader: Reader) -> None:
    reader.write("orders.csv", b"a,b\n1,2\n")
    with pytest.raises(VoyantError) as caught:
        reader.read(reader.folder / "ordrs.csv")
    assert caught.value.code is Code.NO_SOURCE
    assert "orders.csv" in caught.value.remedy


def test_folders_and_patterns_without_data(reader: Reader) -> None:
    (reader.folder / "none").mkdir()
    for hint, code in (("none", Code.NOT_ENOUGH_DATA), ("*.parquet", Code.NO_SOURCE)):
        with pytest.raises(VoyantError) as caught:
            reader.read(reader.folder / hint)
        assert caught.value.code is code


@pytest.mark.parametrize("hint", ["sales", "sales/*.csv"])
def test_a_name_that_is_not_utf_8_is_refused(reader: Reader, hint: str) -> None:
    reader.write("sales/a.csv", b"id,amount\n1,2\n")
    reader.write("sales/caf\udce9.csv", b"id,amount\n1,2\n")
    with pytest.raises(InvalidInput, match=r"caf\\udce9.csv' is not UTF-8") as refused:
        reader.read(reader.folder / hint)
    assert refused.value.remedy == "Rename it."


def test_too_many_files(reader: Reader) -> None:
    for number in range(5):
        reader.write(f"f/{number}.csv", b"a,b\n1,2\n")
    with pytest.raises(VoyantError) as caught:
        reader.read(reader.folder / "f", max_files=4)
    assert caught.value.code is Code.TOO_LARGE
    assert "max_files" in caught.value.message


def test_too_many_columns(reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("w.csv", b",".join(b"c%d" % i for i in range(60)) + b"\n" + b",".join([b"1"] * 60), max_columns=50)
    assert caught.value.code is Code.TOO_LARGE
    assert "max_columns" in caught.value.message


def test_ten_thousand_columns(reader: Reader) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    row = ",".join(str(number) for number in range(10_000))
    staged = reader.one("wide.csv", f"{names}\n{row}\n{row}\n".encode())
    assert len(staged.names) == 10_000
    assert staged.rows[1][9_999] == "9999"


def test_a_line_without_end_is_refused(reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("long.csv", b"x" * 5_000_000, max_record_bytes=1_000_000)
    assert caught.value.code is Code.TOO_LARGE
    assert "max_record_bytes" in caught.value.message


def test_a_long_line_among_others_is_rejected(reader: Reader) -> None:
    staged = reader.one("long.csv", b"a,b\n1,2\n" + b"x" * 3_000_000 + b",2\n3,4\n", max_record_bytes=1_000_000)
    assert staged.rows == [("1", "2"), ("3", "4")]
    assert [(row, reason) for row, _, _, reason in staged.rejects] == [
        (2, "the line is longer than the limit max_record_bytes")
    ]


def test_a_long_record_of_json_lines_is_rejected(reader: Reader) -> None:
    long = b'{"a": "' + b"x" * 3_000_000 + b'"}\n'
    staged = reader.one("long.ndjson", b'{"a": 1}\n' + long + b'{"a": 3}\n', max_record_bytes=1_000_000)
    assert staged.rows == [("1",), ("3",)]
    assert [reject[0] for reject in staged.rejects] == [2]


def test_whoever_stops_reading_does_not_wait_for_the_fingerprint(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(20 << 30)  # a hole: it takes no room, and half a minute to hash
    began = time.monotonic()
    with pytest.raises(ValueError, match="enough"), fingerprint_meanwhile([large]):
        raise ValueError("enough")
    assert time.monotonic() - began < 5


def test_the_fingerprint_is_of_content(reader: Reader) -> None:
    one, other = reader.write("a.csv", b"x"), reader.write("b/c.csv", b"x")
    assert fingerprint([one]) == fingerprint([other])
    folder = [reader.write("f/1", b"x"), reader.write("f/2", b"y")]
    moved = [reader.write("g/1", b"x"), reader.write("g/2", b"y")]
    swapped = [reader.write("h/1", b"y"), reader.write("h/2", b"x")]
    assert fingerprint(folder) == fingerprint(list(reversed(folder))) == fingerprint(moved)
    assert fingerprint(folder) != fingerprint(swapped)


def test_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a;b\n1;2\n")))
    with Engine() as engine:
        reading = read_source(source_of("-"), engine, tmp_path, limits=Limits(), progress=no_progress)
        assert engine.tuples(f"SELECT c0, c1 FROM {reading.tables[0].relation}") == [("1", "2")]
        assert reading.fingerprint == fingerprint([tmp_path / "stdin"])


def test_progress_can_stop_the_reading(reader: Reader) -> None:
    from voyant.ingestion import stage

    path = reader.write("a.csv", b"a,b\n" + b"1,2\n" * 1000)

    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        stage(source_of(str(path)), reader.engine, reader.folder, limits=Limits(), progress=stop)


def test_local_files_are_sorted(reader: Reader) -> None:
    for name in ("b.csv", "a.csv", "c/d.csv"):
        reader.write(f"s/{name}", b"1")
    found = local_files(source_of(str(reader.folder / "s")))
    assert [path.name for path in found] == ["a.csv", "b.csv", "d.csv"]


def test_an_empty_file_among_others_is_skipped_and_said(reader: Reader) -> None:
    reader.write("f/a.csv", b"a,b\n1,2\n")
    reader.write("f/b.csv", b"")
    (staged,) = reader.read(reader.folder / "f")
    assert staged.rows == [("1", "2")]
    assert "b.csv skipped: empty" in staged.table.notes
    reader.write("g/a.csv", b"")
    reader.write("g/b.csv", b"")
    with pytest.raises(InvalidInput, match="only empty files"):
        reader.read(reader.folder / "g")


def test_a_link_to_a_file_beside_it_doubles_no_row(reader: Reader) -> None:
    path = reader.write("f/a.csv", b"a,b\n1,2\n")
    (path.parent / "b.csv").symlink_to("a.csv")
    (path.parent / "circle").symlink_to(path.parent)
    (staged,) = reader.read(path.parent)
    assert staged.rows == [("1", "2")]


def test_folders_and_names_of_many_files_do_not_meet(reader: Reader) -> None:
    for number in range(30):
        reader.write(f"f/{number:02}.csv.gz", gzip.compress(f"a,b\n{number},2\n".encode()))
    (staged,) = reader.read(reader.folder / "f")
    assert staged.rows == [(str(number), "2") for number in range(30)]


def test_a_file_that_changes_while_it_is_read_is_refused(reader: Reader) -> None:
    path = reader.write("a.csv", b"a,b\n" + b"1,2\n" * 1000)

    def change_once(_share: float) -> None:
        path.write_bytes(b"a,b\n" + b"3,4\n" * 2000)

    with pytest.raises(InvalidInput, match="changed while it was read") as caught:
        read_source(source_of(str(path)), reader.engine, reader.folder, limits=Limits(), progress=change_once)
    assert caught.value.code is Code.UNREADABLE


def test_standard_input_that_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with Engine() as engine, pytest.raises(InvalidInput, match="closed"):
        read_source(source_of("-"), engine, tmp_path, limits=Limits(), progress=no_progress)
