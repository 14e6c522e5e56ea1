"""Every column measured, in few looks at both tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant.analysis.drift import numbers, rhythms, values
from voyant.analysis.drift.counting import Counted, Key, counted
from voyant.analysis.drift.drafts import Draft
from voyant.analysis.drift.grid import Grid, grid_of
from voyant.analysis.drift.subjects import Pair, Subject
from voyant.analysis.drift.texts import compare_texts
from voyant.domain.drift import Thresholds
from voyant.domain.table import Table

Tables = tuple[Table, Table]


def measure(pairs: Sequence[Pair], tables: Tables, thresholds: Thresholds) -> list[Draft]:
    """A draft of every column, in the given order."""
    drafts = {
        draft.pair.name: draft
        for part in (_numbers, _values, _rhythms, _texts)
        for draft in part(pairs, tables, thresholds)
    }
    return [drafts.get(pair.name) or Draft(pair, None, notes=(pair.reason or "",)) for pair in pairs]


def _numbers(pairs: Sequence[Pair], tables: Tables, thresholds: Thresholds) -> Iterator[Draft]:
    asked: list[tuple[Pair, Grid | None]] = []
    for pair in pairs:
        if pair.subject in {Subject.NUMBERS, Subject.LENGTHS}:
            grid = None if numbers.is_counted(pair) else grid_of(pair)
            if grid is None and not numbers.is_counted(pair):
                yield Draft(pair, None, notes=("Its range is too large, or too small, for doubles.",))
            else:
                asked.append((pair, grid))
    keys = [numbers.keys_of(pair, grid) for pair, grid in asked]
    for (pair, grid), (before, after) in zip(asked, _both(tables, keys), strict=True):
        yield numbers.compare_numbers(pair, numbers.ordered_of(before, after, grid), tables, thresholds)


def _values(pairs: Sequence[Pair], tables: Tables, thresholds: Thresholds) -> Iterator[Draft]:
    asked = [pair for pair in pairs if pair.subject is Subject.VALUES]
    keys = [values.keys_of(pair) for pair in asked]
    for pair, (before, after) in zip(asked, _both(tables, keys), strict=True):
        yield values.compare_values(pair, before, after, thresholds)


def _rhythms(pairs: Sequence[Pair], tables: Tables, thresholds: Thresholds) -> Iterator[Draft]:
    asked = [pair for pair in pairs if pair.subject is Subject.RHYTHM]
    parts = [(pair, part) for pair in asked for part in rhythms.parts_of(pair)]
    found: dict[str, dict[str, tuple[Counted, Counted]]] = {pair.name: {} for pair in asked}
    keys = [rhythms.keys_of(pair, part) for pair, part in parts]
    for (pair, part), both in zip(parts, _both(tables, keys), strict=True):
        found[pair.name][part] = both
    for pair in asked:
        yield rhythms.compare_rhythms(pair, found[pair.name], thresholds)


def _texts(pairs: Sequence[Pair], tables: Tables, thresholds: Thresholds) -> Iterator[Draft]:
    for pair in pairs:
        if pair.subject is Subject.TERMS:
            yield compare_texts(pair, tables, thresholds)


def _both(tables: Tables, keys: Sequence[tuple[Key, Key]]) -> Iterator[tuple[Counted, Counted]]:
    """The counts of both sides, side by side."""
    before, after = ([pair[side] for pair in keys] for side in (0, 1))
    yield from zip(counted(tables[0], before), counted(tables[1], after), strict=True)
