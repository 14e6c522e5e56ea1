"""Sources over the network: what may be named, what is sent, and what is never told."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from tests.api.client import Client, problem, work
from voyant.domain.serialization import to_compact_json
from voyant.services.sources import show_source
from voyant.settings.configuration import Settings
from voyant.store.models import Source

SECRET = "s3cret-of-the-shop"  # noqa: S105


def uploads(home: Path, client: Client) -> list[Path]:
    return [path for path in (home / "uploads" / client.caller.tenant).rglob("*") if path.is_file()]


def test_an_upload_becomes_a_source_that_can_be_analysed(client: Client, home: Path) -> None:
    source = client.upload("Sales Report.csv", "a,b\n1,2\n3,4\n")
    job_id = client.finished_job("ingest", source)

    assert client.get(f"/v1/jobs/{job_id}/result").json()["dataset"]["table"] == "sales_report"
    shown = client.get(f"/v1/sources/{source}")
    assert shown.content == to_compact_json(show_source(client.caller, source))
    assert (shown.json()["name"], shown.json()["jobs"]) == ("Sales Report.csv", [job_id])

    removed = client.http.delete(f"/v1/sources/{source}")
    assert removed.content == shown.content
    assert uploads(home, client) == []
    problem(client.get(f"/v1/sources/{source}"), 404, "VYNT-2003")
    problem(client.get(f"/v1/jobs/{job_id}"), 404, "VYNT-2001")


def test_nothing_tells_where_the_server_keeps_files(client: Client, home: Path, source: str) -> None:
    job_id = client.finished_job("ingest", source)
    paths = [f"/v1/jobs/{job_id}", f"/v1/jobs/{job_id}/result", f"/v1/jobs/{job_id}/events", f"/v1/sources/{source}"]
    seen = [client.get(path).text for path in (*paths, f"/v1/artifacts/{job_id}", f"/v1/artifacts/{job_id}/manifest")]
    seen.append(client.post("/v1/sources/discover", {"source": source}).text)
    client.http.delete(f"/v1/sources/{source}")
    seen.append(client.post("/v1/estimate", {"source": source}).text)
    assert [text for text in seen if home.name in text] == []


def test_the_same_file_again_is_the_same_source(client: Client, home: Path) -> None:
    assert client.upload("a.csv", "x\n1\n") == client.upload("a.csv", "x\n1\n") != client.upload("a.csv", "x\n2\n")
    assert len(uploads(home, client)) == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/cron.d/job.csv", "job.csv"),
        ("..\\..\\boot.csv", "boot.csv"),
        ("/absolute.csv", "absolute.csv"),
        ("a\nX-Evil: 1.csv", "a_0AX-Evil_ 1.csv"),
        (".hidden.csv", "hidden.csv"),
        ("é" * 150 + ".csv.gz", "é" * 100 + ".csv.gz"),
        ("...", "upload"),
    ],
)
def test_a_file_name_names_no_place(client: Client, home: Path, sent: str, kept: str) -> None:
    source = client.upload(sent, "x\n1\n")
    (path,) = uploads(home, client)
    assert path.name == kept
    assert client.get(f"/v1/sources/{source}").json()["name"] == kept


def test_an_upload_that_is_too_large_leaves_nothing(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voyant.api.middleware.settings", lambda: Settings(max_upload_bytes=10_000))
    answer = client.http.post("/v1/sources/upload", files={"file": ("a.csv", "x" * 20_000)})
    assert problem(answer, 413, "VYNT-1009")["data"] == {"limit": 10_000}
    body = b"".join([b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n", b"x" * 20_000])
    answer = client.http.post(  # without a length, so that only counting tells
        "/v1/sources/upload", content=iter([body]), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    problem(answer, 413, "VYNT-1009")
    assert uploads(home, client) == []


def test_an_upload_that_is_cut_off_leaves_nothing(client: Client, home: Path) -> None:
    before = everything_in(home / "uploads")
    with socket.create_connection((client.http.base_url.host, client.http.base_url.port or 80)) as wire:
        wire.sendall(
            b"POST /v1/sources/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            b"--b\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\n" + b"x" * 3_000_000
        )
    time.sleep(0.2)
    client.get("/health")
    assert everything_in(home / "uploads") == before


def everything_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize(
    "files",
    [
        {"other": ("a.csv", "x")},
        [("file", ("a.csv", "x")), ("file", ("b.csv", "y"))],
        [("file", ("a.csv", "x")), ("more", ("b.csv", "y"))],
    ],
)
def test_an_upload_is_one_file_in_its_field(client: Client, home: Path, files: object) -> None:
    problem(client.http.post("/v1/sources/upload", files=files), 422, "VYNT-1004")  # type: ignore[arg-type]
    assert uploads(home, client) == []


def test_a_field_of_an_upload_that_is_no_file_is_held_to_the_limit_of_bodies(client: Client) -> None:
    answer = client.http.post("/v1/sources/upload", files={"file": ("a.csv", "x")}, data={"note": "x" * 2_000_000})
    problem(answer, 413, "VYNT-1009")


def test_an_upload_that_is_none_is_refused(client: Client) -> None:
    problem(client.post("/v1/sources/upload", {"file": "x"}), 415, "VYNT-1014")
    answer = client.http.post(
        "/v1/sources/upload", content=b"no parts", headers={"Content-Type": "multipart/form-data"}
    )
    problem(answer, 422, "VYNT-1001")


@pytest.mark.parametrize(
    "path", ["/v1/analyze", "/v1/jobs/profile", "/v1/sources", "/v1/sources/discover", "/v1/estimate"]
)
@pytest.mark.parametrize(
    "hint",
    [
        "/etc/passwd",
        "/etc/no-such-file",
        "file:///etc/passwd",
        "~/.ssh/id_rsa",
        "~nobody-of-that-name/x",
        "../../../etc/passwd",
        "/etc/*",
        "/etc",
        "-",
        "sqlite:////etc/passwd",
        "sqlite:///voyant.db",
        "postgresql:///shop",
        "postgresql://ann@db.example/shop?sslkey=/etc/ssl/private/key.pem",
    ],
)
def test_files_of_the_server_are_nobodys_to_name(client: Client, path: str, hint: str) -> None:
    answer = client.post(path, {"source": hint})
    told = problem(answer, 403, "VYNT-8003")
    assert "upload" in told["remedy"]
    assert Source.objects.filter(tenant=client.caller.tenant).count() == 0


def test_nothing_tells_whether_a_file_is_there(client: Client, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "circle").symlink_to("circle")
    told = set()
    for name in ("there", "gone", "shut/inside", "circle", "there/below", "n" * 300):
        answer = client.post("/v1/sources/discover", {"source": f"{tmp_path}/{name}"})
        told.add(problem(answer, 403, "VYNT-8003")["message"].replace(f"{tmp_path}/{name}"[:200], "…"))
    assert len(told) == 1


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """A folder whose files callers may name."""
    found = tmp_path / "root"
    found.mkdir()
    monkeypatch.setattr("voyant.services.locations.settings", lambda: Settings(home=home, source_roots=str(found)))
    return found


def test_files_under_a_source_root_are_read(client: Client, root: Path) -> None:
    (root / "a.csv").write_text("x\n1\n2\n")
    job_id = client.finished_job("ingest", f"{root}/a.csv")
    assert client.get(f"/v1/jobs/{job_id}/result").json()["dataset"]["rows"] == 2


@pytest.mark.parametrize(
    "hint", ["link.csv", "*.csv", ".", "sub/../../secret.csv", "*/../../secret.csv", "folder/x.csv"]
)
def test_no_way_leads_out_of_a_source_root(client: Client, root: Path, hint: str) -> None:
    (root.parent / "secret.csv").write_text("x\n1\n")
    (root / "sub").mkdir()
    (root / "link.csv").symlink_to(root.parent / "secret.csv")
    (root / "folder").symlink_to(root.parent)
    problem(client.post("/v1/sources/discover", {"source": f"{root}/{hint}"}), 403, "VYNT-8003")


BESIDE_THE_SERVER = [
    "postgresql://ann@127.0.0.1/shop",
    "postgresql://ann@localhost:5432/shop",
    "mysql://ann@10.0.0.7/shop",
    "mysql://ann@192.168.1.20:3306/shop?table=orders",
    "mariadb://ann@169.254.169.254/shop",
    "postgresql+psycopg://ann@[::1]/shop",
    "postgresql://ann@[::ffff:10.0.0.1]/shop",
    "postgresql://ann@0/shop",
    "postgresql://ann@2130706433/shop",
    "postgresql://ann@%2Fvar%2Frun%2Fpostgresql/shop",
    "postgresql://ann@8.8.8.8,127.0.0.1/shop",
    "postgresql://ann@8.8.8.8/shop?host=127.0.0.1",
    "postgresql://ann@8.8.8.8/shop?hostaddr=127.0.0.1",
    "postgresql://ann@8.8.8.8/shop?service=shop",
]


@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/jobs/profile", "/v1/sources", "/v1/sources/discover"])
@pytest.mark.parametrize("hint", BESIDE_THE_SERVER)
def test_databases_beside_the_server_are_refused(client: Client, path: str, hint: str) -> None:
    problem(client.post(path, {"source": hint}), 403, "VYNT-8003")
    assert Source.objects.filter(tenant=client.caller.tenant).count() == 0


@pytest.mark.parametrize("hint", BESIDE_THE_SERVER[:8])
def test_databases_beside_the_server_are_read_where_that_is_allowed(
    client: Client, hint: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    allowing = Settings(home=home, allow_private_addresses=True)
    monkeypatch.setattr("voyant.services.locations.settings", lambda: allowing)
    assert client.post("/v1/sources", {"source": hint}).status_code == 201


def test_a_name_that_comes_to_lead_beside_the_server_is_refused_when_the_job_connects(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = client.job("ingest", "postgresql://ann@db.example/shop?table=orders")
    monkeypatch.setattr("voyant.ingestion.database_address.resolved", lambda host: ["127.0.0.1"])
    work(job_id)
    error = client.get(f"/v1/jobs/{job_id}").json()["error"]
    assert error["code"] == "VYNT-8003"


def test_uploads_of_another_tenant_are_files_of_the_server(client: Client, other_client: Client, home: Path) -> None:
    client.upload("a.csv", "x\n1\n")
    (path,) = uploads(home, client)
    problem(other_client.post("/v1/sources/discover", {"source": str(path)}), 403, "VYNT-8003")


def test_credentials_are_written_and_never_read_back(client: Client) -> None:
    address = f"postgresql://ann:{SECRET}@db.example/shop"
    created = client.post("/v1/sources", {"source": address, "query": "SELECT 1"})
    source = created.json()["id"]
    assert (created.status_code, created.headers["location"]) == (201, f"/v1/sources/{source}")
    job = client.post("/v1/jobs/profile", {"source": source})
    seen = [
        created,
        job,
        client.get("/v1/sources"),
        client.get(f"/v1/sources/{source}"),
        client.get("/v1/jobs"),
        client.get(f"/v1/jobs/{job.json()['id']}"),
        client.post("/v1/sources/discover", {"source": address}),
        client.post("/v1/sources/discover", {"source": source}),
        client.post("/v1/estimate", {"source": source}),
        client.post("/v1/sources", {"source": address, "table": 5}),
        client.http.delete(f"/v1/sources/{source}"),
    ]
    assert [answer.status_code for answer in seen if SECRET in answer.text] == []
    assert seen[6].json()["kind"] == seen[7].json()["kind"] == "database"


def test_sources_are_listed_a_page_at_a_time(client: Client) -> None:
    ids = [client.upload(f"{n}.csv", f"x\n{n}\n") for n in range(3)]
    first = client.get("/v1/sources", params={"limit": 2}).json()
    rest = client.get("/v1/sources", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [source["id"] for source in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None


def test_an_estimate_says_what_an_analysis_would_take(client: Client, source: str) -> None:
    told = client.post("/v1/estimate", {"source": source}).json()
    assert (told["rows"], told["columns"], told["source"]) == (61, 3, "orders.csv")
