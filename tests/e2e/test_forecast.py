"""A forecast from a file to the page, as a job of this process."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.analysis.forecast.tables import yearly_wave
from voyant.domain.caller import Caller
from voyant.domain.forecast import Forecast
from voyant.domain.insights import Insights
from voyant.domain.job import Status
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput
from voyant.services.analysis import analyze
from voyant.services.artifacts import list_artifacts, read_artifact
from voyant.services.jobs import show_job
from voyant.services.sources import source_from
from voyant.services.verification import replay


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["month", "shop", "amount"])
        for place, shop in enumerate(("north", "south")):
            for month, amount in enumerate(yearly_wave(60, seed=place)):
                writer.writerow([date(2015 + month // 12, month % 12 + 1, 1), shop, f"{amount:.2f}"])
    return path


def _made(caller: Caller, job: str, name: str) -> bytes:
    return b"".join(read_artifact(caller, job, name))


def test_a_file_is_forecast_told_drawn_and_can_be_computed_again(caller: Caller, sales: Path) -> None:
    asked = {"value": "sum(amount)", "by": ["shop"], "horizon": 6}
    job = analyze(caller, source_from(caller, str(sales)), kind="forecast", requests={"forecast": asked})
    assert show_job(caller, job).status is Status.COMPLETED
    found = from_json(_made(caller, job, "forecast.json"), Forecast)
    assert {series.label for series in found.series} == {"north", "south"}
    assert [len(series.points) for series in found.series] == [6, 6]
    said = from_json(_made(caller, job, "insights.json"), Insights)
    assert said.findings[0].kind == "forecast"
    assert "2 series together" in said.findings[0].text
    names = {artifact.name for artifact in list_artifacts(caller, job)}
    assert {"forecast.parquet", "forecast_errors.parquet", "forecast_checks.parquet", "report.html"} <= names
    page = _made(caller, job, "report.html").decode()
    assert "How the forecast was checked" in page
    assert "could not be assessed" not in page
    assert replay(caller, job).holds


def test_too_short_a_past_fails_the_job_and_says_what_is_needed(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("day,amount\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n")
    with pytest.raises(InvalidInput) as refused:
        analyze(caller, source_from(caller, str(path)), kind="forecast", requests={"forecast": {"value": "amount"}})
    assert refused.value.code is Code.NOT_ENOUGH_DATA
    assert "6" in refused.value.message
