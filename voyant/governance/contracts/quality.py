"""The quality checks of a contract: metrics of the standard, statements, and Voyant's own rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from voyant.analysis.quality.declared import refuse_contradictions
from voyant.analysis.quality.declared.wording import described
from voyant.domain.contract import Bounds, Clause, ClauseKind
from voyant.domain.finding import Severity
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.serialization import from_builtins
from voyant.errors import InvalidInput
from voyant.governance.contracts import statements
from voyant.governance.contracts.claims import Claims
from voyant.governance.contracts.patterns import anchored, obstacle_of
from voyant.governance.contracts.refusal import refused
from voyant.governance.contracts.yaml_text import read_yaml
from voyant.lake.sql import identifier, literal

if TYPE_CHECKING:
    from open_data_contract_standard.model import DataQuality

ENGINE = "voyant"
_UNITS = {None: "rows", "rows": "rows", "row": "rows", "percent": "percent", "%": "percent"}
_SEVERITIES = {
    "info": Severity.INFO,
    "low": Severity.INFO,
    "minor": Severity.INFO,
    "notice": Severity.NOTICE,
    "warning": Severity.WARNING,
    "warn": Severity.WARNING,
    "medium": Severity.WARNING,
}
_OF_TABLES = frozenset(
    {RuleKind.MONOTONIC, RuleKind.FRESHNESS, RuleKind.ROW_COUNT, RuleKind.VOLUME, RuleKind.DISTRIBUTION}
)
_PLACEHOLDER = re.compile(r"\$?\{\s*(table|object|column|property)\s*\}")
_RULE_FIELDS = frozenset(DeclaredRule.__struct_fields__)


def claim(
    claims: Claims, table: str, column: str | None, check: DataQuality, path: str, aliases: Sequence[str]
) -> None:
    """The clause of one check; where it gives none, why.

    Args:
        aliases: Names by which a statement may call the table.

    Raises:
        InvalidInput: It is a rule of Voyant's, or a statement, that cannot be meant.
    """
    kind = check.type or ("library" if check.metric or check.rule else "sql" if check.query else "text")
    if kind == "library":
        _claim_metric(claims, table, column, check, path)
    elif kind == "sql":
        _claim_query(claims, table, column, check, path, aliases)
    elif kind == "custom" and check.engine == ENGINE:
        _claim_rule(claims, table, column, check, path)
    elif kind == "custom":
        claims.leave(path, f"it is written for the engine {str(check.engine)[:100]!r}, which Voyant does not run")
    else:
        claims.leave(path, "it is text for people")


def severity_of(given: str | None) -> Severity:
    """What a broken clause is worth: ``critical``, upon which the contract's action follows, unless said otherwise."""
    return _SEVERITIES.get((given or "").lower(), Severity.CRITICAL)


def _claim_metric(claims: Claims, table: str, column: str | None, check: DataQuality, path: str) -> None:
    metric = check.metric or check.rule
    expected = expected_of(check)
    unit = _UNITS.get(check.unit.lower() if check.unit else None)
    if expected is None:
        claims.leave(path, "it says nothing that the figure must be")
    elif unit is None:
        claims.leave(path, f"its unit is {str(check.unit)[:50]!r}, neither rows nor percent")
    elif metric == "rowCount":
        claims.enforce(_clause(check, table, (), path, "rowCount", ClauseKind.TABLE, None, expected))
    else:
        rule = _rule_of(metric or "", column, check)
        if isinstance(rule, str):
            claims.leave(path, rule)
            return
        expected = replace(expected, unit=unit)
        claims.enforce(_clause(check, table, rule.columns, path, metric or "", ClauseKind.ROWS, rule, expected))


def _rule_of(metric: str, column: str | None, check: DataQuality) -> DeclaredRule | str:
    """The rule whose failing rows the metric counts, or why there is none."""
    arguments = check.arguments or {}
    if metric == "duplicateValues":
        listed = arguments.get("properties") or ([column] if column else [])
        columns = tuple(map(str, listed if isinstance(listed, list) else [listed]))
        return DeclaredRule(kind=RuleKind.UNIQUE, columns=columns) if columns else "it names no columns"
    if column is None:
        return f"{metric} is about a column, and stands at a table"
    if metric == "nullValues":
        return DeclaredRule(kind=RuleKind.MISSING, columns=(column,))
    if metric == "missingValues":
        return _present(column, arguments.get("missingValues") or [])
    allowed, pattern = arguments.get("validValues"), arguments.get("pattern")
    if isinstance(allowed, list):
        values = tuple(value for value in allowed if value is not None)
        return DeclaredRule(kind=RuleKind.VALUES, columns=(column,), values=values)
    if pattern is not None:
        obstacle = obstacle_of(pattern)
        return obstacle or DeclaredRule(kind=RuleKind.PATTERN, columns=(column,), pattern=anchored(pattern))
    return "it says neither which values are valid nor a pattern"


