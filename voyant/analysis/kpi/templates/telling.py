"""What a template's result comes to in a sentence, with its chart: both from the template's own statement."""

from __future__ import annotations

from collections.abc import Callable

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates.definition import Bound
from voyant.analysis.wording import readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View

MOST_DRAWN = 300
"""Periods or values of a chart."""
_STRENGTH = 0.8
"""What was asked for stands above most of what was found."""

Tell = Callable[[Telling], str | None]


def over(sql: str, *, columns: str = "*", where: str = "", order: str = "", limit: int | None = None) -> str:
    """A SELECT over a template's result."""
    body = "\n".join(f"  {line}" for line in sql.split("\n"))
    return (
        f"SELECT {columns}\nFROM (\n{body}\n) AS figures"
        + (f"\nWHERE {where}" if where else "")
        + (f"\nORDER BY {order}" if order else "")
        + (f"\nLIMIT {limit}" if limit else "")
    )


def revenue_name(bound: Bound, parameter: str = "amount") -> str:
    """What the amounts are called in a sentence."""
    return "revenue" if bound.columns.get("price") else readable(bound.column(parameter).name)


def amount_unit(bound: Bound, parameter: str = "amount") -> str | None:
    return bound.unit("price") if bound.columns.get("price") else bound.unit(parameter)


def claim(name: str, bound: Bound, sql: str, tell: Tell, title: str, view: View | None = None) -> Claim:
    """The claim of a template, of the kind that is called as the template is."""
    columns = dict.fromkeys(column.name for given in bound.columns.values() for column in given)

    def told(telling: Telling) -> str | None:
        text = tell(telling)
        return None if text is None else sentence(text)

    return Claim(
        kind=name,
        columns=tuple(columns)[:4],
        sql=sql,
        tell=told,
        strength=_STRENGTH,
        title=title,
        severity=Severity.NOTICE,
        view=view,
    )


def lines(
    name: str, sql: str, figure: str, title: str, unit: str | None, *, caption: str = "", where: str = ""
) -> View:
    """A figure by period, the last ones where there are very many."""
    latest = over(sql, columns=f"period, {figure}", where=where, order="period DESC", limit=MOST_DRAWN)
    return View(
        name=name,
        title=sentence(title)[:-1],
        mark=Mark.LINE,
        sql=over(latest, order="period"),
        x=Axis(field="period", title="period", kind="time"),
        y=Axis(field=figure, title=readable(figure), kind="number", unit=unit),
        caption=caption,
    )


def bars(name: str, sql: str, category: str, figure: str, title: str, unit: str | None) -> View:
    """A figure by value, the first of the statement's order."""
    return View(
        name=name,
        title=sentence(title)[:-1],
        mark=Mark.BAR,
        sql=sql,
        x=Axis(field=category, title=readable(category), kind="category"),
        y=Axis(field=figure, title=readable(figure), kind="number", unit=unit),
    )
