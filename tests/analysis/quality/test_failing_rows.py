"""Failing rows are shown as examples: some of each check, the same each time, personal data masked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.analysis.profile.tables import column
from tests.analysis.quality.staff import AGE, COST, EMAIL, assessed, sound_rows, staff
from voyant.analysis.quality import failing_rows


def shown(rows: list[list[Any]]) -> list[dict[str, Any]]:
    with staff(rows) as table:
        quality = assessed(table)
        again = table.query(failing_rows(table, quality))
        assert table.query(failing_rows(table, quality)) == again
        return again


def checks(rows: list[dict[str, Any]]) -> list[str]:
    return [name for row in rows for name in row["_rules"]]


def test_a_bounded_number_of_rows_of_each_failed_check() -> None:
    rows = sound_rows()
    for row in rows[:120]:
        row[AGE] = None
    rows[150][COST] = -3
    kept = shown(rows)
    assert Counter(checks(kept)) == {"missing:age": 20, "negative:cost": 1}
    assert all(row["age"] is None for row in kept if row["_rules"] == ["missing:age"])
    assert [row["number"] for row in kept if row["_rules"] == ["negative:cost"]] == ["INC00150"]


def test_duplicates_are_shown_once() -> None:
    rows = sound_rows()
    rows[10] = rows[20] = rows[30]
    kept = [row["number"] for row in shown(rows) if row["_rules"] == ["duplicate_rows"]]
    assert kept == ["INC00030"]


def test_rows_are_found_again_by_their_number() -> None:
    rows = sound_rows()
    rows[150][COST] = -3
    assert [(row["_row"], row["_origin"]) for row in shown(rows)] == [(151, "proposed")]


def test_personal_data_is_masked() -> None:
    rows = sound_rows()
    rows[0][AGE], rows[1][AGE], rows[1][EMAIL] = -7, -8, None
    kept = [row["email"] for row in shown(rows) if row["_rules"] == ["range:age"]]
    assert kept == ["•••", None]


def test_a_sound_table_has_the_columns_but_no_row() -> None:
    with staff(sound_rows()) as table:
        sql = failing_rows(table, assessed(table))
        assert table.query(sql) == []
        columns = {row["column_name"]: row["column_type"] for row in table.query(f"DESCRIBE {sql}")}
        assert list(columns)[:4] == ["_row", "_origin", "_rules", "number"]
        assert [columns[name] for name in ("_row", "_rules")] == ["BIGINT", "VARCHAR[]"]


WIDE = 250
WIDE_COLUMNS = [column(f"c{place}", "BIGINT") for place in range(WIDE)]


def test_what_a_wide_table_leaves_out_is_said() -> None:
    rows = [[row * place % 1009 if row % 9 else None for place in range(WIDE)] for row in range(90)]
    with staff(rows, WIDE_COLUMNS) as table:
        quality = assessed(table)
        kept = table.query(failing_rows(table, quality))
    told = " ".join(quality.notes)
    names = set(kept[0]) - {"_row", "_origin", "_rules"}
    assert f"the first {len(names)} of the table's {WIDE} columns" in told
    failing = [check.id for check in quality.checks if not check.passed]
    first = list(dict.fromkeys(checks(kept)))
    assert failing[: len(first)] == first
    assert f"Of the {len(failing)} checks that fail" in told
    assert f"rows of the first {len(first)}, in" in told


def test_rows_that_differ_only_beyond_the_columns_shown_are_no_duplicates() -> None:
    rows = [[row // 2] * (WIDE - 1) + [row] for row in range(40)]
    rows[30] = rows[10]
    with staff(rows, WIDE_COLUMNS) as table:
        kept = table.query(failing_rows(table, assessed(table)))
    assert [row["_row"] for row in kept if row["_rules"] == ["duplicate_rows"]] == [11]


def test_a_table_that_leaves_nothing_out_says_nothing() -> None:
    rows = sound_rows()
    rows[0][AGE] = None
    with staff(rows) as table:
        assert not [note for note in assessed(table).notes if "first" in note]
