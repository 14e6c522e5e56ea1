"""One column described: from its counted values where they are few, else by the engine."""

from __future__ import annotations

import math

from msgspec.structs import replace

from voyant.analysis.profile.bins import exact_histogram
from voyant.analysis.profile.coding import Coding, Kind
from voyant.analysis.profile.counts import MOST_COUNTED, TOP_VALUES, ValueCounts, count_values, top_values
from voyant.analysis.profile.distinct import Slice, count_distinct, identifies_rows, slice_of
from voyant.analysis.profile.numbers import describe_numbers, exact_quantiles
from voyant.analysis.profile.overview import Extent
from voyant.analysis.profile.sample import SampledColumn, is_whole
from voyant.analysis.profile.streamed import Stream, recount, streamed_text, text_extent
from voyant.analysis.profile.texts import describe_lengths, with_words
from voyant.analysis.profile.times import describe_times, streamed_times
from voyant.domain.profile import ColumnProfile, Count, TextProfile, ValueCount
from voyant.domain.table import Column, ColumnType, Table

NEARLY_ALL = 0.99
FREQUENT = 0.001
_CANDIDATES = 1500
_MOST_SINGLES = 0.1
"""A column is counted at once where at most this share of the sample's values is met once: by Good and Turing that is
the share of rows with values not met, which bounds the groups that the engine has to hold."""


def describe_column(table: Table, sampled: SampledColumn, extent: Extent) -> ColumnProfile:
    """The profile of one column."""
    if is_whole(table):
        return _from_counts(table, sampled.coding, sampled.counts, extent)
    if sampled.counts.singles <= _MOST_SINGLES * sampled.counts.total:
        counted = count_values(table, sampled.coding)
        if counted is not None:
            return _from_counts(table, sampled.coding, counted, extent)
    slice_ = slice_of(table, (sampled.coding.column.name,))
    if slice_.fewest <= MOST_COUNTED and slice_.repeats:
        counted = count_values(table, sampled.coding)
        if counted is not None:
            return _from_counts(table, sampled.coding, counted, extent)
    return _from_stream(table, sampled, extent, slice_)


def _from_counts(table: Table, coding: Coding, values: ValueCounts, extent: Extent) -> ColumnProfile:
    """Everything exact, since every value and its count are at hand."""
    column, distinct = coding.column, len(values.codes)
    profile = replace(
        _bare(table, column, extent, Count(value=distinct)),
        constant=distinct == 1,
        near_constant=distinct > 1 and max(values.counts) >= NEARLY_ALL * values.total,
        unique=0 < distinct == table.dataset.rows,
        text=_text(table, coding, values),
    )
    if coding.kind is Kind.OPAQUE or not values.codes:
        return profile
    return replace(
        profile,
        minimum=coding.decode(values.codes[0]),
        maximum=coding.decode(values.codes[-1]),
        quantiles=exact_quantiles(coding, values) if _is_measured(coding) else (),
        histogram=exact_histogram(coding, values) if _is_measured(coding) else None,
        top=top_values(coding, values.most_frequent()),
        number=describe_numbers(coding, values, extent.count - values.total) if coding.is_number else None,
        time=describe_times(coding, values) if column.type.is_temporal else None,
    )


def _from_stream(table: Table, sampled: SampledColumn, extent: Extent, slice_: Slice) -> ColumnProfile:
    """What the engine can say of a column with many values, with errors where it is not exact."""
    coding, column = sampled.coding, sampled.coding.column
    unique = (
        extent.count == table.dataset.rows
        and not slice_.repeats
        and len(sampled.counts.codes) == sampled.counts.total
        and identifies_rows(table, (column.name,))
    )
    distinct = Count(value=extent.count) if unique else count_distinct(table, column.name, slice_)
    profile = replace(_bare(table, column, extent, distinct), unique=unique)
    if coding.kind is Kind.OPAQUE:
        return replace(profile, text=_text(table, coding, None))
    top = _frequent(table, sampled, extent)
    profile = replace(profile, top=top, near_constant=bool(top) and top[0].count >= NEARLY_ALL * extent.count)
    if coding.kind is Kind.TEXT:
        low, high = text_extent(table, coding)
        text = with_words(streamed_text(table, coding), column.role, sampled.counts)
        return replace(profile, minimum=low, maximum=high, text=text)
    return _from_ordered_stream(profile, Stream.of(table, coding, extent), sampled, extent)


def _from_ordered_stream(
    profile: ColumnProfile, stream: Stream, sampled: SampledColumn, extent: Extent
) -> ColumnProfile:
    """The profile of a column of numbers or times, completed."""
    table, coding = stream.table, stream.coding
    if stream.extent is not None:
        low, high = stream.extent
        profile = replace(profile, minimum=coding.decode(low), maximum=coding.decode(high))
    profile = replace(profile, quantiles=stream.quantiles(sampled.counts))
    if coding.is_number:
        number, histogram = stream.numbers(sampled.counts, infinite=extent.count - stream.n)
        return replace(profile, number=number, histogram=histogram)
    if not coding.column.type.is_temporal or stream.extent is None:
        return profile
    time = streamed_times(table, coding, stream.code, stream.extent)
    return replace(profile, histogram=stream.histogram(), time=time)


def _frequent(table: Table, sampled: SampledColumn, extent: Extent) -> tuple[ValueCount, ...]:
    """The values that at least one row in a thousand holds, with exact counts."""
    expected = FREQUENT * sampled.counts.total
    # Of a value just frequent enough, fewer than one sample in ten thousand has fewer rows than this (Poisson).
    enough = max(2.0, expected - 3.2 * math.sqrt(expected))
    candidates = [code for code, count in sampled.counts.most_frequent(_CANDIDATES) if count >= enough]
    found = recount(table, sampled.coding, candidates)
    return tuple(value for value in found if value.count >= FREQUENT * extent.count)[:TOP_VALUES]


def _bare(table: Table, column: Column, extent: Extent, distinct: Count) -> ColumnProfile:
    return ColumnProfile(
        name=column.name,
        type=column.type,
        role=column.role,
        count=extent.count,
        nulls=table.dataset.rows - extent.count,
        distinct=distinct,
    )


def _text(table: Table, coding: Coding, values: ValueCounts | None) -> TextProfile | None:
    """Lengths, and shapes or terms unless the values may not be shown."""
    if coding.kind is Kind.TEXT and values is not None:
        return with_words(describe_lengths(values), coding.column.role, values)
    return streamed_text(table, coding) if coding.column.type is ColumnType.TEXT else None


def _is_measured(coding: Coding) -> bool:
    """Whether quantiles and a histogram mean anything."""
    return coding.has_order and coding.column.type is not ColumnType.BOOLEAN
