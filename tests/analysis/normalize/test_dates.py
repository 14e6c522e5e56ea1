from __future__ import annotations

from datetime import date, datetime, time

import pytest

from tests.analysis.normalize.conftest import Read
from voyant.domain.normalization import ChangeKind
from voyant.domain.table import ColumnType

DAY = date(2023, 3, 14)
CASES = [
    # name, written for 14 March 2023, read
    ("x", "2023-03-14", DAY),
    ("x", "2023/3/14", DAY),
    ("x", "14/03/2023", DAY),
    ("x", "03/14/2023", DAY),
    ("x", "14.3.2023", DAY),
    ("x", "14. 3. 2023", DAY),
    ("x", "14-03-23", DAY),
    ("x", "3/14/23", DAY),
    ("x", "14-Mar-2023", DAY),
    ("x", "14 March 2023", DAY),
    ("x", "March 14, 2023", DAY),
    ("x", "Mar 14th 2023", DAY),
    ("x", "Mar-14-2023", DAY),
    ("x", "Tue, 14 Mar 2023", DAY),
    ("x", "14. März 2023", DAY),
    ("x", "14 mars 2023", DAY),
    ("x", "14 de marzo de 2023", DAY),
    ("x", "14 марта 2023", DAY),
    ("x", "2023-Mar-14", DAY),
    ("date", "20230314", DAY),
    ("x", "2023-03", date(2023, 3, 1)),
    ("x", "Mar 2023", date(2023, 3, 1)),
    ("x", "März 2023", date(2023, 3, 1)),
    ("x", "03/2023", date(2023, 3, 1)),
    ("x", "2023M03", date(2023, 3, 1)),
    ("x", "2023-Q2", date(2023, 4, 1)),
    ("x", "Q2 2023", date(2023, 4, 1)),
    ("x", "2023-W11", date(2023, 3, 13)),
    ("x", "2023-03-14 00:00:00", DAY),
    ("x", "2023-03-14 09:26", datetime(2023, 3, 14, 9, 26)),
    ("x", "2023-03-14T09:26:53.589", datetime(2023, 3, 14, 9, 26, 53, 589000)),
    ("x", "2023-03-14T09:26:53Z", datetime(2023, 3, 14, 9, 26, 53)),
    ("x", "2023-03-14T09:26:53+02:00", datetime(2023, 3, 14, 7, 26, 53)),
    ("x", "2023-03-14 09:26:53-0500", datetime(2023, 3, 14, 14, 26, 53)),
    ("x", "14/03/2023 09:26", datetime(2023, 3, 14, 9, 26)),
    ("x", "3/14/2023 9:26:53 PM", datetime(2023, 3, 14, 21, 26, 53)),
    ("x", "3/14/23 9:26 AM", datetime(2023, 3, 14, 9, 26)),
    ("x", "14 Mar 2023 09:26:53 GMT", datetime(2023, 3, 14, 9, 26, 53)),
    ("x", "14/Mar/2023:09:26:53 +0000", datetime(2023, 3, 14, 9, 26, 53)),
    ("created_at", "1678786013", datetime(2023, 3, 14, 9, 26, 53)),
    ("created_at", "1678786013589", datetime(2023, 3, 14, 9, 26, 53, 589000)),
]


@pytest.mark.parametrize(("name", "written", "moment"), CASES)
def test_date_formats(read, name, written, moment):
    outcome = read({name: [written] * 5})
    assert outcome.values(name) == [moment] * 5
    assert outcome.column(name).type is (ColumnType.TIMESTAMP if isinstance(moment, datetime) else ColumnType.DATE)
    assert outcome.rejects == []


def test_one_value_beyond_the_twelfth_decides_day_and_month(read):
    outcome = read({"x": ["01/02/2023"] * 3000 + ["31/12/2023"]})
    assert outcome.values("x")[0] == date(2023, 2, 1)
    assert not outcome.changes("x", ChangeKind.ASSUMED)


def test_undecided_day_and_month_are_said_and_follow_the_order_of_rows(read):
    days = [f"{day:02}/{month:02}/2023" for month in range(1, 13) for day in range(1, 13)]
    outcome = read({"x": days})
    assert outcome.values("x")[1] == date(2023, 1, 2)
    (assumed,) = outcome.changes("x", ChangeKind.ASSUMED)
    assert "day/month/year" in assumed.text


def test_undecided_day_and_month_follow_other_columns(read):
    outcome = read({"a": ["05/06/2023", "07/08/2023"] * 4, "b": ["25/06/2023", "27/08/2023"] * 4})
    assert outcome.values("a")[0] == date(2023, 6, 5)


def test_days_that_do_not_exist_are_rejects(read):
    outcome = read({"x": ["2023-02-28"] * 199 + ["2023-02-30"]})
    assert outcome.values("x")[-1] is None
    assert [(reject["row"], reject["raw"]) for reject in outcome.rejects] == [(200, "2023-02-30")]


def test_nanoseconds_are_cut_and_counted(read):
    outcome = read({"x": ["2023-01-01 00:00:01.123456789", "2023-01-01 00:00:02.000000000"] * 5})
    assert outcome.values("x")[0] == datetime(2023, 1, 1, 0, 0, 1, 123456)
    (change,) = outcome.changes("x", ChangeKind.PRECISION)
    assert change.cells == 5


def test_bare_digits_are_dates_only_by_name(read):
    outcome = read({"date": ["20230101", "20230102"] * 5, "reading": ["20230101", "20230102"] * 5})
    assert outcome.column("date").type is ColumnType.DATE
    assert outcome.column("reading").type is ColumnType.INTEGER


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("x", "14:30", time(14, 30)),
        ("x", "14:30:05", time(14, 30, 5)),
        ("x", "2:30 PM", time(14, 30)),
    ],
)
def test_times_of_day(read, name, written, value):
    outcome = read({name: [written, "08:15" if "M" not in written else "8:15 AM"] * 5})
    assert outcome.values(name)[0] == value


@pytest.mark.parametrize(
    ("name", "written", "seconds"),
    [
        ("duration", "01:23:45", 5025),
        ("x", "27:00:01", 97201),
        ("x", "3 days 04:00:00", 273600),
        ("x", "PT3H", 10800),
        ("x", "P1DT30M", 88200),
        ("x", "2h 15m", 8100),
        ("x", "90 min", 5400),
        ("duration", "3:45", 225),
    ],
)
def test_durations_are_seconds(read, name, written, seconds):
    outcome = read({name: [written] * 6})
    assert outcome.values(name) == [seconds] * 6
    assert outcome.column(name).unit == "seconds"


def test_times_that_came_with_a_zone_are_known_to_be_in_utc(read: Read) -> None:
    hours = [f"2024-03-{day:02}T{day % 24:02}:30:00" for day in range(1, 29)]
    columns = read({"zoned": [f"{hour}+02:00" for hour in hours], "written": hours}).columns
    assert (columns["zoned"].unit, columns["written"].unit) == ("UTC", None)
