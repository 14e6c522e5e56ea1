"""Rules that the data suggest, for people to declare: nothing enforces them.

What a table has kept to so far may be chance, so that each proposal says how sure one can be that the next row keeps
to it as well. The bounds of a sample are no rule: a range is proposed where the kind of quantity sets it, or far
outside of all that many rows have shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.quality import consistency
from voyant.analysis.quality.declared import Expectations, bind
from voyant.analysis.quality.declared.figures import FEWEST_SNAPSHOTS
from voyant.analysis.quality.declared.formats import misfit
from voyant.analysis.quality.declared.values import family
from voyant.analysis.quality.rules import Subject, run
from voyant.analysis.quality.validity import as_regex, domain_of
from voyant.domain.finding import Severity
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.quality import Check
from voyant.domain.rule import DeclaredRule, ProposedRule, RuleKind
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, PersonalData, Role, Table
from voyant.lake.sql import identifier

FEWEST_ROWS = 30
"""Fewer say nothing: by the rule of three one row in ten could break what all of them keep to."""
MANY_ROWS = 10_000
MOST_VALUES = 20
ROWS_A_VALUE = 20
SAMPLE = 1_000
MOST_EXCEPTIONS = 0.01
_Z = 1.96

_PERSONAL_FORMATS = {
    PersonalData.EMAIL: "email",
    PersonalData.IBAN: "iban",
    PersonalData.CARD: "card",
    PersonalData.IP: "ip",
}
_FORMATS = ("uuid", "email", "url", "ipv4", "ipv6", "iban", "datetime", "date", "time")
_CODES = ("currency", "country", "country3", "language")
_FEWEST_CODES = 3


class Candidate(NamedTuple):
    """A rule that may hold, and what suggests it."""

    rule: DeclaredRule
    reason: str


class Evidence(Struct, frozen=True):
    """What rules are proposed from.

    Attributes:
        others: Other tables that stand in the same engine, with their profiles.
        earlier_rows: How many rows earlier snapshots of the table had, oldest first.
    """

    table: Table
    profile: Profile
    others: Mapping[str, tuple[Dataset, Profile]]
    earlier_rows: tuple[int, ...]

    @property
    def columns(self) -> Iterator[tuple[Column, ColumnProfile]]:
        """The stored columns that say something, with what is known of them."""
        profiles = {column.name: column for column in self.profile.columns}
        for column in self.table.dataset.columns:
            known = profiles.get(column.name)
            if column.formula is None and known is not None and known.count >= FEWEST_ROWS:
                yield column, known


def propose(
    table: Table,
    profile: Profile,
    *,
    others: Mapping[str, tuple[Dataset, Profile]] | None = None,
    earlier_rows: tuple[int, ...] = (),
) -> tuple[ProposedRule, ...]:
    """The rules that the table keeps to and that say something about it, each judged on all rows.

    Args:
        others: Other tables that stand in the same engine, with their profiles, that columns may refer to.
        earlier_rows: How many rows earlier snapshots of the table had, oldest first.
    """
    evidence = Evidence(table, profile, others or {}, earlier_rows)
    candidates: dict[str, Candidate] = {}
    for proposer in _PROPOSERS:
        for candidate in proposer(evidence):
            candidates.setdefault(candidate.rule.id, candidate)
    expectations = Expectations(
        rules=tuple(candidate.rule for candidate in candidates.values()),
        tables={name: dataset for name, (dataset, _) in evidence.others.items()},
        earlier_rows=earlier_rows,
    )
    checks = {check.id: check for check in run(bind(expectations, table, profile), table)}
    judged = (_judged(candidate, checks[name], evidence) for name, candidate in candidates.items())
    return tuple(proposed for proposed in judged if proposed is not None)


def confidence(failed: int, checked: int) -> float:
    """At least so likely, at 95 %, is it that the next row passes: the rule of three where none failed (Hanley and
    Lippman-Hand, 1983), else the lower bound of Wilson's interval.

    >>> confidence(0, 1000), round(confidence(10, 1000), 4)
    (0.997, 0.9817)
    """
    if checked == 0:
        return 0.0
    if failed == 0:
        return max(0.0, 1 - 3 / checked)
    share, square = 1 - failed / checked, _Z**2
    middle = share + square / (2 * checked)
    reach = _Z * math.sqrt(share * (1 - share) / checked + square / (4 * checked**2))
    return (middle - reach) / (1 + square / checked)


def _judged(candidate: Candidate, check: Check, evidence: Evidence) -> ProposedRule | None:
    """The proposal, where the table keeps to it but for few exceptions, which it then tolerates."""
    if check.error is not None or check.failed > MOST_EXCEPTIONS * check.checked:
        return None
    if check.unit != "tables" and check.checked < FEWEST_ROWS:
        return None
    rule, sure = candidate.rule, confidence(check.failed, check.checked)
    if check.failed:
        # Tolerates what the next delivery may well hold, rather than what this one happens to.
        rule = replace(rule, tolerance=math.ceil(1000 * (1 - sure)) / 1000)
    if rule.kind is RuleKind.UNIQUE:
        # Of n(n-1)/2 pairs none is equal, so that one in a pair is at most 3 times that rare; n pairs come with a row.
        sure = max(0.0, 1 - 6 / max(1, check.checked - 1))
    if rule.kind is RuleKind.VOLUME:
        sure = confidence(0, len(evidence.earlier_rows))
    return ProposedRule(rule=rule, reason=candidate.reason, confidence=round(sure, 6))


def _filled(evidence: Evidence) -> Iterator[Candidate]:
    for column, known in evidence.columns:
        if known.nulls == 0 and column.role is not Role.CONSTANT:
            yield Candidate(_rule(RuleKind.MISSING, column), f"none of {known.rows:,} rows lacks it")


def _keys(evidence: Evidence) -> Iterator[Candidate]:
    roles = {column.name: column.role for column, _ in evidence.columns}
    named = {Role.IDENTIFIER, Role.TIME, Role.DIMENSION}
    alone = [key for key in evidence.profile.keys if len(key) == 1 and roles.get(key[0]) is Role.IDENTIFIER]
    joint = [key for key in evidence.profile.keys if len(key) > 1 and all(roles.get(name) in named for name in key)]
    for key in alone or joint[:1]:
        rule = DeclaredRule(kind=RuleKind.UNIQUE, columns=key)
        yield Candidate(rule, f"it tells all {evidence.profile.rows:,} rows apart, and is an identifier by its role")


def _value_sets(evidence: Evidence) -> Iterator[Candidate]:
    for column, known in evidence.columns:
        values = [listed.value for listed in known.top]
        if (
            column.role is Role.DIMENSION
            and column.type is ColumnType.TEXT
            and column.personal is None
            and known.distinct.exact
            and 2 <= len(values) == known.distinct.value <= MOST_VALUES
            and known.count >= ROWS_A_VALUE * len(values)
        ):
            rule = replace(_rule(RuleKind.VALUES, column), values=tuple(sorted(map(str, values))))
            yield Candidate(rule, f"{known.count:,} rows hold only {len(values)} values, each of them more than once")


def _ranges(evidence: Evidence) -> Iterator[Candidate]:
    for column, known in evidence.columns:
        low, high = known.minimum, known.maximum
        if (
            not column.type.is_numeric
            or column.role in {Role.IDENTIFIER, Role.CONSTANT}
            or not isinstance(low, int | float)
            or not isinstance(high, int | float)
        ):
            continue
        rule = _rule(RuleKind.RANGE, column)
        domain = domain_of(column)
        if domain is not None and domain.low <= low and high <= domain.high:
            yield Candidate(replace(rule, minimum=domain.low, maximum=domain.high), domain.what)
        elif column.aggregation is Aggregation.RATIO and low >= 0 and high <= 1:
            yield Candidate(replace(rule, minimum=0, maximum=1), "it is a share, and none lies outside of 0 to 1")
        elif low >= 0:
            yield Candidate(replace(rule, minimum=0), f"none of {known.count:,} values is negative")
        elif known.count >= MANY_ROWS and low < high:
            margin = high - low
            least, most = _outwards(low - margin), _outwards(high + margin)
            if column.type is ColumnType.INTEGER:
                least, most = math.floor(least), math.ceil(most)
            bounds = replace(rule, minimum=least, maximum=most, severity=Severity.NOTICE)
            yield Candidate(bounds, f"all {known.count:,} values lie in about the middle third of it")


def _outwards(bound: float) -> float:
    """To two digits, away from zero."""
    if not bound:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(bound))) - 1)
    return float(f"{math.copysign(math.ceil(abs(bound) / unit) * unit, bound):.12g}")


def _shapes(evidence: Evidence) -> Iterator[Candidate]:
    for column, known in evidence.columns:
        shapes = known.text.patterns if known.text is not None else ()
        if column.role is not Role.IDENTIFIER or column.personal is not None or len(shapes) != 1:
            continue
        shape = shapes[0].shape
        if any(sign not in "Aa+" for sign in shape):
            rule = replace(_rule(RuleKind.PATTERN, column), pattern=as_regex(shape))
            yield Candidate(rule, f"all are written like {shape}")


def _formats(evidence: Evidence) -> Iterator[Candidate]:
    for column, known in evidence.columns:
        if column.type is not ColumnType.TEXT:
            continue
        named = _PERSONAL_FORMATS.get(column.personal) if column.personal is not None else None
        codes = _CODES if known.distinct.value >= _FEWEST_CODES else ()
        tried = (named,) if named else () if column.personal is not None else (*_FORMATS, *codes)
        found = _first_that_fits(evidence.table, column, tried)
        if found is not None:
            yield Candidate(replace(_rule(RuleKind.FORMAT, column), format=found), f"its values are written as {found}")


def _first_that_fits(table: Table, column: Column, formats: tuple[str, ...]) -> str | None:
    """The format that nearly all of the first values have; all rows are looked at later."""
    if not formats:
        return None
    name = identifier(column.name)
    counts = ", ".join(f"count_if({misfit(column, each)}) AS m{place}" for place, each in enumerate(formats))
    first = f"SELECT {name} FROM {identifier(table.dataset.name)} WHERE {name} IS NOT NULL LIMIT {SAMPLE}"
    [row] = table.query(f"SELECT count(*) AS n, {counts} FROM ({first}) AS first")
    fitting = (each for place, each in enumerate(formats) if row[f"m{place}"] <= MOST_EXCEPTIONS * row["n"])
    return next(fitting, None) if row["n"] else None


def _orders(evidence: Evidence) -> Iterator[Candidate]:
    profiles = {column.name: column for column in evidence.profile.columns}
    subject = Subject(evidence.table, evidence.profile, profiles, None, None)
    for found in consistency.time_order(subject):
        rule = DeclaredRule(kind=RuleKind.COMPARISON, columns=found.columns, operator="<=")
        yield Candidate(rule, found.reason)


def _references(evidence: Evidence) -> Iterator[Candidate]:
    for column, _ in evidence.columns:
        for name, (dataset, profile) in evidence.others.items():
            for key in (key[0] for key in profile.keys if len(key) == 1):
                target = dataset.column(key)
                if _means(column.name, name, key) and family(column) == family(target):
                    rule = replace(_rule(RuleKind.REFERENCE, column), reference=name, reference_columns=(key,))
                    named = replace(rule, name=f"{rule.kind}:{column.name}:{name}")
                    yield Candidate(named, f"{key} identifies the rows of {name}, and all values are found there")


def _means(column: str, table: str, key: str) -> bool:
    """Whether a column is called as one that refers to the key of the table: customer_id, to id of customers."""
    singular = table.removesuffix("s")
    return column in {f"{table}_{key}", f"{singular}_{key}"} or (column == key and key not in {"id", "key", "code"})


def _rising(evidence: Evidence) -> Iterator[Candidate]:
    for column, known in evidence.columns:
        if column.role is Role.IDENTIFIER and column.type is ColumnType.INTEGER and known.unique:
            rule = replace(_rule(RuleKind.MONOTONIC, column), strict=True)
            yield Candidate(rule, "each number is above the one of the row before")


def _volume(evidence: Evidence) -> Iterator[Candidate]:
    if len(evidence.earlier_rows) >= FEWEST_SNAPSHOTS:
        reason = f"{len(evidence.earlier_rows)} earlier snapshots tell how many rows there usually are"
        yield Candidate(DeclaredRule(kind=RuleKind.VOLUME), reason)


def _rule(kind: RuleKind, column: Column) -> DeclaredRule:
    return DeclaredRule(kind=kind, columns=(column.name,))


_PROPOSERS: tuple[Callable[[Evidence], Iterator[Candidate]], ...] = (
    _filled,
    _keys,
    _value_sets,
    _formats,
    _shapes,
    _ranges,
    _orders,
    _references,
    _rising,
    _volume,
)
