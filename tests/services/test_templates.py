"""KPI templates behind every face: listed, rendered, asked for by jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.deliveries import deliver
from voyant.analysis.kpi.templates import TEMPLATES
from voyant.domain.caller import Caller
from voyant.domain.template import TEMPLATE_NAMES, TemplateCall
from voyant.errors import Code, InvalidInput, NotFound, VoyantError
from voyant.services.analysis import analyze
from voyant.services.artifacts import list_artifacts, read_artifact, read_rows
from voyant.services.results import read_result
from voyant.services.sources import source_from
from voyant.services.templates import (
    MOST_CALLS,
    list_templates,
    render_template,
    show_template,
    template_results,
    templates_from,
)
from voyant.services.verification import replay, verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return deliver(tmp_path / "orders.csv")


def job(caller: Caller, path: Path, *templates: Any, kind: str = "kpi") -> str:
    return analyze(caller, source_from(caller, str(path)), kind=kind, templates=templates)


def test_every_template_is_listed_by_the_name_it_is_known_by(caller: Caller) -> None:
    assert tuple(template.name for template in TEMPLATES) == TEMPLATE_NAMES
    listed = list_templates(caller)
    assert tuple(template.name for template in listed) == TEMPLATE_NAMES
    assert {template.fit for template in listed} == {None}
    assert show_template(caller, "rfm_segments").columns
    with pytest.raises(NotFound) as caught:
        show_template(caller, "rfm")
    assert caught.value.code is Code.NO_TEMPLATE


def test_a_table_that_was_analysed_tells_which_fit(caller: Caller, other_caller: Caller, path: Path) -> None:
    job(caller, path)
    fits = {template.name: template.fit for template in list_templates(caller, table="Orders")}
    growth, counts = fits["revenue_growth"], fits["customer_count_by_period"]
    assert growth is not None
    assert counts is not None
    assert (growth.fits, growth.parameters["time"], growth.parameters["amount"]) == (True, "day", "amount")
    assert (counts.fits, list(counts.missing)) == (False, ["customer"])
    with pytest.raises(NotFound) as caught:
        list_templates(other_caller, table="orders")
    assert caught.value.code is Code.NO_TABLE


def test_a_table_that_was_only_taken_in_fits_nothing_yet(caller: Caller, path: Path) -> None:
    job(caller, path, kind="ingest")
    with pytest.raises(InvalidInput) as caught:
        list_templates(caller, table="orders")
    assert caught.value.code is Code.NOT_ENOUGH_DATA
    assert caught.value.remedy == "Analyse it first: voyant profile orders"
    with pytest.raises(InvalidInput, match="Nobody has analysed the table yet") as caught:
        render_template(caller, "revenue_growth", table="orders")
    assert caught.value.code is Code.MISSING_PARAMETER
    given = {"time": "day", "amount": "amount"}
    assert render_template(caller, "revenue_growth", table="orders", parameters=given).found == {}


def test_what_is_rendered_is_what_a_job_runs(caller: Caller, path: Path) -> None:
    job_id = job(caller, path, "revenue_growth")
    made = render_template(caller, "revenue_growth", table="orders")
    results = template_results(caller, job_id)
    assert results is not None
    assert results.results[0].sql == made.sql
    assert results.results[0].parameters == made.parameters
    assert template_results(caller, job(caller, path)) is None


def test_a_job_keeps_rows_sentence_and_sql_of_each(caller: Caller, path: Path) -> None:
    daily = {"name": "cumulative_sum", "parameters": {"grain": "day"}}
    job_id = job(caller, path, "revenue_by_segment", daily, {"name": "cumulative_sum"})
    names = {artifact.name for artifact in list_artifacts(caller, job_id)}
    files = ["revenue_by_segment", "cumulative_sum", "cumulative_sum_2"]
    assert names >= {"templates.json", "kpis.json", *(f"templates/{file}.parquet" for file in files)}

    told = json.loads(b"".join(read_artifact(caller, job_id, "templates.json")))
    _, cumulative, again = told["results"]
    assert (cumulative["total_rows"], len(cumulative["rows"])) == (260, 200)
    assert cumulative["rows"][-1][0] == "2024-09-16"
    assert again["parameters"]["grain"] == "month"
    columns, rows, total = read_rows(caller, job_id, "templates/cumulative_sum.parquet", limit=1)
    assert (columns, len(rows), total) == (("period", "value", "cumulative", "complete"), 1, 260)

    result = read_result(caller, job_id)
    assert [template.name for template in result.templates] == [*files[:2], "cumulative_sum"]
    assert result.headline == result.templates[0].text
    assert result.templates[0].columns[:3] == ("place", "segment", "revenue")
    assert verify(caller, job_id).holds
    assert replay(caller, job_id).holds


def test_in_an_analysis_they_are_findings_and_stand_in_the_report(caller: Caller, path: Path) -> None:
    job_id = job(caller, path, "revenue_growth", kind="analyze")
    result = read_result(caller, job_id)
    finding = next(finding for finding in result.findings if finding.kind == "revenue_growth")
    assert finding.text == result.templates[0].text
    assert "templates.json#/results/0/rows" in finding.evidence
    report = b"".join(read_artifact(caller, job_id, "report.html")).decode()
    assert 'id="template-0"' in report


def test_an_analysis_proposes_those_that_fit(caller: Caller, path: Path) -> None:
    result = read_result(caller, job(caller, path, kind="analyze"), max_tokens=10_000)
    [proposed] = [call for call in result.next if "templates" in call.arguments]
    assert proposed.arguments == {"source": "orders", "templates": ["revenue_growth", "revenue_by_segment"]}
    again = job(caller, path, *proposed.arguments["templates"])
    assert len(read_result(caller, again).templates) == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["nix"], Code.NO_TEMPLATE),
        ([{"name": "revenue_growth", "parameters": {"nix": 1}}], Code.BAD_KPI),
        ([{"name": "revenue_growth", "parameters": {"grain": "minute"}}], Code.BAD_KPI),
        ([{"name": "revenue_growth", "parameter": {}}], Code.BAD_KPI),
        ([{"name": 3}], Code.BAD_KPI),
        (["revenue_growth"] * (MOST_CALLS + 1), Code.TOO_LARGE),
        ([{"name": "revenue_growth", "parameters": {"amount": "\ud800"}}], Code.INVALID_BODY),
    ],
)
def test_what_no_table_could_make_sense_of_is_refused_at_once(given: list[Any], code: Code) -> None:
    with pytest.raises(VoyantError) as caught:
        templates_from(given)
    assert caught.value.code is code


def test_a_template_that_cannot_be_made_fails_the_job(caller: Caller, path: Path) -> None:
    for parameters, code in (({"amount": "nix"}, Code.UNKNOWN_COLUMN), ({"as_of": "1999-01-01"}, Code.BAD_KPI)):
        with pytest.raises(InvalidInput) as caught:
            job(caller, path, TemplateCall(name="revenue_growth", parameters=parameters), kind="analyze")
        assert caught.value.code is code
    with pytest.raises(InvalidInput) as caught:
        job(caller, path, "rfm_segments")
    assert (caught.value.code, list(caught.value.data["missing"])) == (Code.MISSING_PARAMETER, ["customer"])
