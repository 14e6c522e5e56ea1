"""Can the values be what they claim to be?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from voyant.analysis.grains import as_moment, floor
from voyant.analysis.quality.rules import Rule, Subject
from voyant.analysis.time_columns import time_axis
from voyant.domain.finding import Severity
from voyant.domain.kpi import Grain
from voyant.domain.normalization import ChangeKind
from voyant.domain.profile import ColumnProfile
from voyant.domain.quality import Dimension
from voyant.domain.table import Aggregation, Column, ColumnType, Role
from voyant.lake.sql import identifier, literal

# An expectation is proposed where nearly all values meet it; where more fail, it is not what the column is about.
MOST_EXCEPTIONS = 0.01

_PLACEHOLDERS_LOW = (-9, -99, -999, -9999, -99999, -999999)
_PLACEHOLDERS_HIGH = (999, 9999, 99999, 999999, 9999999)
_FAR = 10
_MAIN_SHAPE = 0.95
_LONGEST_SHAPE = 100  # shapes tell no more characters
_TEXT_COLUMNS_OF_A_QUERY = 500

# UTF-8 read as Windows-1252: what é, è, ü, ö, ä, ñ, ’ and the no-break space then look like.
_MISREAD = ("\ufffd", "Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã±", "â€", "Â\u00a0")


class Domain(Struct, frozen=True):
    """The values that a kind of quantity can take."""

    words: frozenset[str]
    what: str
    low: float
    high: float


_RANGES = (
    Domain(frozenset({"lat", "latitude"}), "latitudes lie between -90 and 90", -90, 90),
    Domain(frozenset({"lon", "lng", "long", "longitude"}), "longitudes lie between -180 and 180", -180, 180),
    Domain(frozenset({"age"}), "ages lie between 0 and 120", 0, 120),
    Domain(frozenset({"humidity", "percent", "percentage", "pct"}), "percentages lie between 0 and 100", 0, 100),
)


def propose(subject: Subject) -> Iterator[Rule]:
    """Cells that did not fit their type, values outside of their domain, placeholders, broken text."""
    yield from _rejected(subject)
    for column in subject.stored:
        profile = subject.profiles[column.name]
        if column.personal is None and profile.count:
            yield from _numbers(column, profile)
            yield from _times(column, profile)
            yield from _shape(column, profile)
    yield from _broken_text(subject)


def _rejected(subject: Subject) -> Iterator[Rule]:
    if subject.normalization is None:
        return
    rows, cells = subject.profile.rows, subject.profile.rows * len(subject.stored)
    unread = subject.normalization.rejected_records
    if unread:
        yield Rule(
            kind="rejected_records",
            dimension=Dimension.VALIDITY,
            columns=(),
            description="Every record of the source could be read",
            reason="some could not and are not in the table; rejects.parquet keeps them",
            severity=Severity.WARNING,
            weight=1.0,
            unit="records",
            known=(rows + unread, unread),
        )
    yield Rule(
        kind="rejected_cells",
        dimension=Dimension.VALIDITY,
        columns=(),
        description="Every cell could be read as a value of its column's type",
        reason="types were found from all rows",
        severity=Severity.NOTICE,
        weight=1.0,
        unit="cells",
        known=(cells, subject.normalization.rejected_cells),
    )
    for change in subject.normalization.changes:
        profile = subject.profiles.get(change.column)
        if change.kind is ChangeKind.REJECTED and profile is not None:
            yield Rule(
                kind="rejected",
                dimension=Dimension.VALIDITY,
                columns=(change.column,),
                description=f"Every cell of {change.column} could be read as {profile.type}",
                reason="some could not and are missing in the table; rejects.parquet keeps them",
                severity=Severity.NOTICE,
                weight=1.0,
                unit="cells",
                known=(profile.count + change.cells, change.cells),
            )


def _numbers(column: Column, profile: ColumnProfile) -> Iterator[Rule]:
    if not column.type.is_numeric or column.role is Role.IDENTIFIER:
        return
    low, high = profile.minimum, profile.maximum
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return
    domain = domain_of(column)
    if domain is not None and _bulk_within(profile, domain):
        yield _in_range(column, profile, domain, low, high)
    elif column.aggregation is Aggregation.SUM:
        yield _not_negative(column, profile, low)
    if column.role is Role.MEASURE:
        yield from _placeholders(column, profile, low, high)
        yield from _far_values(column, profile, low, high)


def domain_of(column: Column) -> Domain | None:
    """The values that the column can take by its name or unit; None where neither tells."""
    words = set(column.name.split("_"))
    found = next((known for known in _RANGES if known.words & words), None)
    return _RANGES[-1] if found is None and column.unit == "%" else found


def _bulk_within(profile: ColumnProfile, domain: Domain) -> bool:
    bulk = [profile.quantile(0.05), profile.quantile(0.95)]
    return all(
        quantile is not None and isinstance(quantile.value, int | float) and domain.low <= quantile.value <= domain.high
        for quantile in bulk
    )


def _in_range(column: Column, profile: ColumnProfile, domain: Domain, low: float, high: float) -> Rule:
    name = identifier(column.name)
    return Rule(
        kind="range",
        dimension=Dimension.VALIDITY,
        columns=(column.name,),
        description=f"{column.name} lies between {domain.low:g} and {domain.high:g}",
        reason=domain.what,
        severity=Severity.WARNING,
        weight=1.0,
        condition=f"{name} < {domain.low:g} OR {name} > {domain.high:g}",
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if domain.low <= low and high <= domain.high and not _infinite(profile) else None,
        most_failing=MOST_EXCEPTIONS,
    )


def _infinite(profile: ColumnProfile) -> int:
    return profile.number.infinite if profile.number else 0


def _not_negative(column: Column, profile: ColumnProfile, low: float) -> Rule:
    name = identifier(column.name)
    return Rule(
        kind="negative",
        dimension=Dimension.VALIDITY,
        columns=(column.name,),
        description=f"{column.name} is not negative",
        reason="nearly all of its amounts are positive",
        severity=Severity.NOTICE,
        weight=1.0,
        condition=f"{name} < 0",
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if low >= 0 and not _infinite(profile) else None,
        most_failing=MOST_EXCEPTIONS,
    )


def _placeholders(column: Column, profile: ColumnProfile, low: float, high: float) -> Iterator[Rule]:
    """Numbers such as -999 that stand for a missing value: an extreme far from all that is not one."""
    first, middle, last = (_number(profile, p) for p in (0.05, 0.5, 0.95))
    if first is None or middle is None or last is None:
        return
    spread = max(last - first, abs(middle), 1)
    suspects = [value for value in _PLACEHOLDERS_LOW if value == low and first >= 0]
    suspects += [value for value in _PLACEHOLDERS_HIGH if value == high and value - last > _FAR * spread]
    for value in suspects:
        yield Rule(
            kind="placeholder",
            dimension=Dimension.VALIDITY,
            columns=(column.name,),
            description=f"{column.name} is a measured value, not {value} for a missing one",
            reason=f"{value} lies far from all other values and often stands for a missing one",
            severity=Severity.WARNING,
            weight=1.0,
            condition=f"{identifier(column.name)} = {value}",
            among=f"{identifier(column.name)} IS NOT NULL",
            most_failing=0.05,
        )


def _far_values(column: Column, profile: ColumnProfile, low: float, high: float) -> Iterator[Rule]:
    """A guard against slips such as a wrong unit, wide enough that heavy tails stay inside: ten times as far beyond the
    outer percentile as that lies from the median."""
    first, middle, last = (_number(profile, p) for p in (0.01, 0.5, 0.99))
    if first is None or middle is None or last is None or first == last or profile.count < 100:
        return
    # Nothing can be far on a side where the outer percentile is the median, or below 0 where all is positive.
    lowest = f"{first - _FAR * (middle - first):.6g}" if middle > first and low < 0 else None
    highest = f"{last + _FAR * (last - middle):.6g}" if last > middle else None
    name = identifier(column.name)
    outside = [f"{name} < {lowest}"] if lowest else []
    outside += [f"{name} > {highest}"] if highest else []
    if not outside:
        return
    inside = (lowest is None or float(lowest) <= low) and (highest is None or high <= float(highest))
    yield Rule(
        kind="far_value",
        dimension=Dimension.VALIDITY,
        columns=(column.name,),
        description=f"{column.name} lies {_between(lowest, highest)}",
        reason="values further out lie ten times as far from the rest as the rest is wide: possibly slips",
        severity=Severity.INFO,
        weight=0.25,
        condition=" OR ".join(outside),
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if inside and not _infinite(profile) else None,
        most_failing=MOST_EXCEPTIONS,
    )


def _between(lowest: str | None, highest: str | None) -> str:
    if lowest is None:
        return f"at or below {highest}"
    return f"at or above {lowest}" if highest is None else f"between {lowest} and {highest}"


def _number(profile: ColumnProfile, p: float) -> float | None:
    found = profile.quantile(p)
    return found.value if found is not None and isinstance(found.value, int | float) else None


def _times(column: Column, profile: ColumnProfile) -> Iterator[Rule]:
    """Times so far from all others that they are slips or placeholders, such as 1900-01-01 and 9999-12-31."""
    if not column.type.is_temporal or profile.quantile(0.01) is None:
        return
    axis = time_axis(column, profile)
    if axis is None:
        return
    low = axis.low or floor(as_moment(profile.minimum), Grain.DAY)
    high = axis.high or floor(as_moment(profile.maximum), Grain.DAY) + timedelta(days=1)
    name = identifier(column.name)
    yield Rule(
        kind="distant_time",
        dimension=Dimension.VALIDITY,
        columns=(column.name,),
        description=f"{column.name} lies near the other times of the table",
        reason="a time further from the middle 98 % than these are wide is a slip or stands for a missing one",
        severity=Severity.WARNING,
        weight=0.5,
        condition=f"NOT ({axis.within(low, high)})",
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if axis.low is None else None,
    )


def _shape(column: Column, profile: ColumnProfile) -> Iterator[Rule]:
    """Identifiers written in one shape, but for a few."""
    text = profile.text
    if (
        column.role is not Role.IDENTIFIER
        or text is None
        or not text.patterns
        or text.looked_at < profile.count
        or text.max_length > _LONGEST_SHAPE
    ):
        return
    main = text.patterns[0]
    if main.share < _MAIN_SHAPE:
        return
    name = identifier(column.name)
    yield Rule(
        kind="shape",
        dimension=Dimension.VALIDITY,
        columns=(column.name,),
        description=f"{column.name} is written like {main.shape}",
        reason=f"{main.share:.1%} of its values are",
        severity=Severity.NOTICE,
        weight=1.0,
        condition=f"NOT regexp_matches({name}, {literal(as_regex(main.shape))})",
        among=f"{name} IS NOT NULL",
        most_failing=1 - _MAIN_SHAPE,
    )


def as_regex(shape: str) -> str:
    """The regular expression of a shape, as the profile tells it."""
    classes = {"A": r"\p{Lu}", "a": r"[\p{Ll}\p{Lo}\p{Lt}\p{Lm}]", "9": r"\p{Nd}"}
    parts = (
        "+" if character == "+" and place and shape[place - 1] != "+" else classes.get(character, re.escape(character))
        for place, character in enumerate(shape)
    )
    return f"^{''.join(parts)}$"


def _broken_text(subject: Subject) -> Iterator[Rule]:
    """Text in which characters were lost or misread; only text beyond ASCII can hold any."""
    columns = [column for column in subject.stored if column.type is ColumnType.TEXT]
    for start in range(0, len(columns), _TEXT_COLUMNS_OF_A_QUERY):
        chunk = columns[start : start + _TEXT_COLUMNS_OF_A_QUERY]
        beyond = ", ".join(
            f"max(strlen({identifier(column.name)}) - length({identifier(column.name)})) AS b{number}"
            for number, column in enumerate(chunk)
        )
        [row] = subject.table.query(f"SELECT {beyond} FROM {subject.source}")
        for number, column in enumerate(chunk):
            yield _encoding(column, subject.profiles[column.name], is_ascii=not row[f"b{number}"])


def _encoding(column: Column, profile: ColumnProfile, *, is_ascii: bool) -> Rule:
    name = identifier(column.name)
    return Rule(
        kind="encoding",
        dimension=Dimension.VALIDITY,
        columns=(column.name,),
        description=f"{column.name} holds no lost or misread characters",
        reason="text read in the wrong encoding shows \ufffd, Ã© or â€",
        severity=Severity.NOTICE,
        weight=0.25,
        condition=" OR ".join(f"{name} LIKE {literal(f'%{broken}%')}" for broken in _MISREAD),
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if is_ascii else None,
    )
