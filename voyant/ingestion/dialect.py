"""How a delimited text is written: its delimiter and quotes, found by trying those that could be."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voyant.ingestion.cells import Kind, kind_of

_ROWS_TYPED = 100
_ROWS_SHAPED = 1000


STAND_IN_BACKSLASH, STAND_IN_DELIMITER = "\ufdd0", "\ufdd1"  # code points that texts cannot hold
_ESCAPE = re.compile(r'\\(["\\])')

if TYPE_CHECKING:
    from _csv import Reader


class Dialect(Struct, frozen=True, kw_only=True):
    """How cells are told apart.

    Attributes:
        delimiter: One character, or the same one twice; empty where the file has one column.
        quote: Empty where none is used.
        backslash: Quotes within quotes are written ``\\"``; else they are doubled.
        blanks: Blanks after a delimiter do not count; with a blank as delimiter, runs of them are one.
    """

    delimiter: str = ","
    quote: str = '"'
    backslash: bool = False
    blanks: bool = False

    @property
    def single_delimiter(self) -> str:
        """The one character that stands between cells of prepared lines."""
        return self.delimiter if len(self.delimiter) == 1 else STAND_IN_DELIMITER

    def prepared(self, line: str) -> str:
        """The line as Python's reader understands it; ``restored`` undoes in cells what this stands in for.

        Of backslash escapes only quotes and backslashes are undone: what ``\\n`` stands for differs between the tools
        that write it.
        """
        if self.backslash and "\\" in line:
            line = _ESCAPE.sub(lambda found: '""' if found[1] == '"' else STAND_IN_BACKSLASH, line)
        return line.replace(self.delimiter, STAND_IN_DELIMITER) if len(self.delimiter) > 1 else line

    def restored(self, cells: list[str]) -> list[str | None]:
        """The cells of a prepared line as written, empty ones as nulls: delimited text has no way to tell them."""
        if self.backslash:
            cells = [cell.replace(STAND_IN_BACKSLASH, "\\") for cell in cells]
        if len(self.delimiter) > 1:
            cells = [cell.replace(STAND_IN_DELIMITER, self.delimiter) for cell in cells]
        return [cell or None for cell in cells]

    def reader(self, lines: Iterable[str]) -> Reader:
        """The records of lines that keep their ends; ``csv.Error`` at a quote that does not close its cell."""
        return csv.reader(
            map(self.prepared, lines) if self.backslash or len(self.delimiter) > 1 else lines,
            delimiter=self.single_delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=True,
            skipinitialspace=self.blanks,
            strict=True,
        )

    def describe(self) -> tuple[str, ...]:
        """What to note of it: nothing for commas and double quotes."""
        notes = []
        if not self.delimiter:
            notes.append("one column, no delimiter")
        elif self.delimiter != ",":
            names = {"\t": "tab", " ": "blanks", "\x1f": "unit separator", "\x01": "control character 1"}
            notes.append(f"delimiter {names.get(self.delimiter, repr(self.delimiter))}")
        if self.quote == "'":
            notes.append('quote "\'"')
        if self.backslash:
            notes.append("quotes escaped by backslashes")
        return tuple(notes)


# How readily a character is taken for a delimiter: those that prose, times and numbers hold need better evidence.
_TRUST = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, "\x1f": 1.0, "\x01": 1.0, "^": 0.8, "~": 0.8, "¦": 0.8, "§": 0.8}
_TRUST |= {":": 0.6, " ": 0.5, "#": 0.6, "!": 0.6, "*": 0.5, "&": 0.5, "/": 0.3, "=": 0.4, "@": 0.4}
_ONE_COLUMN_SCORE = 0.45


def find_dialect(lines: Sequence[str]) -> Dialect:
    """The dialect in which the lines (with their ends) are most like a table: rows of one width with cells of one kind.

    The score is the consistency measure of van den Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting
    row and type patterns" (2019), simplified: the share of rows with the usual width, times the share of cells that
    look like something.
    """
    lines = lines[:_ROWS_SHAPED]
    text = "".join(lines)
    candidates = [
        Dialect(delimiter=character * 2 if _is_doubled(character, text) else character)
        for character in _TRUST
        if _is_common(character, lines)
    ]
    best, best_score = Dialect(delimiter=""), _one_column_score(lines)
    for candidate in candidates:
        for dialect in _quotings(candidate, lines):
            score = _score(dialect, lines)
            if score > best_score + 1e-9:
                best, best_score = dialect, score
    return best


def _is_common(character: str, lines: Sequence[str]) -> bool:
    written = [line for line in lines if line.strip()]
    return sum(character in line for line in written) >= 0.3 * len(written) > 0


def _is_doubled(character: str, text: str) -> bool:
    return character != " " and text.count(character) == 2 * text.count(character * 2)


def _quotings(plain: Dialect, lines: Sequence[str]) -> Iterator[Dialect]:
    """The ways of quoting with this delimiter that the lines give reason to try, the usual one first."""
    delimiter, text = plain.delimiter, "".join(lines)
    usual = replace(plain, blanks=delimiter == " ")
    yield usual
    if not usual.blanks and re.search(re.escape(delimiter) + r' +"', text):
        yield replace(usual, blanks=True)
    if '"' in text and not _closes_every_quote(usual, lines):
        if '\\"' in text:
            yield replace(usual, backslash=True)
        if _quoted_cells('"', delimiter, text) == 0:
            yield replace(usual, quote="")
    if _quoted_cells("'", delimiter, text) >= 2:
        yield replace(usual, quote="'")


def _closes_every_quote(dialect: Dialect, lines: Sequence[str]) -> bool:
    try:
        for _ in dialect.reader(lines):
            pass
    except csv.Error:
        return False
    return True


def _quoted_cells(quote: str, delimiter: str, text: str) -> int:
    edge = re.escape(delimiter)
    return len(re.findall(rf"(?:^|{edge}) *{quote}[^{quote}\n]*{quote} *(?={edge}|\r?$)", text, re.MULTILINE))


def _score(dialect: Dialect, lines: Sequence[str]) -> float:
    records, errors = parse(dialect, lines)
    widths = Counter(len(record) for record in records)
    usual = max(widths, key=lambda width: (widths[width], width), default=1)
    if usual < 2:
        return 0.0
    first = next(index for index, record in enumerate(records) if len(record) == usual)
    body = records[first:]
    shorter = sum(len(record) < usual for record in body)
    longer = sum(len(record) > usual for record in body)
    even = (len(body) - longer - shorter / 2) / (len(body) + errors)
    names = not any(kind_of(cell) in {Kind.NUMBER, Kind.TIME} for cell in body[0])
    # Above a table stands prose; above a column that a delimiter splits by mistake stands its name.
    place = 1.25 if first == 0 and names else 0.7 if first > 0 and not names else 1.0
    return even**2 * (1 - 1 / usual) * _typed_share(body[:_ROWS_TYPED]) * _TRUST[dialect.delimiter[0]] * place


def _one_column_score(lines: Sequence[str]) -> float:
    return _ONE_COLUMN_SCORE * _typed_share([[line] for line in lines[:_ROWS_TYPED] if line.strip()])


def _typed_share(records: Sequence[Sequence[str]]) -> float:
    kinds = Counter(kind_of(cell) for record in records for cell in record)
    total = sum(kinds.values())
    return (total - 0.7 * kinds[Kind.PROSE]) / total if total else 0.0


def parse(dialect: Dialect, lines: Sequence[str]) -> tuple[list[list[str]], int]:
    """The records of a sample that are not blank, and how many could not be read; one cut off by its end is neither."""
    records: list[list[str]] = []
    errors = 0
    reader = dialect.reader(lines)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return records, errors
        except csv.Error as error:
            errors += "unexpected end of data" not in str(error)
            continue
        if len(record) > 1 or any(cell.strip() for cell in record):
            records.append(record)
