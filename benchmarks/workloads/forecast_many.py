"""A year of forecasts for a thousand monthly series of six years, made in the engine: trend, season, noise."""

from __future__ import annotations

from benchmarks.workloads.forecast_m1 import COLUMNS
from voyant.analysis.forecast import forecast
from voyant.analysis.profile import profile
from voyant.domain.forecast import ForecastRequest
from voyant.domain.table import Dataset
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable

_SERIES, _MONTHS = 1_000, 72
_MADE = f"""
CREATE TABLE series AS
SELECT 's' || s AS name, CAST(DATE '2018-01-01' + to_months(CAST(t AS INTEGER)) AS DATE) AS period,
  100 + (s % 7 - 3) * 0.2 * t + (s % 20) * sin(2 * pi() * (t + s % 12) / 12)
  + ((hash(s * 1000 + t) % 1000) / 1000.0 - 0.5) * (4 + s % 10) AS value
FROM range({_SERIES}) AS series(s), range({_MONTHS}) AS months(t)
"""


def main() -> None:
    with Engine() as engine:
        engine.execute(_MADE)
        table = EngineTable(engine, Dataset(name="series", rows=_SERIES * _MONTHS, columns=COLUMNS))
        request = ForecastRequest(value="value", by=("name",), horizon=12)
        found = forecast(table, profile(table), request, "period", progress=lambda _: None).result
    print(found.series_total)


if __name__ == "__main__":
    main()
