"""What changed in a table's columns, and whether readers of the earlier schema can read the later one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.analysis.profile.tables import column
from voyant.analysis.drift.schema import schema_changes
from voyant.domain.drift import SchemaChange
from voyant.domain.table import ColumnType, Dataset


def _changes(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> tuple[SchemaChange, ...]:
    return schema_changes(_dataset(before), _dataset(after))


def _dataset(columns: list[tuple[str, str]]) -> Dataset:
    return Dataset(name="orders", rows=3, columns=tuple(column(name, type_) for name, type_ in columns))


def test_the_same_columns_in_another_order_are_no_change() -> None:
    assert not _changes([("a", "BIGINT"), ("b", "VARCHAR")], [("b", "VARCHAR"), ("a", "BIGINT")])


@pytest.mark.parametrize(
    ("before", "after", "compatible"),
    [
        ("INTEGER", "BIGINT", True),
        ("BIGINT", "INTEGER", False),
        ("FLOAT", "DOUBLE", True),
        ("DOUBLE", "FLOAT", False),
        ("DECIMAL(10,2)", "DECIMAL(18,2)", True),
        ("DECIMAL(18,2)", "DECIMAL(10,2)", False),
        ("DECIMAL(10,2)", "DECIMAL(18,4)", False),
        ("BIGINT", "DOUBLE", False),
        ("BIGINT", "VARCHAR", False),
        ("DATE", "TIMESTAMP", False),
    ],
)
def test_types_evolve_by_icebergs_rules(before: str, after: str, compatible: bool) -> None:
    [change] = _changes([("a", before)], [("a", after)])
    assert (change.kind, change.before, change.after) == ("retyped", before, after)
    assert change.compatible is compatible


def test_added_columns_are_compatible_and_removed_ones_are_not() -> None:
    removed, added = _changes([("id", "BIGINT"), ("shop", "VARCHAR")], [("id", "BIGINT"), ("colour", "BOOLEAN")])
    assert (removed.kind, removed.column, removed.compatible) == ("removed", "shop", False)
    assert (added.kind, added.column, added.compatible) == ("added", "colour", True)


def test_a_column_of_the_same_type_and_a_name_alike_may_have_been_renamed() -> None:
    [change] = _changes([("amount", "BIGINT")], [("amount_eur", "BIGINT")])
    assert (change.kind, change.before, change.after) == ("renamed", "amount", "amount_eur")
    assert not change.compatible


def test_each_new_name_is_given_to_one_column() -> None:
    changes = _changes([("amount_a", "BIGINT"), ("amount_b", "BIGINT")], [("amount_c", "BIGINT")])
    assert sorted(change.kind for change in changes) == ["removed", "renamed"]


def test_another_unit_breaks_what_numbers_mean() -> None:
    before, after = _dataset([("delay", "BIGINT")]), _dataset([("delay", "BIGINT")])
    [seconds] = (replace(each, unit="seconds") for each in before.columns)
    [minutes] = (replace(each, unit="minutes") for each in after.columns)
    [change] = schema_changes(replace(before, columns=(seconds,)), replace(after, columns=(minutes,)))
    assert (change.kind, change.before, change.after, change.compatible) == ("unit", "seconds", "minutes", False)


def test_values_that_are_stored_alike_may_still_be_of_another_type() -> None:
    before = _dataset([("tags", "VARCHAR")])
    nested = tuple(replace(each, type=ColumnType.NESTED) for each in before.columns)
    [change] = schema_changes(before, replace(before, columns=nested))
    assert (change.before, change.after, change.compatible) == ("text", "nested", False)


def test_derived_columns_are_not_part_of_the_schema() -> None:
    before = _dataset([("a", "BIGINT")])
    derived = replace(column("days", "BIGINT"), formula='"b" - "a"')
    assert not schema_changes(before, replace(before, columns=(*before.columns, derived)))


def test_thousands_of_other_names_are_another_table() -> None:
    changes = _changes([(f"a{i}", "BIGINT") for i in range(3000)], [(f"b{i}", "BIGINT") for i in range(3000)])
    assert {change.kind for change in changes} == {"removed", "added"}
