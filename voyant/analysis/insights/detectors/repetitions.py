"""Records that repeat one another in what should tell them apart: the same actor and amount, over and over."""

from __future__ import annotations

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Row, Search, Telling, saturating
from voyant.analysis.insights.frame import Frame
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import listed, quantity, readable, sentence, shown
from voyant.domain.finding import Severity
from voyant.domain.table import Column, Role
from voyant.lake.sql import identifier

_FEWEST_DISTINCT = 0.4
"""Of the rows: a measure with fewer values repeats by itself."""
_ROWS_OF_ACTOR = 3.0
_FEWEST_ACTORS = 15
_MOST_COMPANIONS = 6


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    measure, actor = _telling_measure(frame), _actor(frame)
    if measure is None or actor is None or not frame.counted:
        return search
    comparison = _compared(frame, actor, measure)
    if comparison is not None:
        search.comparisons.append(comparison)
    return search


def _telling_measure(frame: Frame) -> Column | None:
    """The measure with most different values, where it usually differs from row to row."""
    best: tuple[float, Column] | None = None
    for measure in frame.measures:
        described = frame.described[measure.name]
        share = described.distinct.value / max(1, described.count)
        usable = measure.column.formula is None and share >= _FEWEST_DISTINCT and described.count >= 50
        if usable and (best is None or share > best[0]):
            best = (share, measure.column)
    return best[1] if best else None


def _actor(frame: Frame) -> Column | None:
    """Who comes back: the column with most values that each have several rows."""
    candidates = [
        column
        for column in (*frame.subjects.actors, *(factor.column for factor in frame.factors))
        if column.role in {Role.DIMENSION, Role.IDENTIFIER}
        and frame.described[column.name].count >= _ROWS_OF_ACTOR * max(1, frame.described[column.name].distinct.value)
        and frame.described[column.name].distinct.value >= _FEWEST_ACTORS
    ]
    return max(candidates, key=lambda column: (frame.described[column.name].distinct.value, column.name), default=None)


def _compared(frame: Frame, actor: Column, measure: Column) -> Comparison | None:
    """Pairs of records alike in both, against what their separate frequencies give by chance."""
    who, what = identifier(actor.name), identifier(measure.name)
    known = f"{who} IS NOT NULL AND {what} <> 0"  # nothing repeats by itself

    def pairs(columns: str) -> float:
        found = frame.table.query(
            f"SELECT coalesce(sum(CAST(n AS DOUBLE) * (n - 1) / 2), 0) AS pairs FROM (\n"
            f"SELECT count(*) AS n FROM {frame.source} WHERE {known} GROUP BY {columns}) AS grouped"
        )
        return float(found[0]["pairs"])

    rows = int(frame.table.query(f"SELECT count(*) AS n FROM {frame.source} WHERE {known}")[0]["n"])
    possible = rows * (rows - 1) / 2
    alike = pairs(f"{who}, {what}")
    expected = pairs(who) * pairs(what) / possible if possible else 0.0
    # Where one repetition makes many equal values of the measure, these are no evidence of chance.
    expected = min(expected, pairs(who) * max(0.0, pairs(what) - alike + 1) / possible) if possible else 0.0
    claim = _repeated(frame, actor, measure, known, alike / max(1, rows)) if alike >= 2 else None
    return Comparison(
        question=Question.REPETITION,
        test="Poisson tail of the pairs of records alike in both columns",
        effect_name="pairs over pairs expected by chance",
        effect=alike / max(expected, 0.01),
        p=statistics.poisson_tail(int(alike), max(expected, 0.01)),
        n=rows,
        claim=claim,
    )


def _repeated(frame: Frame, actor: Column, measure: Column, known: str, density: float) -> Claim:
    who, what = identifier(actor.name), identifier(measure.name)
    companions = [
        factor.column for factor in frame.factors if factor.name != actor.name and factor.column.personal is None
    ][:_MOST_COMPANIONS]
    alike = "".join(
        f",\n    CASE WHEN count(DISTINCT {identifier(column.name)}) = 1 THEN min({identifier(column.name)}) END "
        f"AS {identifier(column.name)}"
        for column in companions
    )
    names = [identifier(column.name) for column in (actor, measure, *companions) if column.personal is None]
    sql = (
        f"SELECT {', '.join(names)}, records,\n"
        f"  count(*) OVER () AS combinations, sum(records) OVER () AS repeated\n"
        f"FROM (\n  SELECT {who}, {what}, count(*) AS records{alike}\n  FROM {frame.source}\n  WHERE {known}\n"
        f"  GROUP BY {who}, {what}\n  HAVING count(*) > 1\n) AS combined\n"
        f"ORDER BY records DESC, {who}, {what}\nLIMIT 20"
    )
    name = listed([readable(actor.name), readable(measure.name)])

    def tell(telling: Telling) -> str:
        row = telling.rows[0]
        telling.quantity(measure.name, measure.unit)
        top = f"{_named(row, actor)} with {readable(measure.name)} {quantity(float(row[measure.name]), measure.unit)}"
        same = [f"{readable(column.name)} {shown(row[column.name])}" for column in companions if row[column.name]]
        also = f" (also the same: {', '.join(same[:3])})" if same else ""
        if len(telling.rows) == 1:
            return sentence(f"{telling.count('repeated')} records repeat the same {name}: {top}{also}")
        if telling.value("records") == 2:
            others = [_named(other, actor) for other in telling.rows[1:3]]
            return sentence(
                f"{telling.count('repeated')} records repeat another one in {name}, "
                f"{telling.count('combinations')} times twice the same: {top}{also}, also {listed(others)}"
                if actor.personal is None and telling.value("combinations") <= 3
                else f"{telling.count('repeated')} records repeat another one in {name}, such as {top}{also}"
            )
        return sentence(
            f"{telling.count('repeated')} records repeat others in {name}; most often {top}, "
            f"{telling.count('records')} times{also}"
        )

    return Claim(
        kind="repetition",
        columns=(actor.name, measure.name),
        sql=sql,
        tell=tell,
        strength=0.5 + 0.35 * saturating(density, 0.5),
        title=f"records with the same {name}",
        severity=Severity.WARNING,
    )


def _named(row: Row, actor: Column) -> str:
    return f"one {readable(actor.name)}" if actor.personal else f"{readable(actor.name)} {shown(row[actor.name])}"
