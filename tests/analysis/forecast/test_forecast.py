"""What is forecast of a table: right where the truth is known, on a regular grid, and honest about its limits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from tests.analysis.forecast.tables import figures, months, predicted, yearly_wave
from tests.analysis.profile.tables import column
from voyant.analysis.forecast import forecast
from voyant.analysis.forecast.grid import grid
from voyant.analysis.profile import profile
from voyant.domain.forecast import ForecastRequest
from voyant.domain.kpi import Grain
from voyant.domain.serialization import to_json
from voyant.domain.table import Aggregation, Role
from voyant.errors import Code, InvalidInput, JobCancelled


def _monthly(values: list[float], shop: str = "a") -> list[list[Any]]:
    return [[day, shop, value] for day, value in zip(months(len(values)), values, strict=True)]


def _levels(values: list[float | None]) -> list[list[Any]]:
    return [[day, "a", None, value] for day, value in zip(months(len(values)), values, strict=True)]


@pytest.mark.usefixtures("thorough")
def test_a_season_and_a_trend_are_carried_on() -> None:
    values = yearly_wave(84)
    with figures(_monthly(values[:72])) as table:
        found = predicted(table, value="amount").result
    [series] = found.series
    assert (found.grain, found.horizon, found.first, found.last) == (Grain.MONTH, 12, "2010-01", "2015-12")
    assert [point.period for point in series.points][:2] == ["2016-01", "2016-02"]
    assert np.mean(np.abs(np.array([point.value for point in series.points]) - values[72:])) < 2.5
    assert [(season.length, season.name) for season in series.seasons] == [(12, "year")]
    assert series.against_naive is not None
    assert series.against_naive < 0.6
    assert {"trend", "season of 12", "remainder"} == {carrier.part for carrier in series.carriers}
    chosen = [method for method in series.methods if method.chosen]
    assert [method.method for method in chosen] == [series.method]
    assert {"seasonal_naive", "drift", "combination", "auto_ets", "auto_arima"} <= {m.method for m in series.methods}
    for point in series.points:
        inner, outer = point.intervals
        assert outer.low < inner.low < point.value < inner.high < outer.high


def test_the_same_rows_give_the_same_bytes() -> None:
    with figures(_monthly(yearly_wave(40))) as table:
        first, second = (predicted(table, value="amount", horizon=6) for _ in range(2))
    assert to_json(first.result) == to_json(second.result)
    assert {name: rows.to_pylist() for name, rows in first.rows.items()} == {  # type: ignore[union-attr]
        name: rows.to_pylist()  # type: ignore[union-attr]
        for name, rows in second.rows.items()
    }


def test_a_period_that_is_not_over_is_left_out() -> None:
    start = datetime(2021, 1, 1)
    rows = [[(start + timedelta(days=day)).date(), "a", 10.0] for day in range(24 * 30) for _ in range(3)]
    with figures(rows) as table:
        found = predicted(table, value="sum(amount)", grain=Grain.MONTH).result
    assert found.last == "2022-11"
    assert any("is not whole, and left out" in note for note in found.notes)


def test_where_nothing_was_sold_is_zero_and_where_nothing_was_measured_is_unknown() -> None:
    sold = [row for place, row in enumerate(_monthly(yearly_wave(48))) if place not in {20, 21} for _ in range(2)]
    measured = [row for place, row in enumerate(_levels([*yearly_wave(48)])) if place not in {20, 21}]
    with figures(sold) as table:
        totals = predicted(table, value="amount", grain=Grain.MONTH, horizon=3)
    with figures(measured) as table:
        means = predicted(table, value="level", horizon=3)
    history = totals.rows["forecast_history"].to_pylist()  # type: ignore[union-attr]
    assert [row["value"] for row in history][19:23][1:3] == [0, 0]
    assert "2 of 48 periods have no rows: total amount counts as 0 there." in totals.result.notes
    history = means.rows["forecast_history"].to_pylist()  # type: ignore[union-attr]
    assert [row["value"] for row in history][20:22] == [None, None]
    assert means.result.series[0].unknown == 2


def test_a_regular_series_that_lacks_a_row_has_a_hole_and_no_zero() -> None:
    rows = [*_monthly(yearly_wave(60), "a"), *_monthly(yearly_wave(60), "b")[20:24]]
    with figures([row for row in rows if row[0] != months(60)[21]]) as table:
        answer = predicted(table, value="amount", by=("shop",), horizon=3)
    history = answer.rows["forecast_history"].to_pylist()  # type: ignore[union-attr]
    values = {(row["series"], row["period"].date()): row["value"] for row in history}
    assert values[0, months(60)[21]] is None
    assert "1 of 60 periods has no rows: total amount is not known there." in answer.result.notes


def test_a_column_of_totals_is_no_total_of_totals() -> None:
    columns = (column("day", "DATE", Role.TIME), replace(column("total", "DOUBLE"), aggregation=Aggregation.SUM))
    with figures([[day, 5.0] for day in months(24)], columns) as table:
        assert [predicted(table, value=asked).result.value for asked in ("total", "sum(total)")] == ["total", "total"]


def test_several_rows_in_a_period_are_put_together() -> None:
    rows = [row for row in _monthly([10.0] * 30) for _ in range(2)]
    with figures(rows) as table:
        found = predicted(table, value="amount", grain=Grain.MONTH, horizon=2).result
    assert found.series[0].points[0].value == 20


def test_each_group_is_a_series_of_its_own() -> None:
    rows = [*_monthly(yearly_wave(48), "a"), *_monthly([3.0] * 48, "b"), *_monthly([1.0] * 3, "c")]
    with figures(rows) as table:
        answer = predicted(table, value="amount", by=("shop",), horizon=4)
    assert answer.result.series_total == 3
    assert [series.label for series in answer.result.series] == ["a", "b", "c"]
    rows_ahead = answer.rows["forecast"].to_pylist()  # type: ignore[union-attr]
    assert [(row["series"], row["shop"], row["step"]) for row in rows_ahead[:5]] == [
        (0, "a", 1),
        (0, "a", 2),
        (0, "a", 3),
        (0, "a", 4),
        (1, "b", 1),
    ]
    assert {"mase", "smape", "chosen"} <= set(answer.rows["forecast_errors"].column_names)  # type: ignore[union-attr]


def test_of_groups_with_equally_many_rows_the_largest_come_first() -> None:
    rows = [row for shop, size in (("a", 2.0), ("b", 9.0), ("c", 5.0)) for row in _monthly([size] * 24, shop)]
    with figures(rows) as table:
        found = predicted(table, value="amount", by=("shop",), horizon=2).result
    assert [series.label for series in found.series] == ["b", "c", "a"]


def test_groups_beyond_the_limit_are_counted_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.analysis.forecast.series.MOST_SERIES", 2)
    rows = [row for shop in "abcd" for row in _monthly([5.0] * (20 if shop == "a" else 12), shop)]
    with figures(rows) as table:
        found = predicted(table, value="amount", by=("shop",), horizon=2).result
    assert (found.series_total, found.series_left_out) == (2, 2)
    assert "Of 4 groups those 2 with most rows were read." in found.notes


def test_what_never_was_below_zero_is_not_forecast_there() -> None:
    values = [float(max(0, 40 - place)) + 0.5 * (place % 2) for place in range(44)]
    with figures(_monthly(values)) as table:
        [series] = predicted(table, value="amount", horizon=12).result.series
    assert all(point.value >= 0 and point.intervals[-1].low >= 0 for point in series.points)


def test_what_may_be_negative_is_not_cut_where_it_never_was() -> None:
    rows = [[day, "a", 40.0 - place + (place % 3), 1.0] for place, day in enumerate(months(38))]
    with figures(rows) as table:
        [series] = predicted(table, value="sum(amount) - sum(level)", horizon=12).result.series
    assert series.points[-1].value < 0
    assert series.change is None
    assert not any("cut there" in note for note in series.notes)


def test_a_last_value_that_nobody_could_expect_is_named() -> None:
    values = yearly_wave(60)
    with figures(_levels([*values])) as table:
        calm = predicted(table, value="level", horizon=6).result
    values[-1] += 60
    with figures(_levels([*values])) as table:
        told = predicted(table, value="level", horizon=6).result
    assert not any("The last value" in note for note in calm.notes)
    [note] = [note for note in told.notes if "The last value" in note]
    assert "outside of the 95 % interval that would have been given for it" in note
    usual = np.mean([point.value for point in calm.series[0].points])
    without = float(note.rsplit("would be ", 1)[1].split(",")[0])
    assert abs(without - usual) < 3


def test_periods_that_are_not_used_are_not_counted_as_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.analysis.forecast.grid.MOST_PERIODS", 30)
    rows = [row for place, row in enumerate(_monthly(yearly_wave(60))) if place not in {3, 4, 5, 40}]
    with figures(rows) as table:
        notes = predicted(table, value="amount", horizon=3).result.notes
    assert "1 of 30 periods has no rows: total amount is not known there." in notes


def test_mostly_nothing_is_forecast_by_methods_for_that() -> None:
    values = [0.0, 0, 3, 0, 0, 0, 1, 0, 0, 4, 0, 0] * 5
    with figures(_monthly(values)) as table:
        [series] = predicted(table, value="amount", horizon=6).result.series
    assert {"croston", "tsb", "imapa"} <= {method.method for method in series.methods}
    assert 0 <= series.points[0].value <= 4


def test_weekdays_without_rows_are_no_periods() -> None:
    days = [date(2022, 1, 3) + timedelta(days=place) for place in range(140)]
    rows = [[day, "a", None, 50.0 + day.isoweekday()] for day in days if day.isoweekday() < 6]
    with figures(rows) as table:
        found = predicted(table, value="level", horizon=10).result
    assert any("Saturdays and Sundays" in note for note in found.notes)
    assert all(date.fromisoformat(point.period).isoweekday() < 6 for point in found.series[0].points)
    assert [season.length for season in found.series[0].seasons] == [5]


def test_times_no_finer_than_a_month_are_months_however_many() -> None:
    rows = [[day, shop, 5.0] for day in months(200, 1995) for shop in "abc"]
    with figures(rows) as table:
        assert predicted(table, value="amount", horizon=2).result.grain is Grain.MONTH


def test_a_census_keeps_its_distance() -> None:
    rows = [[date(1790 + 10 * place, 1, 1), "a", None, 4.0 + place**2] for place in range(20)]
    with figures(rows) as table:
        found = predicted(table, value="level", horizon=2).result
    assert [point.period for point in found.series[0].points] == ["1990", "2000"]


TIMED = (column("at", "TIMESTAMP", Role.TIME), replace(column("level", "DOUBLE"), aggregation=Aggregation.MEAN))


def _steady(minutes: int, number: int) -> list[list[Any]]:
    """A course of the day and of the working week, at such steps from a Monday on."""
    generator = np.random.default_rng(4)
    times = [datetime(2024, 1, 1) + timedelta(minutes=minutes * place) for place in range(number)]
    return [
        [at, 50 + 9 * np.sin(at.hour / 3.82) - 8 * (at.isoweekday() > 5) + float(generator.normal())] for at in times
    ]


@pytest.mark.parametrize(
    ("minutes", "number", "grain", "seasons"),
    [
        (30, 28 * 48, Grain.MINUTE, {48: "day", 336: "week"}),
        (5, 15 * 288, Grain.MINUTE, {288: "day", 2016: "week"}),
        (6 * 60, 56 * 4, Grain.HOUR, {4: "day", 28: "week"}),
        (1, 3 * 1440, Grain.HOUR, {24: "day", 168: "week"}),
        (7, 28 * 205, Grain.HOUR, {24: "day", 168: "week"}),
    ],
)
def test_a_regular_series_keeps_its_step_where_that_leaves_room_for_seasons(
    minutes: int, number: int, grain: Grain, seasons: dict[int, str]
) -> None:
    with figures(_steady(minutes, number), TIMED) as table:
        found = grid(table, table.dataset.column("at"), profile(table).column("at"), [], None)
    assert (found.grain, found.seasons) == (grain, seasons)


def test_half_hours_are_forecast_by_the_seasons_of_day_and_week() -> None:
    with figures(_steady(30, 28 * 48)[:-2], TIMED) as table:
        found = predicted(table, "at", value="level", horizon=4).result
    [series] = found.series
    assert (found.grain, found.step) == (Grain.MINUTE, 30)
    assert [(season.length, season.name) for season in series.seasons] == [(48, "day"), (336, "week")]
    assert [point.period[-5:] for point in series.points] == ["23:00", "23:30", "00:00", "00:30"]
    assert "Times are 30 minutes apart." in found.notes
    assert series.error is not None
    assert series.error < 3


def test_columns_known_ahead_are_used_where_they_help() -> None:
    generator = np.random.default_rng(3)
    promotions = generator.integers(0, 2, size=66).astype(float)
    values = 50 + 20 * promotions + generator.normal(size=66)
    rows = [
        [day, "a", None, float(value) if place < 60 else None, float(promotion)]
        for place, (day, value, promotion) in enumerate(zip(months(66), values, promotions, strict=True))
    ]
    with figures(rows) as table:
        found = predicted(table, value="level", exogenous=("promotion",)).result
        with pytest.raises(InvalidInput) as refused:
            predicted(table, value="level", exogenous=("promotion",), horizon=9)
    [series] = found.series
    assert (found.horizon, series.method) == (6, "exogenous")
    assert "Held against earlier times, the columns known ahead (promotion) are used." in found.notes
    assert 18 < series.effects[0].effect < 22
    assert np.abs(np.array([point.value for point in series.points]) - values[60:]).max() < 5
    assert refused.value.code is Code.NOT_ENOUGH_DATA
    assert "promotion" in refused.value.message


def test_a_constant_series_says_that_its_certainty_is_unknown() -> None:
    with figures(_monthly([7.0] * 30)) as table:
        [series] = predicted(table, value="amount", horizon=3).result.series
    assert [point.value for point in series.points] == [7, 7, 7]
    assert all(point.intervals == () for point in series.points)
    assert [note for note in series.notes if "%" in note or "too short" in note] == []
    assert any("one value only" in note for note in series.notes)


def test_infinite_values_are_unknown() -> None:
    values: list[float | None] = [*yearly_wave(48)]
    values[10] = float("inf")
    values[20] = float("nan")
    with figures(_levels(values)) as table:
        [series] = predicted(table, value="level", horizon=3).result.series
    assert series.unknown == 2
    assert all(np.isfinite(point.value) for point in series.points)


@pytest.mark.parametrize(
    ("rows", "request_", "code"),
    [
        (_monthly([1.0, 2.0, 3.0]), {"value": "amount"}, Code.NOT_ENOUGH_DATA),
        (_levels([None] * 30), {"value": "level"}, Code.NOT_ENOUGH_DATA),
        (_levels([None] * 30), {"value": "sum(level)"}, Code.NOT_ENOUGH_DATA),
        (_levels([None] * 30), {"value": "sum(level) / count(*)"}, Code.NOT_ENOUGH_DATA),
        (_monthly([1.0, 2.0] * 10), {"value": "amount", "horizon": 21}, Code.NOT_ENOUGH_DATA),
        (_monthly([1.0] * 20), {"value": "amuont"}, Code.UNKNOWN_COLUMN),
        (_monthly([1.0] * 20), {"value": "amount", "by": ("shopp",)}, Code.UNKNOWN_COLUMN),
        (_monthly([1.0] * 20), {"value": "shop"}, Code.UNKNOWN_COLUMN),
        (_monthly([1.0] * 20), {"value": "sum(nothing)"}, Code.UNKNOWN_COLUMN),
        (_monthly([1.0] * 20), {"value": "amount + 1"}, Code.BAD_KPI),
        (_monthly([1.0] * 20), {"value": "SELECT 1"}, Code.BAD_KPI),
        (_monthly([1.0] * 20), {"value": "count(*)", "by": ("email",)}, Code.INVALID_BODY),
        (_monthly([1.0] * 20), {"value": "amount", "horizon": 0}, Code.INVALID_BODY),
        (_monthly([1.0] * 20), {"value": "amount", "levels": (0,)}, Code.INVALID_BODY),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_what_is_missing(
    rows: list[list[Any]], request_: dict[str, Any], code: Code
) -> None:
    with figures(rows) as table, pytest.raises(InvalidInput) as refused:
        predicted(table, **request_)
    assert refused.value.code is code
    assert refused.value.remedy


def test_groups_of_a_row_each_are_refused_as_what_they_are() -> None:
    rows = [[date(2021 + place % 3, place % 12 + 1, 5), f"C{place}", 5.0] for place in range(600)]
    with figures(rows) as table, pytest.raises(InvalidInput) as refused:
        predicted(table, value="amount", by=("shop",))
    assert "There are 600 groups by shop, none of more than 1 row. " in refused.value.message
    assert "fewer groups" in str(refused.value.remedy)


def test_a_near_name_is_proposed() -> None:
    with figures(_monthly([1.0] * 20)) as table, pytest.raises(InvalidInput, match="perhaps amount"):
        predicted(table, value="amuont")


def test_times_on_no_grid_are_refused() -> None:
    places = [0, 1, 5, 6, 17, 19, 40, 55, 61, 90]
    rows = [[date(1900 + place, 1, 1), "a", None, float(place)] for place in places]
    with figures(rows) as table, pytest.raises(InvalidInput) as refused:
        predicted(table, value="level", grain=Grain.YEAR)
    assert refused.value.code is Code.NO_MODEL_FITS


def test_rows_in_any_order_give_the_same() -> None:
    rows = _monthly(yearly_wave(36))
    with figures(rows) as table:
        forwards = predicted(table, value="amount", horizon=3).result
    with figures(rows[::-1]) as table:
        backwards = predicted(table, value="amount", horizon=3).result
    assert forwards == backwards


def test_without_times_there_is_nothing_to_forecast_from() -> None:
    columns = (column("name", "VARCHAR", Role.DIMENSION), column("amount", "DOUBLE"))
    with figures([["a", 1.0], ["b", 2.0]], columns) as table, pytest.raises(InvalidInput) as refused:
        predicted(table, None, value="amount")
    assert refused.value.code is Code.NOT_ENOUGH_DATA


def test_a_job_that_is_called_off_ends() -> None:
    def stop(share: float) -> None:
        if share > 0.1:
            raise JobCancelled("called off")

    with figures(_monthly(yearly_wave(60))) as table, pytest.raises(JobCancelled):
        forecast(table, profile(table), ForecastRequest(value="amount"), "day", progress=stop)


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.analysis.forecast.running.find_spec", lambda _: None)
    with figures(_monthly([1.0] * 20)) as table, pytest.raises(InvalidInput) as refused:
        predicted(table, value="amount")
    assert refused.value.code is Code.COMPONENT_MISSING
