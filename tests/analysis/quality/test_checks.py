"""Each kind of flaw is found, counted, and nothing else is called a flaw."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.analysis.profile.tables import column
from tests.analysis.quality.staff import (
    AGE,
    CLOSED,
    COLUMNS,
    COST,
    COUNTRY,
    NUMBER,
    OPENED,
    STATE,
    assessed,
    assessed_rows,
    check,
    failed,
    part,
    sound_rows,
    staff,
)
from voyant.analysis.profile import profile
from voyant.analysis.quality import assess
from voyant.domain.finding import Severity
from voyant.domain.normalization import Change, ChangeKind, Normalization
from voyant.domain.quality import Quality
from voyant.domain.table import Aggregation, Role


def counts(quality: Quality, identity: str) -> tuple[int, int]:
    found = check(quality, identity)
    return found.failed, found.checked


def test_a_sound_table_has_no_failed_check() -> None:
    quality = assessed_rows(sound_rows())
    assert failed(quality) == []
    assert (quality.score, quality.failed, quality.errors, quality.warnings) == (1.0, 0, 0, ())


def test_missing_cells_cost_their_share() -> None:
    rows = sound_rows()
    for row in rows[:120]:
        row[AGE] = None
    for row in rows[:4]:
        row[COST] = None
    quality = assessed_rows(rows)
    assert counts(quality, "missing:age") == (120, 200)
    assert counts(quality, "missing:cost") == (4, 200)
    assert check(quality, "missing:age").severity is Severity.WARNING
    assert check(quality, "missing:cost").passed  # a few missing are tolerated, though they cost their share
    assert "sparse_columns:age" in failed(quality)


def test_a_value_that_is_not_due_is_not_missing() -> None:
    rows = sound_rows()
    for place, row in enumerate(rows):
        if place % 4 == 0:
            row[STATE], row[CLOSED] = "open", None
    rows[1][CLOSED] = None
    quality = assessed_rows(rows)
    due = check(quality, "missing:closed_at")
    assert (due.failed, due.checked) == (1, 150)
    assert "state is closed or resolved" in due.description


def test_rows_and_identifiers_that_stand_twice() -> None:
    rows = sound_rows()
    rows[10] = rows[20]
    quality = assessed_rows(rows)
    assert counts(quality, "duplicate_rows") == (1, 200)
    assert counts(quality, "duplicate_key:number") == (2, 200)


def test_identifiers_that_refer_to_something_else_may_repeat() -> None:
    rows = sound_rows()
    for place, row in enumerate(rows):
        row[NUMBER] = f"INC{place // 4:05}"
    assert "duplicate_key:number" not in [found.id for found in assessed_rows(rows).checks]


def test_values_outside_of_their_domain() -> None:
    rows = sound_rows()
    rows[0][AGE], rows[1][AGE], rows[2][COST] = -4, 340, -50
    quality = assessed_rows(rows)
    assert counts(quality, "range:age") == (2, 200)
    assert counts(quality, "negative:cost") == (1, 200)


def test_an_expectation_that_many_rows_break_is_no_expectation() -> None:
    rows = sound_rows()
    for row in rows[:50]:
        row[COST] = -row[COST]
    assert "negative:cost" not in [found.id for found in assessed_rows(rows).checks]


def test_numbers_that_stand_for_a_missing_one() -> None:
    rows = sound_rows()
    for row in rows[:3]:
        row[COST] = 999999
    assert counts(assessed_rows(rows), "placeholder:cost") == (3, 200)


def test_times_far_from_all_others() -> None:
    rows = sound_rows()
    rows[7][CLOSED] = date(9999, 12, 31)
    assert counts(assessed_rows(rows), "distant_time:closed_at") == (1, 200)


def test_identifiers_in_another_shape() -> None:
    rows = sound_rows()
    rows[3][NUMBER] = "inc-3"
    assert counts(assessed_rows(rows), "shape:number") == (1, 200)


@pytest.mark.parametrize("broken", ["Malta\ufffd", "PerÃº and cafÃ©", "Malta â€“ Gozo"])
def test_lost_and_misread_characters(broken: str) -> None:
    rows = sound_rows()
    rows[5][COUNTRY] = broken
    assert counts(assessed_rows(rows), "encoding:country") == (1, 200)


def test_text_beyond_ascii_is_not_broken() -> None:
    rows = sound_rows()
    for row in rows[::3]:
        row[COUNTRY] = "São Tomé e Príncipe"
    assert check(assessed_rows(rows), "encoding:country").passed


def test_spellings_of_one_category() -> None:
    rows = sound_rows()
    rows[0][COUNTRY], rows[3][COUNTRY] = "KENYA", "Kenya "
    assert counts(assessed_rows(rows), "spelling:country") == (2, 200)


def test_an_end_before_its_begin() -> None:
    rows = sound_rows()
    for row in rows[:30]:
        row[CLOSED] = row[OPENED] - timedelta(days=2)
    assert counts(assessed_rows(rows), "time_order:opened_at,closed_at") == (30, 200)


def test_a_value_that_nearly_always_determines_another() -> None:
    columns = (*COLUMNS[:3], column("city", "VARCHAR", Role.DIMENSION), *COLUMNS[3:])
    homes = {"Kenya": ("Nairobi", "Mombasa"), "Peru": ("Lima", "Cusco"), "Malta": ("Valletta", "Mdina")}
    rows = [[*row[:3], homes[row[COUNTRY]][place // 3 % 2], *row[3:]] for place, row in enumerate(sound_rows(300))]
    rows[0][4] = "Peru"
    with staff(rows, columns) as table:
        assert counts(assessed(table), "dependency:city,country") == (1, 300)


def test_days_without_rows_in_a_daily_series() -> None:
    columns = (column("day", "DATE", Role.TIME), replace(column("load", "BIGINT"), aggregation=Aggregation.MEAN))
    rows = [[date(2023, 1, 1) + timedelta(days=day), day % 9] for day in range(60) if day not in {10, 11, 40}]
    with staff(rows, columns) as table:
        assert counts(assessed(table), "gaps:day") == (3, 60)


def test_days_that_chance_left_empty_are_no_gaps() -> None:
    columns = (column("day", "DATE", Role.TIME), replace(column("load", "BIGINT"), aggregation=Aggregation.MEAN))
    rows = [[date(2023, 1, 1) + timedelta(days=place * place * 37 % 150), place % 9] for place in range(300)]
    with staff(rows, columns) as table:
        assert not [found for found in assessed(table).checks if found.kind == "gaps" and not found.passed]


def test_a_column_that_stops_before_the_table_does() -> None:
    rows = sound_rows(300)
    for row in rows:
        if row[OPENED] > date(2023, 3, 1):
            row[AGE] = None
    quality = assessed_rows(rows)
    stale = check(quality, "stale:age")
    assert not stale.passed
    assert stale.failed > 0


def test_without_times_timeliness_is_left_out_and_said() -> None:
    with staff([row[3:] for row in sound_rows()], COLUMNS[3:]) as table:
        quality = assessed(table)
    assert part(quality, "timeliness").score is None
    assert part(quality, "timeliness").note == "not applicable: no column says when a row happened"
    assert any("timeliness" in note for note in quality.notes)


def test_cells_that_normalization_rejected() -> None:
    with staff(sound_rows()) as table:
        change = Change(column="cost", kind=ChangeKind.REJECTED, text="2 cells are no numbers", cells=2)
        record = Normalization(dataset=table.dataset, changes=(change,), rejected_cells=2)
        quality = assessed(table, record)
    assert counts(quality, "rejected:cost") == (2, 202)
    assert counts(quality, "rejected_cells") == (2, 1600)


def test_a_check_that_cannot_run_is_listed_as_such() -> None:
    rows = sound_rows()
    rows[0][COST] = -1
    with staff(rows) as table:
        known = profile(table)
        table.engine.execute("ALTER TABLE trial ALTER COLUMN cost TYPE VARCHAR USING 'spoiled'")
        quality = assess(table, known)
    broken = check(quality, "negative:cost")
    assert broken.error is not None
    assert (broken.passed, broken.score) == (False, None)
    assert check(quality, "range:age").passed  # counted in the same query
    assert any("negative:cost" in warning for warning in quality.warnings)


def test_no_personal_value_is_shown() -> None:
    rows = sound_rows()
    rows[10][7] = rows[11][7]
    with staff(rows) as table:
        assert "example.org" not in repr(assessed(table))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_smallest_tables(count: int) -> None:
    quality = assessed_rows(sound_rows(count))
    assert quality.errors == 0
    assert quality.rows == count
