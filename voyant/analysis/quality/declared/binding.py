"""Declared rules made into the rules that are counted, each by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from voyant.analysis.expressions import NotUsable
from voyant.analysis.profile.outline import outline
from voyant.analysis.quality.declared import figures, relations, values
from voyant.analysis.quality.declared.expectations import Expectations
from voyant.analysis.quality.declared.given import condition_sql
from voyant.analysis.quality.declared.situation import Situation, columns_of, known_names
from voyant.analysis.quality.declared.wording import described
from voyant.analysis.quality.rules import Rule
from voyant.domain.finding import Severity
from voyant.domain.normalization import ChangeKind, Normalization
from voyant.domain.profile import Profile
from voyant.domain.quality import Dimension, Origin
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.table import Table

WEIGHTS = {Severity.INFO: 0.25, Severity.NOTICE: 0.5, Severity.WARNING: 1.0, Severity.CRITICAL: 2.0}

DIMENSIONS = {
    RuleKind.MISSING: Dimension.COMPLETENESS,
    RuleKind.UNIQUE: Dimension.UNIQUENESS,
    RuleKind.RANGE: Dimension.VALIDITY,
    RuleKind.LENGTH: Dimension.VALIDITY,
    RuleKind.PATTERN: Dimension.VALIDITY,
    RuleKind.VALUES: Dimension.VALIDITY,
    RuleKind.FORMAT: Dimension.VALIDITY,
    RuleKind.TYPE: Dimension.VALIDITY,
    RuleKind.REFERENCE: Dimension.CONSISTENCY,
    RuleKind.MONOTONIC: Dimension.CONSISTENCY,
    RuleKind.FRESHNESS: Dimension.TIMELINESS,
    RuleKind.ROW_COUNT: Dimension.COMPLETENESS,
    RuleKind.VOLUME: Dimension.COMPLETENESS,
    RuleKind.COMPARISON: Dimension.CONSISTENCY,
    RuleKind.CONDITION: Dimension.CONSISTENCY,
    RuleKind.DISTRIBUTION: Dimension.VALIDITY,
    RuleKind.SQL: Dimension.CONSISTENCY,
}

_OF_KIND: dict[RuleKind, Callable[[Rule, DeclaredRule, Situation], Rule]] = {
    RuleKind.MISSING: values.missing,
    RuleKind.UNIQUE: relations.unique,
    RuleKind.RANGE: values.in_range,
    RuleKind.LENGTH: values.length,
    RuleKind.PATTERN: values.pattern,
    RuleKind.VALUES: values.listed,
    RuleKind.FORMAT: values.formatted,
    RuleKind.TYPE: values.of_type,
    RuleKind.REFERENCE: relations.reference,
    RuleKind.MONOTONIC: relations.monotonic,
    RuleKind.FRESHNESS: figures.freshness,
    RuleKind.ROW_COUNT: figures.row_count,
    RuleKind.VOLUME: figures.volume,
    RuleKind.COMPARISON: values.comparison,
    RuleKind.CONDITION: values.condition,
    RuleKind.DISTRIBUTION: figures.distribution,
    RuleKind.SQL: relations.selected,
}


def bind(
    expectations: Expectations, table: Table, profile: Profile | None = None, normalization: Normalization | None = None
) -> list[Rule]:
    """A rule to be counted for each declared one; one that cannot run on this table says why.

    Args:
        profile: What it knows need not be counted; where there is none the table is looked over first.
    """
    if profile is None:
        profile = outline(table, _columns_of((*expectations.rules, *expectations.promises), table))
    rejected = {
        change.column: change.cells
        for change in (normalization.changes if normalization else ())
        if change.kind is ChangeKind.REJECTED
    }
    situation = Situation(table=table, profile=profile, expectations=expectations, rejected=rejected)
    return [
        *(_bound(rule, situation, Origin.DECLARED) for rule in expectations.rules),
        *(_bound(rule, situation, Origin.PROMISED) for rule in expectations.promises),
    ]


def _columns_of(rules: Sequence[DeclaredRule], table: Table) -> Iterator[str]:
    """Those that rules name and the table has."""
    known = known_names(table.dataset)
    for rule in rules:
        with suppress(NotUsable):
            yield from (column.name for column in columns_of(table.dataset, rule.columns, known))


def _bound(rule: DeclaredRule, situation: Situation, origin: Origin) -> Rule:
    base = Rule(
        id=rule.id,
        kind=str(rule.kind),
        dimension=rule.dimension or DIMENSIONS[rule.kind],
        columns=rule.columns,
        description=rule.description or described(rule),
        reason=origin.value,
        severity=rule.severity,
        weight=WEIGHTS[rule.severity],
        origin=origin,
        owner=rule.owner,
        tolerance=rule.tolerance,
        seconds=situation.expectations.sql_seconds if rule.when or rule.condition or rule.sql else None,
    )
    try:
        columns = tuple(column.name for column in situation.columns(rule.columns))
        among = condition_sql(rule.when, situation.table) if rule.when else None
        return _OF_KIND[rule.kind](replace(base, columns=columns, among=among), rule, situation)
    except NotUsable as refusal:
        return replace(base, obstacle=str(refusal))
