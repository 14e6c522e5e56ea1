"""Pictures of what is missing: columns that are empty in the same rows, and how much each one lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant.analysis import wording
from voyant.analysis.charts.candidates import Candidate
from voyant.analysis.charts.frame import Row
from voyant.domain.finding import Axis, Mark, View
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Dataset
from voyant.lake.sql import identifier, literal

_MOST_PATTERNS, _MOST_COLUMNS = 8, 12


def missingness(dataset: Dataset, profile: Profile) -> Iterator[Candidate]:
    """Which columns are empty in the same rows; or, where that says nothing, how much each one lacks."""
    holed = [column for column in profile.columns if column.nulls and column.count]
    if len(holed) < 2:
        return
    patterns = profile.missing[:_MOST_PATTERNS]
    columns = list(dict.fromkeys(name for pattern in patterns for name in pattern.columns))
    if len(patterns) >= 2 and any(len(pattern.columns) > 1 for pattern in patterns) and len(columns) <= _MOST_COLUMNS:
        yield _patterns(profile, columns)
        return
    yield _missing_shares(dataset, holed)


def _patterns(profile: Profile, columns: Sequence[str]) -> Candidate:
    patterns = profile.missing[:_MOST_PATTERNS]
    rows: list[Row] = []
    for place, pattern in enumerate(patterns, start=1):
        label = f"{place}. {pattern.rows:,} rows"
        rows += [{"column": name, "pattern": label, "missing": int(name in pattern.columns)} for name in columns]
    together = max((pattern for pattern in patterns if len(pattern.columns) > 1), key=lambda pattern: pattern.rows)
    names = [wording.readable(name) for name in together.columns[:3]]
    more = len(together.columns) - len(names)
    spoken = wording.listed([*names, f"{more} more"]) if more else wording.listed(names)
    left_out = len(profile.missing) - len(patterns)
    return Candidate(
        view=View(
            name="missing_together",
            title=f"In {together.rows:,} rows {spoken} are missing together",
            mark=Mark.HEATMAP,
            sql=_pattern_sql(profile.table, columns),
            x=Axis(field="column", title="column", kind="category"),
            y=Axis(field="pattern", title="rows", kind="category"),
            color=Axis(field="missing", title="missing", kind="number"),
            caption=f"The {len(patterns)} most frequent of {len(profile.missing)} patterns." if left_out else "",
        ),
        columns=tuple(columns),
        evidence=("profile.json#/missing",),
        rows=rows,
    )


def _pattern_sql(table: str, columns: Sequence[str]) -> str:
    flags = [f"CASE WHEN {identifier(name)} IS NULL THEN 1 ELSE 0 END AS {identifier(name)}" for name in columns]
    places = ", ".join(str(place) for place in range(1, len(columns) + 1))
    return (
        f"SELECT {', '.join(flags)}, count(*) AS n\nFROM {identifier(table)}\n"
        f"GROUP BY {places}\nORDER BY n DESC, {places}\nLIMIT {_MOST_PATTERNS + 1}"
    )


def _missing_shares(dataset: Dataset, holed: Sequence[ColumnProfile]) -> Candidate:
    worst = sorted(holed, key=lambda column: (-column.nulls, column.name))[:20]
    selects = [
        f"SELECT {literal(column.name)} AS column_name,\n"
        f"       100.0 * (count(*) - count({identifier(column.name)})) / count(*) AS missing\n"
        f"FROM {identifier(dataset.name)}"
        for column in worst
    ]
    most = worst[0]
    share = wording.percent(100 * most.nulls / most.rows)
    return Candidate(
        view=View(
            name="missing_by_column",
            title=f"{len(holed):,} columns have gaps; {wording.readable(most.name)} lacks most, {share} of its values",
            mark=Mark.BAR,
            sql="\nUNION ALL\n".join(selects) + "\nORDER BY 2 DESC, 1",
            x=Axis(field="missing", title="missing", kind="number", unit="%"),
            y=Axis(field="column_name", title="column", kind="category"),
            caption=f"The {len(worst)} columns with most." if len(worst) < len(holed) else "",
        ),
        columns=tuple(column.name for column in worst),
        evidence=("profile.json#/columns",),
        rows=[{"column_name": column.name, "missing": 100 * column.nulls / column.rows} for column in worst],
    )
