"""MCP over HTTP, on a real server: both eras, who may ask, jobs that workers run, tasks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.client import work, worker
from tests.mcp.agent import Agent, connected
from tests.mcp.conftest import ORDERS
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.mcp import tasks
from voyant.mcp.server import TOOLS
from voyant.store.models import Job

MODERN = "2026-07-28"
TASKS = "io.modelcontextprotocol/tasks"


@pytest.fixture(params=["legacy", "auto"])
def remote(request: pytest.FixtureRequest, address: str, caller: Caller) -> Iterator[Agent]:
    """A client of a tenant of its own, of either era."""
    with connected(_transport(address, caller), mode=request.param) as agent:
        yield agent


def _transport(address: str, caller: Caller) -> Any:
    from fastmcp.client.transports import StreamableHttpTransport

    return StreamableHttpTransport(f"{address}/mcp", headers={"X-Tenant-ID": caller.tenant})


@pytest.fixture
def http(address: str, caller: Caller) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers={"X-Tenant-ID": caller.tenant}, timeout=60) as client:
        yield client


@pytest.fixture
def uploaded(http: httpx.Client) -> str:
    """The id of a small source that the tenant has uploaded."""
    return str(http.post("/v1/sources/upload", files={"file": ("orders.csv", ORDERS)}).json()["id"])


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    yield
    Job.objects.filter(status=Status.QUEUED).delete()


def post(http: httpx.Client, method: str, params: dict[str, Any], **headers: str) -> httpx.Response:
    """A request of the modern era, as a client that follows tasks sends it."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"extensions": {TASKS: {}}},
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
    name = params.get("name") or params.get("taskId") or params.get("uri")
    told = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method, **({"Mcp-Name": name} if name else {})}
    accept = {"Accept": "application/json, text/event-stream"}
    return http.post("/mcp", json=body, headers=told | accept | headers)


def result_of(response: httpx.Response) -> dict[str, Any]:
    """The result in an answer, of either form."""
    assert response.status_code == 200, response.text
    text = response.text
    if response.headers["content-type"].startswith("text/event-stream"):
        text = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {")][-1]
    message = json.loads(text)
    assert "error" not in message, message
    result: dict[str, Any] = message["result"]
    return result


def test_a_job_is_run_by_a_worker_and_waited_for(remote: Agent, uploaded: str) -> None:
    handle = remote("voyant_analyze", source=uploaded, wait=0)
    assert handle["status"] == "queued"
    thread = worker(handle["job_id"])
    result = remote("voyant_result", job_id=handle["job_id"], wait=60)
    thread.join()
    assert result["dataset"]["rows"] == 300
    assert remote.progress[-1][0] == 100
    assert remote.read(f"voyant://jobs/{handle['job_id']}/artifacts/profile.json").text.startswith("{")


def test_a_client_that_leaves_loses_no_job(http: httpx.Client, uploaded: str) -> None:
    call = {"name": "voyant_ingest", "arguments": {"source": uploaded, "wait": 30}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    with pytest.raises(httpx.ReadTimeout):
        http.post("/mcp", json=body, headers={"Accept": "application/json, text/event-stream"}, timeout=2)
    time.sleep(0.5)
    job = Job.objects.get(tenant=http.headers["x-tenant-id"])
    assert (job.status, job.cancel_requested_at) == (Status.QUEUED, None)


def test_files_of_the_server_are_nobodys_to_name(remote: Agent, orders: str) -> None:
    for source in (orders, "/etc/passwd", "/nowhere", "file:///etc/passwd", "-"):
        for tool in ("voyant_analyze", "voyant_discover", "voyant_estimate", "voyant_connect"):
            assert remote.fail(tool, source=source)["code"] == "VYNT-8003"


def test_databases_beside_the_server_are_nobodys_to_name(remote: Agent) -> None:
    for source in ("postgresql://ann@127.0.0.1:1/shop", "mysql://ann@10.0.0.7/shop", "postgresql://ann@[::1]/shop"):
        for tool in ("voyant_analyze", "voyant_discover", "voyant_connect"):
            assert remote.fail(tool, source=source)["code"] == "VYNT-8003"


def test_a_tenant_that_is_none_is_refused(address: str) -> None:
    caller = Caller(tenant="No/Tenant", subject="x")
    with connected(_transport(address, caller)) as agent:
        assert agent.fail("voyant_tables")["code"] == "VYNT-1001"


def test_tenants_never_cross(remote: Agent, address: str, other_caller: Caller, uploaded: str) -> None:
    job = remote("voyant_ingest", source=uploaded, wait=0)["job_id"]
    work(job)
    with connected(_transport(address, other_caller)) as stranger:
        assert stranger.fail("voyant_result", job_id=job)["code"] == "VYNT-2001"
        assert stranger("voyant_tables")["tables"] == []


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}], ids=str
)
def test_other_hosts_and_origins_are_refused(http: httpx.Client, path: str, headers: dict[str, str]) -> None:
    answer = http.post(path, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "VYNT-3006")


