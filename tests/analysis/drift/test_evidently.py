"""The usual verdict of every column is Evidently's, computed by Evidently in an environment of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.analysis.drift.car_loan import car_loan
from tests.analysis.drift.tables import Columns, drift
from tests.fixtures.evidently import evidently_python, run
from voyant.domain.drift import ColumnDrift, Verdict
from voyant.domain.table import Role

pytestmark = pytest.mark.slow

_PEER = Path(__file__).parent / "evidently_verdicts.py"
_METHODS = {
    "Wasserstein distance (normed)": "wasserstein_normed",
    "Jensen-Shannon distance": "jensen_shannon",
    "K-S p_value": "ks",
    "chi-square p_value": "chi_square",
    "Z-test p_value": "chi_square",
    "Absolute text content drift": "terms",
}
Peer = Callable[[Path], dict[str, Any]]


@pytest.fixture(scope="session")
def evidently(request: pytest.FixtureRequest) -> Peer:
    """Evidently over a folder with both sides."""
    assert request.config.cache is not None
    python = evidently_python(request.config.cache)

    def compared(sides: Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run(python, _PEER, sides).splitlines()[-1])
        return found

    return compared


def _made(seed: int, before: int, after: int) -> tuple[Columns, Columns]:
    """Columns of many kinds, some changed much, some a little, some not at all."""
    random = np.random.default_rng(seed)

    def side(rows: int, moved: float) -> dict[str, Any]:
        return {
            "same": random.normal(size=rows),
            "a_little": random.normal(0.08 * moved, 1, rows),
            "shifted": random.normal(0.3 * moved, 1, rows),
            "wider": random.normal(0, 1 + moved, rows),
            "skewed": random.lognormal(0.2 * moved, 1.5, rows),
            "tiny": random.normal(0.5 * moved, 1, rows) * 1e-5,
            "gaps": np.where(random.random(rows) < 0.2, np.nan, random.normal(0.5 * moved, 1, rows)),
            "constant": np.full(rows, 4.25),
            "whole": random.poisson(30 + 2 * moved, rows),
            "few_whole": random.integers(0, 6, rows),
            "few_floats": random.choice([0.5, 1.5, 2.5], rows, p=[0.5 - 0.2 * moved, 0.3, 0.2 + 0.2 * moved]),
            "flag": random.random(rows) < 0.3 + 0.03 * moved,
            "two": random.choice(["yes", "no"], rows, p=[0.5 + 0.2 * moved, 0.5 - 0.2 * moved]),
            "three": random.choice(list("abc"), rows),
            "many": random.choice([f"v{number}" for number in range(60)], rows),
            "new": random.choice(["a", "b", "c"] if moved else ["a", "b"], rows),
        }

    return side(before, 0.0), side(after, 1.0)


@pytest.mark.parametrize(
    ("seed", "before", "after"),
    [(1, 300, 200), (2, 1000, 1000), (3, 1001, 1001), (4, 1000, 5000), (5, 3000, 100), (6, 30_000, 25_000)],
)
def test_usual_verdicts_are_evidentlys(seed: int, before: int, after: int, evidently: Peer, tmp_path: Path) -> None:
    _agree(*_made(seed, before, after), evidently, tmp_path)


def test_usual_verdicts_on_the_car_loans_are_evidentlys(evidently: Peer, tmp_path: Path) -> None:
    _agree(car_loan("reference"), car_loan("second_half"), evidently, tmp_path)


def test_prose_is_judged_as_evidently_does(evidently: Peer, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    words = [f"word{number}" for number in range(300)]

    def prose(rows: int, extra: list[str]) -> list[str]:
        return [" ".join(random.choice([*words, *extra * 20], 12)) for _ in range(rows)]

    before = {"same": prose(1500, []), "other": prose(1500, [])}
    after = {"same": prose(1500, []), "other": prose(1500, ["headset"])}
    _agree(before, after, evidently, tmp_path, roles={"same": Role.TEXT, "other": Role.TEXT})


def _agree(before: Columns, after: Columns, peer: Peer, folder: Path, roles: dict[str, Role] | None = None) -> None:
    for side, columns in (("reference", before), ("current", after)):
        pq.write_table(pa.table(dict(columns)), folder / f"{side}.parquet")
    theirs = peer(folder)
    ours = {column.column: column for column in drift(before, after, roles).columns}
    assert theirs["columns"]
    assert theirs["drifted"] == sum(column["drifted"] for column in theirs["columns"].values())
    for name, their in theirs["columns"].items():
        our = ours[name]
        assert our.method == _METHODS[their["method"]], name
        assert (our.usual_verdict is Verdict.DRIFTED) == their["drifted"], (name, their, our)
        if their["method"] in {"Wasserstein distance (normed)", "Jensen-Shannon distance"} and name != "tiny":
            assert abs(our.distances[0].value - their["score"]) <= our.distances[0].error + 1e-6, name
        if their["method"] == "K-S p_value":
            assert our.distances[0].p_value == pytest.approx(their["score"], rel=0.05, abs=1e-9), name
        if their["method"] == "chi-square p_value":
            assert _fit(our) == pytest.approx(their["score"], rel=1e-6, abs=1e-12), name


def _fit(column: ColumnDrift) -> float | None:
    [p] = [distance.p_value for distance in column.distances if distance.measure == "chi_square_fit"]
    return p
