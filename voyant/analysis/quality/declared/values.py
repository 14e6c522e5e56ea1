"""Rules on single rows: on values by themselves, and on two values of a row."""

from __future__ import annotations

from datetime import date, datetime

from msgspec.structs import replace

from voyant.analysis.expressions import NotUsable
from voyant.analysis.quality.declared import formats
from voyant.analysis.quality.declared.given import columns_in, condition_sql
from voyant.analysis.quality.declared.literals import typed
from voyant.analysis.quality.declared.situation import Situation, both, on_present, on_values
from voyant.analysis.quality.rules import Rule
from voyant.domain.profile import ColumnProfile, Scalar
from voyant.domain.rule import DeclaredRule
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import identifier, literal

_EXACT_DIGITS = 15


def missing(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows in which any of the columns has no value."""
    columns = situation.columns(rule.columns)
    condition = " OR ".join(f"{identifier(column.name)} IS NULL" for column in columns)
    profile = situation.profiled(columns[0])
    alone = len(columns) == 1 and base.among is None and profile is not None
    known = (profile.rows, profile.nulls) if alone and profile is not None else None
    return replace(base, condition=condition, known=known)


def in_range(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Values below the minimum or above the maximum; what is not a number lies in no range."""
    [column] = situation.columns(rule.columns)
    if not (column.type.is_numeric or column.type.is_temporal or column.type is ColumnType.TIME):
        raise NotUsable(f"{column.name} is of the type {column.type}; a range is of numbers, dates or times")
    name = identifier(column.name)
    outside = []
    if rule.minimum is not None:
        outside.append(f"{name} {'<=' if rule.exclusive_minimum else '<'} {typed(rule.minimum, column)}")
    if rule.maximum is not None:
        outside.append(f"{name} {'>=' if rule.exclusive_maximum else '>'} {typed(rule.maximum, column)}")
    elif column.type is ColumnType.FLOAT:
        outside.append(f"isnan({name})")  # it compares as above all numbers
    profile = situation.profiled(column)
    is_clean = profile is not None and _lies_within(profile, column, rule)
    return on_values(base, column, " OR ".join(outside), situation, is_clean=is_clean)


def _lies_within(profile: ColumnProfile, column: Column, rule: DeclaredRule) -> bool:
    """Whether the smallest and the largest value of the profile lie in the range, beyond doubt."""
    if profile.number is not None and profile.number.infinite:
        return False
    if column.type is ColumnType.DECIMAL and int(column.engine_type.split("(")[1].split(",")[0]) > _EXACT_DIGITS:
        return False
    low, high = _order(profile.minimum), _order(profile.maximum)
    least, most = _order(rule.minimum), _order(rule.maximum)
    if low is None or high is None or type(low) is not type(high):
        return False
    above = rule.minimum is None or (
        type(least) is type(low) and (low > least if rule.exclusive_minimum else low >= least)  # type: ignore[operator]
    )
    below = rule.maximum is None or (
        type(most) is type(high) and (high < most if rule.exclusive_maximum else high <= most)  # type: ignore[operator]
    )
    return above and below


def _order(value: Scalar) -> float | date | None:
    """A bound as it compares with others of its kind; None where that is not sure."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return _moment(value)
    return float(value) if abs(value) < 10**_EXACT_DIGITS else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else None


def length(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Texts with fewer or more characters."""
    column = _text_column(rule, situation, "a length")
    name = identifier(column.name)
    low, high = (None if bound is None else int(bound) for bound in (rule.minimum, rule.maximum))
    outside = [] if low is None else [f"length({name}) < {low}"]
    outside += [] if high is None else [f"length({name}) > {high}"]
    profile = situation.profiled(column)
    text = profile.text if profile is not None else None
    is_clean = (
        text is not None and (low is None or low <= text.min_length) and (high is None or text.max_length <= high)
    )
    return on_values(base, column, " OR ".join(outside), situation, is_clean=is_clean)


def pattern(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Texts of which the pattern does not match the whole."""
    column = _text_column(rule, situation, "a pattern")
    condition = f"NOT regexp_full_match({identifier(column.name)}, {literal(rule.pattern or '')})"
    return on_values(base, column, condition, situation)


def listed(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Values other than those listed."""
    [column] = situation.columns(rule.columns)
    allowed = ", ".join(typed(value, column) for value in rule.values)
    return on_values(base, column, f"{identifier(column.name)} NOT IN ({allowed})", situation)


def formatted(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Texts without the format."""
    [column] = situation.columns(rule.columns)
    return on_values(base, column, formats.misfit(column, rule.format or ""), situation)


def of_type(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Values that are none of the type, those included that normalization could not read as their column's."""
    [column] = situation.columns(rule.columns)
    wanted = ColumnType(rule.type or "")
    made = on_values(base, column, _misfit(column, wanted), situation, is_clean=_is_of(column.type, wanted))
    rejected = situation.rejected.get(column.name, 0)
    if not rejected or base.among is not None or made.known is None:
        return made
    checked, failed = made.known
    said = f"{base.reason}; {rejected:,} cells could not be read as {column.type}: rejects.parquet keeps them"
    return replace(made, unit="cells", known=(checked + rejected, failed + rejected), reason=said, is_shown=False)


_WIDER = {
    ColumnType.INTEGER: {ColumnType.DECIMAL, ColumnType.FLOAT},
    ColumnType.DECIMAL: {ColumnType.FLOAT},
    ColumnType.DATE: {ColumnType.TIMESTAMP},
}
_ENGINE_TYPES = {
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.INTEGER: "DECIMAL(38,0)",
    ColumnType.DECIMAL: "DECIMAL(38,10)",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.TIME: "TIME",
}


def _is_of(stored: ColumnType, wanted: ColumnType) -> bool:
    return stored is wanted or wanted in _WIDER.get(stored, ())


def _misfit(column: Column, wanted: ColumnType) -> str:
    name = identifier(column.name)
    if _is_of(column.type, wanted):
        return f"{name} IS NULL AND {name} IS NOT NULL"
    if wanted is ColumnType.INTEGER and column.type is ColumnType.TEXT:
        return f"NOT regexp_full_match(trim({name}), '[+-]?[0-9]+')"
    if wanted is ColumnType.INTEGER and column.type.is_numeric:
        return f"{name} <> trunc({name})"
    if wanted is ColumnType.DATE and column.type is ColumnType.TIMESTAMP:
        return f"{name} <> date_trunc('day', {name})"
    if column.type is ColumnType.TEXT and wanted in _ENGINE_TYPES:
        return f"{name} IS NOT NULL AND try_cast({name} AS {_ENGINE_TYPES[wanted]}) IS NULL"
    return f"{name} IS NOT NULL"


def comparison(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows in which the first column does not stand in the relation to the second."""
    columns = situation.columns(rule.columns)
    one, other = columns
    if family(one) != family(other):
        raise NotUsable(f"{one.name} is of the type {one.type} and {other.name} of {other.type}: they do not compare")
    condition = f"NOT ({identifier(one.name)} {rule.operator} {identifier(other.name)})"
    return on_present(base, columns, condition, situation)


def family(column: Column) -> str:
    """What values of the column compare with."""
    if column.type.is_numeric:
        return "number"
    return "time" if column.type.is_temporal else str(column.type)


def condition(base: Rule, rule: DeclaredRule, situation: Situation) -> Rule:
    """Rows for which the condition is false; where it is neither true nor false nothing is said of them."""
    written = condition_sql(rule.condition or "", situation.table)
    return replace(
        base,
        columns=base.columns or columns_in(written, situation.table.dataset),
        condition=f"NOT {written}",
        among=both(base.among, f"{written} IS NOT NULL"),
        follows=base.among is None,
    )


def _text_column(rule: DeclaredRule, situation: Situation, what: str) -> Column:
    [column] = situation.columns(rule.columns)
    if column.type is not ColumnType.TEXT:
        raise NotUsable(f"{column.name} is of the type {column.type}, and {what} is about text")
    return column
