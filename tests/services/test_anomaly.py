"""The job that looks for odd rows, from a file to its page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from voyant.domain.caller import Caller
from voyant.services.analysis import analyze
from voyant.services.results import read_result
from voyant.services.sources import source_from
from voyant.services.wiring import artifact_store


def test_odd_rows_of_a_file(caller: Caller, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    amounts, shops = rng.normal(100, 10, 400).round(2), rng.choice(["Gent", "Brno", "Lodz"], 400)
    amounts[17] = 9_000
    path = tmp_path / "orders.csv"
    path.write_text(
        "id,shop,amount\n" + "".join(f"A{n},{s},{a}\n" for n, (s, a) in enumerate(zip(shops, amounts, strict=True)))
    )
    job_id = analyze(caller, source_from(caller, str(path)), kind="anomaly", requests={"anomaly": {"scope": "rows"}})
    result = read_result(caller, job_id)
    assert not result.degraded
    assert result.headline == "1 of 400 records (0.2 %) is odd: farther out than chance explains."
    store = artifact_store()
    held = json.loads(store.read(caller.tenant, job_id, "anomaly.json"))
    [row] = held["rows"]["top"]
    assert row["row"] == 18
    assert row["reasons"][0].startswith("Amount 9,000, where 99 % of the values are at most")
    page = store.read(caller.tenant, job_id, "report.html").decode()
    assert "Amount 9,000, where 99 % of the values are at most" in page
    for name in ("anomaly.parquet", "anomaly_reasons.parquet"):
        assert store.read(caller.tenant, job_id, name)[:4] == b"PAR1"
