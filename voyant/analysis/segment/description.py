"""What sets each segment apart, and what it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voyant.analysis.rounding import rounded
from voyant.analysis.segment.assignment import Difference
from voyant.analysis.wording import shown
from voyant.domain.segmentation import Trait
from voyant.domain.table import Table
from voyant.lake.sql import identifier, literal

MOST_TRAITS = 6
_SMALLEST = 0.5
_NAMING = 0.8
_MOST_IN_NAME = 2

# What a high and a low value of an entity's activity are called; anything else is high or low.
_WORDS = {
    "orders": ("many orders", "few orders"),
    "records": ("many records", "few records"),
    "days_since_last": ("not seen lately", "seen lately"),
    "days_active": ("active for long", "active briefly"),
}


def telling(differences: Sequence[Difference]) -> list[Difference]:
    """The largest differences, one for each column; the largest alone where none is large."""
    best: dict[str, Difference] = {}
    for each in sorted(differences, key=_weight):
        best.setdefault(each.axis.feature.name, each)
    large = [each for each in best.values() if abs(each.effect) >= _SMALLEST]
    return (large or list(best.values())[:1])[:MOST_TRAITS]


def _weight(difference: Difference) -> tuple[float, bool, str, str]:
    """Of two values of one category, each the other's opposite, the one that is more frequent comes first."""
    axis = difference.axis
    return -round(abs(difference.effect), 9), difference.effect < 0, axis.feature.name, axis.category or ""


def names(segments: Sequence[Sequence[Difference]]) -> tuple[str, ...]:
    """What each is called by its strongest traits: two, or as many as tell it from the others; numbered where none
    do."""
    called = [_name(differences, _MOST_IN_NAME) for differences in segments]
    for most in range(_MOST_IN_NAME + 1, MOST_TRAITS + 1):
        counts = Counter(called)
        called = [
            name if counts[name] == 1 else _name(differences, most)
            for name, differences in zip(called, segments, strict=True)
        ]
    counts, seen, named = Counter(called), Counter[str](), []
    for name in called:
        seen[name] += 1
        named.append(f"{name} ({seen[name]})" if counts[name] > 1 else name)
    return tuple(named)


def _name(differences: Sequence[Difference], most: int) -> str:
    strongest = telling(differences)
    used = [each for each in strongest if abs(each.effect) >= _NAMING][:most] or strongest[:1]
    return ", ".join(map(_word, used))


def _word(difference: Difference) -> str:
    feature, category = difference.axis.feature, difference.axis.category
    more = difference.effect > 0
    if category is not None:
        return f"{'' if more else 'not '}{shown(category)} ({feature.words})"
    if feature.name in _WORDS:
        return _WORDS[feature.name][0 if more else 1]
    return f"{'high' if more else 'low'} {feature.words}"


def traits(table: Table, relation: str, number: int, differences: Sequence[Difference]) -> tuple[Trait, ...]:
    """What the segment of that number and all others show in the columns that tell it apart."""
    told = telling(differences)
    figures = ", ".join(
        f"{aggregate(each, f'segment = {number}')} AS a{place}, {aggregate(each, f'segment <> {number}')} AS b{place}"
        for place, each in enumerate(told)
    )
    [row] = table.query(f"SELECT {figures} FROM (\n{relation}\n) AS assigned")
    return tuple(
        Trait(
            column=each.axis.feature.name,
            words=each.axis.feature.words,
            category=each.axis.category,
            statistic=statistic(each),
            unit=each.axis.feature.unit,
            value=_written(row[f"a{place}"]),
            others=_written(row[f"b{place}"]),
            effect=float(f"{each.effect:.4g}"),
        )
        for place, each in enumerate(told)
    )


def statistic(difference: Difference) -> str:
    """How a column is put together: as share, as median where it is skewed, else as average."""
    if difference.axis.category is not None:
        return "share"
    return "median" if difference.is_skewed else "average"


def aggregate(difference: Difference, condition: str) -> str:
    """The SQL of that figure over the units that meet a condition."""
    column, category = identifier(difference.axis.feature.name), difference.axis.category
    return figure(column, category, statistic(difference), condition)


def figure(column: str, category: str | None, statistic: str, condition: str) -> str:
    """The SQL of a trait's figure over the units that meet a condition; ``column`` is an identifier."""
    if category is not None:
        hit = f"CASE WHEN {column} = {literal(category)} THEN 100.0 WHEN {column} IS NOT NULL THEN 0.0 END"
        return f"avg(CASE WHEN {condition} THEN {hit} END)"
    name = "median" if statistic == "median" else "avg"
    return f"{name}(CASE WHEN {condition} THEN {column} END)"


def _written(value: float | None) -> float | None:
    return None if value is None else rounded(float(value))
