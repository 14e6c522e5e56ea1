"""What comparing has to know of a side before it counts: how many values each column has, and where they lie.

Always found anew, from all rows but for the quartiles, so that a comparison says the same whether a profile is kept or
not. It costs a few looks at the table, where a profile takes several at each column.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.profile.associations import MOST_COLUMNS, associate, can_associate
from voyant.analysis.profile.coding import Coding, coding_of
from voyant.analysis.profile.counts import ValueCounts
from voyant.analysis.profile.distinct import count_distinct, slice_of
from voyant.analysis.profile.numbers import describe_numbers, rank_at
from voyant.analysis.profile.overview import chunks, extents_of
from voyant.analysis.profile.sample import SampledColumn, is_whole, read_sample
from voyant.analysis.profile.streamed import FIXED_POINT, distance_sql, fixed
from voyant.domain.profile import Association, Count, Scalar
from voyant.domain.table import Column, ColumnType, Role, Table
from voyant.lake.sql import identifier

SURELY_MANY = 60_000
"""A measure with at least about so many values is not counted value by value, however far off the estimate is."""
_COLUMNS_OF_A_QUERY = 200
_QUARTERS = (25, 50, 75)
_DAY = 86_400_000_000


class ColumnOutline(Struct, frozen=True, kw_only=True):
    """One column of a side.

    Attributes:
        count: Rows with a value.
        distinct: Different values; of measures with very many a lower bound.
        minimum: With ``maximum``, of numbers and times; None where there is none, and of personal data.
        quartiles: Of numbers; of tables with more than 20,000 rows from so many, chosen by a hash of their position.
        mean: With ``sd``, of the finite numbers in all rows.
        has_hours: Of times, whether any is not midnight.
    """

    name: str
    type: ColumnType
    rows: int
    count: int
    distinct: Count
    minimum: Scalar = None
    maximum: Scalar = None
    quartiles: tuple[float, ...] = ()
    mean: float | None = None
    sd: float | None = None
    has_hours: bool = False

    @property
    def nulls(self) -> int:
        """Rows without a value."""
        return self.rows - self.count


class Outline(Struct, frozen=True):
    """Some columns of a side, and how strongly they go together."""

    columns: dict[str, ColumnOutline]
    associations: tuple[Association, ...]


def outline(table: Table, names: Iterable[str]) -> Outline:
    """What there is to know of these columns.

    Args:
        names: Of stored columns.
    """
    wanted = set(names)
    columns = [column for column in table.dataset.columns if column.name in wanted]
    extents = extents_of(table, columns)
    codings = [coding_of(column, extents[column.name].largest) for column in columns]
    counts = {column.name: extents[column.name].count for column in columns}
    associated = {column.name for column in list(filter(can_associate, columns))[:MOST_COLUMNS]}
    whole = is_whole(table)
    asked = [each for each in codings if whole or each.is_number or each.column.name in associated]
    kept: list[SampledColumn] = []
    found: dict[str, ColumnOutline] = {}
    sampled: dict[str, ValueCounts] = {}
    for each in read_sample(table, asked):
        name = each.coding.column.name
        if name in associated:
            kept.append(each)
        if whole:
            found[name] = _from_counts(table, each.coding, each.counts, counts[name])
        elif each.coding.is_number:
            sampled[name] = each.counts
    if not whole:
        found = _from_rows(table, codings, sampled, counts)
    return Outline(found, associate(kept, exact=whole))


def _from_counts(table: Table, coding: Coding, values: ValueCounts, count: int) -> ColumnOutline:
    outlined = _bare(table, coding.column, count, Count(value=len(values.codes)))
    if not coding.has_order or not values.codes:
        return outlined
    outlined = _between(outlined, coding, values.codes[0], values.codes[-1])
    if coding.column.type is ColumnType.TIMESTAMP:
        return replace(outlined, has_hours=any(code % _DAY for code in values.codes))
    if not coding.is_number:
        return outlined
    number = describe_numbers(coding, values, count - values.total)
    return replace(outlined, quartiles=_quartiles(coding, values), mean=number.mean, sd=number.sd)


def _from_rows(
    table: Table, codings: Sequence[Coding], sampled: dict[str, ValueCounts], counts: dict[str, int]
) -> dict[str, ColumnOutline]:
    found: dict[str, ColumnOutline] = {}
    for group in chunks(codings, _COLUMNS_OF_A_QUERY):
        looked = _look(table, group)
        outlined = {
            coding.column.name: _located(table, coding, sampled.get(coding.column.name), counts, seen)
            for coding, seen in zip(group, looked, strict=True)
        }
        numbers = [(each, seen) for each, seen in zip(group, looked, strict=True) if each.is_number and seen["n"]]
        moments = _moments(table, [(coding, sampled[coding.column.name], seen) for coding, seen in numbers])
        for (coding, _), (mean, sd) in zip(numbers, moments, strict=True):
            name = coding.column.name
            quartiles = _quartiles(coding, sampled[name])
            outlined[name] = replace(outlined[name], quartiles=quartiles, mean=mean, sd=sd)
        found |= outlined
    return found


def _look(table: Table, codings: Sequence[Coding]) -> list[dict[str, Any]]:
    """Of each column how many codes there are, the first and the last, and what else its type asks for."""
    measures = {
        f"{name} {number}": sql for number, coding in enumerate(codings) for name, sql in _measures(coding).items()
    }
    if not measures:
        return [{} for _ in codings]
    selected = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in measures.items())
    [row] = table.query(f"SELECT {selected} FROM {identifier(table.dataset.name)}")
    seen: list[dict[str, Any]] = [{} for _ in codings]
    for key in measures:
        name, number = key.split()
        seen[int(number)][name] = row[key]
    return seen


def _measures(coding: Coding) -> dict[str, str]:
    if not coding.has_order:
        return {}
    code = coding.expression
    measures = {"n": f"count({code})", "low": f"min({code})", "high": f"max({code})"}
    if coding.column.type is ColumnType.TIMESTAMP:
        measures["hours"] = f"count(*) FILTER (({code}) % {_DAY} <> 0)"
    return measures


def _located(
    table: Table, coding: Coding, sampled: ValueCounts | None, counts: dict[str, int], seen: dict[str, Any]
) -> ColumnOutline:
    count = counts[coding.column.name]
    outlined = _bare(table, coding.column, count, _distinct(table, coding.column, sampled, count))
    if not seen.get("n"):
        return outlined
    outlined = _between(outlined, coding, seen["low"], seen["high"])
    return replace(outlined, has_hours=bool(seen.get("hours")))


def _distinct(table: Table, column: Column, sampled: ValueCounts | None, count: int) -> Count:
    """How many there are decides of a measure nothing but how it is counted, and the sample mostly tells that."""
    if column.role is Role.MEASURE and sampled is not None:
        fewest = min(count, _fewest(sampled))
        if fewest >= SURELY_MANY:
            return Count(value=fewest, exact=False)
    return count_distinct(table, column.name, slice_of(table, (column.name,)))


def _fewest(sampled: ValueCounts) -> int:
    """A lower bound of the different values in all rows, from how many the sample has once and twice (Chao 1984)."""
    once, twice = sampled.counts.count(1), sampled.counts.count(2)
    return len(sampled.counts) + once * (once - 1) // (2 * (twice + 1))


def _moments(
    table: Table, columns: Sequence[tuple[Coding, ValueCounts, dict[str, Any]]]
) -> Iterator[tuple[float | None, float | None]]:
    """Mean and standard deviation of each column, the same in whatever order rows are added up."""
    if not columns:
        return
    scales = [_scale(sampled, float(seen["low"]), float(seen["high"])) for _, sampled, seen in columns]
    sums = []
    for number, ((coding, _, _), scale) in enumerate(zip(columns, scales, strict=True)):
        distance = distance_sql(coding.expression, *scale)
        sums += [
            f"sum({fixed(distance)}) AS first_{number}",
            f"sum({fixed(f'{distance} * {distance}')}) AS second_{number}",
        ]
    [row] = table.query(f"SELECT {', '.join(sums)} FROM {identifier(table.dataset.name)}")
    for number, ((coding, _, seen), (centre, half)) in enumerate(zip(columns, scales, strict=True)):
        n = seen["n"]
        first, second = (row[f"{power}_{number}"] / FIXED_POINT / n for power in ("first", "second"))
        # Halves, since the whole may overflow.
        mean = (first * half + centre / 2) / float(coding.per_unit) * 2
        sd = math.sqrt(max(0.0, second - first**2) * n / (n - 1)) * half / float(coding.per_unit) * 2 if n > 1 else None
        yield _if_finite(mean), _if_finite(sd)


def _scale(sampled: ValueCounts, low: float, high: float) -> tuple[float, float]:
    """A centre amid the values, and half of the largest distance from it."""
    centre = float(_at(sampled, 50)) if sampled.codes else low / 2 + high / 2
    return centre, max(high / 2 - centre / 2, centre / 2 - low / 2) or 1.0


def _if_finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _quartiles(coding: Coding, values: ValueCounts) -> tuple[float, ...]:
    if not values.codes:
        return ()
    return tuple(float(coding.decode(_at(values, percent))) for percent in _QUARTERS)  # type: ignore[arg-type]


def _at(values: ValueCounts, percent: int) -> Any:
    cumulative = values.cumulative
    return values.codes[bisect_left(cumulative, rank_at(percent, cumulative[-1]))]


def _between(outlined: ColumnOutline, coding: Coding, low: Any, high: Any) -> ColumnOutline:
    return replace(outlined, minimum=coding.decode(low), maximum=coding.decode(high))


def _bare(table: Table, column: Column, count: int, distinct: Count) -> ColumnOutline:
    return ColumnOutline(name=column.name, type=column.type, rows=table.dataset.rows, count=count, distinct=distinct)
