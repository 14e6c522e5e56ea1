"""What holds of every finding: its numbers, its evidence, its SQL, its picture."""

from __future__ import annotations

import re

import pytest
import sqlglot

from tests.analysis.insights.sentences import as_number, without_numbers
from tests.analysis.insights.tables import tickets
from voyant.analysis.insights import find
from voyant.analysis.insights.comparison import as_cell
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.domain.insights import Insights
from voyant.domain.serialization import from_json, to_json
from voyant.lake.table import EngineTable

SEEDS = (7, 8, 9)


@pytest.fixture(scope="module", params=SEEDS)
def found(request: pytest.FixtureRequest) -> tuple[EngineTable, Insights]:
    given = tickets(request.param)
    described = profile(given)
    return given, find(given, described, assess(given, described))


def test_many_kinds_are_looked_at(found: tuple[EngineTable, Insights]) -> None:
    assert len({finding.kind for finding in found[1].findings}) >= 10


def test_each_number_is_the_cell_that_it_names(found: tuple[EngineTable, Insights]) -> None:
    given, insights = found
    for finding in insights.findings:
        rows = given.query(finding.sql)
        for number in finding.numbers:
            cell = as_cell(rows[number.row][number.column])
            assert cell == number.value, (finding.text, number)
            assert number.stated in finding.text, (finding.text, number)
            if isinstance(cell, float | int):
                assert as_number(number.stated) == pytest.approx(float(cell), rel=6e-3, abs=0.051), (
                    finding.text,
                    number,
                )


def test_no_number_stands_in_a_sentence_without_a_cell(found: tuple[EngineTable, Insights]) -> None:
    given, insights = found
    for finding in insights.findings:
        assert not re.search(r"\d", without_numbers(given, finding)), finding.text


def test_the_evidence_is_the_result_of_the_sql(found: tuple[EngineTable, Insights]) -> None:
    given, insights = found
    decoded = from_json(to_json(insights), Insights)
    assert decoded == insights
    for finding in insights.findings:
        (pointer,) = finding.evidence
        artifact, path = pointer.split("#/")
        assert artifact == "insights.json"
        key, position = path.split("/")
        analysis = getattr(decoded, key)[int(position)]
        assert analysis.sql == finding.sql
        again = given.query(finding.sql)
        assert analysis.rows == tuple(tuple(as_cell(row[name]) for name in analysis.columns) for row in again)


def test_every_statement_is_one_that_trino_reads_too(found: tuple[EngineTable, Insights]) -> None:
    for finding in found[1].findings:
        for sql in filter(None, [finding.sql, finding.view and finding.view.sql]):
            (spoken,) = sqlglot.transpile(sql, read="duckdb", write="trino")
            sqlglot.parse_one(spoken, dialect="trino")


def test_views_give_the_columns_they_draw(found: tuple[EngineTable, Insights]) -> None:
    given, insights = found
    drawn = [finding.view for finding in insights.findings if finding.view is not None]
    assert drawn
    for view in drawn:
        rows = given.query(view.sql)
        assert 0 < len(rows) <= 1000
        fields = {view.x.field, view.y.field, *([view.color.field] if view.color else [])}
        assert fields <= rows[0].keys(), view
        assert not view.title.endswith(".")


def test_the_same_table_gives_the_same_bytes(found: tuple[EngineTable, Insights]) -> None:
    given, insights = found
    described = profile(given)
    assert to_json(find(given, described, assess(given, described))) == to_json(insights)


def test_comparisons_are_counted_and_corrected_together(found: tuple[EngineTable, Insights]) -> None:
    insights = found[1]
    assert insights.comparisons == sum(family.comparisons for family in insights.families) > 50
    assert sum(family.stated for family in insights.families) == len(insights.findings)
    for finding in insights.findings:
        if finding.test is not None:
            assert finding.test.q_value >= finding.test.p_value * 0.99
            if not finding.kind.startswith("no_"):
                assert finding.test.q_value <= insights.level


def test_identifiers_are_never_a_subject(found: tuple[EngineTable, Insights]) -> None:
    assert not any("ticket_id" in finding.columns for finding in found[1].findings)
