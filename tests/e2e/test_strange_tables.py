"""Tables that are odd, but tables: every row is analysed or said to be left out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.e2e.outcomes import SECONDS, assert_analysed, normalization, rejects, whole_home
from tests.e2e.warm import WarmShell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmShell]:
    """One home for all cases."""
    with whole_home(tmp_path_factory.mktemp("tables") / "home") as opened:
        yield opened


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
