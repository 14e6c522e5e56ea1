"""Brands that have a source each: read with the job, pinned, checked, whichever way the job is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voyant.domain.benchmark import Benchmark
from voyant.domain.caller import Caller
from voyant.domain.manifest import Manifest
from voyant.domain.normalization import Normalization
from voyant.domain.preset import Plan
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput, NotFound, NotPermitted
from voyant.services.analysis import analyze
from voyant.services.brands import MOST_SOURCES
from voyant.services.results import read_result
from voyant.services.sources import list_sources, register, remove_source, show_source, source_from
from voyant.services.verification import replay
from voyant.services.wiring import artifact_store, lake

Write = Callable[..., Path]
SIZES = {"alpen": 60, "borea": 40, "cirrus": 20}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a year and a half of sales of one brand, under that header."""

    def written(brand: str, header: str = "sold_on,channel,units,revenue", unit: str = "") -> Path:
        path = tmp_path / f"{brand}.csv"
        lines = [header]
        for month in range(18):
            for day, channel in ((1, "store"), (10, "online"), (28, "store")):
                units = SIZES[brand] + round(5 * math.sin(7 * month + day))
                lines.append(
                    f"{2022 + month // 12}-{month % 12 + 1:02}-{day:02},{channel},{units},{unit}{2 * units}.50"
                )
        path.write_text("\n".join(lines) + "\n")
        return path

    return written


def run(caller: Caller, source: str | Path, others: Any, **more: Any) -> str:
    arguments = {"brand": "Alpen", "others": others} | more
    return analyze(caller, source_from(caller, str(source)), kind="benchmark.brand", arguments=arguments)


def read(caller: Caller, job: str, name: str, kind: type) -> Any:
    return from_json(artifact_store().read(caller.tenant, job, name), kind)


def answer(caller: Caller, job: str) -> Benchmark:
    found: Benchmark = read(caller, job, "benchmark.json", Benchmark)
    return found


