"""SQL of callers runs within its limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lake.test_lake import derived_column
from voyant.domain.caller import Caller
from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.lake.engine import Engine
from voyant.services.sql import query
from voyant.services.wiring import lake
from voyant.settings.configuration import settings


@pytest.fixture
def orders(caller: Caller) -> str:
    def write(path: Path) -> None:
        with Engine() as engine:
            engine.copy_to_parquet("SELECT range AS id, range * 2 AS amount FROM range(5000)", path)

    half = derived_column("half", "amount / 2.0")
    lake().replace(caller.tenant, "orders", write, owner="src_1", content="x", columns=(half,), scratch=settings().home)
    return "orders"


def test_rows_come_with_names_and_types(caller: Caller, orders: str) -> None:
    found = query(caller, "SELECT id, half FROM orders ORDER BY id LIMIT 2")

    assert found.columns == ("id", "half")
    assert found.types[0] == "BIGINT"
    assert found.rows == ((0, 0.0), (1, 1.0))
    assert not found.truncated


def test_more_rows_than_the_limit_are_cut_and_it_is_said(caller: Caller, orders: str) -> None:
    found = query(caller, "SELECT id FROM orders", limit=10)

    assert len(found.rows) == 10
    assert found.truncated
    assert len(query(caller, "SELECT id FROM orders", limit=10**9).rows) == settings().sql_row_limit


def test_a_statement_without_end_is_stopped(caller: Caller, orders: str) -> None:
    with lake().engine() as engine, pytest.raises(InvalidInput) as caught, engine.time_limit(0.2):
        engine.query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")

    assert caught.value.code is Code.TIMEOUT


def test_a_fault_in_a_statement_is_the_callers(caller: Caller, orders: str) -> None:
    with pytest.raises(QueryRejected, match="amuont"):
        query(caller, "SELECT amuont FROM orders")
