"""Servers that refuse, lie, hang and drip: which error each is, what is tried again, and for how long."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
import stamina
from msgspec.structs import replace

from tests.fixtures.http_server import HttpServer
from tests.ingestion.downloads import CSV, LIMITS, fetch
from voyant.errors import Code, InvalidInput, NotFound, NotPermitted, Rejected, Unavailable, UnexpectedReply
from voyant.ingestion.urls import download

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_status_that_passes_is_tried_again(http_server: HttpServer, tmp_path: Path, status: int) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        ready = len(http_server.requests) == 3
        request.send_response(200 if ready else status)
        request.send_header("Content-Length", str(len(CSV) if ready else 0))
        request.send_header("Retry-After", "1")
        request.end_headers()
        request.wfile.write(CSV if ready else b"")

    assert fetch(http_server.route("/x.csv", answer), tmp_path).path.read_bytes() == CSV
    assert len(http_server.requests) == 3


def test_a_status_that_does_not_pass_ends_as_unavailable(http_server: HttpServer, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="503") as caught:
        fetch(http_server.serve("/x.csv", b"", status=503), tmp_path)
    assert caught.value.code is Code.UNREACHABLE
    assert len(http_server.requests) == 4


def test_retry_after_is_honoured(http_server: HttpServer, tmp_path: Path) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        ready = len(http_server.requests) == 2
        request.send_response(200 if ready else 503)
        request.send_header("Content-Length", "0")
        request.send_header("Retry-After", "1")
        request.end_headers()

    url = http_server.route("/x.csv", answer)
    with stamina.set_testing(False):
        started = time.monotonic()
        fetch(url, tmp_path)
    assert 1.0 <= time.monotonic() - started < 3


def test_nobody_waits_an_hour_because_a_server_says_so(http_server: HttpServer, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        fetch(http_server.serve("/x.csv", b"", status=503, Retry_After="3600"), tmp_path)
    assert len(http_server.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NotFound), (410, NotFound), (401, NotPermitted), (403, NotPermitted), (500, UnexpectedReply)],
)
def test_a_refusal_is_final(http_server: HttpServer, tmp_path: Path, status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=str(status)):
        fetch(http_server.serve("/x.csv", b"", status=status), tmp_path)
    assert len(http_server.requests) == 1


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unavailable) as caught:
        fetch(f"http://127.0.0.1:{port}/x.csv", tmp_path)
    assert caught.value.code is Code.UNREACHABLE


def test_a_name_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"nowhere\.invalid"):
        fetch("http://nowhere.invalid/x.csv", tmp_path)


def test_larger_than_allowed_by_its_own_word(http_server: HttpServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        fetch(http_server.serve("/x.csv", b"", Content_Length=str(10**15)), tmp_path)
    assert caught.value.code is Code.TOO_LARGE
    assert "VOYANT_MAX_SOURCE_BYTES" in caught.value.remedy


def test_a_body_without_end_is_cut_at_the_limit(http_server: HttpServer, tmp_path: Path) -> None:
    sent = 0

    def answer(request: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        while not http_server.stopping.is_set():
            sent += request.wfile.write(b"1,2\n" * 10_000)

    with pytest.raises(InvalidInput) as caught:
        fetch(http_server.route("/x.csv", answer), tmp_path, replace(LIMITS, max_expanded_bytes=1_000_000))
    assert caught.value.code is Code.TOO_LARGE
    assert sent < 50_000_000
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1_000_000


def test_fewer_bytes_than_announced(http_server: HttpServer, tmp_path: Path) -> None:
    url = http_server.serve("/x.csv", CSV, Content_Length="1000", Connection="close")
    with pytest.raises(Unavailable, match="1000"):
        fetch(url, tmp_path)
    assert len(http_server.requests) == 4


@pytest.mark.parametrize("after_pause", [False, True])
def test_more_bytes_than_announced(http_server: HttpServer, tmp_path: Path, after_pause: bool) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nid,amount\n")
        if after_pause:
            time.sleep(0.02)
        request.wfile.write(b"1,2\n")
        request.close_connection = True

    with pytest.raises(UnexpectedReply, match="more than the 10 bytes"):
        fetch(http_server.route("/x.csv", answer), tmp_path)


def test_interim_answers_do_not_count_as_content(http_server: HttpServer, tmp_path: Path) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(CSV), CSV))
        request.close_connection = True

    assert fetch(http_server.route("/x.csv", answer), tmp_path).path.read_bytes() == CSV


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nid\n1\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nid\n1\n2",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nid\n1\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_what_is_no_http(http_server: HttpServer, tmp_path: Path, reply: bytes) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(reply)
        request.close_connection = True

    with pytest.raises(Unavailable, match="breaks off"):
        fetch(http_server.route("/x.csv", answer), tmp_path)


def test_a_server_that_hangs(http_server: HttpServer, tmp_path: Path) -> None:
    def answer(_request: BaseHTTPRequestHandler) -> None:
        http_server.stopping.wait(20)

    assert_ends_in_time(http_server.route("/x.csv", answer), tmp_path)


def test_a_server_that_drips_its_headers(http_server: HttpServer, tmp_path: Path) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not http_server.stopping.wait(0.05):
            request.wfile.write(b"x")

    assert_ends_in_time(http_server.route("/x.csv", answer), tmp_path)


def test_a_server_that_drips_its_body(http_server: HttpServer, tmp_path: Path) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        while not http_server.stopping.wait(0.05):
            request.wfile.write(b"1")

    assert_ends_in_time(http_server.route("/x.csv", answer), tmp_path)


def assert_ends_in_time(url: str, folder: Path) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        fetch(url, folder, replace(LIMITS, download_seconds=0.5))
    assert 0.4 < time.monotonic() - started < 2
    assert caught.value.code is Code.TIMEOUT
    assert "VOYANT_URL_TIMEOUT_SECONDS" in caught.value.remedy


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    openssl = shutil.which("openssl") or pytest.skip("openssl is not installed")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=localhost", "-days", "1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str | None] = []
    context.sni_callback = lambda _connection, name, _context: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake_hands() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                context.wrap_socket(connection, server_side=True)

        server = threading.Thread(target=shake_hands)
        server.start()
        with pytest.raises(Rejected, match="cannot be trusted"):
            fetch(f"https://localhost:{listener.getsockname()[1]}/x.csv", tmp_path)
        server.join()
    assert names == ["localhost"], "the server is still asked for by its name"


def test_every_error_of_the_transport_is_one_of_ours(tmp_path: Path) -> None:
    def subclasses(kind: type[Exception]) -> set[type[Exception]]:
        return {kind, *(deeper for each in kind.__subclasses__() for deeper in subclasses(each))}

    for kind in sorted(subclasses(httpx.TransportError), key=str):

        def fail(_request: httpx.Request, kind: type[Exception] = kind) -> httpx.Response:
            raise kind("broken")

        with pytest.raises((Unavailable, InvalidInput)):
            download("https://data.example/x.csv", tmp_path, limits=LIMITS, transport=httpx.MockTransport(fail))
