"""Key figures proposed from the roles of the columns, for tables of which nothing was declared."""

from __future__ import annotations

import math
import re
from collections import Counter

from voyant.analysis.kpi.amounts import sold_amounts
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.periods import Timeline
from voyant.domain.kpi import KpiKind
from voyant.domain.profile import ColumnProfile, Profile, Scalar
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier, literal

MOST_FOUND = 8
MOST_DIMENSIONS = 20
_CALENDAR = {"year", "quarter", "month", "week", "day"}  # parts of a date tell periods apart and explain nothing
MOST_VALUES = 100  # of a dimension that a change is taken apart by

_LEAST_CONFIDENCE = 0.5
_LEAST_FILLED = 0.2
_LARGE_FAMILY = 4
_ROWS_A_VALUE = 5  # of a dimension, on average: below, each value stands for hardly more than a row
_SCHEDULED = 0.65  # of the times there are: five days of seven pass
_SAME = 0.98  # two measures this strongly associated tell one story

# Values of a status column that say how something ended. The share of one is a figure people watch; that of "open" or
# "closed" mostly tells how old the rows are.
_ENDED_BADLY = (
    "abandoned aborted absent bounced canceled cancelled churn churned declined default defaulted defective delayed "
    "denied died dropped error escalated expired fail failed failure fraud fraudulent inactive invalid late lost "
    "missed no-show overdue refused rejected returned refunded timeout unpaid unsubscribed withdrawn"
)
_ENDED_WELL = (
    "accepted achieved active approved completed converted delivered on-time paid passed qualified renewed retained "
    "succeeded success successful survived verified won"
)
_SAID = {"total": ("total_",), "average": ("average_", "avg_", "mean_")}
_DEGREES = {"°C", "°F", "℃", "℉"}
_TEMPERATURES = frozenset({"temp", "temperature", "temperatur", "tmax", "tmin", "tavg", "dewp", "dewpoint", "celsius"})
_TRUE = frozenset({"yes", "y", "true", "t", "1"})
_FALSE = frozenset({"no", "n", "false", "f", "0"})


def found_figures(dataset: Dataset, profile: Profile, periods: Timeline | None) -> tuple[list[Figure], list[str]]:
    """At most ``MOST_FOUND`` figures, best first, and what was left out, by reason."""
    described = {column.name: column for column in profile.columns}
    candidates: list[Figure] = []
    omitted: dict[str, list[str]] = {}
    if periods is not None and _is_even(periods):
        omitted[f"the same in every {periods.grain}"] = ["number of records"]
    elif periods is not None and _is_scheduled(profile, periods):
        omitted["taken at set times, so that their number tells only of the calendar"] = ["number of records"]
    else:
        candidates.append(_record_count(0.85 if periods else 0.2))  # without periods it is no news
    families = Counter(_family(column) for column in dataset.columns if column.role is Role.MEASURE)
    shown: set[str] = set()
    for column in dataset.columns:
        if column.role is Role.MEASURE:
            family = _family(column)
            flaw = _flaw(column, described[column.name])
            if flaw is None and families[family] >= _LARGE_FAMILY and family in shown:
                flaw = "one of many columns numbered alike"
            if flaw is not None:
                omitted.setdefault(flaw, []).append(column.name)
                continue
            shown.add(family)
            candidates += _of_measure(column, described[column.name])
        elif column.aggregation is Aggregation.CIRCULAR:
            omitted.setdefault("a direction, of which a mean says nothing", []).append(column.name)
        elif column.personal is None:
            candidates += _rates(column, described[column.name])
    candidates += sold_amounts(dataset, profile)
    candidates.sort(key=lambda figure: (-figure.goodness, figure.name))
    kept: list[Figure] = []
    for figure in candidates:
        twin = _twin(figure, kept, profile)
        if twin:
            omitted.setdefault(f"moves with {twin.name} nearly one to one", []).append(figure.name)
        elif len(kept) == MOST_FOUND:
            omitted.setdefault(f"{MOST_FOUND} better ones are listed", []).append(figure.name)
        else:
            kept.append(figure)
    return kept, [f"{reason}: {_listed(names)}" for reason, names in omitted.items()]


