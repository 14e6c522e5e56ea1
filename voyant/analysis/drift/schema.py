"""What changed in a table's columns, judged by the rules by which Iceberg lets a schema evolve.

Source: Apache Iceberg, table specification, "Schema Evolution", for the format that the lake writes (version 2):
``int`` may become ``long``, ``float`` ``double``, and a decimal may get more digits at the same scale. Optional columns
may be added. Readers find columns by their names, since sources carry no field ids: so a new name breaks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from voyant.domain.drift import SchemaChange
from voyant.domain.table import Column, Dataset

_ALIKE = 0.6
"""Of two names, from which they may be the same column's (difflib's ratio, whose authors call 0.6 a close match)."""
_MOST_PAIRS = 40_000
"""Of names compared; where more columns went and came, it is another table."""
_INTEGERS = {"INTEGER": 0, "BIGINT": 1}
_FLOATS = {"FLOAT": 0, "DOUBLE": 1}


def schema_changes(before: Dataset, after: Dataset) -> tuple[SchemaChange, ...]:
    """Every stored column that came, went, or holds something else: first those of ``before`` in their order, then
    the added ones in theirs. Derived columns are left out: they follow from stored ones."""
    earlier, later = _stored(before), _stored(after)
    gone = [column for name, column in earlier.items() if name not in later]
    come = [column for name, column in later.items() if name not in earlier]
    renamed = _renamed(gone, come)
    taken = set(renamed.values())
    return (
        *(
            change
            for column in earlier.values()
            for change in _fate(column, later.get(column.name), renamed.get(column.name))
        ),
        *(_added(column) for column in come if column.name not in taken),
    )


def _stored(dataset: Dataset) -> dict[str, Column]:
    return {column.name: column for column in dataset.columns if column.formula is None}


def _fate(before: Column, after: Column | None, new_name: str | None) -> Iterator[SchemaChange]:
    """What became of an earlier column; nothing where it stayed as it was."""
    if after is None:
        yield _removed(before) if new_name is None else _given_name(before, new_name)
        return
    if before.engine_type != after.engine_type:
        compatible, reason = promotion(before.engine_type, after.engine_type)
        yield SchemaChange(
            kind="retyped",
            column=before.name,
            before=before.engine_type,
            after=after.engine_type,
            compatible=compatible,
            reason=reason,
        )
    elif before.type is not after.type:  # such as nested values and plain text, both stored as VARCHAR
        reason = f"{before.type} before, {after.type} after, both stored as {before.engine_type}."
        yield SchemaChange(
            kind="retyped",
            column=before.name,
            before=before.type,
            after=after.type,
            compatible=False,
            reason=reason,
        )
    if before.unit is not None and after.unit is not None and before.unit != after.unit:
        reason = f"Numbers in {before.unit} and in {after.unit} mean different things."
        yield SchemaChange(
            kind="unit", column=before.name, before=before.unit, after=after.unit, compatible=False, reason=reason
        )


def promotion(before: str, after: str) -> tuple[bool, str]:
    """Whether values of one engine type may be read as another without loss, by Iceberg's rules, and why.

    >>> promotion("INTEGER", "BIGINT")
    (True, 'INTEGER widened to BIGINT: every earlier value still fits.')
    >>> promotion("DECIMAL(18,2)", "DECIMAL(18,3)")[0], promotion("DECIMAL(18,2)", "DECIMAL(38,2)")[0]
    (False, True)
    """
    if before == after:
        return True, f"Both are {before}."
    for ranks in (_INTEGERS, _FLOATS):
        if before in ranks and after in ranks:
            return _by_width(before, after, wider=ranks[after] > ranks[before])
    earlier, later = (re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", type_) for type_ in (before, after))
    if earlier and later:
        if earlier[2] != later[2]:
            return False, f"{before} became {after}: the digits after the point may not change."
        return _by_width(before, after, wider=int(later[1]) > int(earlier[1]))
    return False, f"{before} became {after}, which is another type."


def _by_width(before: str, after: str, *, wider: bool) -> tuple[bool, str]:
    if wider:
        return True, f"{before} widened to {after}: every earlier value still fits."
    return False, f"{before} narrowed to {after}: earlier values may not fit."


def _added(column: Column) -> SchemaChange:
    reason = "An optional column was added: readers of the earlier schema do not ask for it."
    return SchemaChange(
        kind="added", column=column.name, before=None, after=column.engine_type, compatible=True, reason=reason
    )


def _removed(column: Column) -> SchemaChange:
    reason = "The column is gone: whoever reads it finds nothing."
    return SchemaChange(
        kind="removed", column=column.name, before=column.engine_type, after=None, compatible=False, reason=reason
    )


def _given_name(column: Column, new_name: str) -> SchemaChange:
    reason = f"Perhaps renamed: {new_name} is new, of the same type and called alike. Readers look for {column.name}."
    return SchemaChange(
        kind="renamed", column=column.name, before=column.name, after=new_name, compatible=False, reason=reason
    )


def _renamed(gone: Sequence[Column], come: Sequence[Column]) -> dict[str, str]:
    """Of columns that went, the new names that they may have now: those most alike first, each name given once."""
    if len(gone) * len(come) > _MOST_PAIRS:
        return {}
    pairs = sorted(
        (-_likeness(old.name, new.name), old_place, new_place)
        for old_place, old in enumerate(gone)
        for new_place, new in enumerate(come)
        if old.engine_type == new.engine_type and old.type is new.type and _may_be_alike(old.name, new.name)
    )
    names: dict[str, str] = {}
    taken: set[int] = set()
    for negative, old_place, new_place in pairs:
        if -negative >= _ALIKE and gone[old_place].name not in names and new_place not in taken:
            names[gone[old_place].name] = come[new_place].name
            taken.add(new_place)
    return names


def _may_be_alike(old: str, new: str) -> bool:
    """An upper bound of the likeness that is computed at once: thousands of columns have millions of pairs."""
    return 2 * min(len(old), len(new)) >= _ALIKE * (len(old) + len(new))


def _likeness(old: str, new: str) -> float:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE else 0.0
