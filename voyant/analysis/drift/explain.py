"""What carries a change: bins and values of the column itself, and rows that share a value of another column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import special

from voyant.analysis.drift.distances import jensen_shannon
from voyant.analysis.drift.drafts import Cells, Draft
from voyant.analysis.drift.labels import bin_label, edge
from voyant.analysis.drift.rhythms import WEEKDAY
from voyant.analysis.drift.subjects import Pair, Subject, clock_sql, number_sql, text_sql, value_sql
from voyant.analysis.profile.coding import SHOWN_LIMIT, shown
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import weekday
from voyant.domain.drift import Segment, Share
from voyant.domain.table import Column, ColumnType, Role, Table
from voyant.lake.sql import identifier

Tables = tuple[Table, Table]
Crossed = dict[str, NDArray[np.int64]]
"""Of each value of another column, the rows in each place."""

MOST_SHARES = 10
_MOST_VALUES = 20
MOST_DIMENSIONS = 12
_MOST_LEVELS = 30
_MOST_SEGMENTS = 3
_LEAST_CONTRIBUTION = 0.2
_LEAST_LIFT = 1.5
_SIGNIFICANCE = 0.05
_DIMENSION_TYPES = {ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.INTEGER}


class Explained(Struct, frozen=True):
    """Shares of bins or values, values that came and went and how many these are, and segments."""

    shares: tuple[Share, ...] = ()
    new_values: tuple[Share, ...] = ()
    vanished_values: tuple[Share, ...] = ()
    come: int = 0
    gone: int = 0
    segments: tuple[Segment, ...] = ()


def explain(draft: Draft, tables: Tables, dimensions: Sequence[Pair]) -> Explained:
    """What carries the change of a drifted column; of personal data only how many values came and went."""
    cells = draft.cells
    if cells is None:
        return Explained(shares=draft.shares)
    come, gone = _come_and_gone(draft, cells)
    if draft.pair.is_personal:
        return Explained(come=len(come), gone=len(gone))
    most = np.lexsort((np.arange(len(cells.parts)), -cells.parts))
    changed, new, lost = most[:MOST_SHARES], come[:MOST_SHARES], gone[:MOST_SHARES]
    labels = _labels(draft, cells, np.unique(np.concatenate([changed, new, lost])), tables)
    return Explained(
        shares=_shares(cells, changed, labels),
        new_values=tuple(_share(cells, place, labels) for place in new),
        vanished_values=tuple(_share(cells, place, labels) for place in lost),
        come=len(come),
        gone=len(gone),
        segments=_segments(draft, cells, most, tables, dimensions),
    )


def _come_and_gone(draft: Draft, cells: Cells) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of values that one side alone has, most frequent first."""
    if draft.subject is not Subject.VALUES:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    come, gone = np.flatnonzero(cells.before == 0), np.flatnonzero(cells.after == 0)
    return (
        come[np.argsort(-cells.after[come], kind="stable")],
        gone[np.argsort(-cells.before[gone], kind="stable")],
    )


def _shares(cells: Cells, places: NDArray[np.intp], labels: dict[int, str]) -> tuple[Share, ...]:
    """The chosen cells, and all others as one."""
    found = [_share(cells, place, labels) for place in places]
    rest = np.ones(len(cells.parts), dtype=np.bool_)
    rest[places] = False
    if rest.any():
        left = 1.0 - math.fsum(share.contribution for share in found)
        found.append(
            Share(
                label="",
                before=rounded(float(cells.before[rest].sum() / cells.before.sum())),
                after=rounded(float(cells.after[rest].sum() / cells.after.sum())),
                contribution=rounded(max(0.0, left)),
            )
        )
    return tuple(found)


