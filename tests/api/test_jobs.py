"""Jobs over the network: asked for once, waited for, followed, called off."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.client import Client, problem, work, worker
from voyant.domain.serialization import to_compact_json
from voyant.services.jobs import list_jobs, show_job
from voyant.services.results import read_result
from voyant.store.models import Job, JobEvent


def test_the_one_call_waits_and_gives_the_result(client: Client, source: str) -> None:
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(client.post("/v1/analyze", {"source": source})))
    asking.start()
    work(first_job(client))
    asking.join()

    job_id = answers[0].json()["job_id"]
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].content == to_compact_json(read_result(client.caller, job_id))
    assert client.get(f"/v1/jobs/{job_id}/result").content == answers[0].content


def test_who_does_not_wait_gets_the_job_and_its_address(client: Client, source: str) -> None:
    answer = client.post("/v1/analyze", {"source": source}, headers={"Prefer": "respond-async, wait=0"})
    assert answer.status_code == 202
    assert int(answer.headers["retry-after"]) > 0
    shown = client.get(answer.headers["location"])
    assert shown.content == answer.content == to_compact_json(show_job(client.caller, answer.json()["id"]))
    assert shown.json()["status"] == "queued"
    assert shown.json()["queue_position"] == 1


def test_who_waited_in_vain_gets_the_job(client: Client, source: str) -> None:
    started = time.monotonic()
    answer = client.post("/v1/jobs/profile", {"source": source}, headers={"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert time.monotonic() - started >= 1


def test_a_job_that_fails_meanwhile_is_answered_with_what_it_failed_of(client: Client) -> None:
    empty = client.upload("empty.csv", "a,b\n")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.post, "/v1/jobs/profile", {"source": empty}, headers={"Prefer": "wait=20"})
        work(first_job(client))
    told = problem(asked.result(), 422, "VYNT-7002")
    assert client.get(f"/v1/jobs/{told['data']['job_id']}").json()["error"]["code"] == "VYNT-7002"


def test_a_wait_that_is_no_number_is_refused(client: Client, source: str) -> None:
    answer = client.post("/v1/analyze", {"source": source}, headers={"Prefer": "wait=soon"})
    assert "soon" in problem(answer, 422, "VYNT-1001")["message"]
    assert Job.objects.filter(tenant=client.caller.tenant).count() == 0


def test_a_kind_that_there_is_none_of_is_refused_with_those_there_are(client: Client, source: str) -> None:
    told = problem(client.post("/v1/jobs/divine", {"source": source}), 422, "VYNT-1001")
    assert "profile" in told["remedy"]


def test_ten_equal_requests_at_once_make_one_job(client: Client, source: str) -> None:
    body, headers = {"source": source}, {"Idempotency-Key": "once"}
    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(client.post, "/v1/jobs/profile", body, headers=headers) for _ in range(10)]
    answers = [one.result() for one in asked]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Job.objects.filter(tenant=client.caller.tenant).count() == 1

    other = client.post("/v1/jobs/quality", body, headers=headers)
    assert problem(other, 409, "VYNT-1008")["data"]["job_id"] == answers[0].json()["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "caf\xe9"])
def test_a_key_that_is_none_is_refused(client: Client, source: str, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    problem(client.post("/v1/jobs/profile", {"source": source}, headers=headers), 422, "VYNT-1001")


def test_cancelled_twice_is_cancelled_once(client: Client, source: str) -> None:
    job_id = client.job("profile", source)
    answers = [client.post(f"/v1/jobs/{job_id}/cancel") for _ in range(2)]
    assert [answer.json()["status"] for answer in answers] == ["cancelled", "cancelled"]
    assert JobEvent.objects.filter(job_id=job_id, kind="cancelled").count() == 1
    problem(client.get(f"/v1/jobs/{job_id}/result"), 409, "VYNT-1010")


def test_what_has_ended_cannot_be_cancelled(client: Client, source: str) -> None:
    job_id = client.finished_job("ingest", source)
    problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "VYNT-1012")


def test_a_result_asked_for_before_the_end_says_how_far_it_is(client: Client, source: str) -> None:
    job_id = client.job("profile", source)
    assert problem(client.get(f"/v1/jobs/{job_id}/result"), 409, "VYNT-1011")["data"]["status"] == "queued"


def test_a_result_fits_the_room_that_was_said(client: Client, source: str) -> None:
    job_id = client.finished_job("analyze", source)
    small = client.get(f"/v1/jobs/{job_id}/result", params={"max_tokens": 300})
    large = client.get(f"/v1/jobs/{job_id}/result", params={"max_tokens": 10_000})
    assert len(small.content) < len(large.content)
    assert small.json()["omitted"]
    problem(client.get(f"/v1/jobs/{job_id}/result", params={"max_tokens": "many"}), 422, "VYNT-1001")


def test_lists_are_paged_and_sifted(client: Client, source: str) -> None:
    ids = [client.job(kind, source) for kind in ("profile", "quality", "profile")]
    client.post(f"/v1/jobs/{ids[0]}/cancel")

    first = client.get("/v1/jobs", params={"limit": 2})
    assert first.content == to_compact_json(list_jobs(client.caller, limit=2))
    rest = client.get("/v1/jobs", params={"limit": 2, "cursor": first.json()["next_cursor"]}).json()
    assert [job["id"] for job in first.json()["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert listed(client, status="cancelled") == [ids[0]]
    assert listed(client, kind="profile", status="queued") == [ids[2]]
    for parameters in ({"status": "lost"}, {"limit": 0}, {"limit": 501}, {"cursor": "job_\0"}, {"cursor": "'; --"}):
        problem(client.get("/v1/jobs", params=parameters), 422, "VYNT-1001")


def listed(client: Client, **parameters: str) -> list[str]:
    return [job["id"] for job in client.get("/v1/jobs", params=parameters).json()["items"]]


def test_events_come_as_they_happen_and_end_with_the_job(client: Client, source: str) -> None:
    job_id = client.job("profile", source)
    with client.http.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: queued"
        running = worker(job_id)
        kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    running.join()
    assert kinds == ["running", *["step_started", "step_finished"] * 2, "completed"]


def test_events_go_on_after_the_last_one_seen(client: Client, source: str) -> None:
    job_id = client.finished_job("ingest", source)
    path = f"/v1/jobs/{job_id}/events"
    events = [part.split("\n") for part in client.get(path).text.split("\n\n") if part.startswith("id:")]
    seen = events[1][0].removeprefix("id: ")
    rest = client.get(path, headers={"Last-Event-ID": seen}).text
    assert [part.split("\n") for part in rest.split("\n\n") if part.startswith("id:")] == events[2:]
    last = json.loads(events[-1][2].removeprefix("data: "))
    assert (str(last["id"]), last["kind"], last["job_id"]) == (events[-1][0].removeprefix("id: "), "completed", job_id)
    # Nothing is left to tell: it ends at once instead of waiting for ever.
    assert "event:" not in client.get(path, headers={"Last-Event-ID": str(last["id"])}).text
    for wrong in ("-1", "many", str(2**63)):
        problem(client.get(path, headers={"Last-Event-ID": wrong}), 422, "VYNT-1001")


def test_a_stream_without_news_gives_signs_of_life(
    client: Client, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voyant.api.jobs.SECONDS_BETWEEN_SIGNS_OF_LIFE", 0.01)
    job_id = client.job("profile", source)
    with client.http.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        assert next(line for line in stream.iter_lines() if line.startswith(":"))


def first_job(client: Client) -> str:
    """The job that somebody else is just asking for."""
    for _ in range(1000):
        if found := Job.objects.filter(tenant=client.caller.tenant).first():
            return str(found.id)
        time.sleep(0.01)
    raise AssertionError("no job was accepted")
