"""Loads that contracts are held against, and what came of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.governance.contracts.documents import column
from voyant.domain.caller import Caller
from voyant.domain.contract import ContractCheck, ContractChecks
from voyant.domain.result import Result
from voyant.domain.serialization import from_json
from voyant.errors import Code, GateFailed
from voyant.services.artifacts import read_artifact

GOOD = (
    "order_id,email,amount\n1,ann@example.com,10.5\n2,bob@example.com,20\n3,cat@example.com,5.25\n4,dan@example.com,7\n"
)
BAD = GOOD.replace("20\n", "-20\n").replace("5.25", "").replace("4,dan", "1,dan")
"""Row 2 is below the minimum, row 3 lacks its amount, row 4 has the key of row 1."""
COLUMNS = (
    column("order_id", logicalType="integer", primaryKey=True),
    column("email", logicalType="string", logicalTypeOptions={"format": "email"}),
    column("amount", logicalType="number", required=True, logicalTypeOptions={"minimum": 0}),
)
Ingest = Callable[..., Result]


def checks_of(caller: Caller, result: Result) -> tuple[ContractCheck, ...]:
    data = b"".join(read_artifact(caller, result.job_id, "contract.json"))
    return from_json(data, ContractChecks).checks


def rows_of(caller: Caller, result: Result, name: str = "quarantined_rows.parquet") -> list[dict[str, Any]]:
    data = b"".join(read_artifact(caller, result.job_id, name))
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def violation(take_in: Callable[[], object]) -> GateFailed:
    with pytest.raises(GateFailed) as caught:
        take_in()
    assert caught.value.code is Code.CONTRACT_VIOLATED
    return caught.value
