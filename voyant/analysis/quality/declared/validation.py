"""Rules that contradict themselves are refused before anything runs, whatever the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from voyant.analysis import expressions
from voyant.analysis.quality.declared import formats
from voyant.analysis.quality.declared.given import OWN, condition_of, selection_of
from voyant.analysis.quality.declared.patterns import Compiler
from voyant.domain.profile import Scalar
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.table import ColumnType
from voyant.errors import Code, InvalidInput

MOST_RULES = 1_000
MOST_COLUMNS = 32
MOST_VALUES = 10_000
LONGEST_NAME = 200

OPERATORS = ("<", "<=", "=", ">=", ">", "<>")
DIRECTIONS = ("increasing", "decreasing")
STATISTICS = ("mean", "sum", "sd", "minimum", "maximum", "quantile", "distinct", "share")

_ONE_COLUMN = frozenset(
    {
        *(RuleKind.RANGE, RuleKind.LENGTH, RuleKind.PATTERN, RuleKind.VALUES, RuleKind.FORMAT, RuleKind.TYPE),
        *(RuleKind.MONOTONIC, RuleKind.FRESHNESS, RuleKind.DISTRIBUTION),
    }
)
_SOME_COLUMNS = frozenset({RuleKind.MISSING, RuleKind.UNIQUE, RuleKind.REFERENCE})
_BOUNDED = frozenset({RuleKind.RANGE, RuleKind.LENGTH, RuleKind.ROW_COUNT, RuleKind.DISTRIBUTION})
_OF_VALUES = frozenset({"minimum", "maximum", "quantile"})


def refuse_contradictions(rules: Sequence[DeclaredRule]) -> None:
    """Does nothing, where every rule says what it needs to and nothing that excludes itself.

    Raises:
        InvalidInput: ``BAD_RULE`` with the rule's name and what to do.
    """
    if len(rules) > MOST_RULES:
        raise InvalidInput(
            f"There are {len(rules):,} rules; at most {MOST_RULES:,} are judged at once.", code=Code.TOO_LARGE
        )
    seen: set[str] = set()
    with Compiler() as compiler:
        for rule in rules:
            if rule.id in seen:
                raise _bad(rule, "another one has the same name", "Give each a name of its own.")
            seen.add(rule.id)
            for reason in _contradictions(rule, compiler):
                raise _bad(rule, reason)


def tables_named(rules: Sequence[DeclaredRule]) -> tuple[str, ...]:
    """The tables that the rules read, besides placeholders for their own: to be made readable before they run."""
    found: dict[str, None] = {}
    for rule in rules:
        if rule.reference is not None:
            found[rule.reference] = None
        if rule.sql is not None:
            found |= dict.fromkeys(expressions.tables_of(selection_of(rule.sql)))
    return tuple(name for name in found if name != OWN)


def _contradictions(rule: DeclaredRule, compiler: Compiler) -> Iterator[str]:
    """What is wrong with it, the plainest first."""
    if len(rule.id) > LONGEST_NAME or "\x00" in rule.id:
        yield f"a name has at most {LONGEST_NAME} characters, none of them NUL"
    if not 0 <= rule.tolerance < 1:
        yield f"its tolerance is a share from 0 to less than 1; this is {rule.tolerance:g}"
    yield from _columns(rule)
    yield from _bounds(rule)
    if rule.kind is RuleKind.PATTERN:
        yield from _pattern(rule, compiler)
    if rule.kind is RuleKind.FORMAT:
        yield from _format(rule, compiler)
    if (check := _OF_KIND.get(rule.kind)) is not None:
        yield from check(rule)
    for sql in filter(None, (rule.when, rule.condition)):
        yield from _refusals(lambda sql=sql: condition_of(sql))  # type: ignore[misc]


def _columns(rule: DeclaredRule) -> Iterator[str]:
    given = len(rule.columns)
    if len({name.lower() for name in rule.columns}) < given:
        yield "it names a column twice"
    if rule.kind in _ONE_COLUMN and given != 1 and rule.statistic != "share":
        yield f"it is about one column, and names {given}"
    if rule.kind in _SOME_COLUMNS and not 0 < given <= MOST_COLUMNS:
        yield f"it is about 1 to {MOST_COLUMNS} columns, and names {given}"
    if rule.kind is RuleKind.COMPARISON and given != 2:
        yield f"it compares two columns, and names {given}"


def _bounds(rule: DeclaredRule) -> Iterator[str]:
    low, high = rule.minimum, rule.maximum
    if rule.kind not in _BOUNDED:
        return
    if low is None and high is None:
        yield "it has neither a minimum nor a maximum"
    for bound in (low, high):
        if isinstance(bound, bool) or (isinstance(bound, str) and _takes_numbers_only(rule)):
            yield f"{bound!r} is no bound of a {rule.kind}: give a number"
        whole = rule.kind in {RuleKind.LENGTH, RuleKind.ROW_COUNT} and isinstance(bound, int | float)
        if whole and not (bound >= 0 and bound == int(bound)):  # type: ignore[operator, arg-type]
            yield f"its bounds are whole numbers from 0; this is {bound!r}"
    if low is not None and high is not None:
        pair = _comparable(low), _comparable(high)
        if type(pair[0]) is not type(pair[1]):
            yield f"its minimum {low!r} and its maximum {high!r} are not of one kind"
        elif pair[0] > pair[1]:  # type: ignore[operator]
            yield f"its minimum {low!r} is above its maximum {high!r}"
        elif pair[0] == pair[1] and (rule.exclusive_minimum or rule.exclusive_maximum):
            yield f"no value lies between {low!r} and {high!r} where one of them is excluded"


def _takes_numbers_only(rule: DeclaredRule) -> bool:
    if rule.kind is RuleKind.DISTRIBUTION:
        return rule.statistic not in _OF_VALUES
    return rule.kind is not RuleKind.RANGE


def _comparable(bound: Scalar) -> float | str:
    """Bounds as they compare: texts that are numbers as numbers, moments by their own order."""
    if isinstance(bound, str):
        try:
            return float(bound)
        except ValueError:
            return _moment(bound)
    return float(bound or 0)


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


def _pattern(rule: DeclaredRule, compiler: Compiler) -> Iterator[str]:
    if not rule.pattern:
        yield "it has no pattern"
    elif (reason := compiler.obstacle(rule.pattern)) is not None:
        yield reason


def _values(rule: DeclaredRule) -> Iterator[str]:
    if not rule.values:
        yield "it has no values, so that no row could keep to it"
    if len(rule.values) > MOST_VALUES:
        yield f"it lists {len(rule.values):,} values, more than {MOST_VALUES:,}: put them into a table, and refer to it"
    if None in rule.values:
        yield "a missing value is none that can be listed: rules of the kind missing say whether one may lack"


def _format(rule: DeclaredRule, compiler: Compiler) -> Iterator[str]:
    if rule.format is None or not formats.is_known(rule.format):
        yield f"{rule.format!r} is no format; use one of {', '.join(formats.FORMATS)}, or {formats.DATE_PREFIX}%d.%m.%Y"
    elif rule.format.startswith(formats.DATE_PREFIX):
        reason = compiler.date_obstacle(rule.format.removeprefix(formats.DATE_PREFIX))
        if reason is not None:
            yield reason


def _type(rule: DeclaredRule) -> Iterator[str]:
    if rule.type not in set(ColumnType):
        yield f"{rule.type!r} is no type; use one of {', '.join(ColumnType)}"


def _reference(rule: DeclaredRule) -> Iterator[str]:
    if not rule.reference:
        yield "it names no table in reference"
    if rule.reference_columns and len(rule.reference_columns) != len(rule.columns):
        yield f"it names {len(rule.columns)} columns and {len(rule.reference_columns)} reference_columns"


def _monotonic(rule: DeclaredRule) -> Iterator[str]:
    if rule.direction not in DIRECTIONS:
        yield f"{rule.direction!r} is no direction; use one of {', '.join(DIRECTIONS)}"


def _freshness(rule: DeclaredRule) -> Iterator[str]:
    if rule.within_seconds is None or not 0 < rule.within_seconds < 1e10:
        yield "it needs within_seconds, a number above 0"


def _comparison(rule: DeclaredRule) -> Iterator[str]:
    if rule.operator not in OPERATORS:
        yield f"{rule.operator!r} is no operator; use one of {', '.join(OPERATORS)}"


def _condition(rule: DeclaredRule) -> Iterator[str]:
    if not rule.condition:
        yield "it has no condition"


def _distribution(rule: DeclaredRule) -> Iterator[str]:
    if rule.statistic not in STATISTICS:
        yield f"{rule.statistic!r} is no statistic; use one of {', '.join(STATISTICS)}"
    if (rule.statistic == "quantile") != (rule.quantile is not None):
        yield "the statistic quantile and the field quantile need each other"
    if rule.quantile is not None and not 0 < rule.quantile < 1:
        yield f"a quantile lies between 0 and 1; this is {rule.quantile:g}"
    if rule.statistic == "share" and len(rule.columns) != 1:
        yield f"it is about one column, and names {len(rule.columns)}"


def _sql(rule: DeclaredRule) -> Iterator[str]:
    if not rule.sql:
        yield "it has no sql"
    elif rule.when is not None:
        yield "a rule with sql selects its rows itself: put what stands in when into its WHERE"
    else:
        yield from _refusals(lambda: selection_of(rule.sql or ""))


_OF_KIND: dict[RuleKind, Callable[[DeclaredRule], Iterator[str]]] = {
    RuleKind.VALUES: _values,
    RuleKind.TYPE: _type,
    RuleKind.REFERENCE: _reference,
    RuleKind.MONOTONIC: _monotonic,
    RuleKind.FRESHNESS: _freshness,
    RuleKind.COMPARISON: _comparison,
    RuleKind.CONDITION: _condition,
    RuleKind.DISTRIBUTION: _distribution,
    RuleKind.SQL: _sql,
}


def _refusals(parse: Callable[[], object]) -> Iterator[str]:
    try:
        parse()
    except expressions.NotUsable as refusal:
        yield str(refusal)


def _bad(rule: DeclaredRule, reason: str, remedy: str | None = None) -> InvalidInput:
    return InvalidInput(
        f"The rule {rule.id[:LONGEST_NAME]!r} is refused: {reason}.",
        code=Code.BAD_RULE,
        remedy=remedy,
        data={"rule": rule.id[:LONGEST_NAME], "kind": str(rule.kind)},
    )
