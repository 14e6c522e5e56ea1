"""Few who account for much: the share of the most frequent among many users, customers or products."""

from __future__ import annotations

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Row, Search, Telling, saturating
from voyant.analysis.insights.frame import Frame
from voyant.analysis.insights.labels import says_nothing
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import readable, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import Column
from voyant.lake.sql import identifier

_SMALLEST_LEAD = 4.0
"""Times the fair share."""
_SMALLEST_SHARE = 5.0
_AHEAD = 1.5
"""Times the next: below it not one but few are named."""
_FEW = 5


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    if not frame.counted:
        return search
    seen: list[list[int]] = []
    for column in frame.subjects.actors:
        rows = frame.table.query(_ranked(frame, column))
        counts = [int(row["records"]) for row in rows]
        if len(rows) < 3 or counts in seen:  # the same counts: another name of the same actors
            continue
        seen.append(counts)
        search.comparisons.append(_compared(frame, column, rows))
    return search


def _ranked(frame: Frame, column: Column) -> str:
    name = identifier(column.name)
    shown_name = "" if column.personal else f"{name}, "
    return (
        f"SELECT {shown_name}records, 100.0 * records / sum(records) OVER () AS share, count(*) OVER () AS actors,\n"
        f"  100.0 * sum(records) OVER (ORDER BY records DESC, {name}) / sum(records) OVER () AS together\n"
        f"FROM (\n  SELECT {name}, count(*) AS records FROM {frame.source}\n"
        f"  WHERE {name} IS NOT NULL GROUP BY {name}\n) AS counted\nORDER BY records DESC, {name}\nLIMIT 20"
    )


def _compared(frame: Frame, column: Column, rows: list[Row]) -> Comparison:
    actors = int(rows[0]["actors"])
    total = round(float(rows[0]["records"]) * 100 / float(rows[0]["share"]))
    top, share = int(rows[0]["records"]), float(rows[0]["share"])
    lead = share * actors / 100
    p = min(1.0, actors * statistics.binomial_tail(top, total, 1 / actors))
    matters = lead >= _SMALLEST_LEAD and share >= _SMALLEST_SHARE
    return Comparison(
        question=Question.CONCENTRATION,
        test="binomial tail of the largest share, Bonferroni over the values",
        effect_name="times the fair share",
        effect=lead,
        p=p,
        n=total,
        claim=_concentrated(frame, column, lead) if matters else None,
    )


def _concentrated(frame: Frame, column: Column, lead: float) -> Claim:
    name = readable(column.name)

    def tell(telling: Telling) -> str | None:
        if column.personal is None and says_nothing(telling.rows[0][column.name]):
            return None
        if telling.value("records") >= _AHEAD * telling.value("records", 1):
            who = f"one {name}" if column.personal else f"{shown(telling.rows[0][column.name])} ({name})"
            return sentence(
                f"{who} alone accounts for {telling.count('records')} records, {telling.percent('share')} of all, "
                f"among {telling.count('actors')} values of {name}; the next has {telling.percent('share', 1)}"
            )
        if len(telling.rows) < _FEW or telling.value("together", _FEW - 1) < 2 * _SMALLEST_SHARE:
            return None
        who = "" if column.personal else f", {shown(telling.rows[0][column.name])} first"
        return sentence(
            f"the five most frequent of {telling.count('actors')} values of {name} account for "
            f"{telling.percent('together', _FEW - 1)} of the records{who}"
        )

    return Claim(
        kind="concentration",
        columns=(column.name,),
        sql=_ranked(frame, column),
        tell=tell,
        strength=0.3 + 0.4 * saturating(lead - 1, 15),
        title=f"records by {name}",
        severity=Severity.NOTICE,
        view=None
        if column.personal
        else View(
            name=f"records_by_{column.name}",
            title=sentence(f"few values of {name} have many records")[:-1],
            mark=Mark.BAR,
            sql=_ranked(frame, column),
            x=Axis(field=column.name, title=name, kind="category"),
            y=Axis(field="records", title="records", kind="number"),
        ),
    )