def test_no_process_keeps_a_session(http: httpx.Client) -> None:
    accept = {"Accept": "application/json, text/event-stream"}
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    begun = http.post(
        "/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, headers=accept
    )
    assert begun.status_code == 200
    assert "mcp-session-id" not in begun.headers
    listed = http.post("/mcp", json={"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, headers=accept)
    assert len(result_of(listed)["tools"]) == len(TOOLS)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'{"jsonrpc":"2.0"}', b"[" * 100_000], ids=repr)
def test_what_is_no_message_is_refused(http: httpx.Client, body: bytes) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    assert 400 <= http.post("/mcp", content=body, headers=headers).status_code < 500


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SECONDS_BEFORE", 0.0)


def begun_task(http: httpx.Client, source: str) -> dict[str, Any]:
    call = {"name": "voyant_analyze", "arguments": {"source": source, "max_tokens": 700}}
    return result_of(post(http, "tools/call", call))


def test_a_long_run_becomes_a_task(http: httpx.Client, uploaded: str, impatient: None) -> None:
    task = begun_task(http, uploaded)
    assert (task["resultType"], task["status"], task["ttlMs"]) == ("task", "working", None)
    params = {"taskId": task["taskId"]}
    assert result_of(post(http, "tasks/get", params))["status"] == "working"
    assert result_of(post(http, "tasks/update", params | {"inputResponses": {}}))["resultType"] == "complete"
    work(task["taskId"].partition(".")[0])
    told = result_of(post(http, "tasks/get", params))
    assert told["status"] == "completed"
    assert told["result"]["structuredContent"]["dataset"]["rows"] == 300
    direct = {"name": "voyant_result", "arguments": {"job_id": task["taskId"].partition(".")[0], "max_tokens": 700}}
    assert told["result"]["content"] == result_of(post(http, "tools/call", direct))["content"]


def test_a_task_is_cancelled_and_stays_so(http: httpx.Client, uploaded: str, impatient: None) -> None:
    params = {"taskId": begun_task(http, uploaded)["taskId"]}
    for _ in range(2):
        assert result_of(post(http, "tasks/cancel", params))["resultType"] == "complete"
    assert result_of(post(http, "tasks/get", params))["status"] == "cancelled"


def test_a_task_whose_job_fails_tells_the_error_as_the_call_would(http: httpx.Client, impatient: None) -> None:
    broken = http.post("/v1/sources/upload", files={"file": ("x.parquet", b"PAR1 no more")}).json()["id"]
    task = begun_task(http, broken)
    work(task["taskId"].partition(".")[0])
    told = result_of(post(http, "tasks/get", {"taskId": task["taskId"]}))
    assert (told["status"], told["result"]["isError"]) == ("completed", True)
    assert "VYNT-8001" in told["result"]["content"][0]["text"]


def test_tasks_are_told_to_their_tenant_only(
    http: httpx.Client, uploaded: str, impatient: None, other_caller: Caller
) -> None:
    params = {"taskId": begun_task(http, uploaded)["taskId"]}
    for task_id, tenant in ((params["taskId"], other_caller.tenant), ("job_none.5", http.headers["x-tenant-id"])):
        answer = post(http, "tasks/get", {"taskId": task_id}, **{"X-Tenant-ID": tenant})
        assert "There is no task" in answer.text


def test_tasks_are_for_clients_that_declare_them(http: httpx.Client, uploaded: str, impatient: None) -> None:
    with connected(_transport(str(http.base_url).rstrip("/"), Caller(http.headers["x-tenant-id"], "t"))) as plain:
        assert plain("voyant_analyze", source=uploaded, wait=0)["status"] == "queued"
    params = {"taskId": begun_task(http, uploaded)["taskId"]}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tasks/get", "params": params}
    answer = http.post("/mcp", json=body, headers={"Accept": "application/json, text/event-stream"})
    assert "error" in answer.text


@pytest.mark.parametrize("era", [None, MODERN])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 1_000_000])
def test_a_body_that_cannot_be_read_is_answered_with_a_remedy(http: httpx.Client, era: str | None, body: bytes) -> None:
    _refused(http, era, body)


def test_half_of_a_character_is_answered_with_a_remedy(http: httpx.Client) -> None:
    error = _refused(http, None, b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"x": "\\ud800"}}')
    assert "half of one" in error["data"]["remedy"]
    assert "line 1 column" in error["message"], "where it stands"


def test_other_refusals_of_the_framework_are_passed_on(http: httpx.Client) -> None:
    accept = {"Accept": "application/json, text/event-stream"}
    for headers in ({"Content-Type": "text/plain"} | accept, {"Content-Type": "application/json"}, accept):
        assert 400 <= http.post("/mcp", content=b"{}", headers=headers).status_code < 500


def _refused(http: httpx.Client, era: str | None, body: bytes) -> dict[str, Any]:
    told = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    answer = http.post("/mcp", content=body, headers=told | ({"MCP-Protocol-Version": era} if era else {}))
    assert answer.status_code == 400
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == -32700
    assert error["data"]["code"] in error["message"]
    assert error["data"]["code"] == "VYNT-1001"
    return error