def _present(column: str, words: list[Any]) -> DeclaredRule:
    """Counts NULL too, whether listed or not: taking a source in has made NULL of empty cells and of ``N/A``."""
    name = identifier(column)
    texts = ", ".join(literal(str(word)) for word in words if word is not None)
    condition = f"{name} IS NOT NULL" + (f" AND CAST({name} AS VARCHAR) NOT IN ({texts})" if texts else "")
    return DeclaredRule(kind=RuleKind.CONDITION, columns=(column,), condition=condition)


def _claim_query(
    claims: Claims, table: str, column: str | None, check: DataQuality, path: str, aliases: Sequence[str]
) -> None:
    expected = expected_of(check)
    if not check.query:
        claims.leave(path, "it holds no statement")
    elif expected is None:
        claims.leave(path, "it says no number that the figure must be")
    else:
        meant = {"table": table, "object": table, "column": column, "property": column}
        if column is None and re.search(r"\{\s*(column|property)\s*\}", check.query):
            claims.leave(path, "it asks for a column, and stands at a table")
            return
        query = _PLACEHOLDER.sub(lambda found: identifier(str(meant[found[1]])), check.query)
        obstacle = statements.obstacle_of(query, aliases, path)
        if obstacle is not None:
            claims.leave(path, obstacle)
            return
        columns = (column,) if column else ()
        clause = _clause(check, table, columns, path, "sql", ClauseKind.TABLE, None, replace(expected, unit="value"))
        claims.enforce(replace(clause, query=query))


def _claim_rule(claims: Claims, table: str, column: str | None, check: DataQuality, path: str) -> None:
    given = check.implementation
    given = read_yaml(given) if isinstance(given, str) else given
    if not isinstance(given, dict):
        raise refused(f"{path}: the implementation is no mapping of a rule's fields, such as kind: range.")
    if "column" in given and "columns" not in given:
        given = {name: entry for name, entry in given.items() if name != "column"} | {"columns": [given["column"]]}
    if unknown := sorted(set(map(str, given)) - _RULE_FIELDS):
        raise refused(f"{path}: a rule has no field {unknown[0]!r}.", remedy=f"Use {', '.join(sorted(_RULE_FIELDS))}.")
    if column is not None and "columns" not in given:
        given = given | {"columns": [column]}
    if given.get("kind") not in list(RuleKind):
        raise refused(
            f"{path}: there is no kind of rule {str(given.get('kind'))[:100]!r}.", remedy=f"Use {', '.join(RuleKind)}."
        )
    try:
        rule = from_builtins(given, DeclaredRule)
    except msgspec.ValidationError as error:
        raise refused(f"{path}: the implementation is no rule: {error}.") from None
    if rule.kind is RuleKind.VOLUME:
        claims.leave(path, "how many rows earlier snapshots had is looked at by rules, once the data are a snapshot")
        return
    try:
        refuse_contradictions([rule])
    except InvalidInput as error:
        raise refused(f"{path}: {error.message}", remedy=error.remedy) from None
    kind = ClauseKind.TABLE if rule.kind in _OF_TABLES else ClauseKind.ROWS
    expected = Bounds(maximum=100 * rule.tolerance, unit="percent")
    clause = _clause(check, table, rule.columns, path, rule.name or str(rule.kind), kind, rule, expected)
    if not check.description:
        clause = replace(clause, text=f"{rule.description or described(rule)}.")
    if check.severity is None and "severity" in given:
        clause = replace(clause, severity=rule.severity)
    claims.enforce(clause)


def _clause(
    check: DataQuality,
    table: str,
    columns: tuple[str, ...],
    path: str,
    what: str,
    kind: ClauseKind,
    rule: DeclaredRule | None,
    expected: Bounds,
) -> Clause:
    subject = f"{table}.{','.join(columns)}" if columns else table
    return Clause(
        id=f"{subject}:{check.id or check.name or what}",
        path=path,
        table=table,
        kind=kind,
        columns=columns,
        text=check.description or f"{what} of {subject} must be {expected}.",
        rule=rule,
        expected=expected,
        severity=severity_of(check.severity),
    )


def expected_of(check: DataQuality) -> Bounds | None:
    """What the figure must be; None where nothing that is a number is said."""
    for name, excluded in (("mustBe", False), ("mustNotBe", True)):
        value = getattr(check, name)
        if value is not None:
            figure = _number(value)
            return None if figure is None else Bounds(minimum=figure, maximum=figure, excluded=excluded)
    # Both ends belong to what is between: the standard writes [0, 100].
    for limits, excluded in ((check.mustBeBetween, False), (check.mustNotBeBetween, True)):
        if limits is not None:
            return Bounds(minimum=limits[0], maximum=limits[1], excluded=excluded)
    above, least = check.mustBeGreaterThan, check.mustBeGreaterOrEqualTo
    below, most = check.mustBeLessThan, check.mustBeLessOrEqualTo
    if above is None and least is None and below is None and most is None:
        return None
    return Bounds(
        minimum=least if above is None else above,
        maximum=most if below is None else below,
        exclusive_minimum=above is not None,
        exclusive_maximum=below is not None,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, bool | int | float) else None
