"""How the server says that it is well, and the manual that it shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.api.client import Client, problem
from tests.repo.tree import ROOT
from tests.report.browser import browser, needs_chromium
from voyant import __version__
from voyant.api import examples
from voyant.domain.job import JobSummary
from voyant.domain.page import Page
from voyant.domain.query import QueryResult, TableColumn, TableSummary
from voyant.domain.result import Result, ResultArtifact
from voyant.errors import ConfigurationError
from voyant.ingestion import Discovery
from voyant.server.api import require_loopback
from voyant.services.estimation import Estimate
from voyant.services.health import Readiness
from voyant.services.schemas import with_dataclasses
from voyant.services.sources import SourceSummary


def test_alive_and_which_version(client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/version").json() == {"version": __version__, "api": "v1"}


def test_heads_are_asked_for_as_well(client: Client) -> None:
    head, whole = client.http.head("/version"), client.get("/version")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_not_ready_names_what_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here no workflow engine runs and no worker, and the artifacts are out of reach."""

    def down() -> None:
        raise ConnectionError("refused")

    monkeypatch.setattr("voyant.services.wiring.artifact_store", down)
    answer = client.get("/ready")
    told = problem(answer, 503, "VYNT-5007")
    assert "artifacts, workflow_engine, workers" in told["message"]
    found = {dependency["name"]: dependency["ok"] for dependency in told["data"]["dependencies"]}
    assert found == {
        "database": True,
        "artifacts": False,
        "workflow_engine": False,
        "workers": False,
        "processes": True,
    }
    assert all(dependency["milliseconds"] >= 0 for dependency in told["data"]["dependencies"])
    assert answer.headers["retry-after"]
    assert client.get("/health").status_code == 200


def test_the_description_is_the_committed_one(client: Client) -> None:
    assert client.get("/openapi.json").text == (ROOT / "docs" / "reference" / "openapi.json").read_text("utf-8")


def test_each_operation_is_summed_up_in_one_short_sentence(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"].values()
    summaries = [operation["summary"] for path in paths for operation in path.values()]
    assert len(set(summaries)) == len(summaries)
    assert [summary for summary in summaries if not re.fullmatch(r"[A-Z][^.;:\n]{0,59}", summary)] == []


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (Result, examples.RESULT),
        (JobSummary, examples.JOB),
        (Page[JobSummary], examples.JOBS),
        (Page[ResultArtifact], examples.ARTIFACTS),
        (SourceSummary, examples.SOURCE),
        (Page[SourceSummary], examples.SOURCES),
        (Discovery, examples.DISCOVERY),
        (Estimate, examples.ESTIMATE),
        (QueryResult, examples.QUERY_RESULT),
        (Page[TableSummary], examples.TABLES),
        (Page[TableColumn], examples.COLUMNS),
        (Readiness, examples.READINESS),
    ],
)
def test_examples_are_of_the_shapes_they_show(shape: Any, example: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(with_dataclasses(shape))
    assert adapter.dump_python(adapter.validate_python(example), mode="json") == example


@needs_chromium
def test_the_manual_opens_without_a_network(client: Client) -> None:
    with browser() as page:
        page.send("Page.navigate", url=f"{client.http.base_url}/docs")
        page.wait_for("document.querySelectorAll('.opblock').length > 15")
        assert page.complaints == []
        assert {url.split("/")[2] for url in page.asked_for} == {client.http.base_url.netloc.decode()}


@pytest.mark.parametrize("host", ["0", "::", "192.168.1.2", "example.com", ""])
def test_the_server_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ConfigurationError, match="loopback"):
        require_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_what_it_is_called(host: str) -> None:
    require_loopback(host)
