"""A real server on a loopback port, in this process, so that tests can run the jobs that it accepts."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from msgspec.structs import replace

from tests.api.client import Client
from tests.fixtures.asgi_server import answering
from tests.fixtures.own_database import IS_POSTGRESQL
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.server.asgi import application
from voyant.store.models import Job

# SQLite is a file: it does not go down.
collect_ignore = [] if IS_POSTGRESQL else ["test_database_away.py"]

CSV = "day,country,amount\n" + "".join(f"2024-01-{1 + n % 28:02},NL,{n}.5\n" for n in range(60))


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Of the one server that all these tests ask."""
    with answering(application()) as found:
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
