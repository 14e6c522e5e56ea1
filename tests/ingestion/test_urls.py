"""What arrives of a URL, and what others may see of it."""

from __future__ import annotations

import gzip
import logging
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.fixtures.http_server import HttpServer
from tests.ingestion.downloads import CSV, LIMITS, fetch
from voyant.domain.source import without_credentials
from voyant.errors import InvalidInput, Unavailable, UnexpectedReply
from voyant.ingestion.urls import Download, download

pytestmark = pytest.mark.usefixtures("no_pauses")


def test_a_file_arrives_unchanged_under_its_name(http_server: HttpServer, tmp_path: Path) -> None:
    shares: list[float] = []
    url = http_server.serve("/data/orders.csv", CSV)
    got = download(url, tmp_path, limits=LIMITS, progress=shares.append)
    assert got == Download(tmp_path / "orders.csv", "orders.csv")
    assert got.path.read_bytes() == CSV
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("disposition", "path", "name"),
    [
        ('attachment; filename="sales 2024.csv"', "/export", "sales 2024.csv"),
        ("attachment; filename*=UTF-8''Verk%C3%A4ufe.csv", "/export", "Verkäufe.csv"),
        ('attachment; filename="../../etc/passwd"', "/export", "passwd"),
        ('attachment; filename="..\\\\..\\\\boot.ini"', "/export", "boot.ini"),
        ("inline", "/a%20b.csv", "a b.csv"),
        ("", "/", "data"),
        ('attachment; filename=".."', "/x.csv", "x.csv"),
    ],
)
def test_the_name_is_the_servers_else_the_addresses(
    http_server: HttpServer, tmp_path: Path, disposition: str, path: str, name: str
) -> None:
    got = fetch(http_server.serve(path, CSV, Content_Disposition=disposition), tmp_path)
    assert got.name == name
    assert got.path.parent == tmp_path


def test_bytes_compressed_for_the_way_are_kept_for_the_reader_of_files(http_server: HttpServer, tmp_path: Path) -> None:
    packed = gzip.compress(CSV)
    got = fetch(http_server.serve("/orders.csv", packed, Content_Encoding="gzip"), tmp_path)
    assert got.path.read_bytes() == packed


def test_an_encoding_that_was_not_asked_for_is_an_error(http_server: HttpServer, tmp_path: Path) -> None:
    with pytest.raises(UnexpectedReply, match="'br'"):
        fetch(http_server.serve("/orders.csv", CSV, Content_Encoding="br"), tmp_path)


def test_redirects_are_followed(http_server: HttpServer, tmp_path: Path) -> None:
    http_server.serve("/store/8f3a", CSV)
    http_server.serve("/b", b"", status=307, Location="/store/8f3a")
    url = http_server.serve("/orders.csv", b"", status=302, Location="/b?x=1")
    assert fetch(url, tmp_path).name == "orders.csv"
    assert http_server.requests == ["/orders.csv", "/b?x=1", "/store/8f3a"]


def test_redirects_end(http_server: HttpServer, tmp_path: Path) -> None:
    url = http_server.serve("/loop", b"", status=302, Location="/loop")
    with pytest.raises(UnexpectedReply, match="more than 10"):
        fetch(url, tmp_path)
    assert len(http_server.requests) == 11


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.com/x", "gopher://127.0.0.1/"])
def test_redirects_stay_with_http(http_server: HttpServer, tmp_path: Path, target: str) -> None:
    with pytest.raises((InvalidInput, Unavailable)):
        fetch(http_server.serve("/x", b"", status=302, Location=target), tmp_path)


def test_credentials_do_not_follow_to_another_host(http_server: HttpServer, tmp_path: Path) -> None:
    seen: list[str | None] = []

    def elsewhere(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers["Authorization"])
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    http_server.route("/elsewhere", elsewhere)
    target = f"http://localhost:{http_server.port}/elsewhere"
    url = http_server.serve("/x", b"", status=302, Location=target)
    fetch(url.replace("://", "://ann:secret@"), tmp_path)
    assert seen == [None]


def test_no_secret_in_errors_or_logs(
    http_server: HttpServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.WARNING)
    url = http_server.serve("/x.csv", b"", status=503).replace("://", "://ann:hunter2@") + "?signature=hunter2"
    with pytest.raises(Unavailable) as caught:
        fetch(url, tmp_path)
    told = str(caught.value) + caught.value.remedy + str(caught.value.data) + caplog.text + "".join(capsys.readouterr())
    assert "hunter2" not in told
    assert "ann" not in told
    assert "/x.csv" in told


@pytest.mark.parametrize(
    "url",
    [
        "https://ann:hunter2@h/x",
        "https://h/x?token=hunter2",
        "https://h/x?hunter2",
        "https://h/x#hunter2",
        "https://ann:hunter2/9@h/x",
        "https://[ann:hunter2",
        "postgresql://ann:hunter2@h/db",
        "postgresql://ann:1/hunter2@h/db",
        "postgresql://ann:hunter2?@h/db",
        "mysql://ann:hun#hunter2@h/db?password=hunter2",
        "postgresql://h/db?user=ann&password=hunter2",
    ],
)
def test_what_people_see_holds_no_secret(url: str) -> None:
    shown = without_credentials(url)
    assert "hunter2" not in shown
    assert "ann" not in shown