def _is_even(periods: Timeline) -> bool:
    """Whether every complete period has the same number of rows."""
    return len({rows for index, rows in enumerate(periods.rows) if periods.complete(index)}) <= 1


def _is_scheduled(profile: Profile, periods: Timeline) -> bool:
    """Whether rows stand at nearly every time, or for each of some things at nearly every time."""
    column = periods.axis.column
    names = {column.name, *re.findall(r'"((?:[^"]|"")+)"', column.formula or "")}
    key = next((key for key in profile.keys if len(key) <= 2 and not names.isdisjoint(key)), None)
    time = profile.column(column.name).time
    if key is None or time is None or time.present < _SCHEDULED * time.expected:
        return False
    places = profile.column(column.name).distinct.value
    places *= math.prod(profile.column(name).distinct.value for name in key if name not in names)
    return profile.rows >= _SCHEDULED * places


def _family(column: Column) -> str:
    """The name without its numbers: ``wk1`` to ``wk76`` are one series spread over columns."""
    return re.sub(r"\d+", "#", column.name)


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 10 else f"{', '.join(names[:10])} and {len(names) - 10} more"


def explaining_dimensions(dataset: Dataset, profile: Profile) -> tuple[list[str], list[str]]:
    """The columns that changes are taken apart by, in table order, and those left out because there are too many."""
    described = {column.name: column for column in profile.columns}
    suitable = [
        column.name
        for column in dataset.with_role(Role.DIMENSION, Role.GEOGRAPHY)
        if column.personal is None
        and column.type in {ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.INTEGER}
        and 2 <= described[column.name].distinct.value <= MOST_VALUES
        and described[column.name].count >= _ROWS_A_VALUE * described[column.name].distinct.value
        and not described[column.name].near_constant
        and not (column.type is ColumnType.INTEGER and _CALENDAR & set(column.name.split("_")))
    ]
    return suitable[:MOST_DIMENSIONS], suitable[MOST_DIMENSIONS:]


def _record_count(goodness: float) -> Figure:
    return Figure(
        name="number of records",
        kind=KpiKind.COUNT,
        expression="count(*)",
        columns=(),
        numerator="count(*)",
        goodness=goodness,
        reason="how much happened",
    )


def _flaw(column: Column, profile: ColumnProfile) -> str | None:
    if column.personal is not None:
        return "holds personal data"
    if column.role_confidence < _LEAST_CONFIDENCE:
        return "not surely a measure"
    if profile.constant or profile.near_constant:
        return "hardly varies"
    if profile.count < _LEAST_FILLED * profile.rows:
        return "mostly empty"
    if profile.number is not None and profile.number.infinite:
        return "holds NaN or infinities"
    return None


def _of_measure(column: Column, profile: ColumnProfile) -> list[Figure]:
    telling = profile.count - (profile.number.zeros if profile.number else 0)
    worth = column.role_confidence * (0.5 + 0.5 * telling / max(1, profile.rows))
    if column.aggregation is not Aggregation.SUM:
        signed = _is_signed(profile) or has_no_zero(column)
        return [_average(column, (0.9 if column.formula else 0.85) * worth, signed)]
    name = identifier(column.name)
    total = Figure(
        name=_named("total", column),
        kind=KpiKind.TOTAL,
        expression=f"sum({name})",
        columns=(column.name,),
        unit=column.unit,
        numerator=f"sum({name})",
        amount=name,
        signed=_is_signed(profile),
        goodness=round(0.95 * worth, 4),
        reason=f"{column.role_reason}; amounts add up",
    )
    return [total, _average(column, 0.6 * worth, _is_signed(profile))]


def _average(column: Column, goodness: float, signed: bool) -> Figure:
    name = identifier(column.name)
    return Figure(
        name=_named("average", column),
        kind=KpiKind.AVERAGE,
        expression=f"avg({name})",
        columns=(column.name,),
        unit=column.unit,
        numerator=f"sum({name})",
        denominator=f"count({name})",
        amount=name,
        signed=signed,
        goodness=round(goodness, 4),
        reason=f"{column.role_reason}; averaged",
    )


