"""Values of categories that hardly occur, and pairs of frequent values that hardly ever meet: counted over all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from voyant.analysis.wording import count, listed, readable, shown
from voyant.domain.anomaly import Oddity, Pattern
from voyant.domain.table import Column, Table
from voyant.lake.sql import identifier, literal

_MOST_PAIRED = 12
_MOST_VALUES = 1_000
_MOST_PATTERNS = 20
_RAREST = 3
_LARGEST_SHARE = 0.002
"""Of the rows, in the rare pairs of two columns: where more of them are rare, rare ones are usual."""
_FEWEST_OF_OTHERS = 50
"""Times as many rows as the rare value has the next rarest must have."""


class Rarity(Struct, frozen=True):
    """Values that make rows odd, and the condition, in SQL, of the rows that hold them."""

    pattern: Pattern
    condition: str


def rare(table: Table, columns: Sequence[Column], chance: float) -> list[Rarity]:
    """Rare values and rare pairs, the most surprising first, at most twenty.

    A pair is rare where it has at most three rows although its values, were they independent, would meet so often
    that so few are to be expected with at most ``chance`` over all pairs of values of all columns. A value is rare
    where it has at most three rows and every other value of its column at least fifty times as many: among many rare
    values one more is nothing odd.
    """
    found = [(n, rarity) for column in columns for n, rarity in _values(table, column)]
    pairs = list(combinations(columns[:_MOST_PAIRED], 2))
    for first, second in pairs:
        found += _pairs(table, first, second, chance / len(pairs))
    found.sort(key=lambda each: (-each[0], each[1].condition))
    return [rarity for _, rarity in found[:_MOST_PATTERNS]]


def _values(table: Table, column: Column) -> Iterator[tuple[float, Rarity]]:
    name = identifier(column.name)
    rows = table.query(
        f"SELECT CAST({name} AS VARCHAR) AS value, count(*) AS n FROM {identifier(table.dataset.name)} "
        f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY n, value LIMIT 2"
    )
    if len(rows) < 2 or rows[0]["n"] > _RAREST or rows[1]["n"] < _FEWEST_OF_OTHERS * rows[0]["n"]:
        return
    rare, other = rows[0], rows[1]
    told = _told(column, rare["value"])
    text = f"{told} occurs {_times(rare['n'])}, and every other value at least {_times(other['n'])}"
    pattern = Pattern(
        kind=Oddity.RARE,
        columns=(column.name,),
        rows=rare["n"],
        text=text,
        values=() if column.personal else (rare["value"],),
    )
    yield float(np.log(other["n"] / rare["n"])), Rarity(pattern, _is(column, rare["value"]))


def _pairs(table: Table, first: Column, second: Column, chance: float) -> list[tuple[float, Rarity]]:
    from scipy.special import pdtr

    a, b = (f"CAST({identifier(column.name)} AS VARCHAR)" for column in (first, second))
    rows = table.query(
        f"WITH pairs AS (SELECT {a} AS a, {b} AS b, count(*) AS n FROM {identifier(table.dataset.name)} "
        f"WHERE {identifier(first.name)} IS NOT NULL AND {identifier(second.name)} IS NOT NULL GROUP BY 1, 2),\n"
        "sized AS (SELECT a, b, n, sum(n) OVER (PARTITION BY a) AS na, sum(n) OVER (PARTITION BY b) AS nb,\n"
        "  sum(n) OVER () AS total FROM pairs),\n"
        "counted AS (SELECT count(DISTINCT a) AS as_many, count(DISTINCT b) AS bs_many FROM pairs)\n"
        f"SELECT * FROM sized, counted WHERE n <= {_RAREST}\n"
        f"  AND as_many <= {_MOST_VALUES} AND bs_many <= {_MOST_VALUES}\n"
        f"  AND na * nb > 5.0 * total ORDER BY na * nb DESC, a, b LIMIT 1000"
    )
    if not rows or sum(row["n"] for row in rows) > max(_RAREST, _LARGEST_SHARE * float(rows[0]["total"])):
        return []
    found = []
    for row in rows:
        na, nb, total = (float(row[name]) for name in ("na", "nb", "total"))
        expected = na * nb / total
        surprise = float(pdtr(row["n"], expected)) * row["as_many"] * row["bs_many"]
        if surprise > chance:
            continue
        pair = listed([_told(first, row["a"]), _told(second, row["b"])])
        text = f"{pair} occur together {_times(row['n'])}, where about {count(expected)} would if they were unrelated"
        pattern = Pattern(
            kind=Oddity.COMBINATION,
            columns=(first.name, second.name),
            rows=row["n"],
            text=text,
            values=() if first.personal or second.personal else (row["a"], row["b"]),
        )
        found.append((expected / row["n"], Rarity(pattern, f"{_is(first, row['a'])} AND {_is(second, row['b'])}")))
    return found


def _told(column: Column, value: str) -> str:
    return f"a value of {readable(column.name)}" if column.personal else f"{readable(column.name)} {shown(value)}"


def _times(rows: int) -> str:
    return "once" if rows == 1 else "twice" if rows == 2 else f"{count(rows)} times"


def _is(column: Column, value: str) -> str:
    return f"CAST({identifier(column.name)} AS VARCHAR) = {literal(value)}"
