"""Benchmarks as jobs: from files to sentences, tables of other brands pinned, repeated byte by byte."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voyant.domain.benchmark import Benchmark
from voyant.domain.caller import Caller
from voyant.domain.insights import Insights
from voyant.domain.manifest import Manifest
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput, NotFound
from voyant.services.analysis import analyze
from voyant.services.results import read_result
from voyant.services.sources import source_from
from voyant.services.verification import replay
from voyant.services.wiring import artifact_store

SIZES = {"Alpen": 60, "Borea": 40, "Cirrus": 20}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a year and a half of sales of some brands, from one month to another."""

    def written(name: str, *brands: str, first: int = 0, last: int = 17, more: str = "") -> Path:
        path = tmp_path / f"{name}.csv"
        with path.open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(
                ["sold_on", *(["brand"] if len(brands) > 1 else []), "channel", "units", "revenue", *more.split()]
            )
            for month in range(first, last + 1):
                for brand in brands:
                    for day, channel in ((1, "store"), (10, "online"), (28, "store")):
                        units = SIZES[brand] + month * (brand == "Cirrus") + round(5 * math.sin(7 * month + day))
                        cells = [f"{2022 + month // 12}-{month % 12 + 1:02}-{day:02}", channel, units, 2 * units]
                        out.writerow(
                            [*cells[:1], *([brand] if len(brands) > 1 else []), *cells[1:], *([1] if more else [])]
                        )
        return path

    return written


def ingest(caller: Caller, path: Path) -> None:
    analyze(caller, source_from(caller, str(path)), kind="ingest")


def benchmark(caller: Caller, path: Path, **asked: Any) -> str:
    return analyze(caller, source_from(caller, str(path)), kind="benchmark", requests={"benchmark": asked})


def read(caller: Caller, job: str, name: str, kind: type) -> Any:
    return from_json(artifact_store().read(caller.tenant, job, name), kind)


def test_a_table_of_brands_is_told_and_can_be_repeated(caller: Caller, write: Write) -> None:
    job = benchmark(caller, write("cereal", *SIZES), brand="Cirrus", by="channel")
    result = read_result(caller, job)
    assert result.degraded == ()
    assert result.headline.startswith("Cirrus has ")
    assert {"brand_position", "share_shift"} <= {finding.kind for finding in result.findings}
    assert {"benchmark.json", "benchmark.parquet", "benchmark_periods.parquet", "report.html"} <= {
        artifact.name for artifact in read(caller, job, "manifest.json", Manifest).artifacts
    }
    page = artifact_store().read(caller.tenant, job, "report.html").decode()
    assert "Brands side by side" in page
    assert "could not be assessed" not in page
    assert replay(caller, job).holds


def test_the_page_shows_the_brand_however_small_it_is(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "cereal.csv"
    rows = (f"2024-{month:02}-01,B{brand:02},{900 - 20 * brand}\n" for month in (1, 2) for brand in range(40))
    path.write_text("sold_on,brand,units\n" + "".join(rows))
    job = benchmark(caller, path, brand="B38")
    page = artifact_store().read(caller.tenant, job, "report.html").decode()
    assert "<strong>B38</strong>" in page
    assert "14 more brands stand in" in page


def test_tables_of_one_brand_each_are_put_together(caller: Caller, write: Write) -> None:
    ingest(caller, write("borea", "Borea", first=3))
    ingest(caller, write("cirrus", "Cirrus", last=15))
    others = {"Borea": "borea", "Cirrus": "cirrus"}
    job = benchmark(caller, write("alpen", "Alpen"), brand="Alpen", others=others)
    found = read(caller, job, "benchmark.json", Benchmark)
    assert (found.table, found.column, found.brand) == ("alpen", None, "Alpen")
    assert set(found.competitors) == {"Borea", "Cirrus"}
    assert (found.periods.first, found.periods.last) == ("2022-04", "2023-04")
    assert any("tables of all brands cover whole" in note for note in found.notes)
    assert 'FROM "borea"' in found.sql
    manifest = read(caller, job, "manifest.json", Manifest)
    assert {one.table for one in manifest.inputs[0].references} == {"borea", "cirrus"}
    assert read(caller, job, "insights.json", Insights).findings

    # Another delivery of a competitor changes nothing for the job that was.
    ingest(caller, write("borea", "Borea", first=9))
    assert replay(caller, job).holds


def test_tables_whose_times_do_not_meet_are_refused(caller: Caller, write: Write) -> None:
    ingest(caller, write("borea", "Borea", first=9))
    with pytest.raises(InvalidInput, match="end before") as caught:
        benchmark(caller, write("alpen", "Alpen", last=7), brand="Alpen", others={"Borea": "borea"})
    assert caught.value.code is Code.NOT_ENOUGH_DATA


def test_columns_that_a_table_lacks_are_named(caller: Caller, write: Write) -> None:
    ingest(caller, write("borea", "Borea"))
    path = write("alpen", "Alpen", more="returns")
    job = benchmark(caller, path, brand="Alpen", others={"Borea": "borea"})
    notes = read(caller, job, "benchmark.json", Benchmark).notes
    assert "Left out, since the table of Borea has no such column: returns." in notes
    with pytest.raises(InvalidInput, match="returns"):
        benchmark(caller, path, brand="Alpen", others={"Borea": "borea"}, metrics=["sum(returns)"])


@pytest.mark.parametrize(
    ("others", "error", "said"),
    [
        ({"Borea": "boreal"}, NotFound, "boreal"),
        ({"Borea": "alpen"}, InvalidInput, "the table of the brand itself"),
        ({"alpen": "borea"}, InvalidInput, "same name"),
    ],
)
def test_other_tables_are_checked(
    caller: Caller, write: Write, others: dict[str, str], error: type[Exception], said: str
) -> None:
    ingest(caller, write("borea", "Borea"))
    ingest(caller, write("alpen", "Alpen"))
    with pytest.raises(error, match=said):
        analyze(
            caller,
            source_from(caller, "alpen"),
            kind="benchmark",
            requests={"benchmark": {"brand": "Alpen", "others": others}},
        )


@pytest.mark.parametrize("asked", [{"brands": "x"}, {"grain": "decade"}, {"others": ["x"]}, {"metrics": [1]}])
def test_a_request_that_is_none_is_refused(caller: Caller, write: Write, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="cannot be asked of a benchmark"):
        benchmark(caller, write("cereal", *SIZES), **asked)