def _is_signed(profile: ColumnProfile) -> bool:
    """Whether negative values are more than slips."""
    return profile.number is not None and profile.number.negatives > 0.01 * profile.count


def has_no_zero(column: Column) -> bool:
    """Whether its zero is a convention, so that a change in percent means nothing: 40 °F is no twice 20 °F."""
    return column.unit in _DEGREES or bool(_TEMPERATURES & set(column.name.split("_")))


def _named(act: str, column: Column) -> str:
    """What is done to the column, as a reader says it: ``average opened to closed (days)`` for the derived
    ``opened_to_closed_days``, and no ``total total_cost``."""
    name = column.name.removesuffix(f"_{column.unit}") if column.unit else column.name
    if column.formula:
        name = name.replace("_to_", " to ")
    said = name if name.startswith(_SAID[act]) else f"{act} {name}"
    return f"{said} ({column.unit})" if column.unit else said


def _rates(column: Column, profile: ColumnProfile) -> list[Figure]:
    if profile.count < _LEAST_FILLED * profile.rows or profile.near_constant or profile.constant:
        return []
    if column.type is ColumnType.BOOLEAN:
        return [_rate(column, "true", identifier(column.name), f"NOT {identifier(column.name)}", _flag_worth(column))]
    if column.role is not Role.DIMENSION or not 2 <= profile.distinct.value <= 12:
        return []
    ends = {str(top.value).strip().lower(): top.value for top in reversed(profile.top)}
    if len(ends) == 2 and ends.keys() & _TRUE and ends.keys() & _FALSE:
        [word] = ends.keys() & _TRUE
        return [_rate_of_value(column, ends[word], _flag_worth(column))]
    bad = [top.value for top in profile.top if str(top.value).strip().lower() in _ENDED_BADLY.split()]
    good = [top.value for top in profile.top if str(top.value).strip().lower() in _ENDED_WELL.split()]
    chosen = bad[:1] + (good[:1] if profile.distinct.value > 2 or not bad else [])
    return [_rate_of_value(column, value, 0.8 - 0.1 * rank) for rank, value in enumerate(chosen)]


def _flag_worth(column: Column) -> float:
    """Flags that name an outcome, such as ``churned``, are watched; others merely describe."""
    outcomes = {*_ENDED_BADLY.split(), *_ENDED_WELL.split()}
    return 0.8 if outcomes & set(column.name.split("_")) else 0.5


def _rate_of_value(column: Column, value: Scalar, worth: float) -> Figure:
    name = identifier(column.name)
    shown = literal(value) if isinstance(value, str) else str(value)
    return _rate(column, str(value), f"{name} = {shown}", f"{name} <> {shown}", worth)


def _rate(column: Column, value: str, condition: str, otherwise: str, worth: float) -> Figure:
    return Figure(
        name=f"share where {column.name} is {value}",
        kind=KpiKind.RATE,
        expression=f"avg(CASE WHEN {condition} THEN 1e2 WHEN {otherwise} THEN 0e0 END)",
        columns=(column.name,),
        unit="%",
        numerator=f"100 * count(CASE WHEN {condition} THEN 1 END)",
        denominator=f"count({identifier(column.name)})",
        goodness=round(worth * column.role_confidence, 4),
        reason=(
            f"{column.name} is true or false"
            if column.type is ColumnType.BOOLEAN
            else f"{value} in {column.name} says how something ended"
        ),
    )


def _twin(figure: Figure, kept: list[Figure], profile: Profile) -> Figure | None:
    for other in kept:
        if other.kind is not figure.kind or len(figure.columns) != 1 or len(other.columns) != 1:
            continue
        if figure.columns == other.columns:
            continue
        found = profile.association(figure.columns[0], other.columns[0])
        if found is not None and found.pearson is not None and abs(found.pearson) >= _SAME:
            return other
    return None
