"""Our catalog behaves as PyIceberg's own SQL catalog does, and that one can open our database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)

from tests.fixtures.own_database import NAME, OwnDatabase
from voyant.domain.caller import Caller
from voyant.lake.catalog import StoreCatalog

ROWS = pa.table({"a": [1, 2], "b": ["x", "y"]})


def store_catalog(home: Path, folder: Path) -> MetastoreCatalog:
    return StoreCatalog("voyant", warehouse=str(folder))


def sql_catalog(home: Path, folder: Path) -> MetastoreCatalog:
    return SqlCatalog("voyant", uri=f"sqlite:///{folder}/catalog.db", warehouse=str(folder))


@pytest.fixture(params=[store_catalog, sql_catalog])
def catalog(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> MetastoreCatalog:
    make: Callable[[Path, Path], MetastoreCatalog] = request.param
    return make(home, tmp_path)


def test_a_table_from_making_to_dropping(catalog: MetastoreCatalog, caller: Caller) -> None:
    space = caller.tenant
    with pytest.raises(NoSuchNamespaceError):
        catalog.create_table((space, "t"), ROWS.schema)
    catalog.create_namespace(space)
    with pytest.raises(NamespaceAlreadyExistsError):
        catalog.create_namespace(space)
    catalog.create_table((space, "t"), ROWS.schema).append(ROWS)
    with pytest.raises(TableAlreadyExistsError):
        catalog.create_table((space, "t"), ROWS.schema)

    assert catalog.load_table((space, "t")).scan().to_arrow().to_pydict() == ROWS.to_pydict()
    assert catalog.list_tables(space) == [(space, "t")]
    assert (space,) in catalog.list_namespaces()
    with pytest.raises(NamespaceNotEmptyError):
        catalog.drop_namespace(space)

    assert catalog.rename_table((space, "t"), (space, "u")).name() == (space, "u")
    with pytest.raises(NoSuchTableError):
        catalog.rename_table((space, "t"), (space, "v"))
    catalog.drop_table((space, "u"))
    with pytest.raises(NoSuchTableError):
        catalog.load_table((space, "u"))
    catalog.drop_namespace(space)
    assert not catalog.namespace_exists(space)


def test_of_two_commits_on_one_state_the_second_fails(catalog: MetastoreCatalog, caller: Caller) -> None:
    catalog.create_namespace(caller.tenant)
    catalog.create_table((caller.tenant, "t"), ROWS.schema, properties={"commit.retry.num-retries": "0"})
    first, second = (catalog.load_table((caller.tenant, "t")) for _ in range(2))
    first.append(ROWS)
    with pytest.raises(CommitFailedException):
        second.append(ROWS)


def test_properties_of_a_namespace(catalog: MetastoreCatalog, caller: Caller) -> None:
    catalog.create_namespace(caller.tenant, {"owner": "ann", "kept": "1"})
    catalog.update_namespace_properties(caller.tenant, removals={"kept"}, updates={"owner": "bob"})

    assert catalog.load_namespace_properties(caller.tenant) == {"owner": "bob"}


def test_other_engines_open_our_database_as_a_sql_catalog(
    home: Path, tmp_path: Path, caller: Caller, own_database: OwnDatabase
) -> None:
    ours = store_catalog(home, tmp_path)
    ours.create_namespace(caller.tenant)
    ours.create_table((caller.tenant, "t"), ROWS.schema).append(ROWS)

    url = own_database.server and own_database.server.url(database=NAME).replace("://", "+psycopg://", 1)
    theirs = SqlCatalog("voyant", uri=url or f"sqlite:///{home}/voyant.db", warehouse=str(tmp_path))
    assert theirs.load_table((caller.tenant, "t")).scan().to_arrow().to_pydict() == ROWS.to_pydict()
    theirs.engine.dispose()
