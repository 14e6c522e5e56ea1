"""From a table to its segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from voyant.analysis.rounding import rounded
from voyant.analysis.segment import choice, description, rfm
from voyant.analysis.segment.assignment import Assignment, assigned, assignment
from voyant.analysis.segment.choice import Clustering
from voyant.analysis.segment.features import Prepared, complete, coordinates, prepared, without_copies
from voyant.analysis.segment.pictures import effects, points
from voyant.analysis.segment.subjects import Subject, subject_of
from voyant.analysis.segment.units import Units, units_of
from voyant.analysis.wording import count, listed, percent
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile
from voyant.domain.segmentation import Candidate, Segment, Segmentation, SegmentColumn, SegmentRequest
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    import pyarrow

MOST_IN_SAMPLE = 3_000
_SAME = 0.98
_COMPLETE = 0.5


def segments(
    table: Table,
    profile: Profile,
    request: SegmentRequest,
    time_column: str | None = None,
    *,
    progress: Callable[[float], None] = lambda _: None,
) -> Answer[Segmentation]:
    """The groups of a table's rows, or of its entities; or that there are none.

    They are formed on at most ``MOST_IN_SAMPLE`` units, chosen by a hash of their key; then each unit is assigned to
    the nearest in SQL, so that memory does not grow with the table. Customers are scored by recency, frequency and
    amount besides, where these are known.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where a column does not exist, ``BAD_KPI`` where the amount is no expression,
            ``NOT_ENOUGH_DATA`` where there are too few units, or none of their columns varies.
    """
    subject = subject_of(table, profile, request, time_column)
    units = units_of(table, profile, subject, request.columns)
    number = _counted(table, units, request.clusters)
    features, notes, sample = _sampled(table, units, number)
    progress(0.1)
    formed_on = complete(features, _COMPLETE)
    used = len(formed_on[0].axes[0].values)
    numbers = _numbers(used, request.clusters)
    found = choice.clusterings(formed_on, numbers, lambda share: progress(0.1 + 0.6 * share))
    best = found[-1] if request.clusters else choice.chosen(found)
    scored = rfm.rfm(table, subject)
    progress(0.8)
    result = Segmentation(
        table=table.dataset.name,
        entity=subject.entity.name if subject.entity else None,
        units=number,
        columns=tuple(_column(feature) for feature in features),
        left_out=(*units.left_out, *notes),
        clusters=best.candidate.clusters if best else None,
        asked=request.clusters is not None,
        separated=best is not None and best.candidate.separated,
        reason=_reason(best, found, request.clusters),
        candidates=tuple(each.candidate for each in found),
        segments=(),
        rfm=scored,
        sample=used,
        notes=tuple(_notes(subject, units, number, sample, features)),
    )
    rows: dict[str, pyarrow.Table | str] = {}
    if best is not None:
        result, rows = _described(table, units, formed_on, best, result)
    rows["segment_choice"] = _as_rows(result.candidates)
    if scored is not None:
        key = identifier(units.key)
        rows["segment_rfm"] = f"{rfm.scores(table, subject)}\nORDER BY {key}"
    progress(1.0)
    return Answer(result=result, rows=rows)


def _counted(table: Table, units: Units, clusters: int | None) -> int:
    [row] = table.query(f"SELECT count(*) AS n FROM (\n{units.sql}\n) AS units")
    number = int(row["n"])
    if number < choice.FEWEST_UNITS:
        raise InvalidInput(
            f"Segments need at least {choice.FEWEST_UNITS} {units.noun}; there are {number}.",
            code=Code.NOT_ENOUGH_DATA,
            remedy=f"Give more {units.noun}, or look at these few with: SELECT.",
        )
    if clusters is not None and not 2 <= clusters <= number // 2:
        raise InvalidInput(
            f"{clusters} segments cannot be made of {number} {units.noun}: from 2 to {number // 2} can.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Ask for fewer segments, or for none: their number is then chosen.",
        )
    return number


def _sampled(table: Table, units: Units, number: int) -> tuple[list[Prepared], list[str], int]:
    """The features that vary, over a sample of the units; what was left out; the size of the sample."""
    key = identifier(units.key)
    where = f"\nWHERE hash({key}) % {number} < {MOST_IN_SAMPLE}" if number > MOST_IN_SAMPLE else ""
    taken = table.arrow(f"SELECT * FROM (\n{units.sql}\n) AS units{where}\nORDER BY {key}")
    ready: list[Prepared] = []
    notes = []
    for feature in units.features.values():
        column = taken.column(feature.name)
        if feature.is_category:
            values: Any = np.asarray([*column.to_pylist(), None], dtype=object)[:-1]
        else:
            values = np.asarray(column.to_numpy(), dtype=np.float64)
        one = prepared(feature, values)
        if one is None:
            notes.append(f"{feature.name}: does not vary")
        else:
            ready.append(one)
    kept, copies = without_copies(ready, _SAME)
    notes += [f"{copy.feature.name}: says the same as {twin.feature.name}" for copy, twin in copies]
    if not kept:
        reasons = "; ".join([*units.left_out, *notes][:12]) or "it has no columns besides"
        raise InvalidInput(
            f"No column of {table.dataset.name} can make segments: {reasons}.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Give a table with numbers or categories that vary, or name the columns to use.",
        )
    return kept, notes, taken.num_rows


def _numbers(sample: int, asked: int | None) -> Sequence[int]:
    if asked is not None:
        if asked > sample // 2:
            raise InvalidInput(
                f"{asked} segments are more than can be told apart on the {sample} units that they are formed on.",
                code=Code.NOT_ENOUGH_DATA,
                remedy=f"Ask for at most {sample // 2}.",
            )
        return (asked,)
    return range(2, max(2, min(choice.MOST_CLUSTERS, sample // 10)) + 1)


def _column(feature: Prepared) -> SegmentColumn:
    return SegmentColumn(
        name=feature.feature.name,
        words=feature.feature.words,
        kind="category" if feature.feature.is_category else "number",
        source=feature.feature.source,
        unit=feature.feature.unit,
        preparation=feature.preparation,
        missing=feature.missing,
    )


def _described(
    table: Table, units: Units, features: Sequence[Prepared], best: Clustering, result: Segmentation
) -> tuple[Segmentation, dict[str, pyarrow.Table | str]]:
    placed = assignment(table, units, features, best.centres)
    names = description.names(placed.differences)
    relation = assigned(units, features, placed.centres, names)
    stabilities = _stabilities(best, placed)
    described = tuple(
        Segment(
            number=number,
            name=names[number - 1],
            size=size,
            share=rounded(size / result.units),
            stability=stabilities[number - 1],
            traits=description.traits(table, relation, number, placed.differences[number - 1]),
        )
        for number, size in enumerate(placed.sizes, start=1)
    )
    notes = result.notes
    if placed.unassigned:
        notes = (
            *notes,
            f"{count(placed.unassigned)} {units.noun} lack more than half of the values and are in no segment.",
        )
    rows: dict[str, pyarrow.Table | str] = {
        "segment": f"{relation}\nORDER BY {identifier(units.key)}",
        "segment_traits": effects(described, placed.differences),
        "segment_points": points(coordinates(features), placed.centres, names),
    }
    return replace(result, segments=described, clusters=len(described), notes=notes), rows


def _stabilities(best: Clustering, placed: Assignment) -> list[float]:
    """In the order of the assignment, which may differ from that of the sample."""
    by_centre = {tuple(centre): stability for centre, stability in zip(best.centres, best.stabilities, strict=True)}
    return [by_centre[tuple(centre)] for centre in placed.centres]


def _reason(best: Clustering | None, found: Sequence[Clustering], asked: int | None) -> str:
    if asked is not None and best is not None and best.candidate.separated:
        return f"{asked} segments were asked for; they stand apart and come back in resamples."
    if asked is not None:
        return (
            f"{asked} segments were asked for, but they do not all stand apart: there is no valley between some, or "
            "they do not come back in resamples. They cut up a continuum."
        )
    tried = f"{found[0].candidate.clusters} to {found[-1].candidate.clusters}"
    if best is None:
        return (
            f"With none of {tried} groups does a valley lie between every two that come back in resamples: the data "
            "form one crowd, as far as they show."
        )
    number = best.candidate.clusters
    apart = [str(each.candidate.clusters) for each in found if each.candidate.separated]
    others = [name for name, preferred in _preferences(found) if preferred == number]
    agree = f" So would {listed(others)}." if others else ""
    widest = "" if len(apart) == 1 else f" Of {listed(apart)}, which do, it has the widest silhouettes."
    return (
        f"Of {tried}, a valley lies between every two of {number} groups, which come back in resamples.{widest}{agree}"
    )


def _preferences(found: Sequence[Clustering]) -> list[tuple[str, int]]:
    """The number that each of the other criteria would choose."""
    candidates = [each.candidate for each in found]
    gap = next(
        (one.clusters for one, after in pairwise(candidates) if one.gap >= after.gap - after.gap_error),
        candidates[-1].clusters,
    )
    return [
        ("the silhouette", max(candidates, key=lambda each: each.silhouette).clusters),
        ("the gap statistic", gap),
        ("BIC", max(candidates, key=lambda each: each.bic).clusters),
    ]


def _notes(subject: Subject, units: Units, number: int, sample: int, features: Sequence[Prepared]) -> list[str]:
    notes = []
    if subject.found and subject.entity:
        notes.append(f"{subject.entity.name} was taken to name what is grouped.")
    if sample < number:
        notes.append(
            f"Segments were formed on {count(sample)} of {count(number)} {units.noun}, chosen by a hash of "
            f"{units.key}; all were assigned to the nearest."
        )
    for feature in features:
        if feature.missing > 0.05 * sample:
            share = percent(100 * feature.missing / sample)
            notes.append(f"{feature.feature.name} is missing for {share} of the {units.noun}, which count as average.")
    return notes


def _as_rows(candidates: Sequence[Candidate]) -> pyarrow.Table:
    import pyarrow

    names = Candidate.__struct_fields__
    return pyarrow.table({name: [getattr(each, name) for each in candidates] for name in names})
