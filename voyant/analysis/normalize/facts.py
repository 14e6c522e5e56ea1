"""What the values of each typed column are like: what roles are given from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.analysis.normalize.formats import counted
from voyant.analysis.normalize.measuring import Measured, measure
from voyant.analysis.normalize.names import words_of
from voyant.analysis.normalize.typed_rows import TypedRows
from voyant.domain.table import ColumnType
from voyant.lake.engine import Engine

NEARLY_UNIQUE = 0.7
"""An approximate count of different values errs by up to a quarter: from here on they are counted exactly."""
COUNTED_ROWS = 1_000_000
"""Above, different values are not counted exactly: a hash table of them would outgrow memory."""


class Facts(Struct, frozen=True, kw_only=True):
    """Of one column, over all rows except where said.

    Attributes:
        name: The final name.
        original_name: As the source has it.
        distinct: Different values; exact where they are few or nearly as many as rows, else approximate.
        lowest: Of numbers; None for other types.
        is_whole: All numbers are whole.
        off_clock: Whole numbers that cannot be a clock time written hhmm.
        examples: Values as text, from a part of the rows, with how often each was seen there.
    """

    name: str
    original_name: str
    type: ColumnType
    engine_type: str
    unit: str | None
    rows: int
    present: int
    distinct: int
    lowest: float | None = None
    highest: float | None = None
    is_whole: bool = False
    off_clock: int = 0
    examples: Counter[str] = field(default_factory=Counter)

    @property
    def words(self) -> tuple[str, ...]:
        """Of its name, as roles are read from them."""
        return words_of(self.original_name) or words_of(self.name)

    @property
    def is_unique(self) -> bool:
        return self.distinct == self.present > 1

    @property
    def distinct_share(self) -> float:
        return self.distinct / self.present if self.present else 0.0

    @property
    def present_share(self) -> float:
        return self.present / self.rows if self.rows else 0.0

    def within(self, low: float, high: float) -> bool:
        """Whether the column holds numbers, all of them in these bounds."""
        return self.lowest is not None and self.highest is not None and low <= self.lowest and self.highest <= high

    def share_of_examples(self, holds: Any) -> float:
        """Of the different examples, those for which the predicate holds."""
        return sum(map(bool, map(holds, self.examples))) / len(self.examples) if self.examples else 0.0


class TypedColumn(Struct, frozen=True, kw_only=True):
    """A column whose type and unit are known."""

    name: str
    original_name: str
    type: ColumnType
    engine_type: str
    unit: str | None = None
    examples: Counter[str] = field(default_factory=Counter)


def gather_facts(engine: Engine, rows: TypedRows, columns: Sequence[TypedColumn]) -> tuple[Facts, ...]:
    """The facts of each column, in few passes over the rows."""
    asked = [_measured(rows, column, partial(_aggregates, column)) for column in columns]
    found = measure(engine, rows.staged, asked)
    gathered = [_facts(column, rows.staged.count, iter(values)) for column, values in zip(columns, found, strict=True)]
    return _counted_exactly(engine, rows, gathered)


def _measured(rows: TypedRows, column: TypedColumn | Facts, aggregates: Callable[[str], Sequence[str]]) -> Measured:
    return Measured(
        sql=rows.expressions[column.name],
        kind=column.engine_type,
        aggregates=aggregates,
        values=rows.values.get(column.name),
    )


def _aggregates(column: TypedColumn, name: str) -> list[str]:
    aggregates = [counted(f"{name} IS NOT NULL")]
    if column.type in {ColumnType.NESTED, ColumnType.BINARY}:
        return [*aggregates, "0"]
    aggregates.append(f"approx_count_distinct({name})")
    if not column.type.is_numeric:
        return [*aggregates, f"min({name}) = max({name})"]
    finite = f"CASE WHEN isfinite({name}) THEN {name} END" if column.type is ColumnType.FLOAT else name
    aggregates += [f"CAST(min({finite}) AS DOUBLE)", f"CAST(max({finite}) AS DOUBLE)"]
    if column.type is ColumnType.INTEGER:
        return [*aggregates, "0", counted(f"{name} % 100 > 59")]
    # Remainders of doubles take long: only those of whole numbers are looked at.
    whole = f"({finite}) = trunc({finite})"
    return [*aggregates, counted(f"NOT {whole}"), counted(f"CASE WHEN {whole} THEN ({finite}) % 100 > 59 END")]


def _facts(column: TypedColumn, rows: int, values: Iterator[Any]) -> Facts:
    present, distinct = next(values), next(values)
    lowest = highest = None
    is_whole, off_clock = False, 0
    if column.type.is_numeric:
        lowest, highest = next(values), next(values)
        is_whole = next(values) == 0 and present > 0
        off_clock = next(values)
        one_value = lowest == highest
    else:
        one_value = column.type not in {ColumnType.NESTED, ColumnType.BINARY} and bool(next(values))
    return Facts(
        name=column.name,
        original_name=column.original_name,
        type=column.type,
        engine_type=column.engine_type,
        unit=column.unit,
        rows=rows,
        present=present,
        distinct=1 if one_value and present else max(distinct, min(present, 2)),
        lowest=lowest,
        highest=highest,
        is_whole=is_whole,
        off_clock=off_clock,
        examples=column.examples,
    )


def _counted_exactly(engine: Engine, rows: TypedRows, facts: Sequence[Facts]) -> tuple[Facts, ...]:
    """The same facts, with different values counted where they decide whether a column tells rows apart."""
    doubtful = [
        f for f in facts if f.distinct >= f.present * NEARLY_UNIQUE and f.distinct > 1 and f.rows <= COUNTED_ROWS
    ]
    doubtful = [f for f in doubtful if f.type not in {ColumnType.NESTED, ColumnType.BINARY} and not _is_measured(f)]
    asked = [_measured(rows, f, lambda value: [f"count(DISTINCT {value})"]) for f in doubtful]
    exact = {f.name: count for f, (count,) in zip(doubtful, measure(engine, rows.staged, asked), strict=True)}
    return tuple(replace(f, distinct=exact.get(f.name, f.distinct)) for f in facts)


def _is_measured(facts: Facts) -> bool:
    """Whether they are numbers with fractions, which tell no rows apart however seldom they repeat."""
    return facts.type.is_numeric and not facts.is_whole
