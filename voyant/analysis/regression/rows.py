"""The rows that are learned from and judged by, as arrays: one scan of the engine, bounded in cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.features import Choice, Source
from voyant.analysis.regression.target import Target
from voyant.analysis.time_columns import TimeAxis
from voyant.analysis.wording import month, weekday
from voyant.domain.regression import FeatureKind, Task
from voyant.domain.table import ROW, Column, ColumnType, Table
from voyant.lake.sql import identifier, literal

if TYPE_CHECKING:
    import scipy.sparse

MOST_ROWS = 100_000
MOST_CELLS = 5_000_000
MOST_LEVELS = 20_000
"""Of a category; rarer values beyond them count as one."""
MOST_WORDS = 400
_LONGEST_TEXT = 500
_REST = "(other)"
_DAY = 86_400.0
_FEWEST_OF_A_WORD = 10
_WORD = r"(?u)\b[^\W\d_]{3,}\b"
_LONG = 45
"""Days from which on the month of a time can say something."""


class Part(Struct, frozen=True):
    """One array made of a column: of a time there are several.

    Attributes:
        name: ``value``, or which part it is.
        values: Numbers, NaN where missing; of a category the place among ``labels``, -1 where missing.
        labels: Of a category, most frequent first.
        words: Of a text: in which rows each of ``labels`` stands; ``values`` is then the length.
    """

    column: Column
    name: str
    values: Floats
    labels: tuple[str, ...] = ()
    words: scipy.sparse.csr_matrix | None = None

    @property
    def is_category(self) -> bool:
        return bool(self.labels) and self.words is None

    def take(self, rows: Ints) -> Part:
        words = None if self.words is None else self.words[rows]
        return replace(self, values=self.values[rows], words=words)


class Parts(Struct, frozen=True):
    """What predictions are made from, row by row."""

    parts: tuple[Part, ...]

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    @property
    def rows(self) -> int:
        return len(self.parts[0].values) if self.parts else 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns behind them, each once."""
        return tuple(dict.fromkeys(part.column.name for part in self.parts))

    def take(self, rows: Ints) -> Parts:
        return Parts(tuple(part.take(rows) for part in self.parts))

    def without(self, columns: Sequence[str]) -> Parts:
        return Parts(tuple(part for part in self.parts if part.column.name not in columns))

    def without_parts(self, named: Mapping[str, Sequence[str]]) -> Parts:
        """Without those parts of those columns."""
        return Parts(tuple(part for part in self.parts if part.name not in named.get(part.column.name, ())))

    def shuffled(self, columns: Sequence[str], order: Ints) -> Parts:
        """The same rows, but those columns taken from other rows."""
        return Parts(tuple(part.take(order) if part.column.name in columns else part for part in self.parts))

    def holding(self, place: int, values: Floats) -> Parts:
        """The same rows with other values of one part."""
        changed = replace(self.parts[place], values=values)
        return Parts((*self.parts[:place], changed, *self.parts[place + 1 :]))

    def with_word(self, place: int, word: int, there: bool) -> Parts:
        """The same rows with or without a word in one text."""
        from scipy import sparse

        part = self.parts[place]
        assert part.words is not None  # noqa: S101 - the caller asked
        words = part.words.toarray()
        words[:, word] = float(there)
        changed = replace(part, words=sparse.csr_matrix(words))
        return Parts((*self.parts[:place], changed, *self.parts[place + 1 :]))


class Rows(Struct, frozen=True):
    """The sample.

    Attributes:
        numbers: Of the rows in the table, from 1.
        target: Numbers; of classes the place among them.
        moments: Seconds since 1970, NaN where unknown; None without a time column.
        entities: A number for each entity, -1 where unknown; None without.
        of: Rows of the table that could have been taken.
        infinite: Values of each column that are no finite number, taken as missing.
    """

    numbers: Ints
    target: Floats
    parts: Parts
    moments: Floats | None
    entities: Ints | None
    of: int
    infinite: Mapping[str, int]

    @property
    def count(self) -> int:
        return len(self.numbers)

    @property
    def is_sampled(self) -> bool:
        return self.count < self.of

    def take(self, rows: Ints) -> Rows:
        return replace(
            self,
            numbers=self.numbers[rows],
            target=self.target[rows],
            parts=self.parts.take(rows),
            moments=None if self.moments is None else self.moments[rows],
            entities=None if self.entities is None else self.entities[rows],
        )


