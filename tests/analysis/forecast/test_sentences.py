"""What is said of a forecast: every number from its rows."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tests.analysis.forecast.tables import figures, months, predicted, show_rows, yearly_wave
from voyant.analysis.conclusions import conclude
from voyant.analysis.forecast import comparisons
from voyant.domain.insights import Insights


def _said(rows: list[list[object]], **request: object) -> Insights:
    with figures(rows) as table:
        answer = predicted(table, **request)  # type: ignore[arg-type]
        show_rows(table, answer)
        said = conclude(table, comparisons(answer.result, table), answer.result.notes)
        for finding in said.findings:
            if finding.view is not None:
                assert table.query(finding.view.sql)
            for number in finding.numbers:
                assert number.stated in finding.text
    return said


def test_one_series_is_told_with_its_errors_and_what_carries_it() -> None:
    said = _said([[day, "a", value] for day, value in zip(months(60), yearly_wave(60), strict=True)], value="amount")
    kinds = [finding.kind for finding in said.findings]
    assert kinds[:3] == ["forecast", "forecast_error", "forecast_carriers"]
    texts = [finding.text for finding in said.findings]
    assert texts[0].startswith("Total amount per month is expected to average 1")
    assert "from January 2015 to December 2015" in texts[0]
    assert "of the error of repeating the last season" in texts[1]
    assert "the yearly season" in texts[2]
    assert said.skipped


def test_a_season_that_the_past_is_too_short_for_is_named() -> None:
    short, long = (
        _said([[day, "a", value] for day, value in zip(months(n), yearly_wave(n), strict=True)], value="amount")
        for n in (20, 40)
    )
    [told] = [finding.text for finding in short.findings if finding.kind == "forecast_carriers"]
    assert "a season of the year could not show in less than two years" in told
    limit = "The past holds less than two years: a season of the year cannot be told, and is not forecast."
    assert limit in short.skipped
    assert not [text for text in (*long.skipped, *(f.text for f in long.findings)) if "less than two" in text]


def test_steps_of_several_periods_are_told_as_such() -> None:
    rows: list[list[object]] = [[date(1790 + 10 * place, 1, 1), "a", 4.0 + place**2] for place in range(20)]
    told = _said(rows, value="amount", horizon=2).findings[0].text
    assert told.startswith("Total amount per 10 years is expected")
    assert "over the 2 periods of 10 years before" in told


def test_no_series_at_all_is_told_in_a_word() -> None:
    rows = [[day, shop, 5.0] for shop in "ab" for day in months(24)]
    said = _said(rows, value="amount", by=("shop",), horizon=2)  # type: ignore[arg-type]
    assert "10 over the next 2 months, about as over the last (10); " in said.findings[0].text
    assert "none is expected to rise and none to fall" in said.findings[0].text


def test_a_break_is_dated() -> None:
    values = [*(10 + np.random.default_rng(1).normal(size=30)), *(30 + np.random.default_rng(2).normal(size=30))]
    said = _said([[day, "a", None, float(v)] for day, v in zip(months(60), values, strict=True)], value="level")
    [found] = [finding for finding in said.findings if finding.kind == "change_point"]
    assert "July 2012" in found.text


def test_a_day_is_spoken_of_as_one() -> None:
    values = [*(10 + np.random.default_rng(1).normal(size=60)), *(30 + np.random.default_rng(2).normal(size=60))]
    rows = [[date(2024, 1, 1) + timedelta(days=place), "a", None, float(v)] for place, v in enumerate(values)]
    said = _said(rows, value="level", horizon=1)  # type: ignore[arg-type]
    assert " on 30 April 2024, " in said.findings[0].text
    assert " on the day before (" in said.findings[0].text
    [found] = [finding for finding in said.findings if finding.kind == "change_point"]
    assert "changes on 1 March 2024" in found.text


def test_that_nothing_is_better_than_repetition_is_said() -> None:
    values = 100 + np.random.default_rng(6).normal(size=60).cumsum()
    said = _said([[day, "a", None, float(v)] for day, v in zip(months(60), values, strict=True)], value="level")
    [told] = [finding for finding in said.findings if finding.kind in {"forecast_error", "no_forecast_gain"}]
    assert told.kind == "no_forecast_gain"
    assert told.text.startswith("Forecasts of average level were no better than repeating the last value:")
    assert "At earlier times such forecasts erred more than repeating the last value." in said.skipped


def test_a_ratio_is_told_as_what_it_is() -> None:
    rows = [
        [day, shop, value, None, 2.0] for shop in "ab" for day, value in zip(months(48), yearly_wave(48), strict=True)
    ]
    asked = "sum(amount) / sum(promotion)"
    of_one, of_many = (_said(rows, value=asked, horizon=6, by=by).findings[0] for by in ((), ("shop",)))
    assert of_one.text.startswith("Sum(amount) / sum(promotion) is expected to be")
    assert of_one.columns == ("amount", "promotion", "day")
    assert "is forecast for 2 series over the next 6 months" in of_many.text


def test_the_change_is_that_between_the_two_figures_told() -> None:
    values: list[float | None] = [*yearly_wave(48)]
    values[40] = values[44] = None
    rows = [[day, "a", None, value] for day, value in zip(months(48), values, strict=True)]
    with figures(rows) as table:
        answer = predicted(table, value="level", horizon=12)
    [told] = answer.rows["forecast_series"].to_pylist()  # type: ignore[union-attr]
    assert told["change"] == pytest.approx(100 * (told["mean_ahead"] / told["mean_before"] - 1))
    assert told["mean_before"] == pytest.approx(np.mean([value for value in values[36:] if value is not None]))


def test_a_forecast_that_hangs_on_a_surprising_last_value_says_what_it_would_be_without() -> None:
    values = [*yearly_wave(60)]
    values[-1] *= 9
    said = _said([[day, "a", None, value] for day, value in zip(months(60), values, strict=True)], value="level")
    assert "which nothing before it led to expect, it would be 13" in said.findings[0].text


def test_series_whose_forecasts_erred_more_than_repetition_are_counted_alike_everywhere() -> None:
    still = [5.0] * 40 + [6.0, 5.0, 5.0, 5.0, 7.0, 5.0, 5.0, 5.0]
    rows = [
        [day, shop, None, value]
        for shop, course in (("a", still), ("b", yearly_wave(48)))
        for day, value in zip(months(48), course, strict=True)
    ]
    with figures(rows) as table:
        answer = predicted(table, value="level", by=("shop",), horizon=6)
        show_rows(table, answer)
        [told] = table.query("SELECT count(CASE WHEN mae > naive_mae THEN 1 END) AS n FROM job.forecast_series")
    assert told["n"] == answer.result.worse_than_naive


def test_many_series_are_told_together_and_those_that_move_most() -> None:
    rows = [
        [day, shop, value * (1 + place)]
        for place, shop in enumerate("abc")
        for day, value in zip(months(48), yearly_wave(48, seed=place), strict=True)
    ]
    said = _said(rows, value="amount", by=("shop",), horizon=6)
    assert "of 3 series together" in said.findings[0].text
    assert {finding.kind for finding in said.findings} == {"forecast", "forecast_error"}
