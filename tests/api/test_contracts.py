"""Contracts over REST: kept, put in force, read as JSON or YAML, compared, drafted, and held against data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client, problem, work, worker
from tests.governance.contracts.documents import column, document
from voyant.governance.contracts import contract_of, yaml_of

COLUMNS = (column("a", logicalType="integer", logicalTypeOptions={"minimum": 1}),)
YAML = {"content-type": "application/yaml"}


def keep(client: Client, **said: Any) -> dict[str, Any]:
    answer = client.post("/v1/contracts", document(*COLUMNS, **said))
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def test_a_contract_is_kept_from_json_and_from_yaml(client: Client) -> None:
    kept = keep(client)
    assert (kept["id"], kept["version"], kept["status"]) == ("orders", "1.0.0", "draft")
    text = yaml_of(contract_of(document(*COLUMNS, version="1.1.0")))
    answer = client.http.post("/v1/contracts", content=text, headers=YAML)
    assert (answer.status_code, answer.json()["version"]) == (201, "1.1.0")
    found = client.get(answer.headers["location"], headers={"accept": "application/yaml"})
    assert (found.headers["content-type"], found.text) == ("application/yaml", text)
    assert client.get("/v1/contracts/orders?version=1.0.0").json()["version"] == "1.0.0"


def test_versions_are_listed_put_in_force_and_removed(client: Client) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        keep(client, version=version)
    activated = client.post("/v1/contracts/orders/versions/1.0.0/activate")
    assert (activated.status_code, activated.json()["status"]) == (200, "active")
    client.post("/v1/contracts/orders/versions/1.1.0/activate")
    listed = client.get("/v1/contracts/orders/versions").json()["items"]
    assert [(kept["version"], kept["status"]) for kept in listed] == [
        ("2.0.0", "draft"), ("1.1.0", "active"), ("1.0.0", "deprecated"),
    ]  # fmt: skip
    assert client.http.delete("/v1/contracts/orders/versions/2.0.0").json()["version"] == "2.0.0"
    problem(client.http.delete("/v1/contracts/orders/versions/1.1.0"), 409, "VYNT-1018")
    assert client.post("/v1/contracts/orders/versions/1.1.0/deprecate").json()["status"] == "deprecated"
    page = client.get("/v1/contracts?limit=1&status=deprecated").json()
    assert len(page["items"]) == 1
    rest = client.get(f"/v1/contracts?cursor={page['next_cursor']}&status=deprecated").json()
    assert [kept["version"] for kept in page["items"] + rest["items"]] == ["1.1.0", "1.0.0"]


def test_what_is_wrong_is_said(client: Client) -> None:
    keep(client)
    problem(client.post("/v1/contracts", document(column("b"))), 409, "VYNT-1018")
    problem(client.post("/v1/contracts", {"kind": "DataContract"}), 422, "VYNT-1017")
    problem(client.http.post("/v1/contracts", content=b"a: [", headers=YAML), 422, "VYNT-1017")
    problem(client.http.post("/v1/contracts", content=b"a", headers={"content-type": "text/html"}), 415, "VYNT-1014")
    problem(client.post("/v1/contracts?source=src_none", document(*COLUMNS, version="9.0.0")), 404, "VYNT-2003")
    problem(client.get("/v1/contracts/none"), 404, "VYNT-2005")
    problem(client.get("/v1/contracts/orders?version=7.0.0"), 404, "VYNT-2005")
    problem(client.post("/v1/contracts/orders/versions/7.0.0/activate"), 404, "VYNT-2005")
    problem(client.post("/v1/contracts/infer", {}), 422, "VYNT-1004")


def test_coverage_and_diff(client: Client) -> None:
    keep(client)
    elements = {element["path"]: element for element in client.get("/v1/contracts/orders/coverage").json()["elements"]}
    assert elements["schema/orders/properties/a/logicalTypeOptions/minimum"]["clauses"] == ["orders.a:range"]
    body = {"old": "orders@1.0.0", "new": document(column("a"), version="1.0.1")}
    found = client.post("/v1/contracts/diff", body).json()
    assert (found["breaking"], found["wanted"], found["sufficient"]) == (True, "2.0.0", False)
    problem(client.post("/v1/contracts/diff", {"old": "none", "new": "orders"}), 404, "VYNT-2005")


def test_a_draft_is_made_of_a_job_or_of_a_source(client: Client) -> None:
    source = client.upload("orders.csv", "a\n1\n2\n3\n")
    waiting = client.post("/v1/contracts/infer", {"source": source}, headers={"Prefer": "wait=0"})
    assert waiting.status_code == 202
    job = waiting.json()["id"]
    problem(client.post("/v1/contracts/infer", {"job_id": job}), 409, "VYNT-1011")
    work(job)
    draft = client.post("/v1/contracts/infer", {"job_id": job}, headers={"accept": "application/yaml"})
    assert contract_of(draft.text).tables == ("orders",)
    assert client.get("/v1/contracts").json()["items"] == []


@pytest.mark.parametrize("form", ["name", "object", "yaml"])
def test_data_that_break_a_contract_fail_with_its_clauses(client: Client, form: str) -> None:
    keep(client)
    source = client.upload("orders.csv", "a\n1\n-2\n3\n")
    there = document(*COLUMNS)
    given = {"name": "orders@1.0.0", "object": there, "yaml": yaml_of(contract_of(there))}[form]
    job = client.post("/v1/jobs/ingest", {"source": source, "contract": given}).json()
    assert job["parameters"]["contract"] == "orders@1.0.0"
    work(job["id"])
    failed = client.get(f"/v1/jobs/{job['id']}").json()
    assert (failed["status"], failed["error"]["code"]) == ("failed", "VYNT-7001")
    assert failed["error"]["data"]["broken"][0]["rows"] == [{"row": 2, "values": {"a": -2}}]
    assert client.get("/v1/sql/tables").json()["items"] == []


def test_the_one_call_answers_with_the_violation(client: Client) -> None:
    keep(client)
    client.post("/v1/contracts/orders/versions/1.0.0/activate")
    source = client.upload("orders.csv", "a\n1\n-2\n3\n")
    body, headers = {"source": source}, {"Prefer": "wait=30", "Idempotency-Key": "k"}
    job = client.post("/v1/analyze", body, headers={**headers, "Prefer": "wait=0"}).json()["id"]
    running = worker(job)
    told = problem(client.post("/v1/analyze", body, headers=headers), 422, "VYNT-7001")
    running.join()
    assert told["data"]["job_id"] == job
    problem(client.post("/v1/analyze", {"source": source, "contract": "none"}), 404, "VYNT-2005")
    problem(client.post("/v1/analyze", {"source": source, "contract": {"kind": "x"}}), 422, "VYNT-1017")
