"""The rows behind the result, which sentences are told from: predictions, scores, drivers, effects, leaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.calibration import fold_of_rows
from voyant.analysis.regression.folds import Division
from voyant.analysis.regression.target import Target
from voyant.domain.regression import Regression, Task

if TYPE_CHECKING:
    import pyarrow

_DIGITS = 10


class Judged(Struct, frozen=True):
    """What was predicted of each row that was judged by."""

    numbers: Ints
    actual: Floats
    predicted: Floats
    naive: Floats
    low: Floats | None
    high: Floats | None
    moments: Floats | None


def records_of(target: Target, division: Division, judged: Judged, result: Regression) -> dict[str, pyarrow.Table]:
    """The tables by name; ``regression`` has a row for each that was judged by, in the order of their numbers."""
    import pyarrow as pa

    tables = {"regression": _predictions(target, division, judged)}
    for name, (rows, schema) in {
        "scores": (_scores(result), _SCORES),
        "drivers": (_drivers(result), _DRIVERS),
        "effects": (_effects(result), _EFFECTS),
        "leaks": (_leaks(result), _LEAKS),
        "biases": (_biases(result), _BIASES),
        "calibration": (_calibration(result), _CALIBRATION),
    }.items():
        held = list(rows)
        if held:
            columns = {column: [row[column] for row in held] for column in schema}
            fields = [(column, getattr(pa, kind)()) for column, kind in schema.items()]
            tables[f"regression_{name}"] = pa.table(columns, schema=pa.schema(fields))
    return tables


def _predictions(target: Target, division: Division, judged: Judged) -> pyarrow.Table:
    import pyarrow as pa

    order = np.argsort(judged.numbers, kind="stable")
    columns: dict[str, Any] = {
        "row": pa.array(judged.numbers[order], pa.int64()),
        "fold": pa.array(fold_of_rows(division)[order] + 1, pa.int32()),
    }
    if judged.moments is not None:
        seconds = judged.moments[order]
        known = np.isfinite(seconds)
        whole = np.where(known, np.floor(seconds), 0).astype(np.int64)
        columns["at"] = pa.array(whole, pa.int64(), mask=~known).cast(pa.timestamp("s"))
    if target.task is Task.NUMBER:
        columns |= {
            "actual": _floats(judged.actual[order]),
            "predicted": _floats(judged.predicted[order, 0]),
            "naive": _floats(judged.naive[order, 0]),
        }
        if judged.low is not None and judged.high is not None:
            columns |= {"low": _floats(judged.low[order]), "high": _floats(judged.high[order])}
        return pa.table(columns)
    names = np.asarray(target.classes, dtype=object)
    actual, best = judged.actual[order].astype(np.int64), judged.predicted[order].argmax(axis=1)
    rows = np.arange(len(order))
    columns |= {
        "actual": pa.array(names[actual], pa.string()),
        "predicted": pa.array(names[best], pa.string()),
        "naive": pa.array(names[judged.naive[order].argmax(axis=1)], pa.string()),
        "is_right": pa.array(actual == best, pa.bool_()),
    }
    told = best if target.positive is None else np.full(len(order), target.classes.index(target.positive))
    hits = np.eye(len(names))[actual]
    columns |= {
        "probability": _floats(judged.predicted[order][rows, told]),
        "came_true": pa.array(actual == told, pa.bool_()),
        "brier": _floats(((judged.predicted[order] - hits) ** 2).sum(axis=1)),
        "naive_brier": _floats(((judged.naive[order] - hits) ** 2).sum(axis=1)),
    }
    return pa.table(columns)


def _floats(values: Floats) -> pyarrow.Array:
    """To so many significant digits: sums differ beyond them from machine to machine."""
    import pyarrow as pa

    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    with np.errstate(divide="ignore"):
        places = np.where(filled == 0, 0, np.floor(np.log10(np.abs(np.where(filled == 0, 1, filled)))))
    factor = 10.0 ** (_DIGITS - 1 - places)
    return pa.array(np.round(filled * factor) / factor, pa.float64(), mask=~known)


_SCORES = {"model": "string", "measure": "string", "value": "float64", "low": "float64", "high": "float64"}
_DRIVERS = {
    **{"rank": "int32", "columns": "string", "is_needed": "bool_"},
    **{"importance": "float64", "low": "float64", "high": "float64", "before": "float64", "after": "float64"},
}
_EFFECTS = {
    **{"column_name": "string", "part": "string", "place": "int32", "value": "float64", "label": "string"},
    **{"predicted": "float64", "low": "float64", "high": "float64", "rows": "int64"},
}
_LEAKS = {"place": "int32", "kind": "string", "column_name": "string", "score": "float64"}
_BIASES = {
    **{"place": "int32", "column_name": "string", "value": "string", "rows": "int64"},
    **{"error": "float64", "elsewhere": "float64"},
}
_CALIBRATION = {"place": "int32", "predicted": "float64", "came_true": "float64", "rows": "int64"}


def _scores(result: Regression) -> Iterator[dict[str, Any]]:
    for score in result.scores:
        yield {name: getattr(score, name) for name in _SCORES}
    if (held := result.intervals) is not None and held.coverage is not None:
        yield _measured(result.chosen, "coverage", held.coverage)
        yield _measured(result.chosen, "interval_level", held.level)
        yield _measured(result.chosen, "interval_width", held.width)
    if result.calibration is not None:
        yield _measured(result.chosen, "calibration_error", result.calibration.error)
        yield _measured(result.chosen, "calibration_error_by_chance", result.calibration.by_chance)
    for name in ("spread", "autocorrelation", "later"):
        if (found := getattr(result.residuals, name)) is not None:
            yield _measured(result.chosen, name, found)


def _measured(model: str, measure: str, value: float) -> dict[str, Any]:
    return {"model": model, "measure": measure, "value": value, "low": None, "high": None}


def _drivers(result: Regression) -> Iterator[dict[str, Any]]:
    for driver in result.drivers:
        told = {"columns": ", ".join(driver.columns), "is_needed": driver.rank <= result.needed}
        yield {name: getattr(driver, name, None) for name in _DRIVERS} | told


def _effects(result: Regression) -> Iterator[dict[str, Any]]:
    for effect in result.effects:
        for place, point in enumerate(effect.points, start=1):
            told = {name: getattr(point, name) for name in ("predicted", "low", "high", "rows", "value", "label")}
            yield told | {"column_name": effect.column, "part": effect.part, "place": place}


def _leaks(result: Regression) -> Iterator[dict[str, Any]]:
    for place, leak in enumerate(result.leaks):
        for column in leak.columns:
            yield {"place": place, "kind": leak.kind.value, "column_name": column, "score": leak.score}


def _biases(result: Regression) -> Iterator[dict[str, Any]]:
    for place, bias in enumerate(result.residuals.biases):
        yield {name: getattr(bias, name, None) for name in _BIASES} | {"place": place, "column_name": bias.column}


def _calibration(result: Regression) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(result.calibration.bins if result.calibration else (), start=1):
        yield {name: getattr(each, name, None) for name in _CALIBRATION} | {"place": place}
