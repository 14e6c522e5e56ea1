"""A regression as a job: its artifacts, its sentences, its page, the same bytes again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from voyant.domain.caller import Caller
from voyant.errors import Code, VoyantError
from voyant.services.analysis import analyze
from voyant.services.artifacts import export_artifacts
from voyant.services.results import read_result
from voyant.services.sources import source_from


def _tickets(path: Path, rows: int = 500) -> Path:
    """Tickets whose hours come from priority and team; what they cost follows from the hours."""
    rng = np.random.default_rng(4)
    team = rng.choice(["Desk", "Field", "Lab"], rows)
    priority = rng.integers(1, 4, rows)
    hours = 20 / priority + np.where(team == "Field", 6, 0) + rng.gamma(2, 1, rows)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket", "opened_at", "team", "priority", "pages", "hours", "cost_usd"])
        for place in range(rows):
            day, hour = divmod(place * 7, 24)
            month, date = divmod(day, 28)
            opened = f"2024-{month % 12 + 1:02}-{date + 1:02} {hour:02}:30:00"
            spent = round(float(hours[place]), 2)
            pages = int(rng.integers(1, 90))
            writer.writerow(
                [f"T{place:05}", opened, team[place], priority[place], pages, spent, round(spent * 85 + 12, 2)]
            )
    return path


def test_the_whole_job(caller: Caller, tmp_path: Path) -> None:
    source = source_from(caller, str(_tickets(tmp_path / "tickets.csv")))
    folders = []
    for turn in ("first", "second"):
        job = analyze(caller, source, kind="regression", requests={"regression": {"target": "hours"}})
        export_artifacts(caller, job, tmp_path / turn)
        folders.append(tmp_path / turn)
    out = folders[0]
    result = json.loads((out / "regression.json").read_text())
    assert result["validation"]["split"] == "rolling"
    assert result["beats_baseline"]
    assert [leak["columns"] for leak in result["leaks"]] == [["cost_usd"]]
    rows = pq.read_table(out / "regression.parquet")
    assert rows.num_rows == result["validation"]["rows"]
    kinds = [finding["kind"] for finding in json.loads((out / "insights.json").read_text())["findings"]]
    assert kinds[0] == "prediction"
    assert {"driver", "leak"} <= set(kinds)
    assert 'id="regression"' in (out / "report.html").read_text()
    short = read_result(caller, job)
    assert short.headline.startswith("Hours can be predicted from ")
    for artifact in out.glob("regression*"):
        assert artifact.read_bytes() == (folders[1] / artifact.name).read_bytes()


def test_what_cannot_be_learned_fails_with_its_reason(caller: Caller, tmp_path: Path) -> None:
    source = source_from(caller, str(_tickets(tmp_path / "tickets.csv", rows=40)))
    for target, code in {"hour": Code.UNKNOWN_COLUMN, "ticket": Code.NO_MODEL_FITS}.items():
        with pytest.raises(VoyantError) as raised:
            analyze(caller, source, kind="regression", requests={"regression": {"target": target}})
        assert raised.value.code is code
