"""Baselines, comparisons and the history of a source over the network."""

from __future__ import annotations

from typing import Any

from tests.api.client import Client, problem, work
from tests.api.conftest import CSV
from voyant.domain.serialization import to_compact_json
from voyant.services.baselines import list_baselines, show_baseline
from voyant.services.history import history_of
from voyant.services.results import read_result

LATER = CSV.replace("NL,", "DE,9")


def pinned(client: Client, name: str, of: str) -> dict[str, Any]:
    answer = client.post("/v1/baselines", {"name": name, "of": of})
    assert answer.status_code == 201, answer.text
    assert client.get(answer.headers["location"]).content == answer.content
    told: dict[str, Any] = answer.json()
    return told


def compared(client: Client, source: str, baseline: str) -> Any:
    answer = client.post("/v1/jobs/drift", {"source": source, "baseline": baseline})
    assert answer.status_code == 202, answer.text
    work(answer.json()["id"])
    return client.get(f"/v1/jobs/{answer.json()['id']}/result").json()


def test_a_baseline_is_pinned_shown_listed_and_removed(client: Client, source: str) -> None:
    job_id = client.finished_job("quality", source)
    january = pinned(client, "january", job_id)
    pinned(client, "now", "orders")

    assert (january["job"], january["rows"]) == (job_id, 60)
    for name in ("january", january["id"]):
        shown = client.get(f"/v1/baselines/{name}")
        assert shown.content == to_compact_json(show_baseline(client.caller, "january"))
    page = client.get("/v1/baselines", params={"limit": 1})
    assert page.content == to_compact_json(list_baselines(client.caller, limit=1))
    rest = client.get("/v1/baselines", params={"cursor": page.json()["next_cursor"]}).json()
    assert [kept["name"] for kept in rest["items"]] == ["january"]

    problem(client.post("/v1/baselines", {"name": "now", "of": "orders"}), 409, "VYNT-1019")
    problem(client.post("/v1/baselines", {"name": "a b", "of": "orders"}), 422, "VYNT-1001")
    problem(client.post("/v1/baselines", {"name": "b", "of": "nowhere"}), 404, "VYNT-2006")
    problem(client.post("/v1/baselines", {"name": "b"}), 422, "VYNT-1001")
    assert client.http.delete("/v1/baselines/january").json() == january
    problem(client.get("/v1/baselines/january"), 404, "VYNT-2004")
    problem(client.http.delete("/v1/baselines/january"), 404, "VYNT-2004")


def test_an_upload_is_compared_with_a_baseline_and_with_another_upload(client: Client, source: str) -> None:
    job_id = client.finished_job("quality", source)
    pinned(client, "january", job_id)
    later = client.upload("orders.csv", LATER)

    told = compared(client, later, "january")
    assert (told["drift"]["holds"], told["drift"]["reference"]) == (False, "january")
    again = compared(client, later, source)
    assert (again["drift"]["holds"], again["drift"]["reference"]) == (False, "orders.csv")
    parameters = client.get(f"/v1/jobs/{again['job_id']}").json()["parameters"]
    assert parameters["baseline_source"]["location"].startswith("upload:")
    assert read_result(client.caller, again["job_id"]).degraded == ()


def test_what_is_not_there_is_refused_before_there_is_a_job(client: Client, source: str) -> None:
    client.finished_job("quality", source)
    jobs = client.get("/v1/jobs").content
    for baseline in ("january", "bsl_1", "job_1", "orders@12", "src_1"):
        problem(client.post("/v1/analyze", {"source": source, "baseline": baseline}), 404, "VYNT-2004")
    problem(client.post("/v1/jobs/drift", {"source": source, "baseline": "/etc/passwd"}), 403, "VYNT-8003")
    problem(client.post("/v1/jobs/profile", {"source": source, "baseline": "last"}), 422, "VYNT-1001")
    fresh = client.upload("others.csv", LATER)
    problem(client.post("/v1/jobs/drift", {"source": fresh}), 404, "VYNT-2004")
    assert client.get("/v1/jobs").content == jobs


def test_the_history_of_a_source_is_told_and_drawn(client: Client, source: str) -> None:
    job_id = client.finished_job("quality", source)
    address = f"/v1/sources/{source}/history"
    told = client.get(address)
    assert told.content == to_compact_json(history_of(client.caller, source))
    assert [run["job"] for run in told.json()["items"]] == [job_id]
    assert client.get(address, params={"table": "others"}).json()["items"] == []

    drawn = client.get(address, headers={"Accept": "image/svg+xml"})
    assert (drawn.headers["content-type"], drawn.text[:4]) == ("image/svg+xml", "<svg")
    spec = client.get(address, headers={"Accept": "application/vnd.vegalite.v6+json"})
    assert spec.json()["data"]["values"]
    problem(client.get("/v1/sources/src_1/history"), 404, "VYNT-2003")
    fresh = client.upload("others.csv", LATER)
    problem(client.get(f"/v1/sources/{fresh}/history", headers={"Accept": "image/svg+xml"}), 404, "VYNT-2001")
