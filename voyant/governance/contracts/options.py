"""What a contract says of a column's values: the options of its logical type, and its enumeration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.governance.contracts.claims import Claims, row_clause
from voyant.governance.contracts.patterns import anchored, obstacle_of
from voyant.governance.contracts.types import range_of

if TYPE_CHECKING:
    from open_data_contract_standard.model import SchemaProperty

CHECKED_FORMATS = frozenset({"email", "uuid", "uri", "hostname", "ipv4", "ipv6"})
_ORDERED = frozenset({"date", "timestamp", "time", "integer", "number"})
_KEPT_AS_UTC = "times are kept in UTC, whether they came with a zone or not"
_LEFT = {
    "timezone": _KEPT_AS_UTC,
    "defaultTimezone": _KEPT_AS_UTC,
    "minItems": "parts of nested values are not looked at",
    "maxItems": "parts of nested values are not looked at",
    "uniqueItems": "parts of nested values are not looked at",
    "minProperties": "parts of nested values are not looked at",
    "maxProperties": "parts of nested values are not looked at",
    "required": "parts of nested values are not looked at",
}


def claim(claims: Claims, table: str, entry: SchemaProperty, path: str) -> None:
    """The clauses of the options and of ``enum``; of what gives none, why."""
    options, place = entry.logicalTypeOptions or {}, f"{path}/logicalTypeOptions"
    column = entry.name or ""
    for name in options:
        if name in _LEFT:
            claims.leave(f"{place}/{name}", _LEFT[name])
    if entry.logicalType in _ORDERED or entry.logicalType is None:
        _claim_range(claims, table, column, options, place)
        _claim_multiple(claims, table, column, options, place)
    if entry.logicalType in {"string", None}:
        _claim_length(claims, table, column, options, place)
        _claim_pattern(claims, table, column, options, place)
    if "format" in options:
        _claim_format(claims, table, entry, str(options["format"]), f"{place}/format")
    for name in options:
        if not claims.is_said(f"{place}/{name}"):
            claims.leave(f"{place}/{name}", f"a value of the type {entry.logicalType} has no such option")
    if entry.enum:
        values = tuple(allowed.value for allowed in entry.enum)
        text = f"{column} is one of {_shown(values)}."
        rule = DeclaredRule(kind=RuleKind.VALUES, columns=(column,), values=values)
        claims.enforce(row_clause(table, (column,), f"{path}/enum", "enum", text, rule))


def _claim_range(claims: Claims, table: str, column: str, options: dict[str, Any], path: str) -> None:
    low, low_exclusive, low_names = _limit(options, "minimum")
    high, high_exclusive, high_names = _limit(options, "maximum")
    if low is None and high is None:
        return
    rule = DeclaredRule(
        kind=RuleKind.RANGE,
        columns=(column,),
        minimum=low,
        maximum=high,
        exclusive_minimum=low_exclusive,
        exclusive_maximum=high_exclusive,
    )
    limits = [f"{'above' if low_exclusive else 'at least'} {low}"] if low is not None else []
    limits += [f"{'below' if high_exclusive else 'at most'} {high}"] if high is not None else []
    paths = [f"{path}/{name}" for name in (*low_names, *high_names)]
    clause = row_clause(table, (column,), paths[0], "range", f"{column} is {' and '.join(limits)}.", rule)
    claims.enforce(clause, *paths[1:])


def _limit(options: dict[str, Any], name: str) -> tuple[Any, bool, list[str]]:
    """The limit, whether it is exclusive, and the options that say so: before ODCS 3.1 exclusive ones were flags."""
    exclusive = f"exclusive{name.capitalize()}"
    given, strict = options.get(name), options.get(exclusive)
    if strict is None or isinstance(strict, bool):
        return given, bool(strict), [n for n in (name, exclusive) if n in options and given is not None]
    outer = given is not None and (given > strict if name == "minimum" else given < strict)
    names = [n for n in (name, exclusive) if options.get(n) is not None]
    return (given, False, names) if outer else (strict, True, names)


def _claim_multiple(claims: Claims, table: str, column: str, options: dict[str, Any], path: str) -> None:
    step = options.get("multipleOf")
    if not isinstance(step, int | float) or isinstance(step, bool) or step <= 0:
        if "multipleOf" in options:
            claims.leave(f"{path}/multipleOf", "it is no number above 0")
        return
    # As decimals: in doubles 0.3 is no multiple of 0.1.
    condition = f'CAST("{column}" AS DECIMAL(38, 10)) % CAST({step!r} AS DECIMAL(38, 10)) = 0'
    rule = DeclaredRule(kind=RuleKind.CONDITION, columns=(column,), condition=condition)
    text = f"{column} is a multiple of {step}."
    claims.enforce(row_clause(table, (column,), f"{path}/multipleOf", "multiple", text, rule))


def _claim_length(claims: Claims, table: str, column: str, options: dict[str, Any], path: str) -> None:
    low, high = options.get("minLength"), options.get("maxLength")
    if low is None and high is None:
        return
    limits = ([f"at least {low:,}"] if low is not None else []) + ([f"at most {high:,}"] if high is not None else [])
    rule = DeclaredRule(kind=RuleKind.LENGTH, columns=(column,), minimum=low, maximum=high)
    paths = [f"{path}/{name}" for name in ("minLength", "maxLength") if options.get(name) is not None]
    text = f"{column} has {' and '.join(limits)} characters."
    claims.enforce(row_clause(table, (column,), paths[0], "length", text, rule), *paths[1:])


def _claim_pattern(claims: Claims, table: str, column: str, options: dict[str, Any], path: str) -> None:
    pattern = options.get("pattern")
    if pattern is None:
        return
    obstacle = obstacle_of(pattern)
    if obstacle is not None:
        claims.leave(f"{path}/pattern", obstacle)
        return
    rule = DeclaredRule(kind=RuleKind.PATTERN, columns=(column,), pattern=anchored(pattern))
    text = f"{column} matches {pattern}"
    claims.enforce(row_clause(table, (column,), f"{path}/pattern", "pattern", text, rule))


def _claim_format(claims: Claims, table: str, entry: SchemaProperty, format_: str, path: str) -> None:
    column = entry.name or ""
    limits = range_of(format_)
    if entry.logicalType in {"string", None} and format_ in CHECKED_FORMATS:
        rule = DeclaredRule(kind=RuleKind.FORMAT, columns=(column,), format=format_)
        text = f"{column} is written as {format_} is."
        claims.enforce(row_clause(table, (column,), path, "format", text, rule))
    elif entry.logicalType in {"integer", "number"} and limits is not None:
        rule = DeclaredRule(kind=RuleKind.RANGE, columns=(column,), minimum=limits[0], maximum=limits[1])
        claims.enforce(row_clause(table, (column,), path, "bits", f"{column} fits into {format_}.", rule))
    elif entry.logicalType in {"date", "timestamp", "time"}:
        claims.leave(path, "values are kept as dates and times, which have no way of writing")
    else:
        claims.leave(path, f"the format {format_[:100]!r} cannot be checked")


def _shown(values: tuple[Any, ...]) -> str:
    shown = ", ".join(str(value) for value in values[:10])
    return shown if len(values) <= 10 else f"{shown} and {len(values) - 10} more"
