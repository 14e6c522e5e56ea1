"""No list, read, change or removal over the network crosses tenants; every address there is gets its turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.client import Client, problem
from tests.api.conftest import CSV
from tests.governance.contracts.documents import column, document
from tests.repo.tree import ROOT
from voyant.domain.caller import Caller

PATHS: dict[str, dict[str, Any]] = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text("utf-8"))[
    "paths"
]
OPERATIONS = [(method.upper(), path) for path, methods in PATHS.items() for method in methods]
BASELINE = "january"
OF_NO_TENANT = {
    *("/health", "/metrics", "/ready", "/version"),
    *("/v1/kpi-templates", "/v1/kpi-templates/{template}", "/v1/presets", "/v1/presets/{preset}"),
}
REQUESTS: dict[str, Any] = {
    "/v1/analyze": {"source": "{source}"},
    "/v1/jobs/{job}": {"source": "{source}"},
    "/v1/estimate": {"source": "{source}"},
    "/v1/sources": {"source": "{source}"},
    "/v1/sources/discover": {"source": "{source}"},
    "/v1/baselines": {"name": "stolen", "of": "orders"},
    "/v1/sql/query": {"sql": "SELECT * FROM orders"},
    "/v1/contracts/infer": {"source": "{source}"},
    "/v1/kpi-templates/{template}/render": {"table": "orders"},
    "/v1/presets/{preset}/execute": {"source": "{source}"},
    "/v1/contracts/diff": {"old": "orders", "new": "orders"},
}
"""What is asked of an address that takes a body: for what is another's."""


@dataclass(frozen=True)
class Owned:
    """What the tenant that is trespassed upon has."""

    client: Client
    source: str
    job: str


@pytest.fixture(scope="module")
def owned(address: str) -> Iterator[Owned]:
    with httpx.Client(base_url=address, headers={"X-Tenant-ID": "owner"}, timeout=30) as http:
        client = Client(http, Caller(tenant="owner", subject="tester"))
        client.post("/v1/contracts", document(column("amount"))).raise_for_status()
        source = client.upload("orders.csv", CSV)
        job = client.finished_job("quality", source)
        assert client.post("/v1/baselines", {"name": BASELINE, "of": job}).status_code == 201
        yield Owned(client, source, job)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_one_tenants_is_not_there_for_another(
    owned: Owned, other_client: Client, method: str, path: str
) -> None:
    mine = everything(owned.client)
    names = {"source_id": owned.source, "job_id": owned.job, "table": "orders", "name": "normalize.json"}
    names |= {"contract_id": "orders", "version": "1.0.0", "baseline": BASELINE}
    names |= {"template": "revenue_growth", "preset": "quality.data_profiling"}
    names["job"] = "profile" if (method, path) == ("POST", "/v1/jobs/{job}") else owned.job
    is_asked = path in REQUESTS and method == "POST"
    body = json.dumps(REQUESTS[path]).replace("{source}", owned.source) if is_asked else None

    if path == "/v1/sources/upload":
        other_client.upload("orders.csv", "day,country,amount\n")
    elif (method, path) == ("POST", "/v1/contracts"):
        other_client.post(path, document(column("other"))).raise_for_status()
    else:
        answer = other_client.http.request(
            method, path.format(**names), content=body, headers={"Content-Type": "application/json"} if body else None
        )
        check(answer, path)
    assert everything(owned.client) == mine


def check(answer: Any, path: str) -> None:
    """Nothing is found, or nothing of it is in the list."""
    if path in OF_NO_TENANT:
        assert answer.status_code in {200, 503}, "nothing runs the jobs here, so that the server is not ready"
    elif answer.status_code == 200:
        assert answer.json() == {"items": [], "next_cursor": None}
    else:
        problem(answer, 404, answer.json()["code"])


PLACES = ("/v1/jobs", "/v1/sources", "/v1/baselines", "/v1/sql/tables", "/v1/contracts", "/v1/contracts/orders")


def everything(client: Client) -> list[bytes]:
    """All that a tenant can see of its own."""
    seen = [client.get(path).content for path in PLACES]
    sources = [source["id"] for source in client.get("/v1/sources").json()["items"]]
    seen += [client.get(f"/v1/sources/{source_id}/history").content for source_id in sources]
    for job in client.get("/v1/jobs").json()["items"]:
        artifacts = client.get(f"/v1/artifacts/{job['id']}")
        seen += [artifacts.content, client.get(f"/v1/jobs/{job['id']}/events").content]
        seen += [client.get(f"/v1/artifacts/{job['id']}/{one['name']}").content for one in artifacts.json()["items"]]
    return [*seen, client.post("/v1/sql/query", {"sql": "SELECT count(*) FROM orders"}).content]
