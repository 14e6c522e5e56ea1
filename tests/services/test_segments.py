"""Segments from end to end: a file of orders becomes customers by what they do."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from voyant.domain.caller import Caller
from voyant.errors import Code, VoyantError
from voyant.services.analysis import analyze
from voyant.services.artifacts import export_artifacts
from voyant.services.results import read_result
from voyant.services.sources import source_from

ORDERS = Path(__file__).parents[2] / "examples" / "orders" / "orders.csv.gz"


def test_customers_are_scored_and_the_report_shows_them(caller: Caller, tmp_path: Path) -> None:
    source = source_from(caller, str(ORDERS))
    job = analyze(caller, source, kind="segment", requests={"segment": {"clusters": 3}})
    export_artifacts(caller, job, tmp_path)
    result = read_result(caller, job)
    assert not result.degraded
    assert {"rfm_segments", "segments"} <= {finding.kind for finding in result.findings}
    segmentation = json.loads((tmp_path / "segment.json").read_text())
    assert segmentation["entity"] == "customer_id"
    assert segmentation["rfm"]["as_of"] == "2011-12-09"
    customers = parquet.read_table(tmp_path / "segment.parquet")
    assert customers.num_rows == segmentation["units"] == sum(each["size"] for each in segmentation["segments"])
    page = (tmp_path / "report.html").read_text()
    assert 'id="segments"' in page
    assert "champions" in page


def test_the_periods_asked_for_reach_the_findings(caller: Caller) -> None:
    source = source_from(caller, str(ORDERS))
    job = analyze(
        caller,
        source,
        kind="kpi",
        kpis={"revenue": "sum(quantity * unit_price)"},
        compare=("2011-Q1", "2011-Q3"),
    )
    result = read_result(caller, job)
    assert not result.degraded
    assert result.findings[0].kind == "drivers"
    assert "from Q1 2011 to Q3 2011" in result.findings[0].text


def test_too_few_rows_are_refused(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "three.csv"
    path.write_text("height,weight\n1.5,50\n1.7,62\n1.9,90\n")
    with pytest.raises(VoyantError) as refused:
        analyze(caller, source_from(caller, str(path)), kind="segment")
    assert refused.value.code is Code.NOT_ENOUGH_DATA
