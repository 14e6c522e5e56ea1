"""Opening the database: by many at once, and where it cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.base import base
from msgspec.structs import replace

from tests.e2e.command import VOYANT
from tests.fixtures.database_servers import DatabaseServer
from tests.fixtures.own_database import IS_POSTGRESQL, OwnDatabase
from tests.repo.tree import ROOT
from voyant.errors import Code, ConfigurationError, VoyantError
from voyant.settings.configuration import Settings
from voyant.settings.databases import postgresql
from voyant.settings.secret import Secret
from voyant.store.database import open_database

OPEN = "from voyant.services.home import open_home; open_home()"


def test_many_may_open_a_new_one_at_once(tmp_path: Path, own_database: OwnDatabase) -> None:
    environment = os.environ | {"VOYANT_HOME": str(tmp_path)}
    if own_database.server:
        own_database.server.run("CREATE DATABASE fresh")
        environment["VOYANT_DATABASE_URL"] = own_database.server.url(database="fresh")
    opening = [subprocess.Popen([sys.executable, "-c", OPEN], cwd=ROOT, env=environment) for _ in range(4)]
    assert [process.wait(120) for process in opening] == [0] * 4


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://ann:s3cret@db/x", "no address of a PostgreSQL database"),
        ("postgresql://ann:s3/cret@db/x", "cannot be read"),
        ("postgresql://ann:%zzs3cret@db/x", "cannot be read"),
        ("postgresql://ann:s3cret@db:port/x", "cannot be read"),
        ("postgresql://ann:s3cret@db", "names no database"),
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as refused:
        postgresql(Secret(url))
    assert refused.value.code is Code.DATABASE
    assert "cret" not in f"{refused.value} {refused.value.remedy} {refused.value.data}"


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg.conninfo", None)
    with pytest.raises(ConfigurationError) as refused:
        postgresql(Secret("postgresql://ann:s3cret@db/x"))
    assert "pip install 'voyant[server]'" in refused.value.remedy


def test_secrets_do_not_print() -> None:
    held = Settings(database_url=Secret("s3cret"), secret_key=Secret("s3cret"))
    assert "s3cret" not in f"{held} {held!r} {held.database_url}"


@pytest.mark.parametrize(
    ("change", "told", "remedy"),
    [
        ({"password": "wrong"}, "password authentication failed", "Correct user and password."),
        ({"database": "nowhere"}, "does not exist", "Create the database"),
        ({"host": "nowhere.invalid"}, "does not answer", "Start the server"),
    ],
    ids=["password", "database", "server"],
)
def test_a_server_that_cannot_be_used_is_an_error_that_says_why(
    postgresql_server: DatabaseServer, tmp_path: Path, change: dict[str, str], told: str, remedy: str
) -> None:
    url = replace(postgresql_server, **change).url()
    environment = os.environ | {"VOYANT_HOME": str(tmp_path), "VOYANT_DATABASE_URL": url}
    done = subprocess.run([VOYANT, "job", "list"], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    said = done.stdout + done.stderr + "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert str(Code.DATABASE) in said
    assert told in " ".join(said.split())
    assert remedy in " ".join(said.split())
    assert postgresql_server.password not in said
    assert url.partition("@")[0].rpartition(":")[2] not in said


@pytest.mark.skipif(not IS_POSTGRESQL, reason="a file has no version")
def test_a_server_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "RAN_DB_VERSION_CHECK", set())
    monkeypatch.setattr(connection.features, "minimum_database_version", (99,))
    connection.close()
    with pytest.raises(VoyantError, match="99 or later is required") as refused:
        open_database.__wrapped__()
    assert refused.value.remedy == "Upgrade the server."
