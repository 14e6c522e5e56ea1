"""Columns that give the target away, with the evidence: they were not learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling
from voyant.analysis.regression.leaks import missing_together
from voyant.analysis.wording import listed, readable, sentence
from voyant.domain.finding import Severity
from voyant.domain.regression import Leak, LeakKind, Regression
from voyant.domain.table import Table

_MOST = 6


def giveaways(result: Regression, table: Table) -> Iterator[Comparison]:
    """One statement for each leak."""
    for place, leak in enumerate(result.leaks[:_MOST]):
        claim = _together(result, table, place, leak) if leak.kind is LeakKind.MISSING else _leak(result, place, leak)
        yield Comparison(question=Question.PREDICTION, n=result.rows, claim=claim)


def _together(result: Regression, table: Table, place: int, leak: Leak) -> Claim:
    def tell(telling: Telling) -> str:
        columns = range(len(leak.columns))
        few = min(columns, key=lambda each: telling.value(f"both_{each}"))
        most = max(columns, key=lambda each: telling.value(f"only_{each}"))
        names, verb = listed([readable(name) for name in leak.columns]), "was" if len(columns) == 1 else "were"
        least = "" if len(columns) == 1 else "at least "
        upmost = "" if len(columns) == 1 else "at most "
        return sentence(
            f"{names} {verb} left out as known with {readable(result.target)} or after it: without a value in "
            f"{least}{telling.count(f'both_{few}')} of the {telling.count('lacking')} records where it has none, and "
            f"in {upmost}{telling.count(f'only_{most}')} of the {telling.count('having')} others"
        )

    return _claim(result, place, leak, missing_together(table, result.target, leak.columns), tell)


def _leak(result: Regression, place: int, leak: Leak) -> Claim:
    names = listed([readable(name) for name in leak.columns])
    verb = "was" if len(leak.columns) == 1 else "were"
    target = readable(result.target)

    def tell(telling: Telling) -> str:
        reason = leak.reason
        if leak.kind is LeakKind.ALONE:
            it = "it" if len(leak.columns) == 1 else "they"
            reason = (
                f"alone, {it} explains {telling.percent('score')} of {target} in records that were not learned from"
            )
        elif leak.kind is LeakKind.COMPUTED:
            reason = reason.split(", in ")[0] + f", in {telling.percent('score')} of the records"
            if "; of these" in leak.reason:
                reason += "; of these" + leak.reason.split("; of these")[1]
        return sentence(f"{names} {verb} left out as giving {target} away: {reason}")

    sql = (
        "SELECT column_name, 100 * score AS score\nFROM job.regression_leaks\n"
        f"WHERE place = {place}\nORDER BY column_name"
    )
    return _claim(result, place, leak, sql, tell)


def _claim(result: Regression, place: int, leak: Leak, sql: str, tell: Callable[[Telling], str]) -> Claim:
    return Claim(
        kind="leak",
        columns=(*leak.columns, result.target),
        sql=sql,
        tell=tell,
        strength=0.8 - 0.03 * place,
        title=f"what gives {readable(result.target)} away",
        severity=Severity.WARNING,
        evidence=(f"regression.json#/leaks/{place}",),
    )
