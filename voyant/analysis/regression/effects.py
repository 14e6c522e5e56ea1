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
    from all rows; categories and words by partial dependence (Friedman 2001). Of columns that go together the first is
    told, by the mean prediction of the rows that hold its values, with whatever the others hold there.
    """
    for driver in drivers[:MOST_DRIVERS]:
        for place, part in enumerate(rows.parts):
            if part.column.name != driver.columns[0]:
                continue
            if len(driver.columns) > 1:
                yield from _together(rows, target, fitted, part)
            elif part.is_category:
                yield from _of_levels(rows, target, fitted, place, part)
            else:
                yield from _of_numbers(rows, target, fitted, place, part)
            if part.words is not None and len(driver.columns) == 1:
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
    reach = float(np.ptp(edges))
    if reach > 0:
        digits = 2 - int(np.floor(np.log10(reach)))
        edges = np.unique(np.clip(np.round(edges, digits), known.min(), known.max()))
    return edges


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


def _together(rows: Rows, target: Target, fitted: Sequence[Fitted], part: Part) -> Iterator[Effect]:
    """The mean prediction by level of a category, or by stretch of a number, told at the middle of each stretch."""
    known = part.values[part.values >= 0] if part.is_category else part.values[np.isfinite(part.values)]
    if part.is_category:
        counts = np.bincount(known.astype(np.int64), minlength=len(part.labels))
        places = [int(level) for level in np.argsort(-counts, kind="stable") if counts[level] >= _FEWEST_OF_A_LEVEL]
        places, of = places[:_MOST_LEVELS], part.values.astype(np.int64)
    else:
        edges = np.unique(np.quantile(known, np.arange(1, _STRETCHES) / _STRETCHES)) if len(known) else known
        of = np.where(np.isfinite(part.values), np.searchsorted(edges, part.values), -1)
        counts = np.bincount(of[of >= 0], minlength=len(edges) + 1)
        places = [int(stretch) for stretch in np.flatnonzero(counts >= _FEWEST_OF_A_LEVEL)]
    curves = []
    for fit in fitted:
        judged = _judged(fit)
        predicted, here = fit.predict(rows.parts.take(judged)), of[judged]
        if all((here == each).any() for each in places):
            curves.append(np.stack([predicted[here == each].mean(axis=0) for each in places]))
    if len(places) < 2 or not curves:
        return
    at = [int(counts[each]) for each in places]
    if part.is_category:
        labels = [part.labels[each] for each in places]
        yield _effect(target, part, part.name, curves, at, labels=labels, is_alone=False)
        return
    middles = [float(np.quantile(part.values[of == each], 0.5, method="inverted_cdf")) for each in places]
    yield _effect(target, part, part.name, curves, at, values=middles, is_alone=False)


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
    is_alone: bool = True,
) -> Effect:
    """Of several classes that whose probability moves most is told."""
    stacked = np.stack(curves)
    if target.positive is not None:
        of = target.classes.index(target.positive)
    else:
        of = int(np.argmax(np.ptp(stacked.mean(axis=0), axis=0)))
    told = stacked[:, :, of]
    if target.classes:
        told = np.clip(told, 0.0, 1.0)  # local effects add up, and may do so to a little beyond
    mean = told.mean(axis=0)
    points = tuple(
        EffectPoint(
            predicted=rounded(float(mean[place])),
            low=rounded(float(told[:, place].min())),
            high=rounded(float(told[:, place].max())),
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
        is_alone=is_alone,
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
