"""What holds for any table: rows stay, cells are accounted for, values round-trip, the same input gives the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.normalize.conftest import outcome_of, stage_text
from voyant.domain.serialization import to_json
from voyant.lake.engine import Engine

ENGINE = Engine(threads=1)  # one for all examples: opening one takes longer than any of them

CELL = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers().map(str),
    st.decimals(allow_nan=True, allow_infinity=True, places=2).map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.times().map(str),
    st.sampled_from(["", " ", "NA", "N/A", "-", "None", "yes", "no", "true", "$1,200.50", "(5)", "12%", "1.234,5"]),
    st.sampled_from(["01/02/2023", "31/12/99", "Mar 2023", "Q1 2023", "01:23:45", "PT3H", "a@b.org", "00123", "1e400"]),
)
COLUMNS = st.integers(1, 3).flatmap(
    lambda count: st.lists(st.lists(CELL, min_size=count, max_size=count), min_size=1, max_size=30)
)


@given(COLUMNS)
@settings(max_examples=60, deadline=None)
def test_no_row_and_no_cell_is_lost(rows):
    columns = {f"c {index}": [row[index] for row in rows] for index in range(len(rows[0]))}
    outcome = outcome_of(ENGINE, stage_text(ENGINE, columns))
    assert len(outcome.rows) == len(rows)
    assert outcome.normalized.rejected_cells == len(outcome.rejects)
    rejected = {(reject["row"], reject["column"]): reject["raw"] for reject in outcome.rejects}
    for column in outcome.normalized.dataset.columns:
        if column.formula:
            continue
        missing = {
            change.kind.value: change.cells for change in outcome.normalized.changes if change.column == column.name
        }
        unexplained = 0
        for number, (row, raw) in enumerate(zip(outcome.rows, columns[column.original_name], strict=True), start=1):
            if raw is None:
                assert row[column.name] is None
            elif row[column.name] is None and (number, column.original_name) not in rejected:
                unexplained += 1
            else:
                assert rejected.get((number, column.original_name), raw) == raw
        assert unexplained == missing.get("null_words", 0) + missing.get("blanks", 0)


NUMBERS = st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=3), min_size=3, max_size=30)
LOCALES = st.sampled_from([("", "."), (",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("’", ".")])


def write_number(number: Decimal, group: str, decimal: str) -> str:
    return f"{number:,.3f}".replace(",", "\0").replace(".", decimal).replace("\0", group)


@given(NUMBERS, LOCALES, st.sampled_from(["", "$", "€", "%"]))
@settings(max_examples=60, deadline=None)
def test_numbers_written_in_any_locale_are_read_back_exactly(numbers, locale, affix):
    group, decimal = locale
    # One value shows beyond doubt which mark is the decimal one, as any column of some length does.
    numbers = [*numbers, Decimal("1234.500"), Decimal("0.250")]
    written = [write_number(number, group, decimal) + (f" {affix}" if affix else "") for number in numbers]
    outcome = outcome_of(ENGINE, stage_text(ENGINE, {"x": written}))
    assert outcome.rejects == []
    assert [Decimal(value) for value in outcome.values("x")] == numbers


DATES = st.lists(st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31)), min_size=1, max_size=30)
PATTERNS = st.sampled_from(
    [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%d.%m.%Y",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d-%b-%Y",
        "%d %B %Y",
        "%B %d, %Y",
        "%b %d %Y",
        "%d/%m/%y",
    ]
)


@given(DATES, PATTERNS)
@settings(max_examples=60, deadline=None)
def test_dates_written_in_any_format_are_read_back(days, pattern):
    days = [*days, date(1999, 12, 31)]
    outcome = outcome_of(ENGINE, stage_text(ENGINE, {"x": [day.strftime(pattern) for day in days]}))
    assert outcome.values("x") == days


MOMENTS = st.lists(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)).map(
        lambda m: m.replace(microsecond=0)
    ),
    min_size=1,
    max_size=30,
)


@given(
    MOMENTS, st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"])
)
@settings(max_examples=40, deadline=None)
def test_moments_written_in_any_format_are_read_back(moments, pattern):
    moments = [*moments, datetime(1999, 12, 31, 23, 59, 58)]
    outcome = outcome_of(ENGINE, stage_text(ENGINE, {"x": [moment.strftime(pattern) for moment in moments]}))
    assert outcome.values("x") == moments


@given(COLUMNS)
@settings(max_examples=15, deadline=None)
def test_the_same_table_gives_the_same_bytes(rows):
    columns = {f"c{index}": [row[index] for row in rows] for index in range(len(rows[0]))}
    records = []
    for threads in (1, 2):
        with Engine(threads=threads) as engine:
            records.append(to_json(outcome_of(engine, stage_text(engine, columns)).normalized.record))
    assert records[0] == records[1]


ZONES = st.integers(-15 * 60, 15 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ZONED_MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)


@given(st.lists(ZONED_MOMENTS, min_size=2, max_size=20))
@settings(max_examples=60, deadline=None)
def test_moments_with_a_zone_are_read_however_iso_they_are_written(moments):
    iso = [moment.isoformat() for moment in moments]
    loose = [f"{text[:10].replace('-', '/')}, {text[11:-6]} {text[-6:]}" for text in iso]
    columns = {"iso": iso, "loose": loose, "both": [*iso[::2], *loose[1::2]]}
    outcome = outcome_of(ENGINE, stage_text(ENGINE, columns))
    for name in columns:
        read = [
            value if isinstance(value, datetime) else datetime.combine(value, time()) for value in outcome.values(name)
        ]
        written = [*moments[::2], *moments[1::2]] if name == "both" else moments
        assert read == [moment.astimezone(UTC).replace(tzinfo=None) for moment in written]


@given(st.lists(st.integers(-(10**37), 10**37), min_size=1, max_size=20), st.sampled_from(["", "+"]))
@settings(max_examples=60, deadline=None)
def test_whole_numbers_are_read_exactly_whatever_their_size_and_sign(numbers, plus):
    written = [f"{plus if number >= 0 else ''}{number}" for number in numbers]
    outcome = outcome_of(ENGINE, stage_text(ENGINE, {"reading": written}))
    assert [int(value) for value in outcome.values("reading")] == numbers
