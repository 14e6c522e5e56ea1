"""Pictures of columns that go together: the pairs at a glance, the closest pairs, spreads by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis import wording
from voyant.analysis.charts import bins
from voyant.analysis.charts.candidates import Candidate
from voyant.analysis.charts.frame import Row
from voyant.domain.finding import Axis, Mark, View
from voyant.domain.profile import Association, ColumnProfile, Profile
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier

DENSE = 2_000
"""Rows beyond which points would hide one another; then cells show how many lie in them."""

_CLOSE, _SAME = 0.3, 0.995
_MOST_CELLS = (32, 22)
_MOST_COLUMNS = 10
_MOST_SORTED = 1_000_000
_QUARTILES = (("low", 0.05), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("high", 0.95))


def together(dataset: Dataset, profile: Profile) -> Iterator[Candidate]:
    """The closest pairs of measures, as points or, when dense, as counts in cells."""
    measures = {column.name for column in dataset.with_role(Role.MEASURE) if column.personal is None}
    for index, found in enumerate(profile.associations):
        if found.a in measures and found.b in measures and _CLOSE <= found.strength < _SAME and found.direction:
            candidate = _scatter(dataset, profile, found, index)
            if candidate:
                yield candidate


def overview(dataset: Dataset, profile: Profile) -> Iterator[Candidate]:
    """Every pair of the columns that go together most."""
    drawable = {
        column.name for column in dataset.columns if column.personal is None and column.role is not Role.CONSTANT
    }
    close = [found for found in profile.associations if {found.a, found.b} <= drawable and found.strength >= 0.1]
    weight: dict[str, float] = {}
    for found in close:
        for name in (found.a, found.b):
            weight[name] = weight.get(name, 0.0) + found.strength
    chosen = sorted(weight, key=lambda name: (-weight[name], name))[:_MOST_COLUMNS]
    if len(chosen) < 4 or len(close) < 4:
        return
    rows: list[Row] = []
    for place, lower in enumerate(chosen[1:], start=1):
        for upper in chosen[:place]:
            pair = profile.association(lower, upper)
            if pair:
                rows.append({"a": upper, "b": lower, "strength": round(pair.strength * (pair.direction or 1), 2)})
    best = next(found for found in close if {found.a, found.b} <= set(chosen))
    names = wording.listed([wording.readable(best.a), wording.readable(best.b)])
    yield Candidate(
        view=View(
            name="associations",
            title=f"{names[:1].upper()}{names[1:]} go together most closely ({best.strength:.2f} of 1)",
            mark=Mark.HEATMAP,
            sql="",
            x=Axis(field="a", title="column", kind="category"),
            y=Axis(field="b", title="column", kind="category"),
            color=Axis(field="strength", title="strength", kind="number"),
            caption="0: unrelated; 1: one follows from the other; below 0: one falls as the other rises."
            + ("" if best.exact else f" On a sample of {profile.sample_rows:,} rows."),
        ),
        columns=tuple(chosen),
        evidence=("profile.json#/associations",),
        rows=rows,
    )


def spreads(dataset: Dataset, profile: Profile) -> Iterator[Candidate]:
    """The measure whose values differ most between the groups of a dimension: a box for each group."""
    if dataset.rows > _MOST_SORTED:  # quantiles of groups keep every value in memory
        return
    columns = {column.name: column for column in dataset.columns if column.personal is None}
    for index, found in enumerate(profile.associations):
        pair = [columns.get(found.a), columns.get(found.b)]
        measure = next((column for column in pair if column and column.role is Role.MEASURE), None)
        group = next((column for column in pair if column and column.role in {Role.DIMENSION, Role.GEOGRAPHY}), None)
        if found.measure != "eta" or measure is None or group is None or found.strength < 0.15:
            continue
        if 2 <= profile.column(group.name).distinct.value <= 14:
            yield _boxes(dataset, measure, group, index)


def _scatter(dataset: Dataset, profile: Profile, found: Association, index: int) -> Candidate | None:
    x, y = sorted((dataset.column(found.a), dataset.column(found.b)), key=lambda column: dataset.columns.index(column))
    words = [wording.readable(x.name), wording.readable(y.name)]
    way = "rises" if found.direction > 0 else "falls"
    sampled = "" if found.exact else f" on a sample of {profile.sample_rows:,} rows"
    title = f"{words[1][:1].upper()}{words[1][1:]} {way} with {words[0]} (rank correlation {_signed(found)}{sampled})"
    view = View(
        name=f"{y.name}_against_{x.name}",
        title=title,
        mark=Mark.SCATTER,
        sql="",
        x=Axis(field="x", title=words[0], kind="number", unit=x.unit),
        y=Axis(field="y", title=words[1], kind="number", unit=y.unit),
    )
    drawn = _points(dataset, view, x, y) if dataset.rows <= DENSE else _counts(dataset, profile, view, x, y)
    if drawn is None:
        return None
    evidence = (f"profile.json#/associations/{index}",)
    return Candidate(view=drawn, columns=(x.name, y.name), evidence=evidence, fewest=10)


def _points(dataset: Dataset, view: View, x: Column, y: Column) -> View:
    across, up = identifier(x.name), identifier(y.name)
    sql = (
        f"SELECT {across} AS x, {up} AS y\nFROM {identifier(dataset.name)}\n"
        f"WHERE {across} IS NOT NULL AND {up} IS NOT NULL\nORDER BY 1, 2"
    )
    return replace(view, sql=sql)


def _counts(dataset: Dataset, profile: Profile, view: View, x: Column, y: Column) -> View | None:
    across, up = (
        _cells(column, profile.column(column.name), most) for column, most in zip((x, y), _MOST_CELLS, strict=True)
    )
    if across is None or up is None:
        return None
    sql = (
        f"SELECT {across.start} AS x, {up.start} AS y, count(*) AS n\nFROM {identifier(dataset.name)}\n"
        f"WHERE {across.within} AND {up.within}\nGROUP BY 1, 2\nORDER BY 1, 2"
    )
    caption = "Without the lowest and highest 1 % of each." if across.cuts or up.cuts else ""
    return replace(view, sql=sql, color=Axis(field="n", title="rows", kind="number"), caption=caption)


class _Cells(Struct, frozen=True):
    """The SQL of the cell that a value lies in and of the range drawn; ``cuts`` where values lie outside it."""

    start: str
    within: str
    cuts: bool


def _cells(column: Column, described: ColumnProfile, most: int) -> _Cells | None:
    ends = [described.quantile(0.01), described.quantile(0.99)]
    low, high = (end.value if end else None for end in ends)
    if not isinstance(low, int | float) or not isinstance(high, int | float) or not high > low:
        return None
    name = identifier(column.name)
    step = bins.width(low, high, most=most, whole=column.type is ColumnType.INTEGER)
    return _Cells(
        start=bins.edges(name, step)[0],
        within=f"{name} BETWEEN {low:.15g} AND {high:.15g}",
        cuts=described.minimum != low or described.maximum != high,
    )


def _boxes(dataset: Dataset, measure: Column, group: Column, index: int) -> Candidate:
    value, grouped = identifier(measure.name), identifier(group.name)
    quantiles = ",\n       ".join(f"quantile_disc({value}, {p}) AS {name}" for name, p in _QUARTILES)
    words, by = wording.readable(measure.name), wording.readable(group.name)

    def say(rows: Sequence[Row]) -> str:
        known = sorted((float(row["median"]), str(row["grouped"])) for row in rows if row["median"] is not None)
        if len(known) < 2 or known[0][0] == known[-1][0]:
            return f"{words[:1].upper()}{words[1:]} by {by}"
        low, high = known[0], known[-1]
        return (
            f"The median of {words} ranges from {wording.quantity(low[0], measure.unit)} ({wording.shown(low[1])}) "
            f"to {wording.quantity(high[0], measure.unit)} ({wording.shown(high[1])})"
        )

    return Candidate(
        view=View(
            name=f"{measure.name}_spread_by_{group.name}",
            title=f"{words} by {by}",
            mark=Mark.BOX,
            sql=f"SELECT {grouped} AS grouped,\n       {quantiles},\n       count(*) AS n\n"
            f"FROM {identifier(dataset.name)}\nWHERE {value} IS NOT NULL AND {grouped} IS NOT NULL\n"
            "GROUP BY 1\nORDER BY median DESC, 1",
            x=Axis(field="grouped", title=by, kind="category"),
            y=Axis(field="median", title=words, kind="number", unit=measure.unit),
            low="low",
            high="high",
            caption="Line: 5 % to 95 % of the values; box: the middle half; mark: the median.",
        ),
        columns=(measure.name, group.name),
        evidence=(f"profile.json#/associations/{index}",),
        say=say,
    )


def _signed(found: Association) -> str:
    return f"{found.strength * found.direction:.2f}".replace("-", "−")
