"""Which pairs of columns go together by construction, so that saying so would be no finding.

Columns that mirror one another, values that determine each other (a city its country), parts of a date, sums of other
columns, durations between their own two times.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import combinations, permutations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.insights.frame import MOST_VALUES, Factor, Frame, Measure
from voyant.analysis.insights.statistics import Floats, Ints, correlation
from voyant.analysis.wording import listed, readable
from voyant.domain.table import ColumnType

Pairs = set[frozenset[str]]
"""Of columns."""

_MIRRORS = 0.97
_TWINS = 0.9995
"""Of rank correlation: more than two measures of one thing usually have, or two series that both grow."""
_CALENDAR_FOLLOWS = 0.85
"""Less than for mirrors: a column may keep another time zone than the time itself."""
_CALENDAR_WORDS = frozenset({"year", "quarter", "month", "week", "day", "weekday", "hour", "minute", "second"})
_ROWS_FOR_IDENTITIES = 2_000
_ROWS_FOR_RANGES = 20_000
_MANY_GROUPS = 8
_FEWEST_FIXED = 5
_LOOSE = 0.02
"""Of the variance of one measure that another has to leave unexplained before a third can be said to complete it."""
_EXACT = 1e-4
_UNEXPLAINED = 0.02


class Relations(Struct, frozen=True):
    """Pairs that are bound by construction.

    Attributes:
        hours: The table's own column of the hours of the day, by a clock that need not be that of its time column.
    """

    bound: frozenset[frozenset[str]]
    hours: Factor | None = None

    def bind(self, a: str, b: str) -> bool:
        """Whether the two are the same or one follows from the other."""
        return a == b or frozenset((a, b)) in self.bound


def untangled(frame: Frame) -> tuple[Frame, Relations, tuple[str, ...]]:
    """The frame without columns that repeat others, what binds the rest, and what was left out and why."""
    groupings, amounts = frame.table.gather((partial(_factors, frame), partial(_measures, frame)))
    factors, measures = groupings.factors, amounts.measures
    bound = groupings.bound | amounts.bound | _determined(factors, measures) | _derivations(frame)
    return (
        replace(frame, factors=factors, measures=measures),
        Relations(frozenset(bound), _own_hours(frame)),
        (*groupings.skipped, *amounts.skipped),
    )


class _Untangled(Struct, frozen=True, kw_only=True):
    """What is left of the factors, or of the measures, what binds them, and why others were left out."""

    factors: tuple[Factor, ...] = ()
    measures: tuple[Measure, ...] = ()
    bound: Pairs
    skipped: list[str]


def _factors(frame: Frame) -> _Untangled:
    skipped: list[str] = []
    bound: Pairs = set()
    factors = _without_mirrors(_without_calendar(frame, skipped), skipped, bound)
    return _Untangled(factors=factors, bound=bound | _hierarchies(factors) | _exclusions(factors), skipped=skipped)


def _measures(frame: Frame) -> _Untangled:
    skipped: list[str] = []
    measures = _without_copies(_without_clocks(frame, skipped), skipped)
    return _Untangled(measures=measures, bound=_identities(measures) | _combinations(measures), skipped=skipped)


def _own_hours(frame: Frame) -> Factor | None:
    return next((factor for factor in frame.factors if _holds_hours(factor)), None)


def _holds_hours(factor: Factor) -> bool:
    named = factor.name.split("_")[-1] in {"hour", "hr"} and factor.column.type is ColumnType.INTEGER
    return named and not factor.others and all(0 <= int(value) <= 23 for value in factor.values)


def _without_calendar(frame: Frame, skipped: list[str]) -> tuple[Factor, ...]:
    """A column that only names the month, weekday, hour or year of the time says nothing that the time does not."""
    clock = frame.clock
    if clock is None:
        return frame.factors
    years = clock.months // 12
    parts = (
        clock.months % 12,
        years - years.min(),
        (clock.days + 3) % 7,
        (clock.seconds % 86_400) // 3_600,
        clock.days_of_month,
        clock.periods,
    )
    kept = []
    for factor in frame.factors:
        held = (factor.codes >= 0) & clock.timed & (clock.periods >= 0)
        named = factor.column.type is ColumnType.INTEGER and factor.name in _CALENDAR_WORDS
        codes = factor.codes[held]
        if named or any(_follows(part[held], codes, _CALENDAR_FOLLOWS) for part in parts):
            skipped.append(f"The column {readable(factor.name)} only restates {readable(clock.column.name)}.")
        else:
            kept.append(factor)
    return tuple(kept)


def _follows(determining: Ints, determined: Ints, least: float = _MIRRORS) -> bool:
    """Whether nearly every row's value is the commonest one of its group; groups of one row do not count as proof."""
    if len(determining) == 0 or determined.max(initial=0) == 0:
        return False
    shifted = determining - determining.min()
    if shifted.max() > len(determining) / 3:
        return False
    width = int(determined.max()) + 1
    flat = np.bincount(shifted * width + determined, minlength=(int(shifted.max()) + 1) * width)
    table = flat.reshape(-1, width)
    usual = table.max(axis=1).sum() >= least * len(determining)
    return bool(usual and table.sum(axis=0).max() < 0.9 * least * len(determining))


