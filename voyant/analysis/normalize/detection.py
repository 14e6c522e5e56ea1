"""How every column of text is read: proposed from a part of the rows, decided on all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.analysis.normalize.dates import DAY_FIRST, MONTH_FIRST, DateFormat, Layout
from voyant.analysis.normalize.daymonth import decide_order
from voyant.analysis.normalize.formats import WHITE, Format, Reading, counted, trimmed
from voyant.analysis.normalize.measuring import Measured, measure
from voyant.analysis.normalize.names import word_set, words_of
from voyant.analysis.normalize.number_formats import NumberFormat
from voyant.analysis.normalize.proposals import is_null_word, propose
from voyant.analysis.normalize.rows import CELLS, Rows, TextColumn
from voyant.analysis.normalize.sampling import sample
from voyant.analysis.normalize.values import with_values
from voyant.analysis.normalize.verdict import is_good_enough
from voyant.analysis.normalize.words import CERTAIN_NULLS, LIKELY_NULLS, null_words_of_text
from voyant.lake.engine import Engine
from voyant.lake.sql import literal

LISTED_MISFITS = 200
ROUNDS = 3
_CODE_WORDS = word_set("country continent region state province code iso symbol ticker initials language")


class Check(Struct, frozen=True):
    """What all rows say of one format: the cells that fit it, and its measures over them."""

    format: Format
    fitting: int
    measured: tuple[float | None, ...]


class ReadColumn(Struct):
    """How a column is read, and what was met on the way.

    Attributes:
        evidence: Distinct values of a part of the rows, stripped, with how often each was seen there.
        is_padded: White space stands around some cells, which is read as nothing.
        filled: Cells that are not NULL.
        blanks: Cells with nothing or only white space in them.
        null_words: Words that stand for a missing value, with how often they occur.
        misfits: Cells that hold something else than the type found.
        reading: None where the column stays text.
    """

    source: TextColumn
    evidence: Counter[str]
    is_padded: bool = False
    filled: int = 0
    blanks: int = 0
    null_words: dict[str, int] = field(default_factory=dict)
    misfits: int = 0
    padded_cells: int = 0
    reading: Reading | None = None
    proposals: list[Format] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    misfit_values: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        """SQL of the written value."""
        return trimmed(self.source.cell) if self.is_padded else self.source.cell

    @property
    def is_missing(self) -> str:
        """SQL that is true where the cell holds a blank or a word for a missing value."""
        return f"{self.text} IN ({', '.join(literal(word) for word in ('', *sorted(self.null_words)))})"

    @property
    def value(self) -> str:
        """SQL of the value that the table gets."""
        if self.reading is not None:
            return self.reading.sql
        return f"CASE WHEN NOT {self.is_missing} THEN {self.text} END" if self.blanks or self.null_words else self.text

    @property
    def present(self) -> int:
        """Cells that hold something, whether it fits or not."""
        return self.filled - self.blanks - sum(self.null_words.values())


def read_columns(
    engine: Engine, rows: Rows, sources: Sequence[TextColumn], *, as_written: bool
) -> tuple[ReadColumn, ...]:
    """How each column is read, decided on all rows: a part of them only says what is worth checking.

    Args:
        as_written: The source holds nothing but text. Text of a typed source is what it was meant to be: it has NULL
            for missing values, so where no other type is found it is left alone.
    """
    sampled = sample(engine, rows, sources)
    if as_written:
        sources = with_values(engine, rows, sources, sampled)
    columns = tuple(_opened(source, values) for source, values in zip(sources, sampled, strict=True))
    _propose(columns, columns)
    # The decimal mark of the table, known now, decides what three digits after a point or comma are.
    _propose([column for column in columns if _is_in_doubt(column)], columns)
    unsettled = columns
    for _ in range(ROUNDS):
        _check(engine, rows, [column for column in unsettled if column.proposals])
        learned = tuple(column for column in unsettled if column.proposals and _learn(engine, rows, column))
        unsettled = _propose(learned, columns)
        if not unsettled:
            break
    for column in columns:
        _settle(column)
    _decide_day_and_month(engine, rows, columns)
    texts = [column for column in columns if column.reading is None]
    if not as_written:
        for column in texts:
            column.is_padded = False
        return columns
    _read_as_text(engine, rows, texts, table_words=_words_met(columns))
    return columns


def _opened(source: TextColumn, values: Counter[str]) -> ReadColumn:
    stripped: Counter[str] = Counter()
    for value, count in values.items():
        stripped[value.strip(WHITE)] += count
    stripped.pop("", None)
    return ReadColumn(source, stripped, is_padded=any(value != value.strip(WHITE) for value in values))


def _propose(columns: Sequence[ReadColumn], table: Sequence[ReadColumn]) -> tuple[ReadColumn, ...]:
    """Gives the columns their formats to check; returns those for which they are new."""
    table_decimal = _decimal_mark(table)
    renewed = []
    for column in columns:
        present = {value: count for value, count in column.evidence.items() if not is_null_word(value)}
        # What misfits teach may widen a format; a format that the values gave is not dropped for a few misfits.
        proposals = propose(column.source.name, present, table_decimal=table_decimal) or column.proposals
        if proposals != column.proposals or column.padded_cells:
            renewed.append(column)
        column.proposals = proposals
    return tuple(renewed)


def _check(engine: Engine, rows: Rows, columns: Sequence[ReadColumn]) -> None:
    """Counts over all rows what fits each proposed format."""
    asked = [_measured(column, column.text, partial(_fitting, column)) for column in columns]
    for column, (filled, *found) in zip(columns, measure(engine, rows, asked), strict=True):
        values = iter(found)
        column.filled = filled
        column.checks = [
            Check(proposal, next(values), tuple(next(values) for _ in proposal.measures("")))
            for proposal in column.proposals
        ]


def _measured(column: ReadColumn, sql: str, aggregates: Callable[[str], Sequence[str]]) -> Measured:
    return Measured(sql=sql, kind="VARCHAR", aggregates=aggregates, values=column.source.values)


def _fitting(column: ReadColumn, text: str) -> list[str]:
    aggregates = [counted(f"{text} IS NOT NULL")]
    for proposal in column.proposals:
        fits = proposal.fits(text)
        aggregates += [counted(fits), *proposal.measures(f"(CASE WHEN {fits} THEN {text} END)")]
    return aggregates


def _best(column: ReadColumn) -> Check:
    return max(column.checks, key=lambda check: check.fitting)  # the first of equals: the more telling


def _learn(engine: Engine, rows: Rows, column: ReadColumn) -> bool:
    """Looks at the cells that fit no format yet; whether they tell something new."""
    best = _best(column)
    column.null_words, column.blanks, column.padded_cells = {}, 0, 0
    column.misfit_values = Counter()
    column.misfits = column.filled - best.fitting
    if not column.misfits:
        return False
    cell = column.text
    for value, count in engine.tuples(
        f"SELECT {cell} AS cell, sum({CELLS}) AS cells FROM {rows.values_of(column.source)} "
        f"WHERE {cell} IS NOT NULL AND NOT coalesce({best.format.fits(cell)}, false) GROUP BY 1 "
        f"ORDER BY {trimmed('cell')} IN ('', {_all_null_words()}) DESC, cells DESC, cell LIMIT {LISTED_MISFITS}"
    ):
        word = value.strip(WHITE)
        if not word:
            column.blanks += count
        elif is_null_word(word):
            column.null_words[word] = column.null_words.get(word, 0) + count
        else:
            column.misfit_values[word] += count
        if value != word:
            column.padded_cells += count
    column.misfits -= column.blanks + sum(column.null_words.values())
    column.is_padded = column.is_padded or column.padded_cells > 0
    column.evidence += column.misfit_values
    return bool(column.misfit_values or column.padded_cells)


def _settle(column: ReadColumn) -> None:
    if not column.checks:
        return
    best = _best(column)
    if is_good_enough(column.source.name, best.format, best.fitting, column.misfits, column.misfit_values):
        column.reading = best.format.settle(column.text, best.measured, guarded=column.misfits > 0)
    if column.reading is None:
        column.misfits, column.padded_cells = 0, 0
        column.null_words, column.blanks = {}, 0


def _decide_day_and_month(engine: Engine, rows: Rows, columns: Sequence[ReadColumn]) -> None:
    """Settles the columns of dates whose values fit both orders equally."""
    open_columns, decided = [], Counter[Layout]()
    for column in columns:
        orders = _best_dates(column)
        if orders.keys() == {DAY_FIRST, MONTH_FIRST}:
            open_columns.append((column, orders))
        else:
            decided.update(orders.keys())
    for column, orders in open_columns:
        order = decide_order(
            engine,
            rows,
            column.text,
            {layout: date_format for layout, (date_format, _) in orders.items()},
            decided_elsewhere=decided,
            separator=next((mark for mark in "/.-" if any(mark in value for value in column.evidence)), "/"),
            comma_decimals=_decimal_mark(columns) == ",",
        )
        chosen, measured = orders[order.layout]
        column.reading = replace(
            chosen.settle(column.text, measured, guarded=column.misfits > 0), assumption=order.assumption
        )


def _best_dates(column: ReadColumn) -> dict[Layout, tuple[DateFormat, tuple[float | None, ...]]]:
    """Of a column read as dates, the formats that fit the most cells, with their measures."""
    if column.reading is None or not column.reading.type.is_temporal:
        return {}
    most = _best(column).fitting
    return {
        check.format.layout: (check.format, check.measured)
        for check in column.checks
        if isinstance(check.format, DateFormat) and check.fitting == most
    }


def _is_in_doubt(column: ReadColumn) -> bool:
    return any(isinstance(proposal, NumberFormat) and proposal.separators.assumed for proposal in column.proposals)


def _decimal_mark(columns: Sequence[ReadColumn]) -> str:
    """What stands before fractions in those columns of the table that leave no doubt; empty where none does."""
    formats = [proposal for column in columns for proposal in column.proposals if isinstance(proposal, NumberFormat)]
    decimals = Counter(number.separators.decimal for number in formats if not number.separators.assumed)
    return "," if decimals[","] > decimals["."] else "." if decimals["."] else ""


def _read_as_text(engine: Engine, rows: Rows, columns: Sequence[ReadColumn], *, table_words: frozenset[str]) -> None:
    """Counts blanks, padding and words for missing values in columns that stay text."""
    asked = [_measured(column, column.source.cell, _loose_and_worded) for column in columns]
    for column, (filled, loose, worded) in zip(columns, measure(engine, rows, asked), strict=True):
        column.filled = filled
        if loose or column.is_padded:
            worded = _look_at_padding(engine, rows, column)
        if worded:
            _find_null_words(engine, rows, column, table_words)


def _loose_and_worded(cell: str) -> list[str]:
    return [
        counted(f"{cell} IS NOT NULL"),
        # Cheaper by far than comparing with the trimmed text, which only the columns found here need.
        counted(f"left({cell}, 1) <= ' ' OR right({cell}, 1) <= ' '"),
        counted(f"{cell} IN ({_all_null_words()})"),
    ]


def _look_at_padding(engine: Engine, rows: Rows, column: ReadColumn) -> int:
    """Counts padded and blank cells; returns how many hold a word that may stand for a missing value."""
    cell = column.source.cell
    aggregates = (
        counted(f"{cell} <> {trimmed(cell)}"),
        counted(f"{trimmed(cell)} = ''"),
        counted(f"{trimmed(cell)} IN ({_all_null_words()})"),
    )
    relation = rows.values_of(column.source)
    padded, column.blanks, worded = engine.tuples(f"SELECT {', '.join(aggregates)} FROM {relation}")[0]
    column.is_padded = padded > 0
    column.padded_cells = padded
    return int(worded)


def _find_null_words(engine: Engine, rows: Rows, column: ReadColumn, table_words: frozenset[str]) -> None:
    may_hold_codes = bool(set(words_of(column.source.name)) & _CODE_WORDS)
    missing = set(null_words_of_text(column.evidence, may_hold_codes=may_hold_codes))
    if not may_hold_codes:
        missing |= table_words
    cell = column.text
    met = engine.tuples(
        f"SELECT {cell}, sum({CELLS}) FROM {rows.values_of(column.source)} WHERE {cell} IN ({_all_null_words()}) "
        "GROUP BY 1 ORDER BY 1"
    )
    column.null_words = {word: count for word, count in met if word in missing}


def _words_met(columns: Sequence[ReadColumn]) -> frozenset[str]:
    """How this table writes a missing value, going by its columns of numbers and dates."""
    met = {word for column in columns if column.reading is not None for word in column.null_words}
    return frozenset(word for word in met if word.lower() in {"na", "nd"})


def _all_null_words() -> str:
    return ", ".join(literal(word) for word in CERTAIN_NULLS + LIKELY_NULLS)
