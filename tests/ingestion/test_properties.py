"""What holds for any text: values come back as written, records are staged or rejected, errors are ours."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingestion.conftest import Reader
from voyant.errors import VoyantError

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufffe\ufeff"), max_size=12)
HARD_CELLS = st.text(st.sampled_from("\",;|\t\n #x1'\\"), max_size=8)
PLAIN = [
    ["order", "city", "amount"],
    *[[f"A{n}", "Oslo, north" if n % 9 == 0 else "Rome", f"{n}.5"] for n in range(60)],
]
"""Enough plain rows for the delimiter to be plain; what is told of them holds for the rows behind."""


def _read(data: bytes) -> tuple[list[tuple[str | None, ...]], list[tuple[int, str]]]:
    with TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        try:
            staged = reader.one("data.csv", data)
        finally:
            reader.engine.close()
    return staged.rows, [(row, raw) for row, _, raw, _ in staged.rejects]


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS | HARD_CELLS, min_size=3, max_size=3), min_size=1, max_size=25),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_comes_back(
    rows: list[list[str]], delimiter: str, line_end: str, quoting: int, encoding: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows([*PLAIN, *rows])
    staged, rejected = _read(written.getvalue().encode(encoding))
    assert staged == [tuple(cell or None for cell in row) for row in [*PLAIN[1:], *rows]]
    assert rejected == []


WORDS = st.text(st.sampled_from("abcxyz01"), max_size=4)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(WORDS, min_size=1, max_size=6), max_size=25))
def test_each_ragged_row_is_filled_or_rejected(rows: list[list[str]]) -> None:
    lines = [",".join(row) for row in rows]
    data = "\n".join([*(",".join(cell.replace(",", "") for cell in row) for row in PLAIN), *lines])
    staged, rejected = _read(data.encode())
    expected, raw = [], []
    number = len(PLAIN) - 1
    for row, line in zip(rows, lines, strict=True):
        if not line:
            continue
        number += 1
        if any(row[3:]):
            raw.append((number, line))
        else:
            expected.append(tuple((cell or None) for cell in [*row[:3], "", ""][:3]))
    assert staged[len(PLAIN) - 1 :] == expected
    assert rejected == raw


@settings(max_examples=120, deadline=None)
@given(data=st.binary(max_size=300) | st.text(st.sampled_from("{}[]\",:;\n\r ab1\0#'"), max_size=120).map(str.encode))
def test_any_bytes_are_read_or_refused_in_our_words(data: bytes) -> None:
    refused: VoyantError | None = None
    with TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        try:
            reader.read(reader.write("data.csv", data))
        except VoyantError as error:
            refused = error
        finally:
            reader.engine.close()
    assert refused is None or (refused.message and refused.remedy)