def _without_mirrors(factors: tuple[Factor, ...], skipped: list[str], bound: Pairs) -> tuple[Factor, ...]:
    """Of columns that split the rows the same way, the first stands for all."""
    kept: list[Factor] = []
    copies: dict[str, list[str]] = {}
    for factor in factors:
        original = next((other for other in kept if _mirror(factor, other)), None)
        if original is None:
            kept.append(factor)
        else:
            copies.setdefault(original.name, []).append(factor.name)
            bound.add(frozenset((original.name, factor.name)))
    for original_name, names in copies.items():
        mirroring = "mirrors" if len(names) == 1 else "mirror"
        named = listed([readable(name) for name in names]).capitalize()
        skipped.append(f"{named} {mirroring} {readable(original_name)}, which stands for all of them.")
    return tuple(kept)


def _mirror(a: Factor, b: Factor) -> bool:
    held = (a.codes >= 0) & (b.codes >= 0)
    return (
        held.sum() >= 0.5 * len(held)
        and _follows(a.codes[held], b.codes[held])
        and _follows(b.codes[held], a.codes[held])
    )


def _hierarchies(factors: tuple[Factor, ...]) -> Pairs:
    """Where a value of one column fixes the value of the other, both ways of counting say the same."""
    bound = set()
    for a, b in combinations(factors, 2):
        held = (a.codes >= 0) & (b.codes >= 0)
        for one, other in ((a.codes[held], b.codes[held]), (b.codes[held], a.codes[held])):
            if _follows(one, other) or _fixes(one, other):
                bound.add(frozenset((a.name, b.name)))
    return bound


def _fixes(determining: Ints, determined: Ints) -> bool:
    """Whether each of several values goes with one value of the other column without exception, so that even where
    nearly all rows share that value, the rest are no chance."""
    if len(determining) == 0:
        return False
    width = int(determined.max()) + 1
    flat = np.bincount(determining * width + determined, minlength=(int(determining.max()) + 1) * width)
    table = flat.reshape(-1, width)
    table = table[table.sum(axis=1) > 0]
    sizes = np.sort(table.sum(axis=0))[::-1]
    small = len(sizes) < 2 or sizes[1] < _FEWEST_FIXED or float(np.median(table.sum(axis=1))) < _FEWEST_FIXED
    return not small and len(table) >= 3 and bool(((table > 0).sum(axis=1) == 1).all())


def _exclusions(factors: tuple[Factor, ...]) -> Pairs:
    """Columns of yes and no of which never two say yes, though by chance many rows would: one column written as many
    (north, south, east, west)."""
    bound = set()
    for a, b in combinations([factor for factor in factors if factor.truth is not None], 2):
        held = (a.codes >= 0) & (b.codes >= 0)
        yes_a, yes_b = a.codes[held] == a.truth, b.codes[held] == b.truth
        expected = float(yes_a.mean() * yes_b.sum()) if held.any() else 0.0
        if expected >= _FEWEST_FIXED and not (yes_a & yes_b).any():
            bound.add(frozenset((a.name, b.name)))
    return bound


def _without_clocks(frame: Frame, skipped: list[str]) -> tuple[Measure, ...]:
    """Running numbers, and clock times kept as numbers, are times and no measures."""
    clock = frame.clock
    if clock is None:
        return frame.measures
    kept = []
    moments, times = clock.seconds.astype(np.float64), (clock.seconds % 86_400).astype(np.float64)
    for measure in frame.measures:
        held = measure.known & clock.timed
        running = held.sum() > 20 and abs(correlation(measure.ranks[held], moments[held])) > 0.999
        time_of_day = held.sum() > 20 and abs(correlation(measure.values[held], times[held])) > 0.97
        if (running or time_of_day) and measure.column.formula is None and not clock.regular:
            skipped.append(f"The column {readable(measure.name)} only restates {readable(clock.column.name)}.")
        else:
            kept.append(measure)
    return tuple(kept)


def _without_copies(measures: tuple[Measure, ...], skipped: list[str]) -> tuple[Measure, ...]:
    """Of measures that order the rows the same way (the same in another unit, its logarithm), one stands for all."""
    kept: list[Measure] = []
    for measure in sorted(measures, key=lambda measure: "log" in measure.name or "ln" in measure.name.split("_")):
        twin = next((other for other in kept if _same_order(measure, other)), None)
        if twin is None:
            kept.append(measure)
        else:
            skipped.append(f"{readable(measure.name).capitalize()} goes almost exactly with {readable(twin.name)}.")
    return tuple(measure for measure in measures if measure in kept)


def _same_order(a: Measure, b: Measure) -> bool:
    held = a.known & b.known
    if held.sum() < max(10, 0.5 * a.known.sum()):
        return False
    return abs(correlation(a.ranks[held], b.ranks[held])) > _TWINS


