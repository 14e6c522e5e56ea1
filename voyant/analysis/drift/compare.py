"""Two states of a table, compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from voyant.analysis.drift.associations import MOST_SHOWN, changed_associations
from voyant.analysis.drift.drafts import Draft
from voyant.analysis.drift.explain import Explained, dimensions_of, explain
from voyant.analysis.drift.measure import measure
from voyant.analysis.drift.outlines import outline
from voyant.analysis.drift.overview import overview
from voyant.analysis.drift.schema import schema_changes
from voyant.analysis.drift.subjects import Pair, Subject, pairs, shared
from voyant.analysis.drift.verdicts import Ruling, missing, of_table, rule
from voyant.analysis.drift.wording import summary
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import count, percent
from voyant.domain.drift import (
    ColumnDrift,
    Distance,
    Drift,
    SchemaChange,
    TableReference,
    Thresholds,
    Verdict,
)
from voyant.domain.table import Table

MOST_EXPLAINED = 50
"""Drifted columns whose bins, values and segments are looked into: those that moved farthest."""
_MANY_ROWS = 0.5
_UNSEEN = "Outliers widen the measure that decides; the population stability index tells of a major shift."


def compare(
    reference: Table,
    current: Table,
    *,
    label: str,
    current_label: str,
    thresholds: Thresholds | None = None,
) -> Drift:
    """What changed from the reference to the current state.

    All rows count. Values are counted where a column has few of them, numbers otherwise in 4,096 bins with the error
    stated, so that memory does not grow with the rows.

    Args:
        label: What the reference is called; ``current_label`` what the current state is.
        thresholds: From where a difference counts; Evidently's where left out.
    """
    limits = thresholds or Thresholds()
    before, after = reference.dataset, current.dataset
    sides = (
        TableReference(label=label, table=before.name, rows=before.rows),
        TableReference(label=current_label, table=after.name, rows=after.rows),
    )
    schema = schema_changes(before, after)
    tables = (reference, current)
    common = shared(before, after)
    if not (before.rows and after.rows and common):
        return _nothing_in_common(sides, schema, len(common), limits)
    names = [column.name for column, _ in common]
    earlier, later = (outline(table, names) for table in tables)
    drafts = measure(pairs(common, earlier, later), tables, limits)
    rulings = rule(drafts, limits)
    columns = _columns(drafts, rulings, tables, limits)
    verdict, share, reason = of_table(columns, limits)
    associations, tested = changed_associations(earlier, later, limits)
    found = Drift(
        reference=sides[0],
        current=sides[1],
        verdict=verdict,
        reason=reason,
        share=rounded(share),
        share_threshold=limits.share,
        rows_change=rounded(after.rows / before.rows - 1),
        schema=schema,
        columns=columns,
        associations=associations[:MOST_SHOWN],
        identical=not schema and before.rows == after.rows and all(map(_is_same, columns)),
        warnings=tuple(_warnings(before.rows, after.rows, schema, columns)),
        notes=tuple(_notes(columns, len(associations), tested)),
    )
    return replace(found, summary=overview(found))


def _nothing_in_common(
    sides: tuple[TableReference, TableReference], schema: tuple[SchemaChange, ...], common: int, limits: Thresholds
) -> Drift:
    empty = [side.label for side in sides if side.rows == 0]
    reason = f"{' and '.join(empty)} has no rows." if empty else "The two sides have no column in common."
    found = Drift(
        reference=sides[0],
        current=sides[1],
        verdict=Verdict.NOT_COMPARABLE,
        reason=f"{reason} {count(common)} columns have the same name." if empty else reason,
        share=0.0,
        share_threshold=limits.share,
        rows_change=rounded(sides[1].rows / sides[0].rows - 1) if sides[0].rows else None,
        schema=schema,
        columns=(),
    )
    return replace(found, summary=overview(found))


def _columns(
    drafts: Sequence[Draft], rulings: Sequence[Ruling], tables: tuple[Table, Table], limits: Thresholds
) -> tuple[ColumnDrift, ...]:
    """All columns, drifted ones first, those that moved farthest before others."""
    gaps = missing([draft.pair for draft in drafts], limits)
    found = sorted(zip(drafts, rulings, gaps, strict=True), key=lambda each: _order(each[0], each[1]))
    dimensions = dimensions_of([draft.pair for draft in drafts])
    columns = []
    for place, (draft, ruling, gap) in enumerate(found):
        explained = Explained()
        if (ruling.verdict is Verdict.DRIFTED or draft.moved_unseen) and place < MOST_EXPLAINED:
            explained = explain(draft, tables, dimensions)
        columns.append(_column(draft, ruling, gap, explained))
    return tuple(columns)


def _order(draft: Draft, ruling: Ruling) -> tuple[int, float, str]:
    rank = (Verdict.DRIFTED, Verdict.STABLE, Verdict.NOT_COMPARABLE).index(ruling.verdict)
    return rank, -draft.measures[0].measured.value if draft.measures else 0.0, draft.pair.name


def _column(draft: Draft, ruling: Ruling, gap: tuple[Distance, Verdict], explained: Explained) -> ColumnDrift:
    pair = draft.pair
    distances = tuple(
        each.distance(ruling.q if number == 0 else None) for number, each in enumerate(draft.measures)
    )  # fmt: skip
    told = ruling.verdict is Verdict.DRIFTED or draft.moved_unseen
    unseen = _UNSEEN if ruling.verdict is Verdict.STABLE and draft.moved_unseen else None
    notes = [note for note in (*draft.notes, ruling.note, unseen) if note]
    means = _means(pair) if draft.subject is Subject.NUMBERS and not pair.is_personal else (None, None)
    return ColumnDrift(
        column=pair.name,
        type=str(pair.after.type),
        role=str(pair.role),
        verdict=ruling.verdict,
        usual_verdict=ruling.usual,
        compared=None if draft.subject is None else str(draft.subject),
        method=distances[0].measure if distances else None,
        distances=distances,
        nulls_before=rounded(pair.earlier.nulls / pair.earlier.rows),
        nulls_after=rounded(pair.later.nulls / pair.later.rows),
        nulls_verdict=gap[1],
        missing=gap[0],
        mean_before=means[0],
        mean_after=means[1],
        shares=explained.shares,
        new_values=explained.new_values,
        vanished_values=explained.vanished_values,
        come=explained.come,
        gone=explained.gone,
        segments=explained.segments,
        summary=summary(draft, distances[0], explained) if told else "",
        note=" ".join(notes) or None,
    )


def _means(pair: Pair) -> tuple[float | None, float | None]:
    before, after = (side.mean for side in pair.sides)
    return before, after


def _is_same(column: ColumnDrift) -> bool:
    moved = any(distance.value != 0 for distance in column.distances)
    return not moved and column.nulls_before == column.nulls_after


def _warnings(before: int, after: int, schema: Sequence[SchemaChange], columns: Sequence[ColumnDrift]) -> Iterator[str]:
    change = after / before - 1
    if abs(change) >= _MANY_ROWS:
        more = "more" if change > 0 else "fewer"
        yield f"{percent(round(100 * abs(change), 1))} {more} rows: {count(before)} before, {count(after)} after."
    for each in schema:
        if not each.compatible:
            yield f"{each.column} {each.kind}: {each.reason}"
    for column in columns:
        if column.verdict is Verdict.STABLE and column.summary:
            yield f"{column.summary} It does not count as drifted: outliers widen the measure that decides."
        if column.nulls_verdict is Verdict.DRIFTED:
            earlier, later = (percent(round(100 * part, 1)) for part in (column.nulls_before, column.nulls_after))
            yield f"{column.column} has no value in {later} of the rows, {earlier} before."


def _notes(found: Sequence[ColumnDrift], changed: int, tested: int) -> Iterator[str]:
    compared = sum(column.verdict is not Verdict.NOT_COMPARABLE for column in found)
    if compared > 1:
        yield f"q-values are corrected for {compared:,} columns compared (Benjamini and Hochberg 1995)."
    if any(distance.error > 0 for column in found for distance in column.distances):
        yield "Distances with an error come from bins: the exact figure is at most the error away."
    drifted = sum(column.verdict is Verdict.DRIFTED for column in found)
    if drifted > MOST_EXPLAINED:
        yield f"What carries the change was looked into for {MOST_EXPLAINED} of {drifted:,} drifted columns."
    if changed:
        shown = f", the {MOST_SHOWN} largest changes shown" if changed > MOST_SHOWN else ""
        yield f"{changed:,} of {tested:,} pairs of columns go together otherwise than before{shown}."
