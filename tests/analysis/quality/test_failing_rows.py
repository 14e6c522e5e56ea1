"""Failing rows are shown as examples: some of each check, the same each time, personal data masked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.analysis.quality.staff import AGE, COST, EMAIL, assessed, sound_rows, staff
from voyant.analysis.quality import failing_rows


def shown(rows: list[list[Any]]) -> list[dict[str, Any]]:
    with staff(rows) as table:
        quality = assessed(table)
        again = table.query(failing_rows(table, quality))
        assert table.query(failing_rows(table, quality)) == again
        return again


def test_a_bounded_number_of_rows_of_each_failed_check() -> None:
    rows = sound_rows()
    for row in rows[:120]:
        row[AGE] = None
    rows[150][COST] = -3
    kept = shown(rows)
    assert Counter(row["_check"] for row in kept) == {"missing:age": 20, "negative:cost": 1}
    assert all(row["age"] is None for row in kept if row["_check"] == "missing:age")
    assert [row["number"] for row in kept if row["_check"] == "negative:cost"] == ["INC00150"]


def test_duplicates_are_shown_once() -> None:
    rows = sound_rows()
    rows[10] = rows[20] = rows[30]
    kept = [row["number"] for row in shown(rows) if row["_check"] == "duplicate_rows"]
    assert kept == ["INC00030"]


def test_personal_data_is_masked() -> None:
    rows = sound_rows()
    rows[0][AGE], rows[1][AGE], rows[1][EMAIL] = -7, -8, None
    kept = [row["email"] for row in shown(rows) if row["_check"] == "range:age"]
    assert kept == ["•••", None]


def test_a_sound_table_has_the_columns_but_no_row() -> None:
    with staff(sound_rows()) as table:
        sql = failing_rows(table, assessed(table))
        assert table.query(sql) == []
        assert [row["column_name"] for row in table.query(f"DESCRIBE {sql}")][:2] == ["_check", "number"]