def _identities(measures: tuple[Measure, ...]) -> Pairs:
    """Totals and products: a = b + c, a = b - c, a = b * c, or a the sum of several others, on nearly every row."""
    bound: Pairs = set()
    values = [measure.values[:_ROWS_FOR_IDENTITIES] for measure in measures]
    for whole in range(len(measures)):
        others = [index for index in range(len(measures)) if index != whole]
        for b, c in combinations(others, 2):
            if _equal(values[whole], values[b] + values[c]) or _equal(values[whole], values[b] * values[c]):
                bound |= {frozenset((measures[whole].name, measures[part].name)) for part in (b, c)}
        for parts in _growing(others, values, whole):
            bound |= {frozenset((measures[whole].name, measures[part].name)) for part in parts}
    for a, b in permutations(range(len(measures)), 2):  # one never above the other and usually equal: a part of it
        held = np.isfinite(values[a]) & np.isfinite(values[b])
        if held.sum() >= 10 and bool((values[a][held] <= values[b][held]).all()):
            same = float((values[a][held] == values[b][held]).mean())
            if same > 0.5:
                bound.add(frozenset((measures[a].name, measures[b].name)))
    return bound


def _combinations(measures: tuple[Measure, ...]) -> Pairs:
    """A measure that two others together make up with any weights: a weighted mean, a difference. The two that have
    least in common are taken for its parts."""
    bound: Pairs = set()
    for three in combinations(measures, 3):
        held = np.logical_and.reduce([measure.known[:_ROWS_FOR_IDENTITIES] for measure in three])
        values = np.stack([measure.values[:_ROWS_FOR_IDENTITIES][held] for measure in three])
        if values.shape[1] < 20 or (values.std(axis=1) == 0).any():
            continue
        r = [correlation(values[i], values[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        left = 1 + 2 * r[0] * r[1] * r[2] - r[0] ** 2 - r[1] ** 2 - r[2] ** 2
        pairs = [1 - each**2 for each in r]
        # The determinant is the unexplained share times that of a pair: all pairs loose, the three together not.
        if min(pairs) > _LOOSE and left < _EXACT * min(pairs):
            parts = max(zip(pairs, ((0, 1), (0, 2), (1, 2)), strict=True))[1]
            whole = three[3 - sum(parts)].name
            bound |= {frozenset((whole, three[part].name)) for part in parts}
    return bound


def _growing(others: list[int], values: list[Floats], whole: int) -> list[list[int]]:
    """Sums of three to all of the other measures, in table order."""
    found = []
    for start in range(len(others)):
        total = values[others[start]].copy()
        for end in range(start + 1, len(others)):
            total = total + values[others[end]]
            if end - start >= 2 and _equal(values[whole], total):
                found.append(others[start : end + 1])
    return found


def _equal(a: Floats, b: Floats) -> bool:
    held = np.isfinite(a) & np.isfinite(b)
    if held.sum() < 10 or float(np.ptp(a[held])) == 0:
        return False
    close = np.abs(a[held] - b[held]) <= 1e-6 * np.maximum(1.0, np.abs(a[held])) + 0.011
    return bool(close.mean() > 0.98) and bool(np.abs(a[held]).max() > 0.2)


def _determined(factors: tuple[Factor, ...], measures: tuple[Measure, ...]) -> Pairs:
    """A measure with about one value per group (the population of a country, the distance of a place) is a name of the
    group; a grouping that cuts a measure into ranges (adult, from 18 years on) is a name of the range."""
    bound = set()
    for measure in measures:
        known = np.flatnonzero(measure.known)
        known = known[:: len(known) // _ROWS_FOR_RANGES + 1]
        values, places = np.unique(measure.values[known], return_inverse=True)
        for factor in factors:
            groups = factor.codes[known]
            held = groups >= 0
            if held.sum() < 10:
                continue
            named = 2 <= len(values) <= MOST_VALUES and _follows(groups[held], places[held])
            if named or _cuts(groups[held], places[held]) or _fixed(groups[held], measure.values[known][held]):
                bound.add(frozenset((factor.name, measure.name)))
    return bound


def _fixed(groups: Ints, values: Floats) -> bool:
    """Whether many groups explain nearly all of a measure's variance."""
    counts = np.bincount(groups)
    if int((counts > 0).sum()) < _MANY_GROUPS:
        return False
    total = float(((values - values.mean()) ** 2).sum())
    means = np.bincount(groups, weights=values) / np.maximum(counts, 1)
    return total > 0 and float(((values - means[groups]) ** 2).sum()) < _UNEXPLAINED * total


def _cuts(groups: Ints, places: Ints) -> bool:
    """Whether the groups are ranges that hardly overlap: in the order of the measure there are few changes of group."""
    order = np.lexsort((groups, places))
    changes = int((np.diff(groups[order]) != 0).sum())
    return changes <= len(np.unique(groups)) - 1 + 0.005 * len(groups)


def _derivations(frame: Frame) -> Pairs:
    """A derived column and the columns its formula names; two derived from a shared one."""
    sources = {
        column.name: set(re.findall(r'"((?:[^"]|"")+)"', column.formula))
        for column in frame.table.dataset.columns
        if column.formula
    }
    bound = {frozenset((name, source)) for name, parents in sources.items() for source in parents}
    return bound | {frozenset((a, b)) for a, b in combinations(sources, 2) if sources[a] & sources[b]}