def test_files_of_one_brand_each_are_compared(caller: Caller, write: Write) -> None:
    own, borea = write("alpen"), write("borea", "Sold On,CHANNEL,Units,Revenue")
    job = run(caller, own, {"Borea": str(borea), "Cirrus": str(write("cirrus"))})
    result = read_result(caller, job)
    assert (result.degraded, result.headline.split(" with ")[0]) == ((), "Alpen leads")
    found = answer(caller, job)
    assert (found.column, found.brand, found.competitors) == (None, "Alpen", ("Borea", "Cirrus"))
    assert (found.time_column, found.market) == ("sold_on", "revenue")
    assert sum(found.standing(brand, "revenue").share for brand in ("Alpen", "Borea", "Cirrus")) == pytest.approx(1)
    planned = read(caller, job, "preset.json", Plan)
    assert {one.parameter for one in planned.bound} == {"brand", "others"}  # nothing was found in one table alone

    # How much was read is said of all tables, in memo and report.
    assert found.tables == {"Alpen": 54, "Borea": 54, "Cirrus": 54}
    memo, page = (artifact_store().read(caller.tenant, job, name).decode() for name in ("narrative.md", "report.html"))
    assert "162 records in 3 tables, one for each brand." in memo
    for name, value in (("Rows", "162"), ("Tables", "3"), ("Columns in alpen", "4")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in page
    assert "\N{NO-BREAK SPACE}%" in page.split("<h1")[1].split("</h1>")[0]

    # What was read of the others is kept as of any source: pinned, reported, owned.
    references = read(caller, job, "manifest.json", Manifest).inputs[0].references
    assert [(one.reference, one.table, one.rows) for one in references] == [
        ("Borea", "borea", 54),
        ("Cirrus", "cirrus", 54),
    ]
    assert read(caller, job, "brands/borea/normalize.json", Normalization).dataset.rows == 54
    known = {summary.name: summary for summary in list_sources(caller).items}
    assert show_source(caller, known[str(borea)].id).tables == ("borea",)
    borea.write_text("sold_on,channel,units,revenue\n2022-01-01,store,1,1\n")
    assert replay(caller, job).holds
    remove_source(caller, known[str(borea)].id)
    assert "borea" not in lake().tables(caller.tenant)


def test_sources_go_by_their_own_names_where_they_are_given_none(caller: Caller, write: Write) -> None:
    job = run(caller, write("alpen"), [f"Borea AG={write('borea')}", str(write("cirrus"))], by="channel")
    found = answer(caller, job)
    assert found.competitors == ("Borea AG", "cirrus")
    assert {one.column for one in found.segments} == {"channel"}


def test_tables_and_sources_that_are_known_may_be_named(caller: Caller, write: Write) -> None:
    analyze(caller, source_from(caller, str(write("borea"))), kind="ingest")
    known = register(caller, source_from(caller, str(write("cirrus"))))
    job = run(caller, write("alpen"), {"Borea": "borea", "Cirrus": known.id})
    assert answer(caller, job).competitors == ("Borea", "Cirrus")
    assert show_source(caller, known.id).tables == ("cirrus",)


def test_the_job_of_that_kind_takes_them_too(caller: Caller, write: Write) -> None:
    asked = {"brand": "Alpen", "others": {"Borea": str(write("borea"))}, "competitors": "Borea", "metrics": "units"}
    job = analyze(caller, source_from(caller, str(write("alpen"))), kind="benchmark", requests={"benchmark": asked})
    found = answer(caller, job)
    assert (found.competitors, found.market) == (("Borea",), "units")


def test_units_that_differ_are_left_out_unless_they_are_asked_for(caller: Caller, write: Write) -> None:
    own, other = write("alpen", unit="€"), write("borea", unit="$")
    found = answer(caller, run(caller, own, {"Borea": str(other)}))
    assert found.market == "units"
    assert any(
        note.startswith("Left out, since the table of Borea has it in USD rather than EUR") for note in found.notes
    )
    with pytest.raises(InvalidInput, match="compared in revenue: the table of Borea has it in USD") as caught:
        run(caller, own, {"Borea": str(other)}, metrics="revenue")
    assert "VYNT-1001" in str(caught.value.as_dict())


@pytest.mark.parametrize(
    ("others", "code", "said"),
    [
        ({"Borea": "no_such.csv"}, Code.NO_SOURCE, "source of 'Borea' is not there"),
        ({"Borea": "-"}, Code.INVALID_BODY, "Standard input"),
        ({"Borea": "postgresql://ann:secret@db.example/shop?table=borea"}, Code.INVALID_BODY, "takes credentials"),
        ({"Borea": "{own}"}, Code.INVALID_BODY, "alpen is the table of the brand itself"),
        ({"Alpen": "{borea}"}, Code.INVALID_BODY, "same name"),
        ({"Borea": "{borea}", "Boreal": "{borea}"}, Code.INVALID_BODY, "borea is the table of Borea"),
        ({f"B{n}": "{borea}" for n in range(MOST_SOURCES + 1)}, Code.INVALID_BODY, "a job reads 50"),
        ({"Borea": 1}, Code.INVALID_BODY, "takes sources by name"),
        ({}, Code.INVALID_BODY, "takes 1 to 100 sources"),
        ([], Code.INVALID_BODY, "takes 1 to 100 sources"),
        (["a/b.csv", "c/b.csv"], Code.INVALID_BODY, "go by one name"),
    ],
)
def test_sources_that_cannot_be_read_are_refused(
    caller: Caller, write: Write, others: Any, code: Code, said: str
) -> None:
    own, borea = write("alpen"), write("borea")
    if isinstance(others, dict):
        others = {name: str(value).format(own=own, borea=borea) if value != 1 else 1 for name, value in others.items()}
    with pytest.raises((InvalidInput, NotFound), match=said) as caught:
        run(caller, own, others)
    told = caught.value.as_dict()
    assert (caught.value.code, bool(told["remedy"]), "secret" in str(told)) == (code, True, False)


def test_places_that_a_caller_may_not_name_are_refused(caller: Caller, write: Write) -> None:
    remote = Caller(tenant=caller.tenant, subject="remote")
    analyze(caller, source_from(caller, str(write("alpen"))), kind="ingest")
    with pytest.raises(NotPermitted):
        run(remote, "alpen", {"Borea": str(write("borea"))})


def test_where_the_only_answer_cannot_be_given_the_job_fails(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "cereal.csv"
    path.write_text("sold_on,brand,units\n" + "2024-01-01,Alpen,3\n2024-02-01,Borea,4\n" * 20)
    with pytest.raises(InvalidInput, match="no brand 'Alpine'; there are Borea, Alpen"):
        analyze(caller, source_from(caller, str(path)), kind="benchmark.brand", arguments={"brand": "Alpine"})


def test_a_single_brand_is_said_to_be_alone(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "cereal.csv"
    path.write_text("sold_on,brand,units\n" + "2024-01-01,Alpen,3\n2024-02-01,Alpen,4\n" * 20)
    job = analyze(caller, source_from(caller, str(path)), kind="benchmark.brand")
    assert read_result(caller, job).headline.startswith("Alpen is the only brand here")


def test_tables_of_choices_are_recognised_with_their_prices(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "choices.csv"
    lines = ["choice,week,price.heinz,price.hunts,price.diff"]
    for week in range(12):
        for place in range(20):
            heinz, hunts = 2 + (week + place) % 3 / 10, 1.5 + (2 * week + place) % 4 / 10
            chosen = "heinz" if (place + week) % 3 else "hunts"
            lines.append(f"{chosen},{week},{heinz:.1f},{hunts:.1f},{heinz - hunts:.1f}")
    path.write_text("\n".join(lines) + "\n")
    job = analyze(caller, source_from(caller, str(path)), kind="benchmark.brand")
    planned = {one.parameter: one.value for one in read(caller, job, "preset.json", Plan).bound}
    assert planned["brand_column"] == "choice"
    assert "price" not in planned
    found = answer(caller, job)
    priced = next(metric for metric in found.metrics if metric.use == "price")
    assert priced.columns == {"heinz": "price_heinz", "hunts": "price_hunts"}


def test_a_brand_column_is_needed_where_no_sources_are_given(caller: Caller, write: Write) -> None:
    with pytest.raises(InvalidInput, match="needs brand_column") as caught:
        analyze(caller, source_from(caller, str(write("alpen"))), kind="benchmark.brand", arguments={"brand": "Alpen"})
    assert "others" in caught.value.message + caught.value.as_dict()["remedy"]
