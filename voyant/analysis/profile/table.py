"""A table described."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from voyant.analysis.profile.associations import MOST_COLUMNS, associate, can_associate
from voyant.analysis.profile.coding import coding_of
from voyant.analysis.profile.columns import FREQUENT, describe_column
from voyant.analysis.profile.counts import MOST_COUNTED
from voyant.analysis.profile.distinct import slices
from voyant.analysis.profile.keys import MOST_CANDIDATES, can_be_key, composite_keys, duplicate_rows, single_keys
from voyant.analysis.profile.missing import MOST_COLUMNS as MOST_MISSING
from voyant.analysis.profile.missing import missing_patterns
from voyant.analysis.profile.overview import Extent, look_over
from voyant.analysis.profile.sample import SampledColumn, is_whole, read_sample
from voyant.domain.profile import ColumnProfile, Count, Profile
from voyant.domain.table import Table


def profile(table: Table) -> Profile:
    """What the table holds, exact where that is affordable and otherwise with the error stated.

    Tables of up to 20,000 rows are read whole. Of larger ones, columns with up to 20,000 distinct values are counted
    by the engine and everything about them is exact; the engine describes the others, and associations, patterns and
    terms rest on a sample of 20,000 rows chosen by position.
    """
    extents = look_over(table)
    kept = _Kept()
    columns = tuple(kept.note(table, sampled, extents) for sampled in _read(table, extents))
    exact = is_whole(table)
    keys = single_keys(table, columns) or composite_keys(table, columns, kept.for_keys)
    missing = [column.name for column in columns if column.nulls > 0]
    duplicates = Count(value=0) if keys else duplicate_rows(table, columns)
    sample_rows = kept.sample_rows
    return Profile(
        table=table.dataset.name,
        rows=table.dataset.rows,
        columns=columns,
        keys=keys,
        duplicate_rows=duplicates,
        associations=associate(kept.for_associations, exact=exact),
        missing=missing_patterns(table, missing[:MOST_MISSING]),
        sample_rows=sample_rows,
        notes=tuple(_notes(table, columns, duplicates, sample_rows, len(missing))),
    )


class _Kept(Struct):
    """Sampled columns that are needed again after their own profile is made; the others are let go."""

    for_associations: list[SampledColumn] = field(default_factory=list)
    for_keys: list[SampledColumn] = field(default_factory=list)
    sample_rows: int = 0

    def note(self, table: Table, sampled: SampledColumn, extents: dict[str, Extent]) -> ColumnProfile:
        column = sampled.coding.column
        extent = extents[column.name]
        self.sample_rows = len(sampled.places)
        if can_associate(column) and len(self.for_associations) < MOST_COLUMNS:
            self.for_associations.append(sampled)
        is_full = extent.count == table.dataset.rows
        if can_be_key(column) and is_full and column.formula is None and len(self.for_keys) < MOST_CANDIDATES:
            self.for_keys.append(sampled)
        return describe_column(table, sampled, extent)


def _read(table: Table, extents: dict[str, Extent]) -> Iterator[SampledColumn]:
    return read_sample(table, [coding_of(column, extents[column.name].largest) for column in table.dataset.columns])


def _notes(
    table: Table, columns: Sequence[ColumnProfile], duplicates: Count, sample_rows: int, missing: int
) -> Iterator[str]:
    associated = sum(can_associate(column) for column in table.dataset.columns)
    if not is_whole(table):
        yield (
            f"Associations, and patterns and terms of columns with more than {MOST_COUNTED:,} distinct values, rest on "
            f"a sample of {sample_rows:,} of {table.dataset.rows:,} rows, chosen by a hash of the row's position."
        )
        yield (
            f"Of columns with more than {MOST_COUNTED:,} distinct values, only values in at least {FREQUENT:.1%} of "
            f"the rows are listed as frequent; the sample finds them, all rows count them, one in 10,000 is overlooked."
        )
    if any(not column.distinct.exact for column in columns):
        yield (
            "Distinct values marked as not exact are estimated from a slice of their hashes; the error is one standard "
            "error, relative."
        )
    if not duplicates.exact and duplicates.value:
        yield (
            "Duplicate rows are estimated from a slice of the hashes of one column's values; the error is one standard "
            "error, relative."
        )
    if not duplicates.exact and not duplicates.value:
        yield (
            f"No row of one slice in {slices(table.dataset.rows)} repeats another; with 95 % confidence fewer than "
            f"{3 * slices(table.dataset.rows):,} rows of the table do."
        )
    if associated > MOST_COLUMNS:
        yield f"There are associations between the first {MOST_COLUMNS} of {associated:,} columns that can have any."
    if missing > MOST_MISSING:
        yield f"Missing-value patterns cover the first {MOST_MISSING} of {missing:,} columns with missing values."
