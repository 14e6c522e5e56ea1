"""Rhythms say by which clock they are told, where that is not the one that the table is written by."""

from __future__ import annotations

from datetime import timedelta

from tests.analysis.insights.tables import START, column, draw, findings, table
from voyant.domain.table import ColumnType, Role

HOURS = 24 * 60


def daily(*, unit: str | None, own_hours: bool) -> list[str]:
    """What is found of a measure that is highest at 18:00 of the time column, which is 13:00 of another clock."""
    rng = draw()
    at = [START + timedelta(hours=hour) for hour in range(HOURS)]
    columns = [column("at_time", "time", unit=unit), column("temp", "mean")]
    values = {"at_time": at, "temp": [50 - abs(moment.hour - 18) + rng.normal(0, 0.5) for moment in at]}
    if own_hours:
        columns.append(column("hour", "count", role=Role.DIMENSION, type=ColumnType.INTEGER, aggregation=None))
        values["hour"] = [(moment.hour - 5) % 24 for moment in at]
    return [found.text for found in findings(table("t", columns, values), "season") if ":00" in found.text]


def test_times_without_a_zone_are_told_as_they_are_written() -> None:
    (text,) = daily(unit=None, own_hours=False)
    assert "highest at 18:00" in text
    assert text.endswith(").")


def test_times_with_a_zone_are_said_to_be_in_utc() -> None:
    (text,) = daily(unit="UTC", own_hours=False)
    assert "highest at 18:00" in text
    assert text.endswith(", in UTC.")


def test_the_hours_that_the_table_has_go_before_those_of_utc() -> None:
    (text,) = daily(unit="UTC", own_hours=True)
    assert "highest at 13:00" in text
    assert text.endswith(", by the column hour.")
