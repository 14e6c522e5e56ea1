"""What to look at next: calls that an agent or a person can make as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant.analysis.narrative.proposals import proposals
from voyant.analysis.wording import readable
from voyant.domain.finding import Finding
from voyant.domain.kpi import Kpis
from voyant.domain.narrative import NextStep
from voyant.domain.profile import Profile
from voyant.domain.quality import Quality
from voyant.domain.table import Dataset
from voyant.lake.sql import identifier

MOST_LOOKS = 2

_WORTH_ROWS = {
    "repetition": "See the combinations that repeat, to tell habits from mistakes",
    "outliers": "See the records far from all others, to tell slips from real cases",
    "concentration": "See who accounts for most records",
    "surge": "See the numbers by period, then ask what happened at the time of the surge",
    "group_trend": "Follow the group that moves differently from the others, period by period",
    "break": "See the level by period, then ask what changed at the time of the step",
    "turn": "See the level by period, then ask what changed at the turn",
    "difference": "Compare all groups, not only the highest and the lowest",
    "share_difference": "Compare all groups, not only the highest and the lowest",
    "interaction": "Compare all combinations, not only the one that stands apart",
}


def next_steps(
    dataset: Dataset,
    profile: Profile,
    findings: tuple[Finding, ...],
    quality: Quality | None,
    kpis: Kpis | None,
    answered: Sequence[str] = (),
) -> tuple[NextStep, ...]:
    """The rows that fail checks and that stand behind answers, the further analyses that suit the table, and rows
    behind the findings; no analyses after a job that was asked for some."""
    further = () if answered else proposals(dataset, profile, kpis, findings)
    steps = [*_failing(quality), *map(_behind, answered), *further, *_looks(findings)]
    if not steps:
        steps.append(
            NextStep(
                tool="voyant_sql",
                arguments={"sql": f"SELECT *\nFROM {identifier(dataset.name)}\nLIMIT 20"},
                why="Look at some records.",
            )
        )
    return tuple(steps)


def _failing(quality: Quality | None) -> Iterator[NextStep]:
    if quality is not None and quality.failed:
        why = "See the records that fail quality checks before relying on the columns concerned."
        yield NextStep(tool="voyant_artifact", arguments={"name": "failing_rows.parquet"}, why=why)


def _behind(kind: str) -> NextStep:
    return NextStep(tool="voyant_artifact", arguments={"name": f"{kind}.json"}, why=f"Read all of the {kind}.")


def _looks(findings: tuple[Finding, ...]) -> list[NextStep]:
    steps: dict[str, NextStep] = {}
    for finding in findings:
        why = _WORTH_ROWS.get(finding.kind)
        if why is None or why in steps:
            continue
        subject = " by ".join(readable(name) for name in finding.columns[:2])
        # What is drawn shows more than the few numbers of the sentence.
        sql = finding.view.sql if finding.view is not None else finding.sql
        steps[why] = NextStep(tool="voyant_sql", arguments={"sql": sql}, why=f"{why}: {subject}.")
    return list(steps.values())[:MOST_LOOKS]
