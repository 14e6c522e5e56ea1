"""Is everything there that should be?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from voyant.analysis.quality.rules import Rule, Subject
from voyant.domain.finding import Severity
from voyant.domain.quality import Dimension
from voyant.domain.table import Column, ColumnType, Role
from voyant.lake.sql import identifier, literal

TOLERATED_MISSING = 0.05
_MUCH_MISSING = 0.5

_WEIGHTS = {Role.IDENTIFIER: 2.0, Role.TIME: 2.0, Role.TEXT: 0.5, Role.EMPTY: 0.5}

# What decides whether a value is due is a column of few values, such as the state of a ticket.
_MOST_DECIDING_COLUMNS = 6
_MOST_DECIDING_VALUES = 12
_MOST_PARTLY_FILLED = 50
_FEWEST_ROWS = 10
_NEVER_FILLED = 0.01
_MOSTLY_FILLED = 0.5


def propose(subject: Subject) -> Iterator[Rule]:
    """Missing cells of each column, where a value is due, and columns that are mostly empty."""
    due = _where_due(subject)
    sparse: list[str] = []
    for column in subject.stored:
        profile = subject.profiles[column.name]
        when = due.get(column.name)
        if when is None and profile.nulls > _MUCH_MISSING * profile.rows:
            sparse.append(column.name)
        yield _missing(column, profile.nulls, profile.rows, when)
        if profile.text is not None and profile.text.empty:
            yield _blank(column)
    yield _sparse(sparse, len(subject.stored))


def _missing(column: Column, nulls: int, rows: int, when: _Due | None) -> Rule:
    name = identifier(column.name)
    exacting = column.role in {Role.IDENTIFIER, Role.TIME}
    share = nulls / rows if rows else 0.0
    description = f"{column.name} has a value in every row"
    reason = f"{column.name} is {_with_article(column.role)}"
    if when is not None:
        description = f"{column.name} has a value in every row where {when.text}"
        reason = f"{column.name} is empty only where {when.never}: there it is not due"
        share = when.missing / when.rows if when.rows else 0.0
    return Rule(
        kind="missing",
        dimension=Dimension.COMPLETENESS,
        columns=(column.name,),
        description=description,
        reason=reason,
        severity=Severity.WARNING if share > (TOLERATED_MISSING if exacting else _MUCH_MISSING) else Severity.NOTICE,
        weight=_WEIGHTS.get(column.role, 1.0),
        tolerance=0.0 if exacting and when is None else TOLERATED_MISSING,
        condition=f"{name} IS NULL",
        among=when.sql if when else None,
        known=(when.rows, when.missing) if when else (rows, nulls),
    )


def _with_article(role: Role) -> str:
    if role in {Role.TEXT, Role.GEOGRAPHY, Role.EMPTY}:
        return {Role.TEXT: "free text", Role.GEOGRAPHY: "a place", Role.EMPTY: "empty throughout"}[role]
    return f"{'an' if role is Role.IDENTIFIER else 'a'} {role}{' column' if role is Role.TIME else ''}"


def _blank(column: Column) -> Rule:
    name = identifier(column.name)
    return Rule(
        kind="blank",
        dimension=Dimension.COMPLETENESS,
        columns=(column.name,),
        description=f"{column.name} holds something to read where it has a value",
        reason="some values are empty or white space",
        severity=Severity.NOTICE,
        weight=1.0,
        condition=f"trim({name}) = ''",
        among=f"{name} IS NOT NULL",
    )


def _sparse(sparse: list[str], columns: int) -> Rule:
    return Rule(
        kind="sparse_columns",
        dimension=Dimension.COMPLETENESS,
        columns=tuple(sparse),
        description="Every column is filled in at least half of the rows where a value is due",
        reason="a column that is mostly empty serves few purposes",
        severity=Severity.WARNING,
        weight=round(max(1.0, columns / 4), 2),
        unit="columns",
        known=(columns, len(sparse)),
    )


class _Due(Struct, frozen=True):
    """The rows in which a column is to be filled: where another column has none of the values that exclude it."""

    sql: str
    text: str
    never: str
    rows: int
    missing: int


def _where_due(subject: Subject) -> dict[str, _Due]:
    """For columns that are empty just where another column has certain values, such as the end of what is open."""
    partly = [
        column
        for column in subject.stored
        if _FEWEST_ROWS <= subject.profiles[column.name].nulls < subject.profile.rows
        and subject.profiles[column.name].nulls > TOLERATED_MISSING * subject.profile.rows
    ][:_MOST_PARTLY_FILLED]
    deciding = [column for column in subject.stored if _may_decide(subject, column)][:_MOST_DECIDING_COLUMNS]
    if not partly or not deciding:
        return {}
    filled = ", ".join(f"count({identifier(column.name)}) AS f{number}" for number, column in enumerate(partly))
    found: dict[str, _Due] = {}
    for other in deciding:
        value = identifier(other.name)
        groups = subject.table.query(
            f"SELECT {value} AS value, count(*) AS n, {filled} FROM {subject.source} GROUP BY 1 ORDER BY 1"
        )
        for number, column in enumerate(partly):
            due = _due(other, [(group["value"], group["n"], group[f"f{number}"]) for group in groups])
            if due is not None and column is not other:
                found.setdefault(column.name, due)
    return found


def _may_decide(subject: Subject, column: Column) -> bool:
    profile = subject.profiles[column.name]
    return (
        column.role is Role.DIMENSION
        and column.personal is None
        and column.type in {ColumnType.TEXT, ColumnType.BOOLEAN}
        and profile.nulls == 0
        and 2 <= profile.distinct.value <= _MOST_DECIDING_VALUES
    )


def _due(other: Column, groups: list[tuple[Any, int, int]]) -> _Due | None:
    never = [(value, n) for value, n, filled in groups if filled <= _NEVER_FILLED * n]
    mostly = [(value, n, filled) for value, n, filled in groups if filled >= _MOSTLY_FILLED * n]
    if len(never) + len(mostly) < len(groups):
        return None
    rows = sum(n for _, n, _ in mostly)
    if rows < _FEWEST_ROWS or sum(n for _, n in never) < _FEWEST_ROWS:
        return None
    values = [value for value, _, _ in mostly]
    return _Due(
        sql=f"{identifier(other.name)} IN ({', '.join(map(_literal, values))})",
        text=f"{other.name} is {_alternatives(values)}",
        never=f"{other.name} is {_alternatives([value for value, _ in never])}",
        rows=rows,
        missing=rows - sum(filled for _, _, filled in mostly),
    )


def _literal(value: Any) -> str:
    return literal(value) if isinstance(value, str) else str(value).lower()


def _alternatives(values: list[Any]) -> str:
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
