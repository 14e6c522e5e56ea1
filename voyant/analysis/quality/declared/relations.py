"""Rules on rows beside other rows: keys, references, order, and the SELECTs that people write."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from voyant.analysis.expressions import NotUsable
from voyant.analysis.quality.declared.given import columns_in, selection
from voyant.analysis.quality.declared.situation import Situation, both, columns_of, present
from voyant.analysis.quality.declared.values import family
from voyant.analysis.quality.rules import Rule
from voyant.domain.rule import DeclaredRule
from voyant.domain.table import ROW, Column
from voyant.lake.sql import identifier


def unique(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows that share the values of all columns with another; those that miss one of them are not looked at.

    One grouping counts them: cheaper than looking for each row's values among the repeated ones.
    """
    columns = situation.columns(rule.columns)
    names = ", ".join(identifier(column.name) for column in columns)
    among = both(base.among, present(columns))
    groups = f"SELECT count(*) AS n FROM {situation.source} WHERE {among} GROUP BY {names}"
    repeated = f"SELECT {names} FROM {situation.source} WHERE {among} GROUP BY {names} HAVING count(*) > 1"
    return replace(
        base,
        among=among,
        condition=f"({names}) IN (SELECT {names} FROM ({repeated}) AS repeated)",
        statement=(
            "SELECT coalesce(sum(n), 0) AS checked, coalesce(sum(CASE WHEN n > 1 THEN n END), 0) AS failed\n"
            f"FROM ({groups}) AS counted"
        ),
        known=None if base.among else _known_key(columns, situation),
    )


def _known_key(columns: Sequence[Column], situation: Situation) -> tuple[int, int] | None:
    """The counts where the profile has seen on all rows that these columns, or some of them, tell all rows apart."""
    profiles = [situation.profiled(column) for column in columns]
    if len(profiles) == 1 and profiles[0] is not None:
        distinct = profiles[0].distinct
        if distinct.exact and distinct.value == profiles[0].count:
            return profiles[0].count, 0
    names = {column.name for column in columns}
    filled = all(profile is not None and profile.nulls == 0 for profile in profiles)
    if filled and any(set(key) <= names for key in situation.profile.keys):
        return situation.profile.rows, 0
    return None


def reference(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows whose values stand in no row of the other table; those that miss one of them are not looked at."""
    columns = situation.columns(rule.columns)
    name = rule.reference or ""
    dataset = situation.table.dataset
    other = dataset if name == dataset.name else situation.expectations.tables.get(name)
    if other is None:
        raise NotUsable(f"there is no table {name!r} to look values up in")
    referred = columns_of(other, rule.reference_columns or rule.columns)
    for column, target in zip(columns, referred, strict=True):
        if family(column) != family(target):
            raise NotUsable(f"{column.name} is of the type {column.type}, and {target.name} of {name} {target.type}")
    values = ", ".join(identifier(column.name) for column in columns)
    targets = ", ".join(identifier(column.name) for column in referred)
    found = f"SELECT {targets} FROM {identifier(name)} WHERE {present(referred)}"
    # Without missing values on either side, IN is either true or false.
    return replace(
        base,
        among=both(base.among, present(columns)),
        condition=f"({values}) NOT IN (SELECT {targets} FROM ({found}) AS found)",
    )


def monotonic(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows whose value falls below that of the row before, in the order of ``by`` or, without it, of the table.

    Rows that share their ``by`` have no order of their own: the values decide, so that they never contradict it.
    """
    [column] = situation.columns(rule.columns)
    ordering = situation.columns([rule.by] if rule.by else [])
    name = identifier(column.name)
    rising = rule.direction == "increasing"
    among = both(base.among, present([column, *ordering]))
    order = f"{identifier(ordering[0].name)}, {name} {'ASC' if rising else 'DESC'}" if ordering else identifier(ROW)
    broken = f"{name} {'<' if rising else '>'}{'=' if rule.strict else ''} lag({name}) OVER (ORDER BY {order})"
    judged = f"SELECT {identifier(ROW)}, {broken} AS falls FROM {situation.table.numbered} AS numbered WHERE {among}"
    counted = f"SELECT {broken} AS falls FROM {situation.source} WHERE {among}" if ordering else judged
    return replace(
        base,
        columns=tuple(each.name for each in (column, *ordering)),
        among=among,
        condition=f"{identifier(ROW)} IN (SELECT {identifier(ROW)} FROM ({judged}) AS judged WHERE falls)",
        statement=f"SELECT count(*) AS checked, count(CASE WHEN falls THEN 1 END) AS failed FROM ({counted}) AS judged",
        is_shown=bool(ordering),
    )


def selected(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows that the SELECT gives; where those are none of the table's, such as groups, only how many there are."""
    found = selection(rule.sql or "", situation.table, situation.expectations.tables)
    base = replace(base, columns=base.columns or columns_in(found.sql, situation.table.dataset))
    if found.condition is not None:
        return replace(base, condition=found.condition)
    rows = f"(SELECT count(*) FROM {situation.source})"
    if found.rows is None:
        return replace(
            base,
            statement=(
                f"SELECT {rows} AS checked,\n"
                f"  least({rows}, (SELECT count(*) FROM ({found.sql}) AS selected)) AS failed"
            ),
        )
    return replace(
        base,
        condition=f"{identifier(ROW)} IN (SELECT {identifier(ROW)} FROM ({found.rows}) AS selected)",
        statement=(
            f"SELECT {rows} AS checked, count(DISTINCT {identifier(ROW)}) AS failed FROM ({found.rows}) AS selected"
        ),
        is_shown=False,
    )
