"""The server of the real tools, in memory, for a tenant of the test's own; and over HTTP, for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.asgi_server import answering
from tests.mcp.agent import Agent, connected
from voyant.domain.caller import Caller
from voyant.mcp.host import Host
from voyant.mcp.server import build_server
from voyant.mcp.stdio import JobsHere
from voyant.server.asgi import application

ORDERS = "day,country,amount\n" + "".join(
    f"2024-{1 + n // 28:02}-{1 + n % 28:02},{'NL' if n % 3 else 'FR'},{n}.5\n" for n in range(300)
)


@contextmanager
def agent_of(caller: Caller) -> Iterator[Agent]:
    jobs = JobsHere()
    with connected(build_server(Host(caller=lambda: caller, jobs=jobs))) as agent:
        yield agent
    jobs.close(caller)


@pytest.fixture
def agent(caller: Caller) -> Iterator[Agent]:
    """Calls the tools as a tenant that no other test has."""
    with agent_of(caller) as agent:
        yield agent


@pytest.fixture
def other_agent(other_caller: Caller) -> Iterator[Agent]:
    """Calls them as yet another tenant."""
    with agent_of(other_caller) as agent:
        yield agent


@pytest.fixture(scope="session")
def orders(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a small table."""
    path: Path = tmp_path_factory.mktemp("data") / "orders.csv"
    path.write_text(ORDERS)
    return str(path)


@pytest.fixture(scope="session")
def analysed(orders: str) -> Iterator[tuple[Agent, str]]:
    """An agent for tests that only read, and a job of its whose analysis has completed."""
    with agent_of(Caller(tenant="reader", subject="tester", may_read_files=True)) as agent:
        yield agent, agent("voyant_analyze", source=orders)["job_id"]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Of the real server."""
    with answering(application()) as found:
        yield found
