"""URLs and databases that hang, lie or refuse: an error with its code and a remedy, in time, and no secret in it."""

from __future__ import annotations

import gzip
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.outcomes import ROWS, SECONDS, assert_analysed, assert_refused, whole_home
from tests.e2e.warm import WarmShell
from tests.fixtures.http_server import HttpServer
from voyant.errors import Code


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmShell]:
    """A home whose settings allow the test's own server, and give it a second."""
    settings = {"VOYANT_ALLOW_PRIVATE_ADDRESSES": "true", "VOYANT_URL_TIMEOUT_SECONDS": "1"}
    with whole_home(tmp_path_factory.mktemp("online") / "home", settings) as opened:
        yield opened


def test_a_url_is_analysed(online: WarmShell, http_server: HttpServer) -> None:
    url = http_server.serve("/orders.csv", gzip.compress(ROWS.encode()), Content_Encoding="gzip")
    result = assert_analysed(online("analyze", f"{url}?token=hunter2", "--json"), 50)
    assert result["dataset"]["table"] == "orders"
    assert not holding(online.home, "hunter2")


def holding(folder: Path, text: str) -> list[Path]:
    """The files that hold the text."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def hang(server: HttpServer) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(_: BaseHTTPRequestHandler) -> None:
        server.stopping.wait(20)

    return answer


def drip(server: HttpServer) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        while not server.stopping.wait(0.05):
            request.wfile.write(b"1,2\n")

    return answer


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_a_url_that_hangs_or_drips_ends_in_time(
    online: WarmShell, http_server: HttpServer, behaviour: Callable[[HttpServer], Any]
) -> None:
    started = time.monotonic()
    outcome = online("analyze", http_server.route("/orders.csv", behaviour(http_server)), "--json", seconds=SECONDS)
    assert_refused(outcome, Code.TIMEOUT, exit_code=1)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("headers", "status", "code", "exit_code"),
    [
        ({"Content_Length": "5000", "Connection": "close"}, 200, Code.UNREACHABLE, 1),
        ({"Content_Length": "20", "Connection": "close"}, 200, Code.WEB_SERVER, 1),
        ({"Content_Length": str(10**15)}, 200, Code.TOO_LARGE, 2),
        ({}, 404, Code.NO_SOURCE, 2),
        ({}, 410, Code.NO_SOURCE, 2),
        ({}, 401, Code.SOURCE_REFUSES, 2),
        ({}, 403, Code.SOURCE_REFUSES, 2),
        ({}, 500, Code.WEB_SERVER, 1),
        ({}, 204, Code.WEB_SERVER, 1),
        ({"Location": "ftp://example.com/x"}, 302, Code.UNSUPPORTED, 2),
    ],
    ids=[
        "longer than sent",
        "shorter than sent",
        "beyond the limit",
        "missing",
        "gone",
        "asks who",
        "forbidden",
        "broken",
        "says nothing",
        "redirects elsewhere",
    ],
)
def test_a_url_that_lies_or_refuses(
    online: WarmShell, http_server: HttpServer, headers: dict[str, str], status: int, code: Code, exit_code: int
) -> None:
    url = http_server.serve("/orders.csv", ROWS.encode(), status=status, **headers)
    outcome = online("analyze", url.replace("://", "://ann:hunter2@"), "--json", seconds=SECONDS)
    assert_refused(outcome, code, exit_code)
    assert "hunter2" not in outcome.out + outcome.err
    assert not holding(online.home, "hunter2")


def test_a_query_of_a_database_is_analysed(online: WarmShell, tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE orders (id INTEGER, amount REAL)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(number, number * 1.5) for number in range(100)])
    url = f"sqlite:///{path}"
    assert_analysed(online("analyze", url, "--query", "SELECT * FROM orders WHERE id < 60", "--json"), 60)
    assert_refused(online("analyze", url, "--query", "DELETE FROM orders", "--json"), Code.SQL_REFUSED)
    assert_analysed(online("analyze", url, "--json"), 100)


def test_a_database_that_is_not_there(online: WarmShell) -> None:
    outcome = online("analyze", "postgresql://ann:hunter2@127.0.0.1:1/shop?table=orders", "--json", seconds=SECONDS)
    assert_refused(outcome, Code.UNREACHABLE, exit_code=1)
    assert "hunter2" not in outcome.out + outcome.err
    assert not holding(online.home, "hunter2")
