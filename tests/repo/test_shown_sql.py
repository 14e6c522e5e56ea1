"""Every statement that an artifact shows runs as it stands, and can be made Trino's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

import voyant
from tests.repo.tree import ROOT
from voyant.domain.caller import LOCAL_CALLER
from voyant.services.sql import query

FEWEST = 20
"""Statements below which the analysis has shown too little for this test to mean anything."""


EXAMPLES = ["orders", *(pytest.param(name, marks=pytest.mark.slow) for name in ("strikes", "weather"))]


@pytest.fixture(scope="module", params=EXAMPLES)
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every statement of an example's artifacts, by where it stands."""
    out = tmp_path_factory.mktemp(request.param)
    voyant.analyze(ROOT / "examples" / request.param / f"{request.param}.csv.gz", out=out)
    return {place: sql for path in sorted(out.glob("*.json")) for place, sql in _statements(path)}


def test_enough_is_shown(shown: dict[str, str]) -> None:
    assert len(shown) >= FEWEST


def test_every_statement_runs(shown: dict[str, str]) -> None:
    for place, sql in shown.items():
        assert query(LOCAL_CALLER, sql).columns, place


def test_every_statement_can_be_trinos(shown: dict[str, str]) -> None:
    for place, sql in shown.items():
        written = sqlglot.transpile(sql, read="duckdb", write="trino", unsupported_level=ErrorLevel.RAISE)
        [tree] = sqlglot.parse(written[0], read="trino", error_level=ErrorLevel.RAISE)
        assert tree is not None
        # sqlglot hands on what it does not know as it is; such a function is an engine's own.
        assert [function.name for function in tree.find_all(exp.Anonymous)] == [], place


def _statements(path: Path) -> Iterator[tuple[str, str]]:
    yield from _found(json.loads(path.read_text("utf-8")), path.name + "#")


def _found(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _found(entry, f"{place}/{number}")
    elif isinstance(value, dict):
        for key, entry in value.items():
            if isinstance(entry, str) and (key == "sql" or key.endswith("_sql")):
                yield f"{place}/{key}", entry
            else:
                yield from _found(entry, f"{place}/{key}")
