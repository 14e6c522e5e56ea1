"""Results fit the reader's room, and say what was left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voyant.domain.job import Status
from voyant.domain.result import (
    ManifestReference,
    NextCall,
    Result,
    ResultArtifact,
    ResultColumnDrift,
    ResultDataset,
    ResultDrift,
    ResultFinding,
    ResultKpi,
    ResultQuality,
)
from voyant.domain.serialization import to_compact_json
from voyant.services.budget import FEWEST, estimated_tokens, fit

PARTS: dict[str, float | None] = {"completeness": 0.9, "uniqueness": 1.0, "validity": 1.0, "consistency": 0.8}


def drift(columns: int, text: str) -> ResultDrift:
    return ResultDrift(
        verdict="drifted",
        holds=False,
        reference="january",
        summary=text,
        share=1.0,
        reason=text,
        columns=tuple(
            ResultColumnDrift(
                column=f"amount_{number}", method="wasserstein_normed", value=0.31, threshold=0.1, summary=text
            )
            for number in range(columns)
        ),
    )


def result(
    findings: int,
    kpis: int,
    charts: int,
    text: str = "Revenue fell by 12.5 % in March 2024.",
    drifted: int = 0,
) -> Result:
    return Result(
        job_id="job_01m85bwa32gath4mbtyfkm04ny",
        kind="analyze",
        status=Status.COMPLETED,
        degraded=(),
        dataset=ResultDataset(
            source="orders.csv", table="orders", rows=1000, columns=12, snapshot="6432167336490349641"
        ),
        headline=text,
        findings=tuple(
            ResultFinding(
                id=f"f{number + 1}",
                kind="trend",
                severity="notice",
                text=text,
                evidence=(f"insights.json#/analyses/{number}",),
                sql="SELECT date_trunc('month', ordered_at) AS period, sum(amount) AS value FROM orders GROUP BY 1",
            )
            for number in range(findings)
        ),
        quality=ResultQuality(score=0.9, parts=PARTS, passed=10, failed=1),
        drift=drift(drifted, text),
        kpis=tuple(
            ResultKpi(
                name=f"total amount {number}",
                value=1234.5,
                unit="EUR",
                period="2024-03",
                change=-0.125,
                base=1410.9,
                base_period="2024-02",
            )
            for number in range(kpis)
        ),
        artifacts=tuple(
            ResultArtifact(
                name=name,
                type=type_,
                media_type="application/json",
                bytes=1234,
                sha256="ab" * 32,
                uri=f"voyant://jobs/job_01m85bwa32gath4mbtyfkm04ny/artifacts/{name}",
            )
            for name, type_ in [("narrative.json", "narrative"), ("report.html", "report")]
            + [(f"charts/chart_{number}.svg", "charts") for number in range(charts)]
        ),
        manifest=ManifestReference(name="manifest.json", sha256="cd" * 32),
        omitted={},
        next=(NextCall(tool="voyant_forecast", arguments={"table": "orders"}, why="There is a trend."),),
        warnings=(),
    )


def tokens(fitted: Result) -> int:
    return estimated_tokens(to_compact_json(fitted).decode())


def test_what_fits_is_left_alone() -> None:
    small = result(findings=1, kpis=1, charts=0)

    assert fit(small, 10_000) == small


@given(findings=st.integers(0, 15), kpis=st.integers(0, 10), charts=st.integers(0, 40), drifted=st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_the_default_room_is_never_exceeded_and_every_cut_is_counted(
    findings: int, kpis: int, charts: int, drifted: int
) -> None:
    whole = result(findings, kpis, charts, drifted=drifted)
    fitted = fit(whole, 2000)

    assert tokens(fitted) <= 2000
    assert len(fitted.findings) + fitted.omitted.get("findings", 0) == findings
    assert len(fitted.kpis) + fitted.omitted.get("kpis", 0) == kpis
    assert fitted.drift is not None
    assert len(fitted.drift.columns) + fitted.omitted.get("drift", 0) == drifted
    assert len(fitted.artifacts) + fitted.omitted.get("artifacts", 0) == charts + 2
    assert ("how" in fitted.omitted) == (fitted != whole)


def test_sql_goes_before_sentences() -> None:
    fitted = fit(result(findings=15, kpis=3, charts=30), 1600)

    assert len(fitted.findings) > FEWEST
    assert fitted.findings[0].sql is not None
    assert fitted.findings[-1].sql is None


def test_texts_without_end_are_cut_at_last() -> None:
    fitted = fit(result(findings=15, kpis=8, charts=30, text="x" * 5000, drifted=20), 2000)

    assert tokens(fitted) <= 2000


@pytest.mark.parametrize(
    "text", ["The total amount fell by 12.5 %.", "SELECT sum(a) FROM t WHERE b = 'x'", '{"a": [1, 2]}']
)
def test_the_estimate_is_above_four_characters_a_token(text: str) -> None:
    assert estimated_tokens(text) >= len(text.replace(" ", "")) / 4
