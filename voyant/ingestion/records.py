"""Records of delimited text, one by one: whatever the quotes, each line ends up in a record or among the rejects."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

from msgspec import Struct

from voyant.ingestion.dialect import Dialect

_LINES_SEARCHED_FOR_A_QUOTE = 100


class Malformed(Struct, frozen=True):
    """A record that cannot be told apart into cells."""

    raw: str
    reason: str


class _TooLong(Exception):
    """A line, or the lines of one record, beyond the limit."""


class Lines:
    """The lines of a text file, of bounded length, that can be put back; knows those of the record being read."""

    def __init__(self, file: IO[str], limit: int, comment: str = "") -> None:
        self._file = file
        self._limit = limit
        self._comment = comment
        self._waiting: list[str] = []  # in reverse
        self._size = 0
        self.record: list[str] = []
        self.characters = 0
        self.comments = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line = self._waiting.pop() if self._waiting else self._read()
            if not line:
                raise StopIteration
            if self._comment and not self.record and line.startswith(self._comment):
                self.comments += 1
                continue
            self.record.append(line)
            self._size += len(line)
            if self._size > self._limit:
                raise _TooLong
            return line

    def _read(self) -> str:
        line = self._file.readline(self._limit)
        self.characters += len(line)
        if len(line) < self._limit or line.endswith("\n"):
            return line
        while (rest := self._file.readline(self._limit)) and not rest.endswith(("\n", "\r")):
            self.characters += len(rest)
        return line + "…"  # beyond the limit, so that it counts as too long

    @property
    def line_is_too_long(self) -> bool:
        """Whether the record is one line beyond the limit."""
        return len(self.record) == 1 and self._size > self._limit

    def next_record(self) -> None:
        """Forgets the lines of the record before."""
        self.record.clear()
        self._size = 0

    def put_back(self, keep: int) -> None:
        """Puts all lines of the record back but the first ``keep``."""
        self._waiting.extend(reversed(self.record[keep:]))
        del self.record[keep:]
        self._size = sum(map(len, self.record))


def read_records(lines: Lines, dialect: Dialect, width: int) -> Iterator[list[str] | Malformed]:
    """Each record in order, a blank line as an empty list.

    A record whose quotes do not close where a cell ends is read again, taking quotes within cells for what they are,
    and given only where it then has the table's width.
    """
    csv.field_size_limit(2**31 - 1)  # the module's own limit is global; the length of lines is bounded here
    reader = dialect.reader(lines)
    while True:
        lines.next_record()
        try:
            yield next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong):
            yield _read_again(lines, dialect, width)


def _read_again(lines: Lines, dialect: Dialect, width: int) -> list[str] | Malformed:
    if lines.line_is_too_long:
        return Malformed(lines.record[0], "the line is longer than the limit max_record_bytes")
    lines.put_back(keep=0)
    cells = _read_with_inner_quotes(lines, dialect)
    is_record = cells is not None and len(cells) == width
    if cells is not None and is_record and len(lines.record) == 1:
        return cells
    plain = [dialect.prepared(line).rstrip("\r\n").split(dialect.single_delimiter) for line in lines.record[:2]]
    if len(plain[0]) == width and (not is_record or len(plain[1]) == width):
        lines.put_back(keep=1)  # lines that are records each, without their quotes, are not lines of one cell
        return plain[0]
    if cells is not None and is_record:
        return cells
    lines.put_back(keep=1)
    return Malformed(lines.record[0], "a quote is not closed")


def _read_with_inner_quotes(lines: Lines, dialect: Dialect) -> list[str] | None:
    """The cells of the record, where a quote closes its cell only before a delimiter or the line's end."""
    text = dialect.prepared(next(lines))
    for _ in range(_LINES_SEARCHED_FOR_A_QUOTE):
        cells = _split(text, dialect)
        if cells is not None:
            return cells
        try:
            text += dialect.prepared(next(lines))
        except (StopIteration, _TooLong):
            return None
    return None


def _split(text: str, dialect: Dialect) -> list[str] | None:
    """The cells of one record, or None where a quote is still open at its end."""
    text = text.removesuffix("\n").removesuffix("\r")
    delimiter, quote = dialect.single_delimiter, dialect.quote
    cells: list[str] = []
    position = 0
    while True:
        while dialect.blanks and text.startswith(" ", position):
            position += 1
        if quote and text.startswith(quote, position):
            end = _closing_quote(text, position + 1, delimiter, quote)
            if end is None:
                return None
            cells.append(text[position + 1 : end].replace(quote * 2, quote))
            end += 1
        else:
            end = text.find(delimiter, position)
            end = len(text) if end < 0 else end
            cells.append(text[position:end])
        if end >= len(text):
            return cells
        position = end + 1


def _closing_quote(text: str, position: int, delimiter: str, quote: str) -> int | None:
    while (position := text.find(quote, position)) >= 0:
        following = text[position + 1 : position + 2]
        if following == quote:
            position += 2
        elif following in {"", delimiter}:
            return position
        else:
            position += 1
    return None
