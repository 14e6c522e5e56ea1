"""Forecasts against those of the methods that they are made of, on the 1,001 series of the M1 competition.

The file at ``M1`` has ``series, period, type, part, t, value``; part is ``train`` or ``test``
(Makridakis et al. 1982). Methods and intervals were settled on made series and on others: nothing here was tuned to.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.measuring import Figure, run, workload

M1 = Path("../shared/data/forecasting/m1.csv.gz")
_OTHERS = ("AutoETS", "AutoTheta", "SeasonalNaive")
_MEASURES = {"sMAPE": 0, "MASE": 1}


def forecasting() -> Iterator[Figure]:
    """Errors and coverage on M1, where it is there, and the time of a thousand series."""
    if M1.exists():
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "figures.json"
            run(workload("forecast_m1", M1, found))
            figures: dict[str, Any] = json.loads(found.read_text())
        yield from _errors(figures)
        yield from _coverage(figures)
    many = run(workload("forecast_many"))
    yield Figure(
        what="1,000 monthly series of 72 values, a year ahead",
        measured=f"{many.seconds:.0f} s, {many.peak:.0f} MiB in the largest process",
        value=many.seconds,
        bar=60,
    )


def _errors(figures: Mapping[str, Any]) -> Iterator[Figure]:
    for measure, place in _MEASURES.items():
        ours = _mean(figures, "voyant", place)
        for other in _OTHERS:
            theirs = _mean(figures, other, place)
            periods = "; ".join(
                f"{period.lower()} {_mean({period: one}, 'voyant', place):.2f} against "
                f"{_mean({period: one}, other, place):.2f}"
                for period, one in figures.items()
            )
            yield Figure(
                what=f"M1, {measure} against {other}",
                measured=f"{ours:.2f} against {theirs:.2f}",
                value=ours / theirs,
                bar=1,
                detail=periods,
            )


def _mean(figures: Mapping[str, Any], method: str, place: int) -> float:
    """Over all series; those that never change have no MASE."""
    values: Sequence[float | None] = [errors[place] for one in figures.values() for errors in one["errors"][method]]
    return fmean(value for value in values if value is not None)


def _coverage(figures: Mapping[str, Any]) -> Iterator[Figure]:
    for level in (80, 95):
        share = 100 * fmean(inside for one in figures.values() for inside in one["inside"][str(level)])
        periods = "; ".join(
            f"{period.lower()} {100 * fmean(one['inside'][str(level)]):.1f} %" for period, one in figures.items()
        )
        yield Figure(
            what=f"M1, values within the {level} % interval, points from {level}",
            measured=f"{share:.1f} %",
            value=abs(share - level),
            bar=4,
            detail=periods,
        )
