"""Databases that cannot be entered: why is said, and no secret with it."""

from __future__ import annotations

import logging
import sys
import time

import pytest
from msgspec.structs import replace

from tests.fixtures.database_servers import PASSWORD, DatabaseServer
from tests.ingestion.databases import only, stage
from voyant.errors import CallerError, Code, InvalidInput, NotFound, NotPermitted, Unavailable, VoyantError
from voyant.ingestion.protocol import Limits
from voyant.lake.engine import Engine


@pytest.mark.parametrize(
    ("wrong", "error"), [({"password": "hunter2"}, NotPermitted), ({"database": "nowhere"}, NotFound)]
)
def test_a_refused_entry(
    server: DatabaseServer, engine: Engine, wrong: dict[str, str], error: type[CallerError]
) -> None:
    with pytest.raises(error) as caught:
        stage(server.url(**wrong), engine)
    assert "hunter2" not in told_by(caught.value)
    assert PASSWORD not in told_by(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_nobody_there(engine: Engine, scheme: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        stage(f"{scheme}://ann:hunter2@127.0.0.1:1/shop", engine)
    assert caught.value.code is Code.UNREACHABLE
    assert "hunter2" not in told_by(caught.value)
    assert "127.0.0.1:1" in caught.value.message
    assert time.monotonic() - started < 5


def test_a_name_that_leads_nowhere_is_unreachable(engine: Engine) -> None:
    for scheme in ("postgresql", "mysql"):
        with pytest.raises(Unavailable, match="cannot be resolved"):
            stage(f"{scheme}://ann@nowhere.invalid/shop", engine, limits=Limits(private_databases=False))


def test_no_secret_anywhere(
    server: DatabaseServer, engine: Engine, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    staged = only(stage(server.url(), engine, query="SELECT count(*) AS n FROM many"))
    with pytest.raises(VoyantError) as caught:
        stage(server.url(), engine, query="SELECT nix")
    told = repr(staged) + told_by(caught.value) + caplog.text + "".join(capfd.readouterr())
    assert PASSWORD not in told
    assert "s3cret" not in told


def told_by(error: VoyantError) -> str:
    """All that anyone may see of an error, the chain behind it included."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return f"{[repr(link) for link in chain]} {error.as_dict()}"


@pytest.mark.parametrize(
    ("scheme", "module", "extra"),
    [
        ("postgresql", "adbc_driver_postgresql", "voyant[postgresql]"),
        ("postgres", "adbc_driver_postgresql", "voyant[postgresql]"),
        ("mysql", "asyncmy", "voyant[mysql]"),
        ("mariadb", "asyncmy", "voyant[mysql]"),
    ],
)
def test_a_missing_driver_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, scheme: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidInput) as caught:
        stage(f"{scheme}://127.0.0.1:1/shop", engine)
    assert caught.value.code is Code.COMPONENT_MISSING
    assert extra in caught.value.remedy


@pytest.mark.parametrize(
    "url", ["oracle://h/db", "postgresql://ann:pa/ss@h/db", "postgresql://h:port/db", "mysql://[::1/db"]
)
def test_an_address_that_is_none(engine: Engine, url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage(url, engine)
    assert caught.value.code is Code.UNSUPPORTED
    assert "ss@" not in caught.value.message


def test_a_server_that_is_not_public_is_refused_where_it_has_to_be(server: DatabaseServer, engine: Engine) -> None:
    with pytest.raises(NotPermitted) as caught:
        stage(server.url(), engine, limits=Limits(private_databases=False))
    assert caught.value.code is Code.LOCATION_NOT_ALLOWED


def test_the_connection_goes_to_the_address_that_was_checked(
    server: DatabaseServer, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name means nothing to the driver: it is never asked where it leads."""
    monkeypatch.setattr("voyant.ingestion.database_address.resolved", lambda host: ["127.0.0.1"])
    monkeypatch.setattr("voyant.ingestion.addresses.is_public", lambda address: address == "127.0.0.1")
    elsewhere = replace(server, host="rebinding.example").url()
    staged = stage(elsewhere, engine, query="SELECT 1 AS id", limits=Limits(private_databases=False))
    assert only(staged).rows == 1
