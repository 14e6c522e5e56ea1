"""Forecasts of a competition's series, as one job for each kind of period, and those of other methods beside them.

Arguments: the gzipped CSV, as ``benchmarks.forecasting`` describes it; where the figures are written, as JSON.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant.analysis.forecast import forecast
from voyant.analysis.profile import profile
from voyant.domain.forecast import ForecastRequest
from voyant.domain.kpi import Grain
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable

Floats = NDArray[np.float64]
SEASONS = {"YEARLY": 1, "QUARTERLY": 4, "MONTHLY": 12}
GRAINS = {"YEARLY": Grain.YEAR, "QUARTERLY": Grain.QUARTER, "MONTHLY": Grain.MONTH}
_START = 1900


def main() -> None:
    figures = {period: _measured(period, given) for period, given in read(Path(sys.argv[1])).items()}
    Path(sys.argv[2]).write_text(json.dumps(figures))


def read(path: Path) -> dict[str, dict[str, tuple[Floats, Floats]]]:
    """Past and future of each series, by period and name."""
    values: dict[tuple[str, str, str], list[tuple[int, float]]] = defaultdict(list)
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            values[row["period"], row["series"], row["part"]].append((int(row["t"]), float(row["value"])))
    found: dict[str, dict[str, tuple[Floats, Floats]]] = defaultdict(dict)
    for period, series, _ in values:
        past, future = (
            np.array([value for _, value in sorted(values[period, series, part])]) for part in ("train", "test")
        )
        found[period][series] = past, future
    return dict(found)


def _measured(period: str, given: dict[str, tuple[Floats, Floats]]) -> dict[str, Any]:
    names = sorted(given)
    horizon = len(given[names[0]][1])
    started = time.perf_counter()
    ours, bounds = _ours(period, {name: given[name][0] for name in names}, horizon)
    seconds = time.perf_counter() - started
    theirs = {
        "AutoETS": {name: _theirs("AutoETS", period, given[name][0], horizon) for name in names},
        "AutoTheta": {name: _theirs("AutoTheta", period, given[name][0], horizon) for name in names},
        "SeasonalNaive": {name: _theirs("SeasonalNaive", period, given[name][0], horizon) for name in names},
    }
    return {
        "series": len(names),
        "seconds": seconds,
        "errors": {
            method: [_errors(period, *given[name], made[name]) for name in names]
            for method, made in {"voyant": ours, **theirs}.items()
        },
        "inside": {
            level: [float(np.mean((given[name][1] >= low[name]) & (given[name][1] <= high[name]))) for name in names]
            for level, (low, high) in bounds.items()
        },
    }


def _ours(
    period: str, pasts: dict[str, Floats], horizon: int
) -> tuple[dict[str, Floats], dict[int, tuple[dict[str, Floats], dict[str, Floats]]]]:
    """The forecast and its bounds, from one table of all series that end in the same period."""
    grain = GRAINS[period]
    latest = max(map(len, pasts.values()))
    with Engine() as engine:
        engine.execute("CREATE TABLE series (name VARCHAR, period DATE, value DOUBLE)")
        months = {Grain.YEAR: 12, Grain.QUARTER: 3, Grain.MONTH: 1}[grain]
        rows = [
            (name, _date(months * (latest - len(past) + place)), float(value))
            for name, past in pasts.items()
            for place, value in enumerate(past)
        ]
        engine.connection.executemany("INSERT INTO series VALUES (?, ?, ?)", rows)
        table = EngineTable(engine, Dataset(name="series", rows=len(rows), columns=COLUMNS))
        request = ForecastRequest(value="value", by=("name",), grain=grain, horizon=horizon, levels=(80, 95))
        answer = forecast(table, profile(table), request, "period", progress=lambda _: None)
        made = answer.rows["forecast"].to_pydict()  # type: ignore[union-attr]
    columns: dict[str, dict[str, Floats]] = {}
    for column in ("forecast", "low_80", "high_80", "low_95", "high_95"):
        by_name: dict[str, list[float]] = defaultdict(list)
        for name, value in zip(made["name"], made[column], strict=True):
            by_name[name].append(np.nan if value is None else value)
        columns[column] = {name: np.array(values) for name, values in by_name.items()}
    return columns["forecast"], {level: (columns[f"low_{level}"], columns[f"high_{level}"]) for level in (80, 95)}


def _date(months: int) -> str:
    return f"{_START + months // 12}-{months % 12 + 1:02}-01"


def _column(name: str, engine_type: str, kind: ColumnType, role: Role, aggregation: Aggregation | None) -> Column:
    return Column(
        name=name,
        original_name=name,
        type=kind,
        engine_type=engine_type,
        role=role,
        role_confidence=1.0,
        role_reason="given",
        aggregation=aggregation,
    )


COLUMNS = (
    _column("name", "VARCHAR", ColumnType.TEXT, Role.DIMENSION, None),
    _column("period", "DATE", ColumnType.DATE, Role.TIME, None),
    _column("value", "DOUBLE", ColumnType.FLOAT, Role.MEASURE, Aggregation.MEAN),
)


def _theirs(method: str, period: str, past: Floats, horizon: int) -> Floats:
    from statsforecast import models

    season = SEASONS[period]
    model = getattr(models, method)(season_length=season)
    return np.asarray(model.forecast(past, horizon)["mean"], dtype=np.float64)


def _errors(period: str, past: Floats, future: Floats, made: Floats) -> tuple[float, float | None]:
    """sMAPE and MASE, scaled by the seasonal naive error within the past."""
    season = SEASONS[period]
    sizes = np.abs(future) + np.abs(made)
    smape = float(np.mean(np.divide(200 * np.abs(future - made), sizes, out=np.zeros_like(sizes), where=sizes > 0)))
    changes = np.abs(past[season:] - past[:-season])
    scale = float(changes.mean()) if len(changes) else 0.0
    return smape, float(np.mean(np.abs(future - made))) / scale if scale > 0 else None


if __name__ == "__main__":
    main()
