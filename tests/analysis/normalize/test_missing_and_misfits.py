"""What stands for nothing, what does not fit, and that no cell is lost on the way."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.analysis.normalize.conftest import outcome_of, stage_text
from voyant.domain.normalization import ChangeKind
from voyant.domain.table import ColumnType

NUMBERS = [str(number) for number in range(100)]
NAMES = ["north", "south", "east", "west"] * 10


@pytest.mark.parametrize("word", ["NA", "N/A", "null", "-", "—", "None", "n.d.", "?", "NaN", "#N/A", "unknown", "TBD"])
def test_words_among_numbers_are_missing(read, word):
    outcome = read({"x": [*NUMBERS, word, word]})
    assert outcome.column("x").type is ColumnType.INTEGER
    assert outcome.values("x")[-2:] == [None, None]
    (change,) = outcome.changes("x", ChangeKind.NULL_WORDS)
    assert change.cells == 2
    assert word in change.text
    assert outcome.rejects == []


@pytest.mark.parametrize("word", ["N/A", "NULL", "#N/A", "nan", "NA", "-", "?"])
def test_words_among_texts_are_missing(read, word):
    outcome = read({"x": [*NAMES, word]})
    assert outcome.values("x")[-1] is None


@pytest.mark.parametrize(
    ("name", "others", "word"),
    [
        ("country_code", ["DE", "FR", "US", "ZA"] * 10, "NA"),  # Namibia
        ("x", ["DE", "FR", "US", "ZA"] * 10, "NA"),
        ("x", ["low", "high"] * 10, "None"),  # a choice
        ("diagnosis", ["flu", "cold"] * 10, "unknown"),
        ("sign", ["+", "-", "0"] * 10, "-"),
    ],
)
def test_words_that_are_values_stay(read, name, others, word):
    assert read({name: [*others, word]}).values(name)[-1] == word


def test_na_is_missing_where_the_numbers_of_the_table_say_so(read):
    outcome = read({"count": [*NUMBERS, "NA"], "code": ["DE", "FR", "US", "ZA"] * 25 + ["NA"]})
    assert outcome.values("code")[-1] == "NA"  # codes by name
    outcome = read({"count": [*NUMBERS, "NA"], "carrier": ["DL", "AA", "UA", "WN"] * 25 + ["NA"]})
    assert outcome.values("carrier")[-1] is None


def test_blanks_and_padding_are_counted(read):
    outcome = read({"x": ["  a", "b ", "c", "", "   ", None]})
    assert outcome.values("x") == ["a", "b", "c", None, None, None]
    assert outcome.changes("x", ChangeKind.BLANKS)[0].cells == 2
    assert outcome.changes("x", ChangeKind.TRIMMED)[0].cells >= 2


def test_padded_numbers_are_numbers(read):
    assert read({"x": [" 1", "2 ", "\t3"] * 3}).values("x") == [1, 2, 3] * 3


def test_misfits_become_rejects_with_row_and_reason(read):
    outcome = read({"Total Cost": [*NUMBERS, "about 12", *NUMBERS, "see note"]})
    assert outcome.column("total_cost").type is ColumnType.INTEGER
    assert [(r["row"], r["column"], r["raw"]) for r in outcome.rejects] == [
        (101, "Total Cost", "about 12"),
        (202, "Total Cost", "see note"),
    ]
    assert all("whole numbers" in reject["reason"] for reject in outcome.rejects)
    assert outcome.normalized.rejected_cells == 2
    assert outcome.changes("total_cost", ChangeKind.REJECTED)[0].cells == 2


def test_misfits_far_from_the_sample_are_found(read):
    written = [str(number) for number in range(5000)]
    written[4321] = "n.m."
    outcome = read({"x": written})
    assert [(r["row"], r["raw"]) for r in outcome.rejects] == [(4322, "n.m.")]


def test_too_many_misfits_keep_the_column_text(read):
    written = [*NUMBERS, *(f"note {number}" for number in range(20))]
    outcome = read({"x": written})
    assert outcome.column("x").type is ColumnType.TEXT
    assert outcome.values("x") == written


def test_a_repeated_word_among_numbers_is_a_reject_rather_than_the_end_of_numbers(read):
    outcome = read({"x": [*NUMBERS, *["confidential"] * 15]})
    assert outcome.column("x").type is ColumnType.INTEGER
    assert outcome.normalized.rejected_cells == len(outcome.rejects) == 15


def test_codes_among_numbers_make_codes_of_all(read):
    invoices = [str(536365 + number) for number in range(1000)] + ["C536379"]
    assert read({"invoice": invoices}).column("invoice").type is ColumnType.TEXT


def test_an_empty_column(read):
    outcome = read({"x": [None, None], "y": ["1", "2"]})
    assert outcome.values("x") == [None, None]


def test_a_table_without_rows(read):
    outcome = read({"x": [], "y": []})
    assert outcome.rows == []
    assert [column.name for column in outcome.normalized.dataset.columns] == ["x", "y"]


def test_staged_rejects_are_among_the_rejects(engine):
    staged = stage_text(engine, {"x": [*NUMBERS, "odd"]})
    engine.execute('CREATE TABLE ragged ("row" BIGINT, "column" VARCHAR, raw VARCHAR, reason VARCHAR)')
    engine.execute("INSERT INTO ragged VALUES (6, NULL, 'a,b', 'ragged'), (7, 'x', '0000-00-00', 'no date')")
    outcome = outcome_of(engine, replace(staged, rejects="ragged"))
    assert [reject["raw"] for reject in outcome.rejects] == ["a,b", "0000-00-00", "odd"]
    assert outcome.normalized.rejected_cells == 2
    assert outcome.normalized.rejected_records == 1


def test_personal_data_are_withheld_from_rejects(engine):
    people = [f"person{number}@example.org" for number in range(100)]
    staged = stage_text(engine, {"E-Mail": people, "x": NUMBERS})
    engine.execute('CREATE TABLE ragged ("row" BIGINT, "column" VARCHAR, raw VARCHAR, reason VARCHAR)')
    engine.execute(
        "INSERT INTO ragged VALUES (6, NULL, 'ann@example.org,1,2', 'ragged'), (7, 'x', '0000-00-00', 'no date'), "
        "(8, 'E-Mail', 'bob@example.org', 'no text')"
    )
    rejects = outcome_of(engine, replace(staged, rejects="ragged")).rejects
    assert [(reject["row"], reject["reason"]) for reject in rejects] == [(6, "ragged"), (7, "no date"), (8, "no text")]
    assert rejects[1]["raw"] == "0000-00-00"
    assert all("withheld" in rejects[place]["raw"] for place in (0, 2))
