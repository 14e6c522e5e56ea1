"""Answers as the summary prints them, where sentences do not suffice."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from voyant.analysis.wording import number
from voyant.cli.session import console
from voyant.domain.result import Result
from voyant.domain.result_answers import ResultBenchmark, ResultForecast


def print_expected(result: Result) -> None:
    """The periods to come of a forecast."""
    forecast = result.answers.get("forecast")
    if not isinstance(forecast, ResultForecast) or not forecast.points:
        return
    out = console()
    series = f" of {forecast.series}" if forecast.series else ""
    out.print(f"\nExpected {forecast.value}{series}", style="bold", markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for title in (forecast.grain, "value", f"{forecast.level} % interval" if forecast.level else ""):
        table.add_column(title, justify="left" if title == forecast.grain else "right")
    for point in forecast.points:
        interval = "" if point.low is None or point.high is None else f"{number(point.low)} to {number(point.high)}"
        table.add_row(point.period, number(point.value), interval)
    out.print(table)
    if more := forecast.horizon - len(forecast.points):
        out.print(f"{more} more {forecast.grain}s are in forecast.parquet.", markup=False, highlight=False)


def print_limits(result: Result) -> None:
    """What a benchmark chose, left out and could not tell."""
    benchmark = result.answers.get("benchmark")
    if isinstance(benchmark, ResultBenchmark):
        for note in benchmark.notes:
            console().print(Text(f"! {note}", style="yellow"))
