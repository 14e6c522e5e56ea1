"""Artifacts over the network: the very bytes, whole or in part, and nothing a browser could be misled by."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import httpx
import pytest

from tests.api.client import Client, problem
from tests.api.conftest import CSV
from voyant.domain.caller import Caller
from voyant.domain.page import Page
from voyant.domain.serialization import to_compact_json
from voyant.services.artifacts import list_artifacts, read_artifact

TENANT = "artifacts"


@pytest.fixture(scope="module")
def job(address: str) -> str:
    """A finished profile, of the tenant that this module asks as."""
    with httpx.Client(base_url=address, headers={"X-Tenant-ID": TENANT}, timeout=30) as http:
        maker = Client(http, Caller(tenant=TENANT, subject="tester"))
        return maker.finished_job("profile", maker.upload("orders.csv", CSV))


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with httpx.Client(base_url=address, headers={"X-Tenant-ID": TENANT}, timeout=30) as http:
        yield Client(http, Caller(tenant=TENANT, subject="tester"))


def test_every_artifact_is_listed_and_read_byte_by_byte(client: Client, job: str) -> None:
    listed = client.get(f"/v1/artifacts/{job}")
    expected = list_artifacts(client.caller, job)
    assert listed.content == to_compact_json(Page(items=tuple(expected), next_cursor=None))
    for artifact in expected:
        answer = client.get(f"/v1/artifacts/{job}/{artifact.name}")
        assert answer.content == b"".join(read_artifact(client.caller, job, artifact.name))
        assert sha256(answer.content).hexdigest() == artifact.sha256 == answer.headers["etag"].strip('"')
        assert int(answer.headers["content-length"]) == artifact.bytes
        assert answer.headers["content-type"].split(";")[0] == artifact.media_type
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_manifest_has_an_address_of_its_own(client: Client, job: str) -> None:
    manifest = client.get(f"/v1/artifacts/{job}/manifest")
    assert manifest.content == client.get(f"/v1/artifacts/{job}/manifest.json").content
    assert manifest.json()["job"]["id"] == job


def test_what_the_client_has_is_not_sent_again(client: Client, job: str) -> None:
    path = f"/v1/artifacts/{job}/profile.json"
    tag = client.get(path).headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = client.get(path, headers={"If-None-Match": header})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=5-5", slice(5, 6)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=-999999999", slice(None)),
        ("bytes=3-999999999", slice(3, None)),
    ],
)
def test_a_part_is_sent_where_one_is_asked_for(client: Client, job: str, asked: str, part: slice) -> None:
    path = f"/v1/artifacts/{job}/profile.json"
    whole = client.get(path).content
    answer = client.get(path, headers={"Range": asked})
    start, stop, _ = part.indices(len(whole))
    assert (answer.status_code, answer.content) == (206, whole[part])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "rows=0-1", "bytes=9-2", "bytes=-", "bytes=x", "", "bytes=1-2-3"])
def test_a_range_of_another_form_is_not_heeded(client: Client, job: str, asked: str) -> None:
    answer = client.get(f"/v1/artifacts/{job}/profile.json", headers={"Range": asked})
    assert (answer.status_code, answer.headers.get("content-range")) == (200, None)


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_length(client: Client, job: str, asked: str) -> None:
    path = f"/v1/artifacts/{job}/profile.json"
    answer = client.get(path, headers={"Range": asked})
    problem(answer, 416, "VYNT-1015")
    assert answer.headers["content-range"] == f"bytes */{len(client.get(path).content)}"


def test_a_part_of_what_has_changed_is_the_whole(client: Client, job: str) -> None:
    path = f"/v1/artifacts/{job}/profile.json"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"Range": "bytes=0-1", "If-Range": tag}).status_code == 206
    assert client.get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["no.json", "..%2f..%2f..%2fvoyant.db", "../../../secret.key", "..", "%2e%2e/x", "a%00b", "charts/", "//etc"],
)
def test_a_name_that_there_is_none_of_leads_nowhere(client: Client, job: str, name: str) -> None:
    answer = client.get(f"/v1/artifacts/{job}/{name}")
    assert answer.status_code in {404, 422}
    problem(answer, answer.status_code, answer.json()["code"])


def test_pages_and_pictures_cannot_reach_the_server(client: Client, source: str) -> None:
    job = client.finished_job("analyze", source)
    kinds = {artifact.media_type: artifact.name for artifact in list_artifacts(client.caller, job)}
    report = client.get(f"/v1/artifacts/{job}/{kinds['text/html']}")
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    assert "connect-src" not in report.headers["content-security-policy"]  # so that default-src 'none' holds
    assert (
        client.get(f"/v1/artifacts/{job}/{kinds['image/svg+xml']}")
        .headers["content-security-policy"]
        .startswith("sandbox;")
    )
    rows = client.get(f"/v1/artifacts/{job}/{kinds['application/vnd.apache.parquet']}")
    assert rows.headers["content-disposition"].startswith("attachment")
