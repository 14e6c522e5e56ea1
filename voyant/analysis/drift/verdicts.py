"""Verdicts: of each column after all columns were tested, and of the table."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.drift.drafts import Draft
from voyant.analysis.drift.subjects import Pair
from voyant.analysis.insights.statistics import adjusted, two_proportions
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import listed, percent
from voyant.domain.drift import ColumnDrift, Distance, Thresholds, Verdict

_MOST_NAMED = 5


class Ruling(Struct, frozen=True):
    """A verdict, the q-value behind it, and why it is not the usual rule's where it is not."""

    verdict: Verdict
    usual: Verdict
    q: float | None = None
    note: str | None = None


def rule(drafts: Sequence[Draft], thresholds: Thresholds) -> list[Ruling]:
    """The verdict of every column: drifted where the deciding measure reaches its threshold, if it has one, and its
    q-value after Benjamini and Hochberg (1995) over all columns compared is significant."""
    compared = [draft for draft in drafts if draft.measures]
    q_values = iter(adjusted([draft.p for draft in compared]))
    return [
        _ruling(draft, next(q_values), thresholds)
        if draft.measures
        else Ruling(Verdict.NOT_COMPARABLE, Verdict.NOT_COMPARABLE)
        for draft in drafts
    ]


def _ruling(draft: Draft, q: float, thresholds: Thresholds) -> Ruling:
    drifted = draft.is_large and q <= thresholds.significance
    note = None
    if drifted != draft.usual:
        note = _why(draft, q, thresholds)
    verdict = Verdict.DRIFTED if drifted else Verdict.STABLE
    return Ruling(verdict, Verdict.DRIFTED if draft.usual else Verdict.STABLE, q, note)


def _why(draft: Draft, q: float, thresholds: Thresholds) -> str:
    """Why the verdict is not what the usual rule says."""
    if not draft.usual:
        return "The usual rule calls it stable."
    if draft.measures[0].threshold is None and draft.p <= thresholds.significance:
        return f"The usual rule calls it drifted; with all columns in view chance explains it (q = {q:.2g})."
    if draft.measures[0].threshold is None:
        return (
            f"The usual rule calls it drifted, as it takes the reference as known without error; with chance on both "
            f"sides p is {draft.p:.2g}."
        )
    return f"The usual rule calls it drifted; at these numbers of rows chance explains the distance (q = {q:.2g})."


def missing(pairs: Sequence[Pair], thresholds: Thresholds) -> list[tuple[Distance, Verdict]]:
    """Of each column, whether more or fewer rows than before have no value."""
    tests = [
        two_proportions(pair.earlier.nulls, pair.earlier.rows, pair.later.nulls, pair.later.rows) for pair in pairs
    ]
    found = []
    for pair, test, q in zip(pairs, tests, adjusted([test.p for test in tests]), strict=True):
        before, after = (side.nulls / side.rows for side in pair.sides)
        change = after - before
        drifted = abs(change) >= thresholds.missing and q <= thresholds.significance
        distance = Distance(
            measure="missing",
            value=rounded(change),
            threshold=thresholds.missing,
            p_value=rounded(test.p),
            q_value=rounded(q),
        )
        found.append((distance, Verdict.DRIFTED if drifted else Verdict.STABLE))
    return found


def of_table(columns: Sequence[ColumnDrift], thresholds: Thresholds) -> tuple[Verdict, float, str]:
    """The table's verdict, the share of its compared columns that drifted, and the rule with its numbers."""
    compared = [column for column in columns if column.verdict is not Verdict.NOT_COMPARABLE]
    if not compared:
        none = f"None of the {len(columns):,} common columns" if len(columns) > 1 else "The one common column"
        return Verdict.NOT_COMPARABLE, 0.0, f"{none} can{'' if len(columns) > 1 else 'not'} be compared."
    drifted = [column.column for column in compared if column.verdict is Verdict.DRIFTED]
    share = len(drifted) / len(compared)
    verdict = Verdict.DRIFTED if share >= thresholds.share else Verdict.STABLE
    counts = f"{len(drifted):,} of {len(compared):,} compared columns drifted ({percent(round(100 * share, 1))})"
    if not drifted:
        one = len(compared) == 1
        none = (
            "The one compared column did not drift."
            if one
            else f"None of the {len(compared):,} compared columns drifted."
        )
        return verdict, share, none
    limit = percent(round(100 * thresholds.share, 1))
    side = f"at least the {limit}" if verdict is Verdict.DRIFTED else f"less than the {limit}"
    return verdict, share, f"{counts}, {side} from which the table counts as drifted: {_named(drifted)}."


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return listed([*names[:_MOST_NAMED], *([f"{more:,} more"] if more > 0 else [])])