def _share(cells: Cells, place: Any, labels: dict[int, str]) -> Share:
    total = float(cells.parts.sum())
    is_number = cells.keys.dtype == np.float64
    low = _edge(cells.keys[place]) if is_number else None
    return Share(
        label=labels[int(place)],
        before=rounded(float(cells.before[place] / cells.before.sum())),
        after=rounded(float(cells.after[place] / cells.after.sum())),
        contribution=rounded(float(cells.parts[place]) / total) if total > 0 else 0.0,
        minimum=low,
        maximum=low if cells.ends is None else _edge(cells.ends[place]),
    )


def _edge(value: Any) -> float:
    """Without the last digit, in which multiples of a width such as 0.005 are not exact."""
    return float(f"{float(value):.15g}")


def _labels(draft: Draft, cells: Cells, places: NDArray[np.intp], tables: Tables) -> dict[int, str]:
    if cells.ends is not None:
        return {int(place): bin_label(cells.keys[place], cells.ends[place]) for place in places}
    if draft.part is not None:
        named = weekday if draft.part == WEEKDAY else (lambda hour: f"{hour}:00")
        return {int(place): named(int(cells.keys[place])) for place in places}
    if cells.keys.dtype == np.float64:
        return {int(place): edge(float(cells.keys[place])) for place in places}
    texts = _texts(draft.pair, [int(cells.keys[place]) for place in places], tables)
    return {int(place): texts.get(int(cells.keys[place]), "?") for place in places}


def _texts(pair: Pair, hashes: Sequence[int], tables: Tables) -> dict[int, str]:
    """The values behind hashes."""
    chosen = ", ".join(map(str, hashes))
    texts: dict[int, str] = {}
    for table, column in zip(tables, (pair.before, pair.after), strict=True):
        rows = table.query(
            f"SELECT h, min(left(text, {SHOWN_LIMIT + 1})) AS text FROM (SELECT {value_sql(column)} AS h, "
            f"{text_sql(column)} AS text FROM {identifier(table.dataset.name)}) WHERE h IN ({chosen}) GROUP BY h"
        )
        texts |= {row["h"]: shown(row["text"]) for row in rows}
    return texts


def dimensions_of(pairs: Sequence[Pair]) -> list[Pair]:
    """Columns whose few values may tell which rows carry a change: at most twelve, in table order."""
    found = (
        pair
        for pair in pairs
        if pair.before.type in _DIMENSION_TYPES
        and pair.before.type is pair.after.type
        and not pair.is_personal
        and (pair.role in {Role.DIMENSION, Role.GEOGRAPHY} or pair.before.type is ColumnType.BOOLEAN)
        and all(1 <= side.distinct.value <= _MOST_LEVELS for side in pair.sides)
    )
    return [pair for pair, _ in zip(found, range(MOST_DIMENSIONS), strict=False)]


def _segments(
    draft: Draft, cells: Cells, most: NDArray[np.intp], tables: Tables, dimensions: Sequence[Pair]
) -> tuple[Segment, ...]:
    """The values of other columns whose rows carry far more of the change than their number explains."""
    others = [pair for pair in dimensions if pair.name != draft.pair.name]
    if not others:
        return ()
    places = np.arange(len(cells.keys)) if cells.ends is not None else np.sort(most[:_MOST_VALUES])
    place, size = _place_sql(cells, places), len(places) + 1
    earlier = [pair.before for pair in others], _key_sql(draft, draft.pair.before, cells)
    later = [pair.after for pair in others], _key_sql(draft, draft.pair.after, cells)
    before, after = (
        _crossed(table, key, place, size, columns)
        for table, (columns, key) in zip(tables, (earlier, later), strict=True)
    )
    looked_at = sum(len(left.keys() | right.keys()) for left, right in zip(before, after, strict=True))
    found = [
        segment
        for other, left, right in zip(others, before, after, strict=True)
        for segment in _carriers(other.name, left, right, cells, places, looked_at)
    ]
    return tuple(sorted(found, key=lambda each: (-each.contribution, each.column, str(each.value)))[:_MOST_SEGMENTS])


