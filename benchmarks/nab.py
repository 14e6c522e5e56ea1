"""The Numenta Anomaly Benchmark: detectors scored as its own code does (Lavin and Ahmad 2015; numenta/NAB, MIT).

Each labelled window counts once, by how early in it the first alarm comes; an alarm outside costs 0.11, less shortly
after a window; a window without an alarm costs 1. The first 15 % of a file, of at most 5,000 rows, are not scored. One
threshold for all files is the one that scores best, as NAB's optimizer has it; the score is 0 for a detector that never
alarms and 100 for a perfect one. The files are read from ``../shared/data/anomaly/nab``, or where
``VOYANT_BENCHMARK_NAB`` says.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import numpy as np

from benchmarks.measuring import Figure
from voyant.analysis.anomaly.series import odd_stretches
from voyant.analysis.anomaly.series.grid import Grid, grid_of
from voyant.analysis.anomaly.series.live import alarms, distances
from voyant.analysis.anomaly.series.reading import read
from voyant.analysis.anomaly.series.sources import values_of
from voyant.analysis.anomaly.series.tails import Floats
from voyant.analysis.profile import profile
from voyant.analysis.time_columns import TimeAxis
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable

FOLDER = Path(os.environ.get("VOYANT_BENCHMARK_NAB", "../shared/data/anomaly/nab"))
_CLEAN = "artificialNoAnomaly/"
_FALSE_ALARM = 0.11
_PROBATION, _LONGEST = 0.15, 5000
_FULL_COST = 3.0
"""Widths of a window: farther behind it an alarm costs in full."""
_WINDOW_OF_GAUSSIAN = 6400


@dataclass(frozen=True, slots=True)
class File:
    """One series and its labelled windows, each by the row that it begins and the one that it ends with."""

    name: str
    path: Path
    times: list[datetime]
    values: Floats
    windows: list[tuple[int, int]]

    @property
    def probation(self) -> int:
        """Rows that are not scored."""
        return int(min(math.floor(_PROBATION * len(self.times)), _PROBATION * _LONGEST))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that counts: its score, what an alarm at it earns, the window that it is in."""

    score: float
    earns: float
    window: tuple[str, int] | None


def files() -> list[File]:
    """All files that the labels name."""
    labels = json.loads((FOLDER / "windows.json").read_text())
    found = []
    for name, windows in sorted(labels.items()):
        with (FOLDER / name).open() as file:
            rows = list(csv.DictReader(file))
        times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
        places = [tuple(times.index(datetime.fromisoformat(edge)) for edge in window) for window in windows]
        values = np.array([float(row["value"]) for row in rows])
        found.append(File(name, FOLDER / name, times, values, [(first, last) for first, last in places]))
    return found


def standard_score(scores: Mapping[str, Floats], of: Sequence[File]) -> tuple[float, float]:
    """NAB's score in the standard profile, and the threshold that gives it.

    Args:
        scores: For each file one of each row, higher where it is odder.
    """
    rows = sorted(
        (row for file in of for row in _rows(file, scores[file.name])), key=lambda row: row.score, reverse=True
    )
    windows = sum(len(file.windows) for file in of)
    earned = {row.window: -1.0 for row in rows if row.window is not None}
    total = best = -float(len(earned))
    threshold = math.inf
    for score, alike in groupby(rows, key=lambda row: row.score):
        for row in alike:
            if row.window is None:
                total += row.earns
            else:
                more = max(earned[row.window], row.earns)
                total += more - earned[row.window]
                earned[row.window] = more
        if total > best:
            best, threshold = total, score
    # A detector that never alarms has -1 for each window, a perfect one 1.
    return 100 * (best + windows) / (2 * windows), threshold


def _rows(file: File, scores: Floats) -> Iterator[_Row]:
    before: tuple[int, int] | None = None
    windows = list(file.windows)
    for place, score in enumerate(scores.tolist()):
        window = next((each for each in windows if each[0] <= place <= each[1]), None)
        if window is not None:
            width = window[1] - window[0] + 1
            earns = _sigmoid(-(window[1] - place + 1) / width) / _sigmoid(-1.0)
            before = window
        elif before is None:
            earns = -_FALSE_ALARM
        else:
            earns = _FALSE_ALARM * _sigmoid((place - before[1]) / (before[1] - before[0]))
        if place >= file.probation:
            yield _Row(score, earns, None if window is None else (file.name, window[0]))


def _sigmoid(position: float) -> float:
    """1 at the far left of a window, 0 at its right edge, -1 far behind it."""
    return -1.0 if position > _FULL_COST else 2 / (1 + math.exp(5 * position)) - 1


