"""What a model may not be used for, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from voyant.analysis.regression.folds import Division
from voyant.analysis.regression.rows import Rows
from voyant.analysis.regression.target import Target
from voyant.analysis.wording import count, listed, number, readable
from voyant.domain.regression import Bias, Driver, Feature, FeatureKind, Leak, Residuals, Split, Task, Validation

FEWEST_OF_A_GROUP = 30
_GROWN = 1.25
TOO_GOOD = 0.98
_MOST_NAMED = 4
_KINDS = {FeatureKind.NUMBER, FeatureKind.CLOCK}


def features_of(rows: Rows, kinds: dict[str, FeatureKind]) -> tuple[Feature, ...]:
    """The columns learned from, with the range in which something is known of each."""
    found: dict[str, Feature] = {}
    for part in rows.parts:
        name = part.column.name
        if name in found:
            continue
        kind = kinds[name]
        if part.is_category and kind is FeatureKind.CATEGORY:
            counts = np.bincount(part.values[part.values >= 0].astype(np.int64), minlength=len(part.labels))
            rare = int(((counts > 0) & (counts < FEWEST_OF_A_GROUP)).sum())
            found[name] = Feature(name=name, kind=kind, levels=int((counts > 0).sum()), rare=rare)
            continue
        known = part.values[np.isfinite(part.values)] if kind in _KINDS else part.values[:0]
        low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
        found[name] = Feature(name=name, kind=kind, low=low, high=high)
    return tuple(found.values())


def limits_of(
    target: Target,
    features: Sequence[Feature],
    validation: Validation,
    residuals: Residuals,
    drivers: Sequence[Driver],
    leaks: Sequence[Leak],
    explained: float,
    *,
    beats_baseline: bool,
) -> Iterator[str]:
    """The limits, those that bear most first."""
    name = readable(target.column.name)
    if not beats_baseline:
        naive = "the mean" if target.task is Task.NUMBER else "the shares of the classes"
        yield f"Not to be used to predict {name}: in rows that it had not seen the model does no better than {naive}."
    elif explained >= TOO_GOOD:
        first = " and ".join(readable(column) for column in drivers[0].columns[:2]) if drivers else "a column"
        yield (
            f"Before the model is used, ask how {first} comes to be known: predictions this good mostly mean that the "
            "target is already in the columns."
        )
    yield (
        f"The model is no statement of cause: the columns go with {name} in these data; to change one of them need "
        f"not change {name}."
    )
    ranges = [
        f"{readable(feature.name)} {number(feature.low)} to {number(feature.high)}"
        for feature in _by_rank(features, drivers)
        if feature.low is not None and feature.high is not None
    ]
    if ranges:
        more = f" and {len(ranges) - _MOST_NAMED} more in regression.json" if len(ranges) > _MOST_NAMED else ""
        yield f"It knows nothing beyond the values learned from: {', '.join(ranges[:_MOST_NAMED])}{more}."
    rare = [
        f"{feature.rare} of {feature.levels} values of {readable(feature.name)}" for feature in features if feature.rare
    ]
    if rare:
        yield (
            f"It has learned next to nothing of groups with fewer than {FEWEST_OF_A_GROUP} rows: "
            f"{', '.join(rare[:_MOST_NAMED])}{' and more' if len(rare) > _MOST_NAMED else ''}."
        )
    yield from _of_split(validation, residuals, name)
    if residuals.biases:
        named = listed([_group(bias) for bias in residuals.biases[:_MOST_NAMED]])
        yield f"Its predictions are off in one direction for some groups: {named}."
    if leaks:
        names = [readable(column) for leak in leaks for column in leak.columns]
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        yield f"It does without columns that give the target away: {', '.join(names[:6])}{more}."


def _by_rank(features: Sequence[Feature], drivers: Sequence[Driver]) -> list[Feature]:
    ranks = {column: driver.rank for driver in drivers for column in driver.columns}
    return sorted(features, key=lambda feature: (ranks.get(feature.name, len(ranks) + 1), feature.name))


def _of_split(validation: Validation, residuals: Residuals, name: str) -> Iterator[str]:
    if validation.split is Split.ROLLING:
        last = validation.folds[-1].until
        yield (
            f"It has to learn anew before it is used long after its last rows: it was judged on what came next after "
            f"what it had learned from, at the latest after {last[:10] if last else 'the first rows'}."
        )
        if residuals.later is not None and residuals.later >= _GROWN:
            yield (
                "It gets worse with time: the squared error of the last stretch is "
                f"{number(residuals.later)} times that of the first."
            )
    elif validation.split is Split.CROSS:
        yield (
            f"Should {name} change with time, the model may do worse on what lies ahead: rows were drawn at random, "
            "since no column says when they happened."
        )


def _group(bias: Bias) -> str:
    return f"{readable(bias.column)} {bias.value}"


def remarks_of(rows: Rows, target: Target, division: Division) -> Iterator[str]:
    """What was sampled, left out or done without, in sentences."""
    yield from target.notes
    if rows.is_sampled:
        yield (
            f"Learned from and judged on {count(rows.count)} of {count(rows.of)} rows with a target, chosen by a hash "
            "of their numbers."
        )
    for column, lost in rows.infinite.items():
        yield f"{count(lost)} values of {column} that are no finite number were taken as missing."
    yield from _without_prediction(rows, division)


def _without_prediction(rows: Rows, division: Division) -> Iterator[str]:
    """Why rows of the sample are not among those judged by."""
    is_rolling = division.split is Split.ROLLING
    used = len(division.used)
    if outside := rows.count - used:
        lack = "a time" if is_rolling else "a value that tells whom they are about"
        yield f"{count(outside)} rows without {lack} were left out, and have no row in regression.parquet."
    if only := used - len(division.judged):
        yield (
            f"The earliest {count(only)} rows were only learned from, and have no row in regression.parquet: none "
            "came before them that could predict them."
        )
