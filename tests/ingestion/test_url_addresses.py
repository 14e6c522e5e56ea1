"""Which addresses are asked for, whatever a URL, a name or a redirect says."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.http_server import HttpServer
from tests.ingestion.downloads import CSV, fetch
from voyant.errors import Code, InvalidInput, NotPermitted, Unavailable
from voyant.ingestion.addresses import is_public
from voyant.ingestion.http import http_client
from voyant.ingestion.protocol import Limits


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
    monkeypatch.setattr(
        "voyant.ingestion.addresses.is_public", lambda address: address == "127.0.0.1" or is_public(address)
    )
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
    monkeypatch.setattr("voyant.ingestion.addresses.is_public", lambda address: address == "127.0.0.1")
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


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://h:99999/", "http://a b/", "http://h\n/", "http:x"])
def test_what_is_no_address(tmp_path: Path, url: str) -> None:
    with pytest.raises((InvalidInput, Unavailable)):
        fetch(url, tmp_path)


def test_proxies_of_the_environment_are_not_used(
    http_server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would connect in our place, where the address cannot be checked."""
    monkeypatch.setenv("HTTP_PROXY", http_server.url("/"))
    monkeypatch.setenv("ALL_PROXY", http_server.url("/"))
    with http_client(seconds=5) as client, pytest.raises(NotPermitted):
        client.get("http://10.0.0.1/x.csv")
    assert http_server.requests == []
