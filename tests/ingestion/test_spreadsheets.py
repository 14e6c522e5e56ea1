"""Workbooks: every sheet a table, its header found, its cells with the values they hold."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from tests.ingestion.conftest import Reader
from tests.ingestion.workbooks import ods, xlsb, xlsx
from voyant.errors import Code, VoyantError

PEOPLE = [["name", "age", "joined"], ["Ann", 31, date(2024, 1, 31)], ["Bob", 42.5, date(2023, 12, 1)]]
READ = [("Ann", "31", "2024-01-31"), ("Bob", "42.5", "2023-12-01")]


@pytest.mark.parametrize(("name", "data"), [("p.xlsx", xlsx({"S": PEOPLE})), ("p.ods", ods({"S": PEOPLE}))])
def test_reads_a_sheet(name: str, data: bytes, reader: Reader) -> None:
    staged = reader.one(name, data)
    assert staged.table.name == "p"
    assert staged.names == ["name", "age", "joined"]
    assert staged.rows == READ


def test_reads_the_old_binary_format(reader: Reader) -> None:
    staged = reader.read(Path(__file__).parent / "data" / "book.xls")[0]  # written with xlwt
    assert staged.names == ["name", "age", "joined"]
    assert staged.rows == READ


def test_reads_the_new_binary_format(reader: Reader) -> None:
    staged = reader.one("b.xlsb", xlsb([["name", "age"], ["Ann", 31.0], ["Bob", 42.5]]))
    assert staged.names == ["name", "age"]
    assert staged.rows == [("Ann", "31"), ("Bob", "42.5")]


def test_the_content_decides_not_the_name(reader: Reader) -> None:
    assert reader.one("export.csv", xlsx({"S": PEOPLE})).rows == READ
    assert reader.one("book.xls", b"name\tage\nAnn\t31\n").rows == [("Ann", "31")]


def test_every_sheet_is_a_table(reader: Reader) -> None:
    path = reader.write(
        "b.xlsx", xlsx({"My Orders": PEOPLE, "Empty": [], "Notes": [["k", "v"], ["a", 1]]}, hidden=["Notes"])
    )
    orders, notes = reader.read(path)
    assert (orders.table.name, notes.table.name) == ("my_orders", "notes")
    assert notes.rows == [("a", "1")]
    assert "sheet 'Notes', hidden" in notes.table.notes


def test_titles_and_blank_rows_around_the_table(reader: Reader) -> None:
    rows = [
        ["Sales report"],
        [],
        ["made", date(2024, 1, 1)],
        [],
        *[[None, *row] for row in PEOPLE[:2]],
        [],
        [None, *PEOPLE[2]],
        [],
    ]
    staged = reader.one("b.xlsx", xlsx({"S": rows}))
    assert staged.names == ["name", "age", "joined"]
    assert staged.rows == READ


def test_cells_merged_downwards_hold_their_value_in_each_row(reader: Reader) -> None:
    rows = [["region", "city", "n"], ["North", "Oslo", 1], [None, "Bergen", 2], ["South", "Rome", 3]]
    staged = reader.one("b.xlsx", xlsx({"S": rows}, merged=["A2:A3"]))
    assert staged.rows == [("North", "Oslo", "1"), ("North", "Bergen", "2"), ("South", "Rome", "3")]


def test_values_of_each_type(reader: Reader) -> None:
    row = [True, datetime(2024, 2, 29, 13, 45, 30), time(6, 30), 0.1, 1e15, -3, "007", " x ", "=1+1", 123456789012]
    staged = reader.one("b.xlsx", xlsx({"S": [[f"c{i}" for i in range(10)], row]}))
    assert staged.rows == [
        (
            "true",
            "2024-02-29 13:45:30",
            "06:30:00",
            "0.1",
            "1000000000000000.0",
            "-3",
            "007",
            " x ",
            "=1+1",
            "123456789012",
        )
    ]


def test_a_sheet_without_names(reader: Reader) -> None:
    staged = reader.one("b.xlsx", xlsx({"S": [[1, 2.5, "a"], [3, 4.5, "b"]]}))
    assert staged.names == ["", "", ""]
    assert len(staged.rows) == 2


def test_a_table_chosen_by_its_sheet(reader: Reader) -> None:
    from voyant.ingestion import source_of

    path = reader.write("b.xlsx", xlsx({"A": PEOPLE, "My Data": [["k", "v"], ["a", 1]]}))
    (staged,) = reader.read(source_of(str(path), table="My Data"))
    assert staged.rows == [("a", "1")]
    with pytest.raises(VoyantError) as caught:
        reader.read(source_of(str(path), table="Nope"))
    assert caught.value.code is Code.NO_TABLE
    assert "a, my_data" in caught.value.message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (xlsx({"S": []}), Code.NOT_ENOUGH_DATA),
        (xlsx({"S": [["name", "age"]]}), Code.NOT_ENOUGH_DATA),
        (xlsx({"S": PEOPLE})[:-40], Code.UNREADABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Code.UNREADABLE),
    ],
)
def test_refuses(data: bytes, code: Code, reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("b.xlsx", data)
    assert caught.value.code is code


def test_a_workbook_that_expands_too_far(reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("b.xlsx", xlsx({"S": [["n"], *[["x" * 100]] * 1000]}), max_workbook_bytes=50_000)
    assert caught.value.code is Code.TOO_LARGE
    assert "max_workbook_bytes" in caught.value.message
