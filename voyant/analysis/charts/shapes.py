"""Pictures of single columns: how their values are spread, and when rows happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from voyant.analysis import wording
from voyant.analysis.charts import bins
from voyant.analysis.charts.candidates import Candidate
from voyant.analysis.charts.frame import Row
from voyant.domain.finding import Axis, Mark, View
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier

_MOST_BINS = 28
_FEWEST_DIFFERENT = 12
_FULL_BIN = 0.8


def distributions(dataset: Dataset, profile: Profile, first: Sequence[str]) -> Iterator[Candidate]:
    """A histogram for each measure with many values: those of the key figures first, then the most skewed."""
    profiles = {column.name: column for column in profile.columns}
    indexes = {name: index for index, name in enumerate(profiles)}
    measures = [
        column
        for column in dataset.with_role(Role.MEASURE)
        if column.personal is None
        and column.type.is_numeric
        and profiles[column.name].distinct.value >= _FEWEST_DIFFERENT
    ]

    def rank(column: Column) -> tuple[int, float, str]:
        described = profiles[column.name]
        skew = abs(described.number.skew or 0) if described.number else 0.0
        return (first.index(column.name) if column.name in first else len(first), -skew, column.name)

    for column in sorted(measures, key=rank):
        candidate = _histogram(dataset, column, profiles[column.name], indexes[column.name])
        if candidate:
            yield candidate


def busiest_hours(dataset: Dataset, profile: Profile, time_column: str | None) -> Iterator[Candidate]:
    """Rows by weekday and hour, where times of day are known over at least two weeks."""
    if time_column is None:
        return
    described = profile.column(time_column)
    if dataset.column(time_column).type is not ColumnType.TIMESTAMP or described.time is None:
        return
    if described.time.granularity in {"day", "month", "year"} or described.minimum is None or described.maximum is None:
        return
    first, last = (date.fromisoformat(str(value)[:10]) for value in (described.minimum, described.maximum))
    if (last - first).days < 14 or first.year < 1900:
        return
    name = identifier(time_column)
    sql = (
        # Counted from a Monday: engines number weekdays differently.
        f"SELECT date_diff('day', DATE '1900-01-01', CAST({name} AS DATE)) % 7 AS weekday, "
        f"EXTRACT(HOUR FROM {name}) AS hour_of_day, count(*) AS n\n"
        f"FROM {identifier(dataset.name)}\nWHERE {name} IS NOT NULL\nGROUP BY 1, 2\nORDER BY 1, 2"
    )
    yield Candidate(
        view=View(
            name=f"{time_column}_by_weekday_and_hour",
            title=f"Rows by weekday and hour of {wording.readable(time_column)}",
            mark=Mark.HEATMAP,
            sql=sql,
            x=Axis(field="hour_of_day", title="hour", kind="category"),
            y=Axis(field="weekday", title="weekday", kind="category"),
            color=Axis(field="n", title="rows", kind="number"),
        ),
        columns=(time_column,),
        evidence=(f"profile.json#/columns/{[column.name for column in profile.columns].index(time_column)}",),
        reshape=lambda rows: [{**row, "weekday": wording.weekday(int(row["weekday"]))} for row in rows],
        say=lambda rows: _say_busiest(rows, time_column),
        fewest=24,
    )


def _say_busiest(rows: Sequence[Row], time_column: str) -> str:
    busiest = max(rows, key=lambda row: (row["n"], row["weekday"], -row["hour_of_day"]))
    return (
        f"By {wording.readable(time_column)}, most rows fall on {busiest['weekday']} "
        f"from {busiest['hour_of_day']}:00 to {busiest['hour_of_day'] + 1}:00"
    )


def _histogram(dataset: Dataset, column: Column, described: ColumnProfile, index: int) -> Candidate | None:
    low, high, outside = _range(described)
    if low is None or high is None or not high > low:
        return None
    name, words = identifier(column.name), wording.readable(column.name)
    lower, upper = bins.edges(name, bins.width(low, high, most=_MOST_BINS, whole=column.type is ColumnType.INTEGER))
    within = f"{name} IS NOT NULL" if not outside else f"{name} >= {low:.15g} AND {name} <= {high:.15g}"
    sql = (
        f"SELECT {lower} AS range_from, {upper} AS range_to, count(*) AS n\n"
        f"FROM {identifier(dataset.name)}\nWHERE {within}\nGROUP BY 1, 2\nORDER BY 1"
    )
    caption = "The lowest and highest 1 % are not drawn: they lie far outside." if outside else ""
    return Candidate(
        view=View(
            name=f"distribution_of_{column.name}",
            title=_say_half(column, described) or f"Distribution of {words}",
            mark=Mark.HISTOGRAM,
            sql=sql,
            x=Axis(field="range_from", title=words, kind="number", unit=column.unit),
            x2="range_to",
            y=Axis(field="n", title="rows", kind="number"),
            caption=caption,
        ),
        columns=(column.name,),
        evidence=(f"profile.json#/columns/{index}",),
        fewest=4,
    )


def _range(described: ColumnProfile) -> tuple[float | None, float | None, bool]:
    """What the axis covers, and whether values lie outside it: a few far ones would press the others into one bin."""
    low, high = _as_number(described.minimum), _as_number(described.maximum)
    counts = described.histogram.counts if described.histogram else ()
    if not counts or max(counts) < _FULL_BIN * sum(counts):
        return low, high, False
    p01, p99 = described.quantile(0.01), described.quantile(0.99)
    if p01 is None or p99 is None:
        return low, high, False
    near_low, near_high = _as_number(p01.value), _as_number(p99.value)
    if near_low is None or near_high is None or not near_high > near_low:
        return low, high, False
    return near_low, near_high, True


def _say_half(column: Column, described: ColumnProfile) -> str:
    quarter, three = described.quantile(0.25), described.quantile(0.75)
    if quarter is None or three is None or quarter.error or three.error:
        return ""
    low, high = _as_number(quarter.value), _as_number(three.value)
    if low is None or high is None or low == high:
        return ""
    words = wording.readable(column.name)
    return (
        f"The middle half of {words} lies between {wording.quantity(low, column.unit)} "
        f"and {wording.quantity(high, column.unit)}"
    )


def _as_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
