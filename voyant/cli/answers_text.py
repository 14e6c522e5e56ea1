"""Answers as the summary prints them, where sentences do not suffice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from voyant.analysis.wording import number, percent
from voyant.cli.session import console
from voyant.domain.result import Result
from voyant.domain.result_answers import ResultAnomaly, ResultBenchmark, ResultForecast, ResultSegmentation


def print_answers(result: Result) -> None:
    """What is to come, what is odd, and which groups there are."""
    for answer in result.answers.values():
        if isinstance(answer, ResultForecast):
            _print_expected(answer)
        elif isinstance(answer, ResultAnomaly):
            _print_odd_rows(answer)
        elif isinstance(answer, ResultSegmentation):
            _print_groups(answer)


def _print_expected(forecast: ResultForecast) -> None:
    if not forecast.points:
        return
    series = f" of {forecast.series}" if forecast.series else ""
    interval = f"{forecast.level} % interval" if forecast.level else ""
    rows = (
        (
            point.period,
            number(point.value),
            "" if point.low is None or point.high is None else f"{number(point.low)} to {number(point.high)}",
        )
        for point in forecast.points
    )
    _print_table(f"Expected {forecast.value}{series}", (forecast.grain, "value", interval), rows)
    _print_more(forecast.horizon - len(forecast.points), "period", "forecast.parquet")


def _print_odd_rows(anomaly: ResultAnomaly) -> None:
    if not anomaly.rows:
        return
    out = console()
    out.print("\nOddest rows", style="bold")
    for row in anomaly.rows:
        out.print(Text(f"  {row.row:>9,}  {' '.join(row.reasons)}"))
    _print_more((anomaly.odd_rows or 0) - len(anomaly.rows), "row", "anomaly.parquet")


def _print_groups(segmentation: ResultSegmentation) -> None:
    units = segmentation.entity or "rows"
    if segmentation.segments:
        sizes = ((each.name, f"{each.size:,}", _share(each.share)) for each in segmentation.segments)
        _print_table("Segments", ("segment", units, "share"), sizes)
    if segmentation.rfm:
        shares = (
            (each.name, f"{each.entities:,}", _share(each.share), _share(each.amount_share))
            for each in segmentation.rfm
        )
        title = f"By recency and frequency, as of {segmentation.as_of}"
        _print_table(title, ("group", units, "share", "of the amount"), shares)


def _share(share: float | None) -> str:
    return "" if share is None else percent(100 * share)


def _print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The first column to the left, figures to the right."""
    console().print(f"\n{title}", style="bold", markup=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def _print_more(count: int, unit: str, file: str) -> None:
    if count > 0:
        told = f"{count:,} more {unit}s are" if count > 1 else f"1 more {unit} is"
        console().print(f"{told} in {file}.", markup=False, highlight=False)


def print_limits(result: Result) -> None:
    """What a benchmark chose, left out and could not tell."""
    benchmark = result.answers.get("benchmark")
    if isinstance(benchmark, ResultBenchmark):
        for note in benchmark.notes:
            console().print(Text(f"! {note}", style="yellow"))
