"""The rows behind a forecast, as later steps read them in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from voyant.analysis.forecast import results
from voyant.analysis.forecast.asked import Asked
from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.forecast.series import Series
from voyant.analysis.forecast.work import Outcome
from voyant.analysis.rounding import rounded

Row = dict[str, Any]
_ERRORS = pa.schema(
    [
        ("series", pa.int32()),
        ("method", pa.string()),
        ("chosen", pa.bool_()),
        ("forecasts", pa.int64()),
        ("mae", pa.float64()),
        ("rmse", pa.float64()),
        ("mase", pa.float64()),
        ("smape", pa.float64()),
    ]
)
_TAKEN = frozenset({"series", "label", "period", "step", "forecast", "rows", "periods", "method"})


def tables(asked: Asked, series: Sequence[Series], outcomes: Sequence[Outcome]) -> dict[str, pa.Table]:
    """By name: what is to come, the past taken apart, the series, the errors of all methods, and the checks of the
    chosen ones; ``series`` tells in each which one a row is of."""
    pairs = list(zip(series, outcomes, strict=True))
    return {
        "forecast": _ahead(asked, pairs),
        "forecast_history": _history(asked, pairs),
        "forecast_series": pa.Table.from_pylist(list(_series(asked, pairs))),
        "forecast_errors": pa.Table.from_pylist(list(_errors(pairs)), schema=_ERRORS),
        "forecast_checks": _checks(asked, pairs),
        "forecast_changes": _changes(asked, pairs),
    }


Pairs = Sequence[tuple[Series, Outcome]]


def key_columns(asked: Asked) -> list[str]:
    """What the grouping columns are called among the rows."""
    return [f"{column.name}_" if column.name in _TAKEN else column.name for column in asked.by]


def _ahead(asked: Asked, pairs: Pairs) -> pa.Table:
    starts = asked.grid.ahead(asked.horizon)
    columns: dict[str, Any] = {"series": _numbers([asked.horizon] * len(pairs))}
    for place, name in enumerate(key_columns(asked)):
        columns[name] = pa.array([one.key[place] for one, _ in pairs for _ in starts], pa.string())
    columns["period"] = pa.array(starts * len(pairs), pa.timestamp("us"))
    columns["step"] = pa.array(list(range(1, asked.horizon + 1)) * len(pairs), pa.int32())
    columns["forecast"] = _floats([outcome.given for _, outcome in pairs])
    for level in asked.levels:
        for end, name in enumerate(("low", "high")):
            columns[f"{name}_{level}"] = _floats([_end(outcome, level, end, asked.horizon) for _, outcome in pairs])
    return pa.table(columns)


def _end(outcome: Outcome, level: int, end: int, length: int) -> Floats:
    return outcome.bounds[level][end] if level in outcome.bounds else np.full(length, np.nan)


def _history(asked: Asked, pairs: Pairs) -> pa.Table:
    starts = asked.grid.starts
    return pa.table(
        {
            "series": _numbers([len(one.values) for one, _ in pairs]),
            "period": _times([starts[one.first : one.end] for one, _ in pairs]),
            "value": _floats([one.values for one, _ in pairs]),
            "trend": _floats([outcome.trend for _, outcome in pairs]),
            "season": _floats([outcome.seasonal.sum(axis=0) for _, outcome in pairs]),
            "remainder": _floats([one.values - outcome.trend - outcome.seasonal.sum(axis=0) for one, outcome in pairs]),
        }
    )


def _series(asked: Asked, pairs: Pairs) -> Iterator[Row]:
    names = key_columns(asked)
    for number, (one, outcome) in enumerate(pairs):
        lived, floor = outcome.lived, outcome.errors.get("seasonal_naive")
        shares = {carrier.part: carrier.share for carrier in results.carriers(outcome)}
        season = sum(share for part, share in shares.items() if part.startswith("season"))
        row: Row = {"series": number, "label": results.label(one)}
        row |= dict(zip(names, one.key, strict=True))
        row |= {
            "rows": one.rows,
            "periods": len(one.values),
            "first": asked.grid.starts[one.first],
            "last": asked.grid.starts[one.end - 1],
            "method": outcome.method,
            "seasons": ", ".join(str(found.length) for found in outcome.seasons),
            "trend_share": _percent(shares.get("trend")),
            "season_share": _percent(season if shares else None),
            "remainder_share": _percent(shares.get("remainder")),
            "mean_before": rounded(results.before(asked, one)),
            "mean_ahead": rounded(float(outcome.given.mean())),
            "last_value": rounded(float(one.values[-1])),
            "without_last": None if outcome.without_last is None else rounded(float(outcome.without_last.mean())),
            "change": results.change(asked, one, outcome),
            "mae": rounded(lived.absolute) if lived else None,
            "mase": rounded(lived.scaled) if lived and lived.scaled is not None else None,
            "naive_mae": rounded(floor.absolute) if floor else None,
            "checked": lived.forecasts if lived else 0,
        }
        for level in asked.levels:
            found = results.coverage([outcome], level)
            row |= {f"inside_{level}": found.share, f"of_{level}": found.values}
        yield row


def _percent(share: float | None) -> float | None:
    return None if share is None else rounded(100 * share)


def _errors(pairs: Pairs) -> Iterator[Row]:
    for number, (_, outcome) in enumerate(pairs):
        for name, error in sorted(outcome.errors.items()):
            yield {
                "series": number,
                "method": name,
                "chosen": name == outcome.method,
                "forecasts": error.forecasts,
                "mae": rounded(error.absolute),
                "rmse": rounded(error.squared),
                "mase": None if error.scaled is None else rounded(error.scaled),
                "smape": None if error.percentage is None else rounded(error.percentage),
            }


def _checks(asked: Asked, pairs: Pairs) -> pa.Table:
    starts = asked.grid.starts
    checks = [(number, one, check) for number, (one, outcome) in enumerate(pairs) for check in outcome.checks]
    lengths = [len(check.actual) for _, _, check in checks]
    columns: dict[str, Any] = {
        "series": pa.array(np.repeat([number for number, _, _ in checks], lengths).astype(np.int32)),
        "origin": _times([[starts[one.first + check.origin - 1]] * len(check.actual) for _, one, check in checks]),
        "period": _times([starts[one.first + check.origin :][: len(check.actual)] for _, one, check in checks]),
        "step": pa.array([step for length in lengths for step in range(1, length + 1)], pa.int32()),
        "actual": _floats([check.actual for _, _, check in checks]),
        "forecast": _floats([check.given for _, _, check in checks]),
    }
    for level in asked.levels:
        for end, name in enumerate(("low", "high")):
            columns[f"{name}_{level}"] = _floats(
                [
                    check.bounds[level][end] if level in check.bounds else np.full(len(check.actual), np.nan)
                    for _, _, check in checks
                ]
            )
    return pa.table(columns)


def _changes(asked: Asked, pairs: Pairs) -> pa.Table:
    found = [(number, one, change) for number, (one, outcome) in enumerate(pairs) for change in outcome.breaks]
    return pa.table(
        {
            "series": pa.array([number for number, _, _ in found], pa.int32()),
            "period": _times([[asked.grid.starts[one.first + change.at]] for _, one, change in found]),
            **{
                name: _floats([np.array([getattr(change, name)]) for _, _, change in found])
                for name in ("before", "after", "slope_before", "slope_after")
            },
        }
    )


def _numbers(lengths: Sequence[int]) -> pa.Array:
    """The number of each series, as often as it has rows."""
    return pa.array(np.repeat(np.arange(len(lengths)), lengths).astype(np.int32))


def _times(parts: Sequence[Sequence[datetime]]) -> pa.Array:
    return pa.array([start for part in parts for start in part], pa.timestamp("us"))


def _floats(parts: Sequence[Floats]) -> pa.Array:
    """To ten significant digits, as everywhere; NULL where nothing is known."""
    values = np.concatenate(parts) if parts else np.zeros(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 9 - np.floor(np.log10(np.abs(values)))
    digits = np.where(np.isfinite(digits), np.clip(digits, -290, 290), 0)
    scale = 10.0**digits
    shown = np.where(np.abs(digits) > 20, values, np.round(values * scale) / scale)
    return pa.array(shown, pa.float64(), mask=~np.isfinite(shown))
