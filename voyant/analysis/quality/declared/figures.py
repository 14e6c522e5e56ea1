"""Rules on one figure of the whole table: how many rows, how fresh, which mean. Each holds or fails as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, timedelta
from statistics import median

from msgspec.structs import replace

from voyant.analysis.expressions import NotUsable
from voyant.analysis.quality.declared.literals import moment_sql, typed
from voyant.analysis.quality.declared.situation import Situation
from voyant.analysis.quality.rules import Rule
from voyant.domain.rule import DeclaredRule
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import identifier

FEWEST_SNAPSHOTS = 5
_FAR = 3.5
_AGGREGATES = {"mean": "avg", "sum": "sum", "sd": "stddev_samp"}
_SD_OF_MAD = 1.4826
"""Of normal values the standard deviation is so many times the median distance from the median."""


def row_count(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Whether there are as many rows as expected."""
    return _figure(base, f"count(*){_only(base)}", rule)


def volume(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Whether there are about as many rows as earlier snapshots had."""
    low, high = usual_rows(situation.expectations.earlier_rows)
    figure = f"count(*){_only(base)}"
    expected = f"{base.description}, {low:,} to {high:,}" if not rule.description else base.description
    return replace(_whole(base, figure, f"{figure} BETWEEN {low} AND {high}"), description=expected)


def usual_rows(earlier: Sequence[int]) -> tuple[int, int]:
    """The fewest and the most rows that the counts of earlier snapshots lead one to expect.

    Counts vary by shares, so that logarithms are judged, by median and median distance from it, which a few odd
    snapshots do not move: 3.5 standard deviations (Iglewicz and Hoaglin, 1993), each at least that of a count
    (Poisson). A table that grows steadily stays inside.

    Raises:
        NotUsable: There are too few snapshots.

    >>> usual_rows([1000, 1010, 990, 1005, 995, 5])
    (892, 1115)
    """
    counts = [math.log(max(1, rows)) for rows in earlier]
    if len(counts) < FEWEST_SNAPSHOTS:
        raise NotUsable(
            f"there is not enough history: {len(counts)} earlier snapshots of the table, "
            f"and {FEWEST_SNAPSHOTS} are needed"
        )
    middle = median(counts)
    spread = max(_SD_OF_MAD * median(abs(count - middle) for count in counts), math.exp(-middle / 2))
    low, high = (math.exp(middle + sign * _FAR * spread) for sign in (-1, 1))
    return math.floor(low), math.ceil(high)


def freshness(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Whether the latest time lies close enough before the moment that it is measured from."""
    [column] = situation.columns(rule.columns)
    if not column.type.is_temporal:
        raise NotUsable(f"{column.name} is of the type {column.type}; what is fresh has dates or times")
    moment = situation.expectations.moment
    if moment is None:
        raise NotUsable("no moment is known that freshness could be measured from")
    oldest = moment.astimezone(UTC) - timedelta(seconds=rule.within_seconds or 0)
    latest = f"max({identifier(column.name)}){_only(base)}"
    return _whole(base, latest, f"{latest} >= {moment_sql(oldest)}")


def distribution(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Whether a statistic of the column lies between the bounds."""
    [column] = situation.columns(rule.columns)
    name = identifier(column.name)
    if rule.statistic == "share":
        among = base.among or "true"
        is_value = f"{name} IS NULL" if rule.value is None else f"{name} = {typed(rule.value, column)}"
        figure = f"count_if(({among}) AND {is_value}) / nullif(count_if({among}), 0)"
        return _figure(base, figure, rule)
    if rule.statistic == "distinct":
        where = f"\nWHERE {base.among}" if base.among else ""
        values = f"SELECT DISTINCT {name} FROM {situation.source}{where}"
        holds = _within(f"count({name})", rule)
        statement = (
            f"SELECT 1 AS checked, CASE WHEN {holds} THEN 0 ELSE 1 END AS failed, count({name}) AS observed\n"
            f"FROM ({values}) AS found"
        )
        return replace(_of_tables(base), statement=statement)
    if rule.statistic == "quantile":
        return _quantile(base, rule, column)
    if rule.statistic in {"minimum", "maximum"} and (column.type.is_numeric or column.type.is_temporal):
        return _figure(base, f"{rule.statistic[:3]}({name}){_only(base)}", rule, column)
    if not column.type.is_numeric:
        raise NotUsable(f"{column.name} is of the type {column.type}; a {rule.statistic} is of numbers")
    figure = f"{_AGGREGATES[rule.statistic or '']}({name}){_only(base)}"
    made = _figure(base, figure, rule)
    # NaN compares as above all numbers.
    return replace(made, holds=f"{made.holds} AND isfinite({figure})") if column.type is ColumnType.FLOAT else made


def _quantile(base: Rule, rule: DeclaredRule, column: Column) -> Rule:
    """Whether the quantile lies between the bounds, told without sorting by how many values lie on each side of them.

    The quantile is the smallest value that at least a share p of the values does not exceed (type 1 of Hyndman and
    Fan, 1996): it is at most m where that share is at most m, and at least m where less than it is below m.
    """
    if not (column.type.is_numeric or column.type.is_temporal):
        raise NotUsable(f"{column.name} is of the type {column.type}; a quantile is of numbers, dates or times")
    name, only = identifier(column.name), f"({base.among}) AND " if base.among else ""
    values = f"count_if({only}{name} IS NOT NULL)"
    rank = f"greatest(1, ceil({rule.quantile!r}::DECIMAL(18,15) * {values}))"
    holds = [f"{values} > 0"]
    if rule.maximum is not None:
        below = "<" if rule.exclusive_maximum else "<="
        holds.append(f"count_if({only}{name} {below} {typed(rule.maximum, column)}) >= {rank}")
    if rule.minimum is not None:
        below = "<=" if rule.exclusive_minimum else "<"
        holds.append(f"count_if({only}{name} {below} {typed(rule.minimum, column)}) < {rank}")
    return _whole(base, "NULL", " AND ".join(holds))


def _figure(base: Rule, figure: str, rule: DeclaredRule, column: Column | None = None) -> Rule:
    return _whole(base, figure, _within(figure, rule, column))


def _within(figure: str, rule: DeclaredRule, column: Column | None = None) -> str:
    """SQL: the figure lies between the bounds; false where there is none."""
    bounds = []
    for bound, excluded, sign in (
        (rule.minimum, rule.exclusive_minimum, ">"),
        (rule.maximum, rule.exclusive_maximum, "<"),
    ):
        if bound is not None:
            written = typed(bound, column) if column is not None else repr(bound)
            bounds.append(f"{figure} {sign}{'' if excluded else '='} {written}")
    return f"coalesce({' AND '.join(bounds)}, false)"


def _whole(base: Rule, figure: str, holds: str) -> Rule:
    return replace(_of_tables(base), figure=figure, holds=holds)


def _of_tables(base: Rule) -> Rule:
    return replace(base, unit="tables", weight=base.weight / 2, among=None, tolerance=0.0)


def _only(base: Rule) -> str:
    return f" FILTER (WHERE {base.among})" if base.among else ""