def load(table: Table, target: Target, choice: Choice) -> Rows:
    """At most ``MOST_ROWS`` rows and ``MOST_CELLS`` cells, those whose row numbers have the lowest hashes."""
    most = min(MOST_ROWS, max(2_000, MOST_CELLS // max(1, len(choice.sources))))
    selected = [f"{identifier(ROW)} AS r", f"{target.value} AS y"]
    selected += [f"{_selected(source)} AS f{place}" for place, source in enumerate(choice.sources)]
    if choice.time is not None:
        selected.append(f"epoch({TimeAxis(choice.time).moment}) AS t")
    if choice.entity is not None:
        entity = identifier(choice.entity.name)
        selected.append(f"CASE WHEN {entity} IS NOT NULL THEN hash({entity}) END AS e")
    conditions = [_usable(target)]
    if target.rows > most:
        # By the rows' own numbers: the same rows of the same table, whatever the threads.
        conditions.append(f"hash({identifier(ROW)}) % {target.rows} < {most}")
    found = table.arrow(
        f"SELECT {', '.join(selected)}\nFROM {table.numbered} AS numbered\nWHERE {' AND '.join(conditions)}\nORDER BY r"
    )
    parts: list[Part] = []
    infinite: dict[str, int] = {}
    for place, source in enumerate(choice.sources):
        made = list(_parts(source, found.column(f"f{place}")))
        for part in made:
            lost = np.isinf(part.values)
            if lost.any():
                infinite[source.name] = int(lost.sum())
                part.values[lost] = np.nan
        parts += made
    return Rows(
        numbers=found.column("r").to_numpy().astype(np.int64),
        target=_target(target, found.column("y")),
        parts=Parts(tuple(parts)),
        moments=_floats(found.column("t")) if choice.time is not None else None,
        entities=_codes(found.column("e")) if choice.entity is not None else None,
        of=target.rows,
        infinite=infinite,
    )


def _usable(target: Target) -> str:
    if target.task is Task.NUMBER:
        return f"isfinite({target.value})"
    return f"{target.value} IN ({', '.join(map(literal, target.classes))})"


def _selected(source: Source) -> str:
    name = identifier(source.name)
    match source.kind:
        case FeatureKind.NUMBER:
            return f"CAST({name} AS DOUBLE)"
        case FeatureKind.CATEGORY:
            return f"CAST({name} AS VARCHAR)"
        case FeatureKind.TIME:
            return f"epoch({TimeAxis(source.column).moment}) / {_DAY:.0f}"
        case FeatureKind.CLOCK if source.column.type is ColumnType.TIME:
            return f"epoch({name}) / 3600"
        case FeatureKind.CLOCK:
            return f"CAST(floor({name} / 100) + ({name} % 100) / 60.0 AS DOUBLE)"
        case FeatureKind.TEXT:
            return f"left({name}, {_LONGEST_TEXT})"


def _target(target: Target, values: Any) -> Floats:
    if target.task is Task.NUMBER:
        return _floats(values)
    places = {name: float(place) for place, name in enumerate(target.classes)}
    return np.asarray([places[name] for name in values.to_pylist()], dtype=np.float64)


def _floats(values: Any) -> Floats:
    return np.array(values.to_numpy(), dtype=np.float64)


def _codes(values: Any) -> Ints:
    encoded = values.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _parts(source: Source, values: Any) -> Iterator[Part]:
    if source.kind is FeatureKind.CATEGORY:
        yield _category(source.column, values)
    elif source.kind is FeatureKind.TIME:
        yield from _calendar(source.column, _floats(values))
    elif source.kind is FeatureKind.TEXT:
        yield _text(source.column, values)
    else:
        yield Part(source.column, "value", _floats(values))


def _category(column: Column, values: Any) -> Part:
    codes = _codes(values)
    labels = values.combine_chunks().dictionary_encode().dictionary.to_pylist()
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    order = sorted(range(len(labels)), key=lambda place: (-int(counts[place]), labels[place]))
    kept = order[: MOST_LEVELS - 1] if len(order) > MOST_LEVELS else order
    places = np.full(len(labels) + 1, len(kept), dtype=np.float64)
    places[kept] = np.arange(len(kept))
    places[-1] = -1
    named = tuple(labels[place] for place in kept) + ((_REST,) if len(kept) < len(labels) else ())
    return Part(column, "value", places[codes], named)


def _calendar(column: Column, days: Floats) -> Iterator[Part]:
    """Elapsed days, and of month, weekday and hour those that vary."""
    yield Part(column, "elapsed", days)
    known = np.isfinite(days)
    if not known.any():
        return
    whole = np.floor(np.where(known, days, 0.0)).astype(np.int64)
    if np.ptp(days[known]) >= _LONG:
        months = whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
        yield _part_of_calendar(column, "month", months, known, tuple(month(place + 1) for place in range(12)))
    if len(np.unique(weekdays := (whole + 3) % 7)) > 1:
        yield _part_of_calendar(column, "weekday", weekdays, known, tuple(weekday(place + 1) for place in range(7)))
    hours = (days - np.floor(days)) * 24
    if column.type is ColumnType.TIMESTAMP and float(np.ptp(hours[known])) > 1:
        yield Part(column, "hour", hours)


def _part_of_calendar(
    column: Column, name: str, places: Ints, known: NDArray[np.bool_], labels: tuple[str, ...]
) -> Part:
    return Part(column, name, np.where(known, places, -1).astype(np.float64), labels)


def _text(column: Column, values: Any) -> Part:
    """The length, and in which rows the most frequent words stand: found without a look at the target."""
    from scipy import sparse
    from sklearn.feature_extraction.text import CountVectorizer

    texts = values.to_pylist()
    length = np.asarray([np.nan if text is None else len(text) for text in texts], dtype=np.float64)
    counting = CountVectorizer(
        binary=True,
        max_features=MOST_WORDS,
        min_df=min(_FEWEST_OF_A_WORD, max(1, len(texts) // 10)),
        token_pattern=_WORD,
        dtype=np.float64,
    )
    try:
        words = counting.fit_transform("" if text is None else text for text in texts)
    except ValueError:  # no word stands in enough of them
        return Part(column, "length", length, (), sparse.csr_matrix((len(texts), 0)))
    return Part(column, "length", length, tuple(counting.get_feature_names_out()), sparse.csr_matrix(words))
