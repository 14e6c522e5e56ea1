"""A real server on a loopback port, in this process, so that tests can run the jobs that it accepts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn

from tests.api.client import Client
from tests.fixtures.own_database import IS_POSTGRESQL
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.server.asgi import application
from voyant.store.models import Job

# SQLite is a file: it does not go down.
collect_ignore = [] if IS_POSTGRESQL else ["test_database_away.py"]

CSV = "day,country,amount\n" + "".join(f"2024-01-{1 + n % 28:02},NL,{n}.5\n" for n in range(60))


@contextmanager
def running() -> Iterator[str]:
    """A server's address, while it answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(), log_config=None, server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Of the one server that all these tests ask."""
    with running() as found:
        yield found


@pytest.fixture
def client(address: str, caller: Caller) -> Iterator[Client]:
    """Asks as a tenant of its own, which may name no file of this machine."""
    with httpx.Client(base_url=address, headers={"X-Tenant-ID": caller.tenant}, timeout=30) as http:
        yield Client(http, replace(caller, may_read_files=False))


@pytest.fixture
def other_client(address: str, other_caller: Caller) -> Iterator[Client]:
    """Asks as another tenant."""
    with httpx.Client(base_url=address, headers={"X-Tenant-ID": other_caller.tenant}, timeout=30) as http:
        yield Client(http, replace(other_caller, may_read_files=False))


@pytest.fixture
def source(client: Client) -> str:
    """The id of a small source that the client has uploaded."""
    return client.upload("orders.csv", CSV)


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    yield
    Job.objects.filter(status=Status.QUEUED).delete()
