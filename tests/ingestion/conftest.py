"""Reading what a test wrote into files and databases, the way a job does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.fixtures.database_servers import DatabaseServer
from voyant.domain.source import Source
from voyant.ingestion import Limits, StagedTable, source_of, stage
from voyant.lake.engine import Engine

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Staged:
    """A staged table with its rows in Python."""

    table: StagedTable
    rows: list[tuple[Any, ...]]
    rejects: list[tuple[Any, ...]]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.table.columns]


class Reader:
    """Stages files in an engine of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = Engine()
        self._scratches = 0

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def read(self, source: str | Path | Source, **limits: int) -> list[Staged]:
        """All tables of the source; checks that each says truly how many rows it has."""
        self._scratches += 1
        scratch = self.folder / f"scratch {self._scratches}"
        scratch.mkdir()
        found = source if isinstance(source, Source) else source_of(str(source))
        return [self._fetch(table) for table in stage(found, self.engine, scratch, limits=Limits(**limits))]

    def one(self, name: str, data: bytes, **limits: int) -> Staged:
        """The only table of a file with these bytes."""
        (staged,) = self.read(self.write(name, data), **limits)
        return staged

    def _fetch(self, table: StagedTable) -> Staged:
        names = ", ".join(f"c{index}" for index in range(len(table.columns)))
        rows = self.engine.tuples(f"SELECT {'*' if table.parquet else names} FROM {table.relation}")
        if table.parquet is None:  # sorted here, since the engine sorts very wide tables slowly
            numbers = self.engine.tuples(f"SELECT _row FROM {table.relation}")
            rows = [row for _, row in sorted(zip(numbers, rows, strict=True), key=lambda pair: pair[0])]
        assert len(rows) == table.rows
        rejects = self.engine.tuples(f"SELECT * FROM {table.rejects} ORDER BY row") if table.rejects else []
        return Staged(table, rows, rejects)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.engine.close()


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql(postgresql_server: DatabaseServer) -> DatabaseServer:
    postgresql_server.run((DATA / "postgresql.sql").read_text("utf-8"))
    return postgresql_server


@pytest.fixture(scope="session")
def mariadb(mariadb_server: DatabaseServer) -> DatabaseServer:
    mariadb_server.run((DATA / "mariadb.sql").read_text("utf-8"))
    return mariadb_server


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Each of the servers: what is promised of both is tested on both."""
    found: DatabaseServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """Retries stay, the waiting between them goes."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield
