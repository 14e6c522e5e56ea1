"""Presets over the network: listed, shown, run like any job."""

from __future__ import annotations

from tests.api.client import Client, problem, work
from voyant.analysis.presets import built_in


def test_presets_are_listed_and_shown(client: Client) -> None:
    listed = client.get("/v1/presets").json()
    assert [item["name"] for item in listed["items"]] == sorted(built_in())
    assert listed["next_cursor"] is None
    shown = client.get("/v1/presets/financial.revenue_analysis").json()
    assert [parameter["name"] for parameter in shown["parameters"]][:2] == ["time", "amount"]
    assert shown["steps"]["kpis"][0] == {"name": "revenue", "sql": "sum({revenue})"}


def test_an_unknown_preset_is_not_found(client: Client, source: str) -> None:
    problem(client.get("/v1/presets/financial.revenue"), 404, "VYNT-2007")
    problem(client.post("/v1/presets/no.such/execute", {"source": source}), 404, "VYNT-2007")
    problem(client.post("/v1/jobs/no.such", {"source": source}), 404, "VYNT-2007")


def test_a_preset_is_run_like_any_job(client: Client, source: str) -> None:
    body = {"source": source, "parameters": {"filled": ["amount"]}}
    answer = client.post("/v1/presets/quality.schema_validation/execute", body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert job["kind"] == "quality.schema_validation"
    assert job["parameters"]["preset"] == {"name": "quality.schema_validation", "arguments": {"filled": ["amount"]}}
    again = client.post("/v1/presets/quality.schema_validation/execute", body, headers={"Idempotency-Key": "k"})
    assert again.json()["id"] == job["id"]
    other = {"source": source, "parameters": {"filled": ["day"]}}
    refused = client.post("/v1/presets/quality.schema_validation/execute", other, headers={"Idempotency-Key": "k"})
    problem(refused, 409, "VYNT-1008")

    work(job["id"])
    result = client.get(f"/v1/jobs/{job['id']}/result").json()
    assert (result["kind"], result["status"]) == ("quality.schema_validation", "completed")
    listed = client.get("/v1/jobs", params={"kind": "quality.schema_validation"}).json()
    assert [item["id"] for item in listed["items"]] == [job["id"]]


def test_the_kind_of_a_job_may_be_a_preset(client: Client, source: str) -> None:
    answer = client.post("/v1/jobs/quality.data_profiling", {"source": source})
    assert answer.status_code == 202, answer.text
    work(answer.json()["id"])
    assert client.get(f"/v1/jobs/{answer.json()['id']}/result").json()["quality"]["score"]


def test_wrong_parameters_are_refused_before_anything_runs(client: Client, source: str) -> None:
    body = {"source": source, "parameters": {"fillled": "day"}}
    told = problem(client.post("/v1/jobs/quality.schema_validation", body), 422, "VYNT-1001")
    assert "perhaps filled" in told["message"]
    problem(client.post("/v1/jobs/analyze", {"source": source, "parameters": {"x": 1}}), 422, "VYNT-1001")


def sold(usual: int) -> str:
    rows = (f"{2022 + n // 12}-{n % 12 + 1:02}-{day:02},{usual + n % 5}\n" for n in range(18) for day in (1, 10, 28))
    return "sold_on,units\n" + "".join(rows)


def test_a_preset_reads_several_sources(client: Client, other_client: Client) -> None:
    alpen, borea = (client.upload(f"{name}.csv", sold(usual)) for name, usual in (("alpen", 60), ("borea", 40)))
    body = {"source": alpen, "parameters": {"brand": "Alpen", "others": {"Borea": borea}}}
    answer = client.post("/v1/presets/benchmark.brand/execute", body)
    assert answer.status_code == 202, answer.text
    work(answer.json()["id"])
    result = client.get(f"/v1/jobs/{answer.json()['id']}/result").json()
    assert [brand["brand"] for brand in result["answers"]["benchmark"]["brands"]] == ["Alpen", "Borea"]
    assert client.get(f"/v1/sources/{borea}").json()["tables"] == ["borea"]

    # What is another tenant's, or this machine's, is refused before anything runs.
    own = other_client.upload("alpen.csv", sold(60))
    stolen = {"source": own, "parameters": {"brand": "Alpen", "others": {"Borea": borea}}}
    problem(other_client.post("/v1/presets/benchmark.brand/execute", stolen), 404, "VYNT-2003")
    outside = {"source": alpen, "parameters": {"others": {"Borea": "/etc/passwd"}}}
    problem(client.post("/v1/presets/benchmark.brand/execute", outside), 403, "VYNT-8003")
    asked = {"source": alpen, "benchmark": {"others": {"Borea": "/etc/passwd"}}}
    problem(client.post("/v1/jobs/benchmark", asked), 403, "VYNT-8003")
