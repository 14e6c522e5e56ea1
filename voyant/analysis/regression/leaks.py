"""Columns that give the target away: known only with it or after it, or the target itself in another form.

Evidence comes from the values, from where they are missing, and from what is known of dates; never from how well a
model does with them as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.normalize.stages import stage_of_name
from voyant.analysis.regression.features import Choice
from voyant.analysis.regression.folds import SEED
from voyant.analysis.regression.rows import Part, Parts, Rows
from voyant.analysis.regression.target import FEWEST_OF_A_CLASS, Target, outcome_of
from voyant.analysis.wording import count, listed, number, percent, readable
from voyant.domain.regression import Leak, LeakKind, Task
from voyant.domain.table import Column, Table
from voyant.lake.sql import identifier

GIVES_AWAY = 0.97
"""Of the variance or the Brier score, explained by one column in rows that were not learned from."""
_IS_COPY = 0.999999
_EXACT = 2e-3
"""Of the standard deviation: so much may arithmetic on rounded numbers leave over."""
_EXACT_ROWS = 0.9
_DRAWS = 30
_FEWEST_MISSING = 20
_SHARE_TOGETHER = 0.95
_SHARE_OTHERWISE = 0.2
_MOST_OF_ALL = 2 / 3
"""Of the columns: where more lack a value with the target, the rows are what is broken."""
_LEAST_USABLE = 0.9
_NEARLY_ALL = 0.98
"""Of the rows of a class, from which on what they have in common is its mark."""
_MOST_ROWS = 8_000
_ENDED = 3


def leaks_of(table: Table, target: Target, choice: Choice, rows: Rows, trusted: Sequence[str]) -> tuple[Leak, ...]:
    """The leaks, each column in one of them; trusted columns are in none."""
    found: list[Leak] = []
    for seek in (_by_dates, _by_missing):
        found += seek(table, target, choice, _left(choice, found, trusted))
    sample = rows.take(_chosen(rows.count))
    outcome = outcome_of(target, sample.target)
    left = _left(choice, found, trusted)
    found += _by_value(target, sample.parts.without(_others(sample.parts, left)), outcome)
    left = _left(choice, found, trusted)
    if target.task is Task.NUMBER and (computed := _computed(sample.parts, left, sample.target)):
        found.append(_parts_of_target(table, target, *computed))
    return tuple(found)


def _left(choice: Choice, found: Sequence[Leak], trusted: Sequence[str]) -> list[str]:
    gone = {name for leak in found for name in leak.columns} | set(trusted)
    return [source.name for source in choice.sources if source.name not in gone]


def _others(parts: Parts, left: Sequence[str]) -> list[str]:
    return [name for name in parts.columns if name not in left]


def _chosen(rows: int) -> Ints:
    return np.arange(0, rows, max(1, rows // _MOST_ROWS), dtype=np.int64)


def _by_dates(table: Table, target: Target, choice: Choice, left: Sequence[str]) -> Iterator[Leak]:
    """Columns that the target is computed from by its formula or the other way round, and dates of an end."""
    parents = _parents(target.column)
    started = choice.time.name if choice.time is not None else None
    ended = {
        name
        for name in left
        if name != started
        and table.dataset.column(name).type.is_temporal
        and (name in parents or stage_of_name(name) == _ENDED)
    }
    for name in left:
        column = table.dataset.column(name)
        theirs = _parents(column)
        if target.column.name in theirs or (parents & theirs and parents != {started}):
            yield Leak(
                kind=LeakKind.DERIVED,
                columns=(name,),
                reason=f"{readable(name)} is computed from the same columns as the target, or from the target",
            )
        elif name in parents and name != started:
            yield Leak(kind=LeakKind.DERIVED, columns=(name,), reason=f"the target is computed from {readable(name)}")
        elif name in ended or theirs & ended:
            reason = f"{readable(name)} says when something ended, which is not known before it has"
            yield Leak(kind=LeakKind.LATER, columns=(name,), reason=reason)


def _parents(column: Column) -> set[str]:
    return set(re.findall(r'"((?:[^"]|"")+)"', column.formula or ""))


def _by_missing(table: Table, target: Target, choice: Choice, left: Sequence[str]) -> Iterator[Leak]:
    """Columns without a value just where the target has none, or that some classes alone have a value of."""
    nullable = [name for name in left if name != (choice.time.name if choice.time else None)]
    if not nullable:
        return
    [counted] = table.query(missing_together(table, target.column.name, nullable))
    lacking, having = counted["lacking"], counted["having"]
    together = [
        name
        for place, name in enumerate(nullable)
        if lacking >= _FEWEST_MISSING
        and counted[f"both_{place}"] >= _SHARE_TOGETHER * lacking
        and counted[f"only_{place}"] <= _SHARE_OTHERWISE * having
    ]
    if together and len(together) <= _MOST_OF_ALL * len(choice.sources):
        shares = [100 * counted[f"both_{nullable.index(name)}"] / lacking for name in together]
        reason = (
            f"{listed([readable(name) for name in together])} {'has' if len(together) == 1 else 'have'} no value in "
            f"{'' if min(shares) == 100 else 'at least '}{percent(min(shares))} of the {count(lacking)} rows where "
            f"{readable(target.column.name)} has none, and hardly ever elsewhere: they come to be known together"
        )
        yield Leak(kind=LeakKind.MISSING, columns=tuple(together), reason=reason)
    if target.task is Task.CLASSES:
        yield from _by_class(table, target, [name for name in nullable if name not in together])


def missing_together(table: Table, target: str, columns: Sequence[str]) -> str:
    """The SQL of how often columns lack a value where the target does, and where it does not."""
    name = identifier(target)
    counted = [
        f"count(*) FILTER (WHERE {name} IS NULL AND {identifier(column)} IS NULL) AS both_{place}, "
        f"count(*) FILTER (WHERE {name} IS NOT NULL AND {identifier(column)} IS NULL) AS only_{place}"
        for place, column in enumerate(columns)
    ]
    return (
        f"SELECT count(*) FILTER (WHERE {name} IS NULL) AS lacking, count({name}) AS having, {', '.join(counted)}\n"
        f"FROM {identifier(table.dataset.name)}"
    )


def _by_class(table: Table, target: Target, columns: Sequence[str]) -> Iterator[Leak]:
    if not columns:
        return
    filled = ", ".join(f"count({identifier(name)}) AS n{place}" for place, name in enumerate(columns))
    found = table.query(
        f"SELECT {target.value} AS class, count(*) AS n, {filled}\nFROM {identifier(table.dataset.name)}\n"
        f"WHERE {identifier(target.column.name)} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    rows = [row for row in found if row["class"] in target.classes]
    for place, name in enumerate(columns):
        shares = [row[f"n{place}"] / row["n"] for row in rows]
        has = [row["class"] for row, share in zip(rows, shares, strict=True) if share >= _NEARLY_ALL]
        lacks = [row["class"] for row, share in zip(rows, shares, strict=True) if share <= 1 - _NEARLY_ALL]
        if has and lacks and len(has) + len(lacks) == len(rows):
            reason = (
                f"{readable(name)} has a value only where {readable(target.column.name)} is {listed(has, 'or')}: it "
                "follows from the outcome"
            )
            yield Leak(kind=LeakKind.BY_CLASS, columns=(name,), reason=reason)


def _by_value(target: Target, parts: Parts, outcome: Floats) -> Iterator[Leak]:
    """Columns that are the target, or that all but tell it by themselves in rows that were not learned from."""
    seen: set[str] = set()
    for part in parts:
        name = part.column.name
        if name in seen:
            continue
        if _is_copy(part, outcome):
            seen.add(name)
            reason = f"{readable(name)} is {readable(target.column.name)} itself, in another unit or under another name"
            yield Leak(kind=LeakKind.COPY, columns=(name,), reason=reason, score=1.0)
            continue
        if (found := _value_of_class(target, part, outcome)) is not None:
            seen.add(name)
            value, label = found
            reason = (
                f"{readable(name)} is {number(value)} where {readable(target.column.name)} is {label}, and hardly ever "
                "elsewhere: it follows from the outcome"
            )
            yield Leak(kind=LeakKind.BY_CLASS, columns=(name,), reason=reason)
            continue
        score = _alone(part, outcome)
        if score >= GIVES_AWAY:
            seen.add(name)
            yield Leak(
                kind=LeakKind.ALONE,
                columns=(name,),
                reason=f"{readable(name)} alone all but tells {readable(target.column.name)}: it explains "
                f"{percent(round(100 * score, 1))} of it in rows that were not learned from",
                score=round(score, 6),
            )


def _is_copy(part: Part, outcome: Floats) -> bool:
    if part.is_category or part.words is not None or outcome.shape[1] > 1:
        return False
    known = np.isfinite(part.values)
    x, y = part.values[known], outcome[known, 0]
    if len(x) < 20 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return False
    return bool(abs(np.corrcoef(x, y)[0, 1]) >= _IS_COPY)


def _value_of_class(target: Target, part: Part, outcome: Floats) -> tuple[float, str] | None:
    """The one value of a number that all rows of a class have and hardly another row has, such as a balance of 0 of
    all that is paid. That a number has a range of its own in a class, as lengths of a species have, gives away
    nothing."""
    if target.task is Task.NUMBER or part.is_category or part.words is not None:
        return None
    for place, label in enumerate(target.classes):
        held = part.values[outcome[:, place] > 0]
        values, counts = np.unique(held[np.isfinite(held)], return_counts=True)
        if len(held) < FEWEST_OF_A_CLASS or not len(values):
            continue
        most = int(np.argmax(counts))
        rows = int((part.values == values[most]).sum())
        if counts[most] >= _NEARLY_ALL * max(len(held), rows):
            return float(values[most]), label
    return None


def _alone(part: Part, outcome: Floats) -> float:
    """The share of the squared error that one part saves, learned on one half of the rows and judged on the other."""
    if part.words is not None:
        return 0.0
    halves = np.random.default_rng(SEED).permutation(len(outcome)) % 2 == 0
    lost = naive = 0.0
    for learned, judged in ((halves, ~halves), (~halves, halves)):
        mean = outcome[learned].mean(axis=0)
        told = _by_level(part, outcome, learned) if part.is_category else _by_tree(part, outcome, learned)
        lost += float(((outcome[judged] - told[judged]) ** 2).sum())
        naive += float(((outcome[judged] - mean) ** 2).sum())
    return 1 - lost / naive if naive > 0 else 0.0


def _by_level(part: Part, outcome: Floats, learned: Floats) -> Floats:
    codes = part.values.astype(np.int64) + 1
    mean = outcome[learned].mean(axis=0)
    rows = np.bincount(codes[learned], minlength=len(part.labels) + 1)[:, None]
    sums = np.stack(
        [np.bincount(codes[learned], weights=each, minlength=len(part.labels) + 1) for each in outcome[learned].T],
        axis=1,
    )
    return np.asarray(((sums + 0.5 * mean) / (rows + 0.5))[codes])


def _by_tree(part: Part, outcome: Floats, learned: Floats) -> Floats:
    from sklearn.tree import DecisionTreeRegressor

    x = np.where(np.isfinite(part.values), part.values, -1e30)[:, None].astype(np.float32)
    tree = DecisionTreeRegressor(min_samples_leaf=3, max_leaf_nodes=500, random_state=SEED)
    predicted = tree.fit(x[learned], outcome[learned]).predict(x)
    return np.asarray(predicted.reshape(outcome.shape))


def _parts_of_target(table: Table, target: Target, how: str, columns: Sequence[str], share: float) -> Leak:
    """Of the columns that the target is computed from those that are missing where it is: the others are known without
    it. All where that tells them not apart."""
    [counted] = table.query(missing_together(table, target.column.name, columns))
    lacking = counted["lacking"]
    late = [
        name
        for place, name in enumerate(columns)
        if lacking >= _FEWEST_MISSING and counted[f"both_{place}"] >= lacking / 2
    ]
    reason = (
        f"{readable(target.column.name)} is {how} of {listed([readable(name) for name in columns])}, but for "
        f"rounding, in {percent(round(100 * share, 1))} of the rows"
    )
    if late:
        verb = "is" if len(late) == 1 else "are"
        reason += f"; of these, {listed([readable(name) for name in late])} {verb} known with it"
    return Leak(kind=LeakKind.COMPUTED, columns=tuple(late or columns), reason=reason, score=round(share, 6))


def _computed(parts: Parts, left: Sequence[str], y: Floats) -> tuple[str, list[str], float] | None:
    """How the target is computed, from which fewest numbers, and in which share of the rows; None where it is not."""
    for how, log in (("a sum or difference", False), ("a product or ratio", True)):
        numbers = [part for part in parts if part.column.name in left and _is_usable(part, log)]
        if len(numbers) < 2:
            continue
        x = np.stack([part.values for part in numbers], axis=1)
        usable = np.isfinite(x).all(axis=1)
        if log:
            usable &= (x > 0).all(axis=1) & (y > 0)
        if usable.sum() < max(30, 3 * len(numbers)):
            continue
        inputs, told = (np.log(x[usable]), np.log(y[usable])) if log else (x[usable], y[usable])
        needed = _fewest(inputs, told)
        if len(needed) > 1:
            return how, [numbers[place].column.name for place in needed], _exact_share(inputs[:, needed], told)
    return None


def _is_usable(part: Part, log: bool) -> bool:
    if part.name != "value" or part.labels:
        return False
    usable = part.values > 0 if log else np.isfinite(part.values)
    return bool(usable.mean() >= _LEAST_USABLE)


def _fewest(x: Floats, y: Floats) -> list[int]:
    """The columns that an exact linear relation needs; none where there is none."""
    places = list(range(x.shape[1]))
    if np.ptp(y) == 0 or _exact_share(x, y) < _EXACT_ROWS:
        return []
    for place in range(x.shape[1]):
        fewer = [each for each in places if each != place]
        if fewer and _exact_share(x[:, fewer], y) >= _EXACT_ROWS:
            places = fewer
    return places


def _exact_share(x: Floats, y: Floats) -> float:
    """The share of rows that lie on one plane, but for rounding, of all planes through a few rows drawn at random
    (Fischler and Bolles 1981): a slip or a clock that passes midnight bends no relation."""
    scale = x.std(axis=0)
    varies = scale > 0
    if not varies.any():
        return 0.0
    design = np.column_stack([np.ones(len(y)), (x[:, varies] - x[:, varies].mean(axis=0)) / scale[varies]])
    random = np.random.default_rng(SEED)
    bound, best = _EXACT * y.std(), 0.0
    for _ in range(_DRAWS):
        drawn = random.choice(len(y), design.shape[1] + 2, replace=False)
        solution, *_ = np.linalg.lstsq(design[drawn], y[drawn], rcond=None)
        best = max(best, float((np.abs(y - design @ solution) <= bound).mean()))
        if best >= _EXACT_ROWS:
            break
    return best
