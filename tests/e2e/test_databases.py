"""A database on this machine is its user's to read: in the shell, in Python, and for an agent that the user starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import voyant
from tests.e2e.command import Shell
from tests.fixtures.database_servers import DatabaseServer
from tests.mcp.conftest import agent_of
from voyant.domain.caller import LOCAL_CALLER


@pytest.fixture(scope="module")
def address(postgresql_server: DatabaseServer) -> Iterator[str]:
    """Of a small table on loopback."""
    postgresql_server.run("CREATE TABLE near AS SELECT n AS id, n * 1.5 AS amount FROM generate_series(1, 20) AS n;")
    postgresql_server.run(f"GRANT SELECT ON near TO {postgresql_server.user};")
    yield postgresql_server.url(table="near")
    postgresql_server.run("DROP TABLE near;")  # other tests share the server


def test_in_the_shell(address: str, tmp_path: Path) -> None:
    assert Shell(tmp_path / "home")("analyze", address, "--json").json["dataset"]["rows"] == 20


def test_in_python(address: str) -> None:
    assert voyant.analyze(address).dataset.rows == 20


def test_for_an_agent_of_this_user(address: str) -> None:
    with agent_of(LOCAL_CALLER) as agent:
        assert agent("voyant_analyze", source=address)["dataset"]["rows"] == 20
