"""One home for all tests of a process; tests keep apart by tenant, as callers do."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

from tests.fixtures.ci import is_ci

# What lands must not hang on chance: there the examples are the same each time, everywhere else new ones are tried.
hypothesis.settings.register_profile("ci", derandomize=True)
if is_ci():
    hypothesis.settings.load_profile("ci")

_HOME = tempfile.TemporaryDirectory(prefix="voyant-tests-")
os.environ["VOYANT_HOME"] = _HOME.name
os.environ["VOYANT_ALLOW_TENANT_HEADER"] = "true"  # tests keep apart over the network as well

pytest_plugins = ["tests.fixtures.database_servers", "tests.fixtures.http_server"]
pytest.register_assert_rewrite(*pytest_plugins)

from tests.fixtures.own_database import OwnDatabase  # noqa: E402 - home and database are chosen before they are read

_DATABASE = OwnDatabase()

from voyant.domain.caller import Caller  # noqa: E402
from voyant.services.home import open_home  # noqa: E402

open_home()  # models can be imported only afterwards

_TENANTS = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _DATABASE.leave_out(items)


@pytest.fixture(scope="session")
def own_database() -> OwnDatabase:
    """What the home's database is in this run."""
    return _DATABASE


@pytest.fixture(scope="session")
def home() -> Path:
    """The opened home of this test process."""
    return Path(_HOME.name)


@pytest.fixture
def caller(home: Path) -> Caller:
    """A caller of a tenant that no other test has."""
    return Caller(tenant=f"tenant{next(_TENANTS)}", subject="tester", may_read_files=True)


@pytest.fixture
def other_caller(home: Path) -> Caller:
    """A caller of yet another tenant."""
    return Caller(tenant=f"tenant{next(_TENANTS)}", subject="stranger", may_read_files=True)
