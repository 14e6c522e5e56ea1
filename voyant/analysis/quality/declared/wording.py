"""What a declared rule expects, in words, where whoever declared it gave none."""

from __future__ import annotations

from collections.abc import Sequence

from voyant.domain.profile import Scalar
from voyant.domain.rule import DeclaredRule, RuleKind

_SHOWN_VALUES = 8
_LONGEST = 120


def described(rule: DeclaredRule) -> str:
    """One sentence without a full stop.

    >>> described(DeclaredRule(kind=RuleKind.RANGE, columns=("amount",), minimum=0, maximum=10))
    'amount lies between 0 and 10'
    """
    return _expected(rule) + (f", where {_cut(rule.when)}" if rule.when else "")


def _expected(rule: DeclaredRule) -> str:
    names = _joined(rule.columns)
    match rule.kind:
        case RuleKind.MISSING:
            return f"{names} {'have' if len(rule.columns) > 1 else 'has'} a value in every row"
        case RuleKind.UNIQUE:
            return f"No two rows share their {names}"
        case RuleKind.RANGE:
            return f"{names} lies {_bounds(rule)}"
        case RuleKind.LENGTH:
            return f"The length of {names} lies {_bounds(rule)}"
        case RuleKind.PATTERN:
            return f"{names} matches {_cut(rule.pattern or '')}"
        case RuleKind.VALUES:
            return f"{names} is one of {_listed(rule.values)}"
        case RuleKind.FORMAT:
            return f"{names} is written as {rule.format}"
        case RuleKind.TYPE:
            return f"{names} is of the type {rule.type}"
        case RuleKind.REFERENCE:
            return f"Each {names} stands in {rule.reference} as {_joined(rule.reference_columns or rule.columns)}"
        case RuleKind.MONOTONIC:
            order = f"by {rule.by}" if rule.by else "row by row"
            rises = rule.direction == "increasing"
            if rule.strict:
                return f"{names} always {'rises' if rises else 'falls'} {order}"
            return f"{names} never {'falls' if rises else 'rises'} {order}"
        case RuleKind.FRESHNESS:
            return f"The latest {names} is at most {rule.within_seconds:g} seconds old"
        case RuleKind.ROW_COUNT:
            return f"The number of rows lies {_bounds(rule)}"
        case RuleKind.VOLUME:
            return "The number of rows is in the range of earlier snapshots"
        case RuleKind.COMPARISON:
            return f"{rule.columns[0]} {rule.operator} {rule.columns[1]}"
        case RuleKind.CONDITION:
            return f"{_cut(rule.condition or '')}"
        case RuleKind.DISTRIBUTION:
            return f"{_statistic(rule)} of {names} lies {_bounds(rule)}"
        case RuleKind.SQL:
            return "The SELECT finds no rows that fail"


def _statistic(rule: DeclaredRule) -> str:
    if rule.statistic == "quantile":
        return f"The {rule.quantile:g} quantile"
    if rule.statistic == "share":
        return f"The share of {'missing values' if rule.value is None else repr(rule.value)}"
    if rule.statistic == "distinct":
        return "The number of distinct values"
    return f"The {rule.statistic}"


def _bounds(rule: DeclaredRule) -> str:
    low, high = rule.minimum, rule.maximum
    if low is not None and high is not None and not (rule.exclusive_minimum or rule.exclusive_maximum):
        return f"between {low} and {high}"
    above = "" if low is None else f"{'above' if rule.exclusive_minimum else 'at or above'} {low}"
    below = "" if high is None else f"{'below' if rule.exclusive_maximum else 'at or below'} {high}"
    return " and ".join(filter(None, (above, below)))


def _listed(values: Sequence[Scalar]) -> str:
    shown = ", ".join(str(value) for value in values[:_SHOWN_VALUES])
    more = len(values) - _SHOWN_VALUES
    return _cut(shown) + (f" and {more} more" if more > 0 else "")


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
