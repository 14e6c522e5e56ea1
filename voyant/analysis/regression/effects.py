"""How the prediction moves with one column: which way, how far, between which values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.encoding import telling_words
from voyant.analysis.regression.models import Fitted
from voyant.analysis.regression.rows import Part, Rows
from voyant.analysis.regression.target import Target, outcome_of
from voyant.analysis.rounding import rounded
from voyant.domain.regression import Driver, Effect, EffectPoint

MOST_DRIVERS = 8
_MOST_ROWS = 1_500
"""Of a fold."""
_MOST_LEVELS = 12
_FEWEST_OF_A_LEVEL = 10
_MOST_WORDS = 3
_STEPS = 10
_STRETCHES = 8
_ONE_WAY = 0.8
"""Of all movement, the least that a way that only rises or falls goes in its direction."""
_TURNED = 0.25


def effects_of(rows: Rows, target: Target, fitted: Sequence[Fitted], drivers: Sequence[Driver]) -> Iterator[Effect]:
    """Of the most important drivers, in their order, one effect for each part.

    Numbers move by accumulated local effects (Apley and Zhu 2020), which never ask for a combination of values far
    from all rows; categories and words by partial dependence (Friedman 2001). Of columns that go together the first
    with rows enough is told, by the mean prediction of the rows that hold its values, with whatever the others hold
    there.
    """
    for driver in drivers[:MOST_DRIVERS]:
        if len(driver.columns) > 1:
            found = ([*_together(rows, target, fitted, column)] for column in driver.columns)
            yield from next(filter(None, found), [])
            continue
        for place, part in enumerate(rows.parts):
            if part.column.name != driver.columns[0]:
                continue
            if part.is_category:
                yield from _of_levels(rows, target, fitted, place, part)
            else:
                yield from _of_numbers(rows, target, fitted, place, part)
            if part.words is not None:
                yield from _of_words(rows, target, fitted, place, part)


def _judged(fit: Fitted) -> Ints:
    judged = fit.fold.judged
    return judged[np.unique(np.linspace(0, len(judged) - 1, min(len(judged), _MOST_ROWS)).astype(np.int64))]


def _of_numbers(rows: Rows, target: Target, fitted: Sequence[Fitted], place: int, part: Part) -> Iterator[Effect]:
    known = part.values[np.isfinite(part.values)]
    edges = _edges(known)
    if len(edges) < 2:
        return
    curves = [_accumulated(rows, fit, place, edges) for fit in fitted]
    counts = np.histogram(known, bins=[-np.inf, *edges[1:], np.inf])[0]
    rows_at = [int(counts[max(0, index - 1)]) for index in range(len(edges))]
    yield _effect(target, part, part.name, curves, rows_at, values=[float(edge) for edge in edges])


def _edges(known: Floats) -> Floats:
    """Values that about equal shares of the rows lie between, rounded to what a reader can take in."""
    if not len(known):
        return known
    edges = np.unique(np.quantile(known, np.linspace(0.02, 0.98, _STEPS + 1), method="inverted_cdf"))
    return np.unique(np.clip(_readable(edges), known.min(), known.max()))


def _readable(edges: Floats) -> Floats:
    """To three digits of the distance between the first and the last."""
    reach = float(np.ptp(edges))
    return np.round(edges, 2 - int(np.floor(np.log10(reach)))) if reach > 0 else edges


def _accumulated(rows: Rows, fit: Fitted, place: int, edges: Floats) -> Floats:
    """The mean prediction at each edge: differences over the rows within each stretch, added up, about the mean."""
    judged = _judged(fit)
    parts = rows.parts.take(judged)
    values = parts.parts[place].values
    held = np.flatnonzero(np.isfinite(values))
    mean = fit.predict(parts).mean(axis=0)
    if not len(held):
        return np.tile(mean, (len(edges), 1))
    inside = parts.take(held)
    stretch = np.clip(np.searchsorted(edges, values[held], side="left") - 1, 0, len(edges) - 2)
    moved = fit.predict(inside.holding(place, edges[stretch + 1])) - fit.predict(inside.holding(place, edges[stretch]))
    count = np.bincount(stretch, minlength=len(edges) - 1)
    steps = np.stack(
        [np.bincount(stretch, weights=each, minlength=len(edges) - 1) / np.maximum(count, 1) for each in moved.T],
        axis=1,
    )
    curve = np.concatenate([np.zeros((1, moved.shape[1])), np.cumsum(steps, axis=0)])
    middle = (curve[:-1] + curve[1:]) / 2
    centre = (middle * count[:, None]).sum(axis=0) / count.sum()
    return np.asarray(curve - centre + mean)


def _of_levels(rows: Rows, target: Target, fitted: Sequence[Fitted], place: int, part: Part) -> Iterator[Effect]:
    counts = np.bincount(part.values[part.values >= 0].astype(np.int64), minlength=len(part.labels))
    levels = [int(level) for level in np.argsort(-counts, kind="stable") if counts[level] >= _FEWEST_OF_A_LEVEL]
    levels = sorted(levels[:_MOST_LEVELS]) if part.name in {"month", "weekday"} else levels[:_MOST_LEVELS]
    if len(levels) < 2:
        return
    curves = []
    for fit in fitted:
        parts = rows.parts.take(_judged(fit))
        held = [fit.predict(parts.holding(place, np.full(parts.rows, float(level)))).mean(axis=0) for level in levels]
        curves.append(np.stack(held))
    labels = [part.labels[level] for level in levels]
    yield _effect(target, part, part.name, curves, [int(counts[level]) for level in levels], labels=labels)


def _together(rows: Rows, target: Target, fitted: Sequence[Fitted], column: str) -> Iterator[Effect]:
    """The mean prediction by level of a category, or by stretch of a number, told at the middle of each stretch: of
    those that enough rows judged by hold."""
    judged = [_judged(fit) for fit in fitted]
    predicted = [fit.predict(rows.parts.take(held)) for fit, held in zip(fitted, judged, strict=True)]
    for part in rows.parts:
        if part.column.name != column:
            continue
        of = _stretches(part)
        counts = np.bincount(of[of >= 0])
        held = np.bincount(of[np.concatenate(judged)] + 1, minlength=len(counts) + 1)[1:]
        places = np.flatnonzero(held >= _FEWEST_OF_A_LEVEL)
        if part.is_category:
            places = places[np.argsort(-counts[places], kind="stable")][:_MOST_LEVELS]
        if len(places) < 2:
            continue
        at = [int(counts[place]) for place in places]
        by_fold = [
            (_sums(of[held], told, places), (of[held][:, None] == places).sum(axis=0)[:, None])
            for held, told in zip(judged, predicted, strict=True)
        ]
        pooled = sum(sums for sums, _ in by_fold) / sum(count for _, count in by_fold)
        with np.errstate(invalid="ignore"):
            curves = [np.where(count > 0, sums / np.maximum(count, 1), np.nan) for sums, count in by_fold]
        if part.is_category:
            labels = [part.labels[place] for place in places]
            yield _effect(target, part, part.name, curves, at, labels=labels, together=pooled)
        else:
            middles = [float(np.quantile(part.values[of == place], 0.5, method="inverted_cdf")) for place in places]
            values = _readable(np.asarray(middles)).tolist()
            yield _effect(target, part, part.name, curves, at, values=values, together=pooled)


def _stretches(part: Part) -> Ints:
    """Of each row the level of a category, or the stretch that a number lies in; -1 where missing."""
    if part.is_category:
        return part.values.astype(np.int64)
    known = np.isfinite(part.values)
    if not known.any():
        return np.full(len(known), -1, dtype=np.int64)
    edges = np.unique(np.quantile(part.values[known], np.arange(1, _STRETCHES) / _STRETCHES))
    return np.where(known, np.searchsorted(edges, part.values), -1).astype(np.int64)


def _sums(of: Ints, told: Floats, places: Ints) -> Floats:
    return np.stack([told[of == place].sum(axis=0) for place in places])


def _of_words(rows: Rows, target: Target, fitted: Sequence[Fitted], place: int, part: Part) -> Iterator[Effect]:
    """Of a text the words that move the prediction most."""
    found = []
    for word in telling_words(part, outcome_of(target, rows.target))[:_MOST_WORDS]:
        curves = []
        for fit in fitted:
            parts = rows.parts.take(_judged(fit))
            held = [fit.predict(parts.with_word(place, int(word), there)).mean(axis=0) for there in (False, True)]
            curves.append(np.stack(held))
        count = int(part.words[:, word].sum()) if part.words is not None else 0
        at = [rows.count - count, count]
        found.append(_effect(target, part, f'"{part.labels[word]}"', curves, at, labels=["absent", "present"]))
    yield from sorted(found, key=lambda effect: -abs(effect.points[1].predicted - effect.points[0].predicted))


def _effect(
    target: Target,
    part: Part,
    name: str,
    curves: Sequence[Floats],
    rows: Sequence[int],
    values: Sequence[float] | None = None,
    labels: Sequence[str] | None = None,
    together: Floats | None = None,
) -> Effect:
    """Of several classes that whose probability moves most is told.

    Args:
        curves: Of the models of all folds; NaN where one has no row.
        together: The curve over all of them, of a column that is told as it comes with others.
    """
    stacked = np.stack(curves)
    whole = stacked.mean(axis=0) if together is None else together
    widest = int(np.argmax(np.ptp(whole, axis=0)))
    of = target.classes.index(target.positive) if target.positive is not None else widest
    told, mean = stacked[:, :, of], whole[:, of]
    if target.classes:  # local effects add up, and may do so to a little beyond
        told, mean = np.clip(told, 0.0, 1.0), np.clip(mean, 0.0, 1.0)
    points = tuple(
        EffectPoint(
            predicted=rounded(float(mean[place])),
            low=rounded(float(np.nanmin(told[:, place]))),
            high=rounded(float(np.nanmax(told[:, place]))),
            rows=rows[place],
            value=rounded(values[place]) if values is not None else None,
            label=labels[place] if labels is not None else None,
        )
        for place in range(len(mean))
    )
    direction = "varies" if labels is not None else _direction(mean)
    return Effect(
        column=part.column.name,
        part=name,
        is_alone=together is None,
        direction=direction,
        points=points,
        of=target.classes[of] if target.classes else None,
    )


def _direction(curve: Floats) -> str:
    steps = np.diff(curve)
    way = float(np.abs(steps).sum())
    if way == 0:
        return "flat"
    net = float(curve[-1] - curve[0])
    if abs(net) >= _ONE_WAY * way:
        return "rises" if net > 0 else "falls"
    span = float(np.ptp(curve))
    if curve.max() - max(curve[0], curve[-1]) >= _TURNED * span:
        return "peaks"
    if min(curve[0], curve[-1]) - curve.min() >= _TURNED * span:
        return "dips"
    return "rises" if net > 0 else "falls"
