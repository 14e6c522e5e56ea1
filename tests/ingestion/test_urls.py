"""Downloads from a real server that behaves as badly as servers do."""

from __future__ import annotations

import contextlib
import gzip
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.http_server import HttpServer
from voyant.addresses import is_public
from voyant.domain.source import without_credentials
from voyant.errors import Code, InvalidInput, NotFound, NotPermitted, Rejected, Unavailable, UnexpectedReply
from voyant.http import http_client
from voyant.ingestion.protocol import Limits
from voyant.ingestion.urls import Download, download

CSV = b"id,amount\n1,2.50\n2,3.50\n"
LIMITS = Limits(private_addresses=True, download_seconds=20)


@pytest.fixture(autouse=True)
def _no_pauses() -> object:
    """Retries stay, the waiting between them goes."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


def fetch(url: str, folder: Path, limits: Limits = LIMITS) -> Download:
    return download(url, folder, limits=limits)


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


def test_a_loopback_address_is_refused(http_server: HttpServer, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted) as caught:
        fetch(http_server.serve("/x.csv", CSV), tmp_path, Limits())
    assert caught.value.code is Code.LOCATION_NOT_ALLOWED
    assert "VOYANT_ALLOW_PRIVATE_ADDRESSES" in caught.value.remedy
    assert http_server.requests == []


def resolves_to(monkeypatch: pytest.MonkeyPatch, **answers: list[str]) -> None:
    """Makes names resolve to those addresses, one per look-up; the last one stays."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: int, **options: int) -> list[tuple[object, ...]]:
        if host not in answers:
            return real(host, port, *rest, **options)  # type: ignore[return-value]
        addresses = answers[host]
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_a_redirect_to_a_private_address_is_refused(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test's own server has to stand in for a public one: its address alone is declared public."""
    monkeypatch.setattr("voyant.addresses.is_public", lambda address: address == "127.0.0.1" or is_public(address))
    for target in ("http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/", "http://0/"):
        url = http_server.serve("/x.csv", b"", status=302, Location=target)
        with pytest.raises(NotPermitted):
            fetch(url, tmp_path, Limits())


def test_a_name_that_resolves_to_a_private_address_is_refused(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves_to(monkeypatch, innocent=["127.0.0.1"])
    http_server.serve("/x.csv", CSV)
    with pytest.raises(NotPermitted, match=r"127\.0\.0\.1"):
        fetch(f"http://innocent:{http_server.port}/x.csv", tmp_path, Limits())
    assert http_server.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with another address the second time finds nobody asking a second time."""
    resolves_to(monkeypatch, rebinding=["127.0.0.1", "10.1.2.3"])
    monkeypatch.setattr("voyant.addresses.is_public", lambda address: address == "127.0.0.1")
    hosts: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        hosts.append(request.headers["Host"])
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    http_server.route("/x.csv", answer)
    fetch(f"http://rebinding:{http_server.port}/x.csv", tmp_path, Limits())
    assert hosts == [f"rebinding:{http_server.port}"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
        "0.0.0.1", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.192", "168.63.129.16", "198.18.0.1",
        "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_no_way_to_write_an_address_in_ipv6_makes_it_public(address: object) -> None:
    text = str(address)
    if not is_public(text):
        assert not is_public(f"::ffff:{text}")
        assert not is_public(f"64:ff9b::{text}")


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


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://h:99999/", "http://a b/", "http://h\n/", "http:x"])
def test_what_is_no_address(tmp_path: Path, url: str) -> None:
    with pytest.raises((InvalidInput, Unavailable)):
        fetch(url, tmp_path)


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


def test_proxies_of_the_environment_are_not_used(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would connect in our place, where the address cannot be checked."""
    monkeypatch.setenv("HTTP_PROXY", http_server.url("/"))
    monkeypatch.setenv("ALL_PROXY", http_server.url("/"))
    with http_client(seconds=5) as client, pytest.raises(NotPermitted):
        client.get("http://10.0.0.1/x.csv")
    assert http_server.requests == []