def _carriers(
    name: str,
    before: Crossed,
    after: Crossed,
    cells: Cells,
    places: NDArray[np.intp],
    looked_at: int,
) -> Iterator[Segment]:
    """Values that carry more than chance gives any of those looked at: by the normal approximation to the Poisson
    counts of their rows, corrected by Bonferroni."""
    enough = float(special.ndtri(1 - _SIGNIFICANCE / max(1, looked_at)))
    n, m = int(cells.before.sum()), int(cells.after.sum())
    totals = [
        np.append(side[places], size - side[places].sum()) for side, size in ((cells.before, n), (cells.after, m))
    ]
    change = totals[1] / m - totals[0] / n
    moved = float(np.abs(change).sum())
    nothing = np.zeros(len(places) + 1, dtype=np.int64)
    for value in sorted(before.keys() | after.keys()):
        earlier, later = before.get(value, nothing), after.get(value, nothing)
        rows = (int(earlier.sum()), int(later.sum()))
        contribution = float((np.sign(change) * (later / m - earlier / n)).sum()) / moved if moved > 0 else 0.0
        expected = (rows[0] / n + rows[1] / m) / 2
        chance = math.sqrt(rows[0] / n**2 + rows[1] / m**2) / moved if moved > 0 else 0.0
        if contribution < max(_LEAST_CONTRIBUTION, _LEAST_LIFT * expected, expected + enough * chance):
            continue
        yield Segment(
            column=name,
            value=shown(value),
            before_rows=rows[0],
            after_rows=rows[1],
            distance=rounded(jensen_shannon(earlier, later)[0].value) if min(rows) else 0.0,
            contribution=rounded(contribution),
        )


def _key_sql(draft: Draft, column: Column, cells: Cells) -> str:
    """SQL of what the cells are keyed by."""
    if draft.part is not None:
        return clock_sql(column, draft.part)
    if cells.keys.dtype == np.float64:
        return number_sql(column, draft.pair.subject or Subject.NUMBERS)
    return value_sql(column)


def _place_sql(cells: Cells, places: NDArray[np.intp]) -> str:
    """SQL of which of the places holds the key ``v``, the last number for all others."""
    if cells.ends is not None:
        cuts = " ".join(f"WHEN v < {_double(low)} THEN {place}" for place, low in enumerate(cells.keys[1:]))
        return f"CASE {cuts} ELSE {len(cells.keys) - 1} END" if cuts else "0"
    is_number = cells.keys.dtype == np.float64
    named = [_double(key) if is_number else str(int(key)) for key in cells.keys[places]]
    cases = " ".join(f"WHEN {name} THEN {number}" for number, name in enumerate(named))
    return f"CASE v {cases} ELSE {len(places)} END"


def _double(value: Any) -> str:
    return f"CAST('{float(value)!r}' AS DOUBLE)"


def _crossed(table: Table, key: str, place: str, size: int, columns: Sequence[Column]) -> list[Crossed]:
    """For each column and value, the rows in each place; rows without a value in it left out."""
    names = [f"d{number}" for number in range(len(columns))]
    texts = ", ".join(f"{text_sql(column)} AS {name}" for column, name in zip(columns, names, strict=True))
    together = ", ".join(names)
    rows = table.query(
        f"SELECT grouping({together}) AS which, coalesce({together}, NULL) AS value, place, count(*) AS n "
        f"FROM (SELECT {place} AS place, {together} FROM (SELECT {key} AS v, {texts} "
        f"FROM {identifier(table.dataset.name)}) WHERE v IS NOT NULL) "
        f"GROUP BY GROUPING SETS ({', '.join(f'(place, {name})' for name in names)})"
    )
    everything = (1 << len(names)) - 1
    numbers = {everything & ~(1 << (len(names) - 1 - number)): number for number in range(len(names))}
    found: list[Crossed] = [{} for _ in names]
    for row in rows:
        if row["value"] is not None:
            side = found[numbers[row["which"]]]
            side.setdefault(row["value"], np.zeros(size, dtype=np.int64))[row["place"]] = row["n"]
    return found
