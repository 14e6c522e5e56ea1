"""The memo: what it holds, in which order, and that every number of it stands in an artifact."""

from __future__ import annotations

import re

import pytest

from tests.analysis.insights.tables import choice, column, draw, table, tickets
from voyant.analysis.insights import find
from voyant.analysis.insights.ranking import is_absence
from voyant.analysis.kpi import measure
from voyant.analysis.narrative import memo, write
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.domain.insights import Insights
from voyant.domain.narrative import Narrative
from voyant.domain.serialization import from_json, to_json


@pytest.fixture(scope="module")
def written() -> Narrative:
    given = tickets()
    described = profile(given)
    checked, figures = assess(given, described), measure(given, described, (), None)
    return write(given.dataset, find(given, described, checked, figures), checked, figures, described)


def test_the_headline_is_the_first_finding_that_is_not_an_absence(written: Narrative) -> None:
    first = next(finding for finding in written.findings if not is_absence(finding.kind))
    assert written.headline == first.text


def test_fifteen_findings_and_the_rest_counted(written: Narrative) -> None:
    assert len(written.findings) == 15
    assert written.omitted > 0


def test_the_lead_says_what_the_table_is(written: Narrative) -> None:
    assert written.lead == "900 records in 10 columns, opened at from 1 January 2023 to 31 December 2023."


def test_sections_in_order(written: Narrative) -> None:
    text = memo(written)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    assert heads[1:] == [
        "What stands out",
        "What one might expect, and is not there",
        "Key figures",
        "Quality",
        "What to look at next",
        "How this was found",
    ]
    assert text.endswith("\n")
    assert "further findings stand in `insights.json`" in text


def test_each_finding_stands_once(written: Narrative) -> None:
    text = memo(written).replace("\\", "")
    for finding in written.findings:
        assert text.count(finding.text.rstrip(".")) == 1


def test_next_steps_can_be_called_as_they_stand(written: Narrative) -> None:
    given = tickets()
    assert 1 <= len(written.next) <= 10
    for step in written.next:
        assert step.arguments.get("source", given.dataset.name) == given.dataset.name
        if step.tool == "voyant_sql":
            assert given.query(step.arguments["sql"])


def test_a_next_step_shows_more_than_the_sentence_told(written: Narrative) -> None:
    drawn = {finding.sql: finding.view.sql for finding in written.findings if finding.view is not None}
    suggested = [step.arguments["sql"] for step in written.next if step.tool == "voyant_sql"]
    assert not [sql for sql in suggested if drawn.get(sql, sql) != sql]
    assert set(suggested) & set(drawn.values())


def test_round_trip(written: Narrative) -> None:
    assert from_json(to_json(written), Narrative) == written


def test_values_of_the_data_are_never_markup() -> None:
    rng = draw()
    values = ["<script>alert(1)</script>", "[link](http://x)", "**bold**"]
    given = table("t", [column("colour", "dimension")], {"colour": choice(rng, values, 300, [0.8, 0.1, 0.1])})
    described = profile(given)
    text = memo(write(given.dataset, find(given, described), None, None, described))
    assert "<script>" not in text
    assert "**bold**" not in text


def test_a_table_without_findings_still_has_a_memo() -> None:
    given = table("t", [column("code", "id")], {"code": ["a", "b", "c"]})
    described = profile(given)
    empty = Insights(findings=(), analyses=(), comparisons=0, correction="Benjamini-Hochberg", level=0.05, families=())
    narrative = write(given.dataset, empty, None, None, described)
    assert narrative.headline == "3 records hold nothing that stands out from chance."
    assert narrative.quality is None
    assert memo(narrative).startswith("# 3 records")


def test_only_absences_make_a_headline_of_their_own() -> None:
    rng = draw()
    given = table(
        "t",
        [column("colour", "dimension"), column("level", "mean")],
        {"colour": choice(rng, ["red", "green", "blue"], 600), "level": rng.normal(5, 1, 600).round(3)},
    )
    described = profile(given)
    narrative = write(given.dataset, find(given, described), None, None, described)
    assert narrative.headline.startswith("Nothing stands out: ")


def test_a_finding_and_the_memo_say_alike_which_rule_is_broken() -> None:
    codes = [f"c{number}" for number in range(300)] + ["c7"]
    given = table("t", [column("code", "id")], {"code": codes})
    described = profile(given)
    checked = assess(given, described)
    insights = find(given, described, checked)
    narrative = write(given.dataset, insights, checked, None, described)
    [told] = [finding.text for finding in insights.findings if finding.kind == "quality"]
    assert told.endswith("rows break the rule that no two rows share their code.")
    assert narrative.quality
    assert narrative.quality.points[0] == told.replace(" rows break", " rows (0.7 %) break"), (
        "the share is not the rule's"
    )


def test_few_rows_among_many_are_not_called_none() -> None:
    codes = [f"c{number}" for number in range(26_000)] + ["c7"]
    given = table("t", [column("code", "id")], {"code": codes})
    described = profile(given)
    empty = Insights(findings=(), analyses=(), comparisons=0, correction="Benjamini-Hochberg", level=0.05, families=())
    narrative = write(given.dataset, empty, assess(given, described), None, described)
    assert narrative.quality
    shares = [re.findall(r"\((.+?)\)", point) for point in narrative.quality.points]
    assert shares == [["0.008 %"], ["0.004 %"]]
