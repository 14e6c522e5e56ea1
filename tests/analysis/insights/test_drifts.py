"""What changed since an earlier state, as findings: their numbers, their evidence, and what is never told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import sqlglot

from tests.analysis.drift.tables import table
from tests.analysis.insights.sentences import as_number, without_numbers
from voyant.analysis.charts.changes import drifted
from voyant.analysis.drift import compare
from voyant.analysis.insights import find
from voyant.analysis.insights.comparison import as_cell
from voyant.analysis.narrative import memo, write
from voyant.analysis.profile import profile
from voyant.domain.drift import Drift
from voyant.domain.finding import Finding, Severity
from voyant.domain.insights import Insights
from voyant.domain.serialization import to_json
from voyant.lake.table import EngineTable

LABEL = "week 3"
Columns = dict[str, Any]


def _before(rows: int = 1200, seed: int = 5) -> Columns:
    random = np.random.default_rng(seed)
    start = datetime(2024, 1, 1)
    return {
        "amount": random.normal(40, 5, rows).round(2),
        "country": random.choice(["France", "Spain", "Chile"], rows, p=[0.2, 0.4, 0.4]),
        "grade": random.choice([1, 2, 3], rows),
        "at": [start + timedelta(hours=int(hour)) for hour in random.integers(0, 24 * 90, rows)],
        "client": random.choice(["Ann Li", "Bo Ek", "Cy Day", "Di Fox"], rows),
        "code": [f"c{number % 80}" for number in range(rows)],
        "old": random.normal(size=rows),
        "kind": random.choice(["a", "b"], rows),
    }


def _after() -> Columns:
    changed = _before(2400, seed=6)
    at = [when if when.weekday() < 5 else when + timedelta(days=2) for when in changed["at"]]
    return {
        "amount": np.where(changed["kind"] == "b", changed["amount"] + 12, changed["amount"]),
        "country": [None if place % 5 == 0 else str(name).replace("France", "Peru") for place, name in
                    enumerate(changed["country"])],
        "grade": np.where(changed["grade"] == 1, 3, changed["grade"]),
        "at": at,
        "client": np.where(changed["client"] == "Ann Li", "Ed Gee", changed["client"]),
        "code": [f"d{number % 80}" for number in range(2400)],
        "kind": changed["kind"],
        "fresh": changed["old"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Iterator[tuple[EngineTable, Drift, Insights]]:
    with _compared(_before(), _after()) as both:
        yield both


class _compared:  # noqa: N801 - reads as a function
    """The later table, what changed, and what is found in it."""

    def __init__(self, before: Columns, after: Columns) -> None:
        self._tables = [
            table(name, columns, None, ("client",)) for name, columns in (("earlier", before), ("later", after))
        ]

    def __enter__(self) -> tuple[EngineTable, Drift, Insights]:
        reference, current = (each.__enter__() for each in self._tables)
        described = profile(current)
        drift = compare(reference, current, label=LABEL, current_label=current.dataset.name)
        return current, drift, find(current, described, None, None, drift)

    def __exit__(self, *failure: object) -> None:
        for each in reversed(self._tables):
            each.__exit__(None, None, None)


def _drifts(insights: Insights) -> list[Finding]:
    return [finding for finding in insights.findings if finding.kind == "drift"]


def test_what_changed_is_told(found: tuple[EngineTable, Drift, Insights]) -> None:
    texts = [finding.text for finding in _drifts(found[2])]
    for told in (
        "Average amount is 45.9, against 40.1 in week 3; most of the change lies with “b” (kind).",
        "Peru (country) is new, with 19.9 % of the values: week 3 had none.",
        "“1” (grade), 33.1 % of the values in week 3, is gone.",
        "20 % of the records lack country, against 0 % in week 3.",
        "Old is gone, which week 3 has.",
        "Fresh is new: week 3 had no such column.",
        "There are 2,400 records, against 1,200 in week 3.",
        "Of the values of code, 80 are new and 80 are gone since week 3; much of the change lies with Peru (country).",
        "Saturday (at), 14.9 % of the values in week 3, is gone; much of the change lies with Peru (country).",
        "Of the values of client, 1 is new and 1 is gone since week 3.",
    ):
        assert told in texts


def test_each_number_is_recomputed_or_stands_in_the_comparison(found: tuple[EngineTable, Drift, Insights]) -> None:
    given, drift, insights = found
    compared = to_json(drift).decode()
    for finding in _drifts(insights):
        [row] = given.query(finding.sql)
        for number in finding.numbers:
            assert as_cell(row[number.column]) == number.value
            assert number.stated in finding.text
            assert as_number(number.stated) == pytest.approx(float(number.value), rel=6e-3, abs=0.051)
        for name in {"before", "missing_before", "records_before", "come", "gone", "distance"} & row.keys():
            known = [float(figure) for figure in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", compared)]
            earlier = float(row[name])
            assert any(earlier == pytest.approx(one) or earlier == pytest.approx(100 * one) for one in known)
        assert not re.search(r"\d", without_numbers(given, finding)), finding.text


def test_evidence_leads_to_what_is_told(found: tuple[EngineTable, Drift, Insights]) -> None:
    _, drift, insights = found
    for finding in _drifts(insights):
        own, *others = finding.evidence
        assert own.startswith("insights.json#/analyses/")
        assert others
        for pointer in others:
            artifact, _, path = pointer.partition("#/")
            part, _, place = path.partition("/")
            assert artifact == "drift.json"
            assert hasattr(drift, part)
            if part == "columns":
                assert drift.columns[int(place)].column == finding.columns[0]
            if part == "schema":
                assert drift.schema[int(place)].column in finding.columns


def test_statements_are_ones_that_trino_reads_too(found: tuple[EngineTable, Drift, Insights]) -> None:
    for finding in _drifts(found[2]):
        (spoken,) = sqlglot.transpile(finding.sql, read="duckdb", write="trino")
        sqlglot.parse_one(spoken, dialect="trino")


def test_severe_is_what_breaks_readers_or_goes_missing(found: tuple[EngineTable, Drift, Insights]) -> None:
    severities = {finding.text: finding.severity for finding in _drifts(found[2])}
    assert severities["Old is gone, which week 3 has."] is Severity.WARNING
    assert severities["Fresh is new: week 3 had no such column."] is Severity.NOTICE


def test_personal_values_are_told_and_drawn_nowhere(found: tuple[EngineTable, Drift, Insights]) -> None:
    _, drift, insights = found
    assert "client" in {column.column for column in drift.drifted}
    told = to_json(insights).decode() + "".join(
        str(candidate.rows) for candidate in drifted(drift, insights.findings)
    )  # fmt: skip
    assert not [name for name in ("Ann Li", "Ed Gee", "Bo Ek") if name in told]


def test_the_columns_that_moved_farthest_are_drawn(found: tuple[EngineTable, Drift, Insights]) -> None:
    _, drift, insights = found
    drawn = drifted(drift, insights.findings)
    assert len(drawn) == 3
    for candidate in drawn:
        [pointer] = candidate.evidence
        column = drift.columns[int(pointer.split("/")[2])]
        assert candidate.view.name == f"drift_{column.column}"
        listed = [share for share in column.shares if share.label]
        assert [row["share"] for row in candidate.rows or ()] == [
            100 * part for share in listed for part in (share.before, share.after)
        ]


def test_where_nothing_drifted_one_sentence_says_so() -> None:
    with _compared(_before(), _before(1190, seed=9)) as (given, drift, insights):
        assert not _drifts(insights)
        narrative = write(given.dataset, insights, None, None, profile(given), drift)
        assert (
            narrative.drift
            == "Nothing drifted from week 3: 8 columns compared, 1,190 rows, 1,200 before (0.8 % fewer)."
        )
        assert f"## What changed\n\n{narrative.drift}\n" in memo(narrative)


def test_what_is_the_same_is_called_so() -> None:
    with _compared(_before(), _before()) as (_, drift, insights):
        assert drift.summary == "Nothing has changed from week 3: 8 columns compared, 1,200 rows as before."
        assert not _drifts(insights)


def test_what_cannot_be_compared_is_no_finding() -> None:
    with _compared({"a": [1.0, 2.0]}, {"b": [1.0, 2.0]}) as (_, drift, insights):
        assert drift.summary == (
            "Nothing could be compared with week 3: The two sides have no column in common."
        )  # fmt: skip
        assert not _drifts(insights)


def test_the_same_states_give_the_same_bytes() -> None:
    told = []
    for _ in range(2):
        with _compared(_before(), _after()) as (_given, drift, insights):
            told.append(to_json(insights) + to_json(drift))
    assert told[0] == told[1]
