"""Whatever is sent gets a defined answer, and what is held for it is freed."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest

from tests.api.client import Client, problem
from tests.durable.temporal import wait_until
from voyant.api import waiting
from voyant.settings.configuration import Settings

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.source"),
        ({"source": None}, "body.source"),
        ({"source": ""}, "body.source"),
        ({"source": 5}, "body.source"),
        ({"source": ["a.csv"]}, "body.source"),
        ({"source": "a\x00b"}, "body.source"),
        ({"source": "x" * 10_001}, "body.source"),
        ({"source": "x", "sourse": "y"}, "body.sourse"),
        ({"source": "x", "kpis": ["sum(amount)"]}, "body.kpis"),
        ({"source": "x", "kpis": {"revenue": 1}}, "body.kpis.revenue"),
        ({"source": "x", "max_tokens": "2000"}, "body.max_tokens"),
        ({"source": "x", "max_tokens": 100_000}, "body.max_tokens"),
        ({"source": "x", "max_tokens": 2000.5}, "body.max_tokens"),
        ({"source": "x", "max_tokens": True}, "body.max_tokens"),
        ([], "body"),
        ("x", "body"),
        (None, "body"),
    ],
)
def test_a_body_of_another_shape_is_refused_with_the_field(client: Client, body: object, field: str) -> None:
    answer = client.http.post("/v1/analyze", content=json.dumps(body), headers=JSON)
    told = problem(answer, 422, "VYNT-1001")
    assert field in [entry["field"] for entry in told["data"]["fields"]]
    assert field in told["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"source": "x",}',
        b'{"source": NaN}',
        b'{"source": "\xff\xfe"}',
        b'{"source": "\\ud800"}',
        b'{"source": "x", "kpis": {"\\ud800": "count(*)"}}',
        b'{"source": "x", "time": "\\udfff"}',
        b"\xef\xbb\xbf{}",
        b'{"source":' * 100_000,
        b"[" * 500_000,
        b'{"source": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    problem(client.http.post("/v1/analyze", content=body, headers=JSON), 422, "VYNT-1001")


def test_no_body_is_a_missing_one(client: Client) -> None:
    problem(client.http.post("/v1/analyze"), 422, "VYNT-1001")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(client: Client, kind: str) -> None:
    """What a page elsewhere may send without asking must not pass for a request."""
    answer = client.http.post("/v1/analyze", content=b'{"source": "x"}', headers={"Content-Type": kind})
    problem(answer, 415, "VYNT-1014")


def test_a_huge_body_is_refused_before_it_is_parsed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.api.middleware.settings", lambda: Settings(max_body_bytes=1000))
    huge = json.dumps({"source": "x" * 2000}).encode()
    problem(client.http.post("/v1/analyze", content=huge, headers=JSON), 413, "VYNT-1009")
    problem(client.http.post("/v1/analyze", content=iter([huge]), headers=JSON), 413, "VYNT-1009")
    problem(client.http.request("GET", "/health", content=huge), 413, "VYNT-1009")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/", 404, "VYNT-2008"),
        ("/v1", 404, "VYNT-2008"),
        ("/v1/jobs/", 404, "VYNT-2008"),
        ("/docs/../secret.key", 404, "VYNT-2008"),
        ("/docs/..%2f..%2fsecret.key", 404, "VYNT-2008"),
        ("/v1/jobs/..%2f..", 404, "VYNT-2008"),
        ("/v1/jobs/job_no", 404, "VYNT-2001"),
        ("/v1/jobs/%00", 422, "VYNT-1001"),
        ("/v1/jobs/caf%e9", 404, "VYNT-2001"),
        ("/v1/jobs/" + "x" * 5000, 404, "VYNT-2001"),
        ("/v1/jobs/'%20OR%201=1", 404, "VYNT-2001"),
        ("/v1/sources/src_no", 404, "VYNT-2003"),
        ("/v1/artifacts/job_no", 404, "VYNT-2001"),
        ("/v1/artifacts/job_no/manifest", 404, "VYNT-2001"),
        ("/v1/jobs/job_no/result", 404, "VYNT-2001"),
        ("/v1/jobs/job_no/events", 404, "VYNT-2001"),
    ],
)
def test_what_is_not_there_is_not_found(client: Client, path: str, status: int, code: str) -> None:
    problem(client.get(path), status, code)


@pytest.mark.parametrize("path", ["/v1/jobs?limit=5&statsu=failed", "/v1/sources?Limit=5", "/health?x", "/ready?a=b"])
def test_a_parameter_that_there_is_none_of_is_refused(client: Client, path: str) -> None:
    """Rather than overlooked: who misspells a filter would take everything for what they asked for."""
    assert problem(client.get(path), 422, "VYNT-1001")["data"]["unknown"]


def test_a_parameter_that_is_repeated_is_refused(client: Client) -> None:
    """Rather than the last one taken: which one was meant is not for us to say."""
    told = problem(client.get("/v1/jobs?status=failed&status=completed"), 422, "VYNT-1001")
    assert told["data"]["repeated"] == "status"


def test_no_end_of_parameters_is_not_taken_apart(client: Client) -> None:
    problem(client.get("/v1/jobs?" + "&".join(f"a{n}=1" for n in range(2000))), 422, "VYNT-1001")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/analyze", "/health", "/docs", "/openapi.json"])
def test_a_method_that_is_not_answered_says_which_are(client: Client, path: str, method: str) -> None:
    answer = client.http.request(method, path)
    problem(answer, 405, "VYNT-1013")
    assert answer.headers["allow"]


def test_a_request_id_is_taken_over_or_replaced(client: Client) -> None:
    assert client.get("/health", headers={"X-Request-ID": "trace-1:2/3"}).headers["x-request-id"] == "trace-1:2/3"
    for wrong in (b"", b"x" * 129, b"a b", b"a;b", b"caf\xe9", b'"><script>'):
        assert client.get("/health", headers={"X-Request-ID": wrong}).headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("header", ["X-Request-ID", "X-Tenant-ID", "Idempotency-Key", "Last-Event-ID", "Prefer"])
def test_no_header_can_be_smuggled_into_an_answer(client: Client, header: str) -> None:
    """By percent signs, bare line feeds or tabs; a whole line break is another header already."""
    for value in (b"x%0d%0aX-Evil: 1", b"x\tX-Evil: 1", b"x\nX-Evil: 1"):
        answer = raw(client, b"GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\n" + header.encode() + b": " + value)
        assert b"x-evil" not in answer.split(b"\r\n\r\n")[0].lower()
        assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4"))


def connected(client: Client) -> socket.socket:
    return socket.create_connection((client.http.base_url.host, client.http.base_url.port or 80), timeout=10)


def raw(client: Client, head: bytes, then: bytes = b"\r\nConnection: close\r\n\r\n") -> bytes:
    """What comes back until the server closes."""
    with connected(client) as wire:
        wire.sendall(head + then)
        answer = b""
        while received := wire.recv(65536):
            answer += received
    return answer


def raw_problem(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    told: dict[str, Any] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {told['status']} ".encode())
    assert b"content-type: application/problem+json" in head.lower()
    assert f"x-request-id: {told['request_id']}".encode() in head.lower()
    assert f"content-length: {len(body)}\r\n".encode() in head.lower() + b"\r\n"
    return told


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/9.9\r\nHost: localhost",
        b"GET /caf\xe9 HTTP/1.1\r\nHost: localhost",
        b"GET /health HTTP/1.1\r\nHost localhost",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n X-Folded: 1",
        b"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1",
        b"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3",
        b"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443",
    ],
)
def test_what_is_no_http_is_a_problem_too(client: Client, head: bytes) -> None:
    told = raw_problem(raw(client, head))
    assert (told["status"], told["code"]) == (400, "VYNT-1021")


def test_headers_without_end_are_refused(client: Client) -> None:
    """While they come in: each piece of them is small, and none of them ends."""
    told = raw_problem(raw(client, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: ", then=b"x" * 70_000))
    assert (told["code"], told["data"]) == ("VYNT-1009", {"limit": 65_536})


def test_a_request_is_answered_whole_whatever_follows_it(client: Client) -> None:
    head, _, body = raw(client, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nno request").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["status"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", ""])
def test_the_server_answers_under_its_own_names_only(client: Client, host: str) -> None:
    """Else a page whose name is made to mean this machine could read everything."""
    answer = raw(client, f"GET /v1/jobs HTTP/1.1\r\nHost: {host}".encode())
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"VYNT-3006" in answer


def test_the_server_answers_under_names_that_are_set(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.api.middleware.settings", lambda: Settings(allowed_hosts="a.example, Voyant.Example"))
    assert raw(client, b"GET /health HTTP/1.1\r\nHost: voyant.example:8000").startswith(b"HTTP/1.1 200")
    assert raw(client, b"GET /health HTTP/1.1\r\nHost: [::1]:8000").startswith(b"HTTP/1.1 200")


def test_pages_of_other_origins_are_refused(client: Client, source: str) -> None:
    job = client.job("profile", source)
    for origin in ("https://evil.example", "http://localhost:3000", "null"):
        answer = client.http.post(f"/v1/jobs/{job}/cancel", headers={"Origin": origin})
        problem(answer, 403, "VYNT-3006")
        assert "access-control-allow-origin" not in answer.headers
    own = str(client.http.base_url).rstrip("/")
    assert client.http.post(f"/v1/jobs/{job}/cancel", headers={"Origin": own}).status_code == 200


@pytest.mark.parametrize("tenant", [b"", b"Upper", b"a b", b"../other", b"x" * 64, b"caf\xe9", b"a%00"])
def test_a_tenant_that_is_none_is_refused(client: Client, tenant: bytes) -> None:
    problem(client.get("/v1/jobs", headers={"X-Tenant-ID": tenant}), 422, "VYNT-1001")


def test_nobody_chooses_a_tenant_unless_the_operator_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.security.callers.settings", Settings)
    problem(client.get("/v1/jobs"), 403, "VYNT-3004")
    assert client.get("/v1/jobs", headers={"X-Tenant-ID": "default"}).status_code == 200


def test_a_client_that_goes_away_frees_everything(client: Client, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    is_final = waiting.status_of
    monkeypatch.setattr(
        waiting,
        "status_of",
        lambda *asked: looks.append(time.monotonic()) or is_final(*asked),  # type: ignore[func-returns-value]
    )
    body = json.dumps({"source": source}).encode()
    head = "POST /v1/jobs/profile HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nPrefer: wait=60\r\n"
    head += f"X-Tenant-ID: {client.caller.tenant}\r\nContent-Length: {len(body)}\r\n\r\n"
    with connected(client) as wire:
        wire.sendall(head.encode() + body)
        wait_until(lambda: bool(looks))
    wait_until(lambda: time.monotonic() - looks[-1] > 1)  # it looks several times a second
    assert client.get("/v1/jobs").json()["items"][0]["status"] == "queued"


def test_a_fault_of_ours_is_told_without_what_it_was(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is s3cret")

    monkeypatch.setattr("voyant.api.jobs.show_job", broken)
    told = problem(client.get("/v1/jobs/job_x", headers={"X-Request-ID": "mine"}), 500, "VYNT-5001")
    assert "s3cret" not in json.dumps(told)
    assert told["request_id"] == "mine"


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "range", "columns": ["a"], "minimum": 2, "maximum": 1},
        {"kind": "range", "columns": ["a"], "minimun": 2},
        {"kind": "nonsense"},
        {"kind": "missing", "columns": ["\x00"]},
        {"kind": "condition", "condition": "1 = (SELECT 1 FROM secrets)"},
        {"kind": "sql", "sql": "SELECT * FROM read_text('/etc/passwd')"},
    ],
)
def test_a_rule_that_cannot_be_kept_to_is_refused(client: Client, source: str, rule: dict[str, object]) -> None:
    answer = client.post("/v1/jobs/quality", {"source": source, "rules": [rule]})
    problem(answer, 422, "VYNT-1016")