def windowed_gaussian(file: File) -> Floats:
    """NAB's own baseline of that name: the tail of a normal distribution fitted to the last 6,400 values."""
    scores = np.zeros(len(file.values))
    for place in range(1, len(file.values)):
        known = file.values[max(0, place - _WINDOW_OF_GAUSSIAN) : place]
        spread = float(known.std()) or 1e-6
        scores[place] = 1 - 0.5 * math.erfc(abs(file.values[place] - known.mean()) / spread / math.sqrt(2))
    return scores


def live_scores(file: File) -> Floats:
    """Voyant's alarms as the series comes: each row judged by those before it, none but the first of its kind."""
    table = _table(file)
    grid = _grid(table)
    values = values_of(table.dataset, profile(table), AnomalyRequest(value="value"), (), events=False)
    [series] = read(table, grid, (), values).series
    far = distances(series.values, grid.cycles())
    far = np.where(alarms(far), far, 0.0)
    places = np.array([grid.place(at) if grid.grain else _bucket(grid, at) for at in file.times])
    # A point that several rows make is known with the last of them.
    last = np.append(places[1:] != places[:-1], True)
    return np.where(last, far[np.clip(places - series.first, 0, len(far) - 1)], 0.0)


def whole_scores(file: File) -> Floats:
    """Voyant's stretches, found in the whole series: the distance of each at its first row."""
    answer = odd_stretches(table := _table(file), profile(table), AnomalyRequest(value="value"), None)
    scores = np.zeros(len(file.values))
    for series in answer.result.series:
        for stretch in series.stretches:
            place = next(row for row, at in enumerate(file.times) if at >= datetime.fromisoformat(stretch.start))
            scores[place] = max(scores[place], abs(stretch.score or stretch.points))
    return scores


def nab() -> Iterator[Figure]:
    """Alarms as the series comes against NAB's windowed Gaussian; stretches found afterwards; false alarms."""
    of = files()
    gaussian, _ = standard_score({file.name: windowed_gaussian(file) for file in of}, of)
    live, threshold = standard_score({file.name: live_scores(file) for file in of}, of)
    yield Figure(
        what=f"NAB, standard profile, {len(of)} files, alarms as rows come: points short of the perfect detector's 100",
        measured=f"{100 - live:.1f}, score {live:.1f} at {threshold:.1f} deviations; windowed Gaussian {gaussian:.1f}",
        value=100 - live,
        bar=100 - gaussian,
    )
    found = {file.name: whole_scores(file) for file in of}
    whole, _ = standard_score(found, of)
    hit = sum(bool(found[file.name][first : last + 1].any()) for file in of for first, last in file.windows)
    outside = sum(int(np.count_nonzero(found[file.name])) for file in of) - sum(
        int(np.count_nonzero(found[file.name][first : last + 1])) for file in of for first, last in file.windows
    )
    windows = sum(len(file.windows) for file in of)
    yield Figure(
        what=f"NAB, windows without a stretch found in the whole series, of {windows}",
        measured=f"{windows - hit}; {outside} stretches begin outside of them; score {whole:.1f}",
        value=windows - hit,
        bar=windows,
    )
    clean = sum(int(np.count_nonzero(found[file.name])) for file in of if file.name.startswith(_CLEAN))
    yield Figure(what="NAB, stretches found in artificialNoAnomaly", measured=f"{clean}", value=clean, bar=0)


def _table(file: File) -> EngineTable:
    engine = Engine()
    engine.execute(
        "CREATE TABLE file AS SELECT CAST(timestamp AS TIMESTAMP) AS timestamp, CAST(value AS DOUBLE) AS value "
        f"FROM read_csv('{file.path}')"
    )
    columns = (
        _column("timestamp", ColumnType.TIMESTAMP, "TIMESTAMP", Role.TIME),
        _column("value", ColumnType.FLOAT, "DOUBLE", Role.MEASURE, Aggregation.MEAN),
    )
    return EngineTable(engine, Dataset(name="file", rows=len(file.times), columns=columns))


def _column(
    name: str, kind: ColumnType, engine_type: str, role: Role, aggregation: Aggregation | None = None
) -> Column:
    return Column(
        name=name,
        original_name=name,
        type=kind,
        engine_type=engine_type,
        role=role,
        role_confidence=1.0,
        role_reason="as NAB has it",
        aggregation=aggregation,
    )


def _grid(table: EngineTable) -> Grid:
    grid = grid_of(table, TimeAxis(table.dataset.column("timestamp")), (), None)
    if grid is None:
        raise RuntimeError("no two rows differ in time")
    return grid


def _bucket(grid: Grid, at: datetime) -> int:
    return int((at - grid.origin).total_seconds() // (grid.seconds or 1.0))
