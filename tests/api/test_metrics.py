"""What Prometheus is told: requests by route, jobs, the queue, workers; nothing of any tenant."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.client import Client
from voyant.domain.job import Status
from voyant.services.workers import Registration
from voyant.store.errors import DatabaseAway


def samples(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(client: Client, name: str, **labels: str) -> float:
    return samples(client).get((name, frozenset(labels.items())), 0)


def answered(client: Client, method: str, route: str, status: str) -> float:
    return value(client, "voyant_http_request_seconds_count", method=method, route=route, status=status)


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/v1/jobs/job_none", "/v1/jobs/{job}", "404"),
        ("HEAD", "/version", "/version", "200"),
        ("GET", "/v1/artifacts/job_none/charts/a.svg", "/v1/artifacts/{job_id}/{name}", "404"),
        ("GET", "/nowhere/at/all", "none", "404"),
        ("DELETE", "/version", "/version", "405"),
        ("BREW", "/version", "none", "405"),
        ("GET", "/mcp", "/mcp", "405"),
    ],
)
def test_requests_are_counted_by_route_and_status(
    client: Client, method: str, path: str, route: str, status: str
) -> None:
    counted = {"HEAD": "GET", "BREW": "other"}.get(method, method)
    before = answered(client, counted, route, status)
    client.http.request(method, path)
    assert answered(client, counted, route, status) == before + 1


def test_what_the_gate_refuses_is_counted_too(client: Client) -> None:
    before = answered(client, "GET", "none", "403")
    assert client.get("/version", headers={"Host": "evil.example"}).status_code == 403
    assert answered(client, "GET", "none", "403") == before + 1


def test_latencies_are_those_of_the_beginning_of_an_answer(client: Client, source: str) -> None:
    labels = {"method": "POST", "route": "/v1/analyze", "status": "202"}
    before = value(client, "voyant_http_request_seconds_sum", **labels)
    client.post("/v1/analyze", {"source": source}, headers={"Prefer": "wait=1"})
    assert 1 <= value(client, "voyant_http_request_seconds_sum", **labels) - before < 10


def test_jobs_queue_and_workers(client: Client, source: str) -> None:
    queued = {"kind": "ingest", "status": Status.QUEUED.value}
    before, length = value(client, "voyant_jobs", **queued), value(client, "voyant_queue_length")
    workers = value(client, "voyant_workers_alive")
    client.job("ingest", source)
    registration = Registration(2)
    registration.sign()
    try:
        assert value(client, "voyant_jobs", **queued) == before + 1
        assert value(client, "voyant_queue_length") == length + 1
        assert value(client, "voyant_workers_alive") == workers + 1
    finally:
        registration.leave()
    assert ("voyant_jobs", frozenset({("kind", "kpi"), ("status", "failed")})) in samples(client)


def test_nothing_tells_of_a_tenant(client: Client, source: str) -> None:
    job = client.finished_job("ingest", source)
    for path in (f"/v1/jobs/{job}", f"/v1/sources/{source}", "/v1/sql/tables/orders/columns"):
        client.get(path)
    told = client.get("/metrics").text
    for secret in (client.caller.tenant, job, source, "orders"):
        assert secret not in told


def test_what_does_without_the_database_is_told_while_it_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert value(client, "voyant_database_up") == 1

    def away() -> None:
        raise DatabaseAway("connection refused")

    monkeypatch.setattr("voyant.services.metrics.live_workers", away)
    found = samples(client)
    assert found["voyant_database_up", frozenset()] == 0
    assert not any(name in {"voyant_jobs", "voyant_queue_length"} for name, _ in found)
    assert any(name == "voyant_http_request_seconds_count" for name, _ in found)
