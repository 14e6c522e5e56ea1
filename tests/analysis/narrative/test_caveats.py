"""What a failing rule or a broken clause means for the findings that rest on its columns."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.analysis.insights.tables import tickets
from voyant.analysis.insights import find
from voyant.analysis.narrative import memo, write
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.domain.contract import Action, ClauseKind, ClauseResult, ContractCheck, Coverage, Outcome, TableCheck
from voyant.domain.finding import Finding, Severity
from voyant.domain.insights import Insights
from voyant.domain.narrative import Narrative
from voyant.domain.quality import Check, Dimension, Origin, Quality

GIVEN = tickets()
DESCRIBED = profile(GIVEN)
BROKEN = Check(
    id="never",
    kind="condition",
    dimension=Dimension.VALIDITY,
    columns=("team",),
    description="team is a team",
    reason="declared",
    checked=900,
    failed=90,
    severity=Severity.NOTICE,
    weight=1,
    origin=Origin.DECLARED,
    sql="SELECT 900 AS checked, 90 AS failed",
)


def _quality(*checks: Check) -> Quality:
    """What the table itself comes to, with checks that somebody declared."""
    found = assess(GIVEN, DESCRIBED)
    first, *others = found.parts
    return replace(found, parts=(replace(first, checks=(*first.checks, *checks)), *others))


@pytest.fixture(scope="module")
def insights() -> Insights:
    return find(GIVEN, DESCRIBED)


def _about(narrative: Narrative, column: str) -> list[Finding]:
    return [finding for finding in narrative.findings if column in finding.columns]


def _written(insights: Insights, quality: Quality | None, *contracts: ContractCheck) -> Narrative:
    return write(GIVEN.dataset, insights, quality, None, DESCRIBED, None, contracts)


def test_a_finding_says_which_rule_its_column_breaks(insights: Insights) -> None:
    narrative = _written(insights, _quality(BROKEN))
    resting = _about(narrative, "team")
    assert resting
    assert {finding.caveat for finding in resting} == {
        "Rests on team, of which 10 % of the rows break the rule never."
    }  # fmt: skip
    assert not [finding for finding in narrative.findings if finding.caveat and "team" not in finding.columns]
    assert memo(narrative).count("break the rule never.") == len(resting)


def test_the_gravest_fault_is_told_and_no_other(insights: Insights) -> None:
    grave = replace(BROKEN, id="grave", failed=1, severity=Severity.CRITICAL)
    narrative = _written(insights, _quality(BROKEN, grave))
    told = {finding.caveat or "" for finding in _about(narrative, "team")}
    assert [text.endswith("break the rule grave.") for text in told] == [True]


def test_what_is_tolerated_or_passes_is_no_fault(insights: Insights) -> None:
    tolerated = replace(BROKEN, tolerance=0.1)
    passing = replace(BROKEN, id="passing", failed=0)
    narrative = _written(insights, _quality(tolerated, passing))
    assert not [finding.caveat for finding in narrative.findings if finding.caveat]


def test_what_says_itself_what_is_wrong_has_no_caveat() -> None:
    quality = _quality(replace(BROKEN, severity=Severity.CRITICAL))
    narrative = _written(find(GIVEN, DESCRIBED, quality), quality)
    [own] = [finding for finding in narrative.findings if finding.kind == "quality" and "team" in finding.columns]
    assert own.caveat is None


def _check(clause: ClauseResult, **more: int) -> ContractCheck:
    held = TableCheck(
        table=GIVEN.dataset.name,
        object="tickets",
        rows=900,
        rows_loaded=900,
        rows_quarantined=more.get("rows_quarantined", 0),
        clauses=(clause,),
    )
    return ContractCheck(
        contract="support",
        name="support",
        version="1.0.0",
        action=Action.WARN,
        named=True,
        outcome=Outcome.WARNED,
        tables=(held,),
        coverage=Coverage(elements=()),
    )


def test_a_broken_clause_counts_unless_its_rows_were_kept_apart(insights: Insights) -> None:
    clause = ClauseResult(
        clause="tickets.team:values",
        path="schema/0/properties/1/quality/0",
        kind=ClauseKind.ROWS,
        columns=("Team",),
        text="team is one of Desk, Lab.",
        severity=Severity.WARNING,
        passed=False,
        checked=900,
        failed=18,
    )
    told = {finding.caveat for finding in _about(_written(insights, None, _check(clause)), "team")}
    assert told == {
        "Rests on team, of which 2 % of the rows break the clause tickets.team:values of the contract support."
    }
    apart = _written(insights, None, _check(clause, rows_quarantined=18))
    assert not [finding for finding in apart.findings if finding.caveat]
