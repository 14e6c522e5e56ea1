"""The figures of a benchmark as tables, which SQL reads as ``job.benchmark`` and ``job.benchmark_…``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from voyant.analysis.benchmark.periods import Periods
from voyant.analysis.benchmark.segments import SegmentCell
from voyant.analysis.benchmark.standings import PeriodFigure
from voyant.domain.benchmark import Benchmark, Concentration, ShareOutlook, Standing, Tested

if TYPE_CHECKING:
    import pyarrow

_TEXTS = ("metric", "brand", "competitor", "source", "target", "column", "segment", "span", "label", "verdict")
_WHOLE = ("rows", "rank", "rank_before", "rank_after", "brands", "n")
_TESTED = ("tested_difference", "low", "high", "effect", "p", "q", "n", "inflation")


def rows_of(
    result: Benchmark,
    periods: Periods | None,
    series: Iterable[PeriodFigure],
    cells: Iterable[SegmentCell],
    concentrated: Iterable[tuple[int | None, Concentration]],
) -> dict[str, pyarrow.Table]:
    """Each table by its name; they stand also where they are empty, so that a statement over them always runs."""
    tables = {
        "benchmark": ([asdict(one) for one in result.standings], Standing.__struct_fields__),
        "benchmark_periods": (
            [_dated(asdict(one), periods) for one in series],
            ("metric", "brand", "period", "label", *PeriodFigure.__struct_fields__[3:]),
        ),
        "benchmark_market": (
            [_dated({"period": place, **asdict(one)}, periods) for place, one in concentrated],
            ("span", "period", "total", "brands", "hhi", "cr4"),
        ),
        "benchmark_flows": ([asdict(one) for one in result.flows], ("source", "target", "share")),
        "benchmark_outlook": (
            [row for one in result.outlook for row in _ahead(one, periods)],
            (
                "brand",
                "period",
                "label",
                "share",
                "level",
                "low",
                "high",
                "recent",
                "error",
                "against_naive",
                "coverage",
            ),
        ),
        "benchmark_shifts": (
            [_flat(asdict(one), one.tested) for one in result.shifts],
            ("brand", "before", "after", "change", *_TESTED),
        ),
        "benchmark_differences": (
            [_flat(asdict(one), one.tested) for one in result.differences],
            ("metric", "competitor", "value", "other", "difference", "relative", *_TESTED),
        ),
        "benchmark_segments": ([asdict(one) for one in cells], SegmentCell.__struct_fields__),
        "benchmark_strengths": (
            [_flat(asdict(one), one.tested) for one in result.segments],
            ("metric", "column", "segment", "rows", "value", "other", "difference", "rank", *_TESTED, "verdict"),
        ),
    }
    return {name: _table(rows, columns, periods) for name, (rows, columns) in tables.items()}


def _dated(row: dict[str, Any], periods: Periods | None) -> dict[str, Any]:
    """The period's first moment, or its number, for its place."""
    place = row["period"]
    if periods is None or place is None:
        return row | {"period": None, "label": None}
    return row | {"period": periods.keys[place], "label": periods.label(place)}


def _ahead(one: ShareOutlook, periods: Periods | None) -> list[dict[str, Any]]:
    """A row for each period to come, with how such forecasts did before beside it."""
    keys = periods.keys_ahead(len(one.points)) if periods is not None else ()
    judged = {name: getattr(one, name) for name in ("brand", "level", "recent", "error", "against_naive", "coverage")}
    return [
        {**judged, "period": key, "label": point.period, "share": point.share, "low": point.low, "high": point.high}
        for key, point in zip(keys, one.points, strict=False)
    ]


def _flat(row: dict[str, Any], tested: Tested | None) -> dict[str, Any]:
    """The test beside what it is of, in the same row."""
    found: Mapping[str, Any] = asdict(tested) if tested is not None else {}
    return {**row, **{name: found.get(name.removeprefix("tested_")) for name in _TESTED}}


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], periods: Periods | None) -> pyarrow.Table:
    import pyarrow

    def kind(name: str) -> pyarrow.DataType:
        if name in _TEXTS:
            return pyarrow.string()
        if name in _WHOLE:
            return pyarrow.int64()
        if name == "period":
            numbered = periods is not None and periods.grain is None
            return pyarrow.int64() if numbered else pyarrow.timestamp("us")
        return pyarrow.float64()

    arrays = [pyarrow.array([row.get(name) for row in rows], kind(name)) for name in columns]
    return pyarrow.table(arrays, names=list(columns))
