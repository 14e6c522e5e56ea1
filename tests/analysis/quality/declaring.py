"""Rules on tables of staff, judged as a job would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.analysis.profile.tables import column
from tests.analysis.quality.staff import COLUMNS, staff
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess, failing_rows
from voyant.analysis.quality.declared import Expectations, bind, refuse_contradictions
from voyant.analysis.quality.rules import run
from voyant.domain.normalization import Normalization
from voyant.domain.quality import Check, Origin, Quality
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.table import Column, Dataset
from voyant.lake.table import EngineTable


def rule(kind: str, *columns: str, **fields: Any) -> DeclaredRule:
    return DeclaredRule(kind=RuleKind(kind), columns=columns, **fields)


@contextmanager
def judged(
    rows: Sequence[Sequence[Any]],
    *rules: DeclaredRule,
    columns: Sequence[Column] = COLUMNS,
    normalization: Normalization | None = None,
    **surroundings: Any,
) -> Iterator[tuple[EngineTable, Quality]]:
    refuse_contradictions(rules)
    with staff(rows, columns) as table:
        expectations = Expectations(rules=rules, tables=countries(table), **surroundings)
        quality = assess(table, profile(table), normalization, expectations)
        _assert_the_same_without_a_profile(table, quality, expectations, normalization)
        yield table, quality


def _assert_the_same_without_a_profile(
    table: EngineTable, quality: Quality, expectations: Expectations, normalization: Normalization | None
) -> None:
    """Contracts are checked before there is one."""
    alone = run(bind(expectations, table, None, normalization), table)
    found = {check.id: (check.checked, check.failed, check.error) for check in alone}
    assert found == {name: (check.checked, check.failed, check.error) for name, check in declared(quality).items()}


def countries(table: EngineTable) -> dict[str, Dataset]:
    """A table of three countries beside it."""
    table.engine.execute("CREATE TABLE countries AS SELECT unnest(['Kenya', 'Peru', 'Malta']) AS name, 1 AS one")
    columns = (column("name", "VARCHAR"), column("one", "BIGINT"))
    return {"countries": Dataset(name="countries", rows=3, columns=columns)}


def declared(quality: Quality) -> dict[str, Check]:
    return {check.id: check for check in quality.checks if check.origin is Origin.DECLARED}


def judge(rows: Sequence[Sequence[Any]], given: DeclaredRule, **surroundings: Any) -> Check:
    """The check of one rule, which by its own statement finds the same."""
    with judged(rows, given, **surroundings) as (table, quality):
        check = declared(quality)[given.id]
        if check.sql is not None and check.error is None and check.unit != "cells":
            [counts] = table.query(check.sql)
            assert (counts["checked"], counts["failed"]) == (check.checked, check.failed)
        return check


def kept_rows(table: EngineTable, quality: Quality) -> dict[int, set[str]]:
    """The rules that each row is kept for in failing_rows.parquet."""
    found = [row for row in table.query(failing_rows(table, quality)) if row["_origin"] == "declared"]
    numbers = [row["_row"] for row in found]
    assert numbers == sorted(set(numbers))  # each once, in the order of the table
    return {row["_row"]: set(row["_rules"]) for row in found}
