from __future__ import annotations

from decimal import Decimal

import pytest

from voyant.domain.normalization import ChangeKind
from voyant.domain.table import ColumnType

D = Decimal

CASES = [
    # written, read, type, unit
    (["1", "-2", "+30"], [1, -2, 30], "BIGINT", None),
    (["1.5", "2", "-0.25"], [D("1.5"), D(2), D("-0.25")], "DECIMAL(18,2)", None),
    ([".5", "5.", "1.25"], [D("0.5"), D(5), D("1.25")], "DECIMAL(18,2)", None),
    (["3600.0", "7700.0", "12.0"], [3600, 7700, 12], "BIGINT", None),
    (["1,5", "2,25", "-3,0"], [D("1.5"), D("2.25"), D("-3.0")], "DECIMAL(18,2)", None),
    (["1,234", "12", "1,234,567"], [1234, 12, 1234567], "BIGINT", None),
    (["1,234.50", "12.25", "1,234,567.00"], [D("1234.5"), D("12.25"), D(1234567)], "DECIMAL(18,2)", None),
    (["1.234,50", "12,25", "1.234.567,00"], [D("1234.5"), D("12.25"), D(1234567)], "DECIMAL(18,2)", None),
    (["1 234,5", "12,0", "1 234 567,1"], [D("1234.5"), D(12), D("1234567.1")], "DECIMAL(18,1)", None),
    (["1\u202f234,5", "12,0", "7\u00a0000,1"], [D("1234.5"), D(12), D("7000.1")], "DECIMAL(18,1)", None),
    (["1'234.5", "12.0", "1’234’567.1"], [D("1234.5"), D(12), D("1234567.1")], "DECIMAL(18,1)", None),
    (["12,34,567", "1,00,000", "500"], [1234567, 100000, 500], "BIGINT", None),
    (["$1,200.50", "-$3.00", "$0.99"], [D("1200.5"), D(-3), D("0.99")], "DECIMAL(18,2)", "USD"),
    (["($1,200.50)", "$3.00", "$0.99"], [D("-1200.5"), D(3), D("0.99")], "DECIMAL(18,2)", "USD"),
    (["1.200,50 €", "3,00 €", "-0,99 €"], [D("1200.5"), D(3), D("-0.99")], "DECIMAL(18,2)", "EUR"),
    (["EUR 12", "EUR 15", "EUR 1"], [12, 15, 1], "BIGINT", "EUR"),
    (["12%", "7.5 %", "-3%"], [D(12), D("7.5"), D(-3)], "DECIMAL(18,1)", "%"),
    (["12.5 kg", "3 kg", "0.25kg"], [D("12.5"), D(3), D("0.25")], "DECIMAL(18,2)", "kg"),
    (["5-", "12", "7-"], [-5, 12, -7], "BIGINT", None),
    (["\u22125", "12", "\u22127"], [-5, 12, -7], "BIGINT", None),
    (["1.5e3", "2.5E-4", "1e0"], [1500.0, 0.00025, 1.0], "DOUBLE", None),
    (["1e+05", "250", "3e+06"], [100000, 250, 3000000], "BIGINT", None),
    (["92233720368547758080", "1", "2"], [92233720368547758080, 1, 2], "DECIMAL(38,0)", None),
    (
        ["0.1234567890123456", "12345.123456789012", "1.5"],
        [0.1234567890123456, 12345.123456789012, 1.5],
        "DOUBLE",
        None,
    ),
]


@pytest.mark.parametrize(("written", "numbers", "engine_type", "unit"), CASES)
def test_number_formats(read, written, numbers, engine_type, unit):
    outcome = read({"x": written * 4})
    assert outcome.values("x") == numbers * 4
    assert outcome.column("x").engine_type == engine_type
    assert outcome.column("x").unit == unit
    assert outcome.rejects == []


@pytest.mark.parametrize(
    "written",
    [
        ["01234", "90210", "10001"],  # postal codes keep their zeros
        ["+4915112345678", "+4915112345679", "+493012345678"],  # telephone numbers
        ["$5", "€6", "$7"],  # two currencies are no one amount
        ["12A", "14", "15"],  # house numbers
        ["1.2.3", "1.10.0", "2.0.1"],  # versions
        ["1_000", "2_000", "3_000"],
    ],
)
def test_digits_that_are_no_numbers_stay_text(read, written):
    outcome = read({"x": written * 10})
    assert outcome.column("x").type is ColumnType.TEXT
    assert outcome.values("x") == written * 10


def test_one_value_far_down_decides_the_separator(read):
    written = [f"{i},{i % 10}00" for i in range(1, 3000)] + ["7,25"]
    outcome = read({"x": written})
    assert outcome.values("x")[-1] == D("7.25")
    assert outcome.values("x")[4] == D("5.5")


def test_leading_zeros_far_down_keep_the_column_text(read):
    written = [str(10000 + i) for i in range(3000)] + ["00501"]
    assert read({"zip": written}).values("zip")[-1] == "00501"


def test_other_columns_decide_what_a_point_is(read):
    outcome = read({"a": ["1.234", "5.678", "9.012"] * 4, "b": ["0,5", "1,25", "3,75"] * 4})
    assert outcome.values("a")[:3] == [1234, 5678, 9012]
    assert not outcome.changes("a", ChangeKind.ASSUMED)


def test_what_nothing_decides_is_said(read):
    outcome = read({"a": ["1.234", "5.678", "9.012"] * 4})
    assert outcome.values("a")[0] == D("1.234")
    assert len(outcome.changes("a", ChangeKind.ASSUMED)) == 1


def test_infinity_is_no_number_and_nan_is_missing(read):
    outcome = read({"x": [str(i / 4) for i in range(400)] + ["inf", "NaN"]})
    assert outcome.values("x")[-2:] == [None, None]
    assert [reject["raw"] for reject in outcome.rejects] == ["inf"]


@pytest.mark.parametrize(
    ("flag", "written"),
    [
        ("x", ["true", "FALSE"]),
        ("x", ["Yes", "no"]),
        ("x", ["oui", "non"]),
        ("x", ["ja", "nein"]),
        ("x", ["sí", "no"]),
        ("x", ["Y", "N"]),
        ("is_active", ["1", "0"]),
    ],
)
def test_booleans(read, flag, written):
    outcome = read({flag: written * 5})
    assert outcome.values(flag) == [True, False] * 5
    assert outcome.column(flag).type is ColumnType.BOOLEAN


def test_zeros_and_ones_without_a_flags_name_stay_numbers(read):
    assert read({"defects": ["1", "0"] * 10}).column("defects").type is ColumnType.INTEGER
