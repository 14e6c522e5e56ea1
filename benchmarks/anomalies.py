"""How well odd rows are ranked: labelled tables against the isolation forest alone.

The tables are some of ADBench (Han et al. 2022), ``NAME.npz`` with the rows ``X`` and the labels ``y``; they stand in
``../shared/data/anomaly/adbench``, or where ``VOYANT_BENCHMARK_ADBENCH`` says. Each is analysed as a user's file is,
and the labels are compared with the scores afterwards. Nothing in Voyant is tuned to these tables.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure

FOLDER = Path(os.environ.get("VOYANT_BENCHMARK_ADBENCH", "../shared/data/anomaly/adbench"))
LEAST_GAIN = 0.02
_SEEDS = 5
"""Of the forest it is compared with, whose mean counts: one seed alone may be lucky."""


@dataclass(frozen=True, slots=True)
class _Measured:
    table: str
    ours: tuple[float, float]
    forest: tuple[float, float]


def anomalies() -> Iterator[Figure]:
    """Area under the ROC curve, and average precision, of the scores of odd rows."""
    with tempfile.TemporaryDirectory(prefix="voyant-benchmark-") as home:
        os.environ["VOYANT_HOME"] = home
        measured = [_measured(path, Path(home)) for path in sorted(FOLDER.glob("*.npz"))]
    if not measured:
        raise RuntimeError(f"No tables in {FOLDER.resolve()}: name their folder in VOYANT_BENCHMARK_ADBENCH.")
    ours, forest = (_mean(each[0] for each in figures) for figures in _sides(measured))
    precision = [_mean(each[1] for each in figures) for figures in _sides(measured)]
    yield Figure(
        what=f"odd rows, area under the ROC curve, mean of {len(measured)} tables: the isolation forest's, less ours",
        measured=f"{forest:.4f} against {ours:.4f}; average precision {precision[1]:.4f} against {precision[0]:.4f}",
        value=forest - ours,
        bar=-LEAST_GAIN,
        detail=f"ours/forest's, average precision in brackets: {_by_table(measured)}",
    )


def _measured(path: Path, home: Path) -> _Measured:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sklearn.ensemble import IsolationForest

    import voyant

    held = np.load(path)
    rows, labels = held["X"].astype(float), held["y"]
    name = path.stem.partition("_")[2]
    source = home / f"{name}.parquet"
    pq.write_table(pa.table({f"x{place}": column for place, column in enumerate(rows.T)}), source)
    voyant.anomaly(source, scope="rows", out=home / name)
    scored = pq.read_table(home / name / "anomaly.parquet").sort_by("row_number")
    ours = _figures(labels, scored.column("score").to_numpy())
    forests = [
        _figures(labels, -IsolationForest(random_state=seed).fit(rows).score_samples(rows)) for seed in range(_SEEDS)
    ]
    return _Measured(name, ours, (_mean(each[0] for each in forests), _mean(each[1] for each in forests)))


def _figures(labels: Any, scores: Any) -> tuple[float, float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    return float(roc_auc_score(labels, scores)), float(average_precision_score(labels, scores))


def _mean(values: Iterator[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _sides(measured: list[_Measured]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    return [each.ours for each in measured], [each.forest for each in measured]


def _by_table(measured: list[_Measured]) -> str:
    return ", ".join(
        f"{each.table} {each.ours[0]:.3f}/{each.forest[0]:.3f} ({each.ours[1]:.3f}/{each.forest[1]:.3f})"
        for each in measured
    )
