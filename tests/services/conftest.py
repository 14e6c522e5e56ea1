"""What tests of services share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.contract_loads import Ingest
from voyant.domain.caller import Caller
from voyant.domain.contract import Contract
from voyant.domain.result import Result
from voyant.services.analysis import analyze
from voyant.services.results import read_result
from voyant.services.sources import source_from


@pytest.fixture
def ingest(caller: Caller, tmp_path: Path) -> Ingest:
    """Takes a text in as the file ``orders.csv``, or another, by that kind of job."""

    def take_in(
        text: str | bytes, promised: Contract | None = None, *, kind: str = "ingest", name: str = "orders.csv"
    ) -> Result:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        job_id = analyze(caller, source_from(caller, str(path)), kind=kind, contract=promised)
        return read_result(caller, job_id, max_tokens=10_000)

    return take_in
