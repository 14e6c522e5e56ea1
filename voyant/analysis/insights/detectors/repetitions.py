"""Records that repeat one another in what should tell them apart: the same actor, amount and category over and over."""

from __future__ import annotations

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Frame
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import listed, quantity, readable, sentence, shown
from voyant.domain.finding import Severity
from voyant.domain.table import Column, Role
from voyant.lake.sql import identifier

_TIMES = 3
"""A combination counts as repeated from one more on."""
_FEWEST_DISTINCT = 0.2
"""Of the rows: a measure with fewer values repeats by itself."""


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    measure = _telling_measure(frame)
    if measure is None or not frame.counted:
        return search
    actor = _actor(frame)
    category = next((factor.column for factor in frame.factors if len(factor.values) >= 3), None)
    columns = [column for column in (actor, measure, category) if column is not None]
    if len(columns) < 2:
        return search
    names = ", ".join(identifier(column.name) for column in columns)
    known = " AND ".join(f"{identifier(column.name)} IS NOT NULL" for column in columns)
    groups = (
        f"SELECT {names}, count(*) AS records\nFROM {frame.source}\nWHERE {known}\n"
        f"GROUP BY {names}\nHAVING count(*) > {_TIMES}\nORDER BY records DESC, {names}"
    )
    found = frame.table.query(f"SELECT count(*) AS groups, coalesce(sum(records), 0) AS rows FROM ({groups}) AS g")[0]
    repeated = int(found["rows"])
    expected = _expected(frame, measure, actor)
    claim = _repeated(frame, columns, names, known, repeated) if repeated > _TIMES else None
    search.comparisons.append(
        Comparison(
            question=Question.REPETITION,
            test="Poisson tail of the number of repeated records, were values drawn independently",
            effect_name="records in combinations that come more than three times",
            effect=float(repeated),
            p=statistics.poisson_tail(repeated, max(expected, 0.5)) if repeated else 1.0,
            n=frame.table.dataset.rows,
            claim=claim,
        )
    )
    return search


def _telling_measure(frame: Frame) -> Column | None:
    """The measure with most different values, where it usually differs from row to row."""
    best = None
    for measure in frame.measures:
        if measure.column.formula is not None:
            continue
        described = frame.profile.column(measure.name)
        share = described.distinct.value / max(1, described.count)
        if share >= _FEWEST_DISTINCT and described.count >= 50 and (best is None or share > best[0]):
            best = (share, measure.column)
    return best[1] if best else None


def _actor(frame: Frame) -> Column | None:
    """Who or what comes back often: the actor with most values."""
    actors = [
        column
        for column in (*frame.subjects.actors, *(factor.column for factor in frame.factors))
        if column.role in {Role.DIMENSION, Role.IDENTIFIER}
    ]
    return max(actors, key=lambda column: (frame.profile.column(column.name).distinct.value, column.name), default=None)


def _expected(frame: Frame, measure: Column, actor: Column | None) -> float:
    """Records in such combinations by chance: those that share a value of the measure, and, roughly, the actor."""
    described = frame.profile.column(measure.name)
    rows = described.count
    partners = rows / max(1, described.distinct.value)
    if actor is not None:
        partners /= max(1, frame.profile.column(actor.name).distinct.value) ** 0.5
    return rows * statistics.poisson_tail(_TIMES, partners)


def _repeated(frame: Frame, columns: list[Column], names: str, known: str, repeated: int) -> Claim:
    sql = (
        f"SELECT {names}, records, count(*) OVER () AS combinations, sum(records) OVER () AS repeated\n"
        f"FROM (\n  SELECT {names}, count(*) AS records\n  FROM {frame.source}\n  WHERE {known}\n"
        f"  GROUP BY {names}\n  HAVING count(*) > {_TIMES}\n) AS combined\nORDER BY records DESC, {names}\nLIMIT 20"
    )
    if any(column.personal for column in columns):
        visible = ", ".join(identifier(column.name) for column in columns if not column.personal)
        sql = sql.replace(f"SELECT {names}, records,", f"SELECT {visible}, records,", 1)

    def tell(telling: Telling) -> str:
        row = telling.rows[0]
        what = []
        for column in columns:
            if column.personal:
                what.append(f"one {readable(column.name)}")
            elif column.type.is_numeric:
                telling.quantity(column.name, column.unit)
                what.append(f"{readable(column.name)} {quantity(float(row[column.name]), column.unit)}")
            else:
                what.append(f"{readable(column.name)} {shown(row[column.name])}")
        same = listed([readable(column.name) for column in columns])
        top = f"most often {listed(what)}, {telling.count('records')} times"
        if len(telling.rows) == 1:
            return sentence(f"{telling.count('repeated')} records have the same {same}: {', '.join(what)}")
        return sentence(
            f"{telling.count('repeated')} records repeat the same {same} more than three times, in "
            f"{telling.count('combinations')} combinations; {top}"
        )

    return Claim(
        kind="repetition",
        columns=tuple(column.name for column in columns),
        sql=sql,
        tell=tell,
        strength=0.5 + 0.4 * saturating(repeated / frame.table.dataset.rows, 0.05),
        title=f"records with the same {listed([readable(column.name) for column in columns])}",
        severity=Severity.WARNING,
    )
