"""Tables of a tenant: written as Iceberg snapshots, read back by the snapshot that a job pinned."""

from __future__ import annotations

import itertools
import random
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant.domain.serialization import from_json, to_compact_json
from voyant.domain.table import ROW, Column, ColumnType, Dataset
from voyant.errors import Code, Conflict, NotFound
from voyant.lake.commits import commit
from voyant.lake.engine import Engine
from voyant.lake.snapshot import Snapshot
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable
from voyant.lake.views import add_numbered_view, add_view

if TYPE_CHECKING:
    from pyiceberg.table import Table as IcebergTable

    from voyant.lake.catalog import StoreCatalog

COMMIT_ATTEMPTS = 30
SECONDS_TO_COMMIT = 24 * 3600
LONGEST_PAUSE_SECONDS = 0.1
CONTENT = "voyant.content"
COLUMNS = "voyant.columns"
OWNER = "voyant.owner"
WIDE_COLUMNS = 500
WIDE_ROWS = 10_000
ROWS_OF_ONE_THREAD = 122_880
"""DuckDB gives rows to threads in groups of this many; up to it one thread adds up doubles in one order."""


class Lake:
    """The Iceberg lake of one home.

    Args:
        warehouse: Where tables keep metadata and data files.
        memory_limit: Of each engine that it opens.
        threads: Of each engine; None for all cores.
        scratch: Where engines spill.
    """

    def __init__(self, warehouse: Path, *, scratch: Path, memory_limit: str, threads: int | None = None) -> None:
        self._warehouse = warehouse
        self._scratch = scratch
        self._memory_limit = memory_limit
        self._threads = threads
        self._opened_catalog: StoreCatalog | None = None

    @property
    def _catalog(self) -> StoreCatalog:
        if self._opened_catalog is None:
            from voyant.lake.catalog import StoreCatalog

            self._opened_catalog = StoreCatalog("voyant", warehouse=str(self._warehouse))
        return self._opened_catalog

    def replace(
        self,
        tenant: str,
        table: str,
        write: Callable[[Path], None],
        *,
        owner: str,
        content: str,
        columns: tuple[Column, ...],
        scratch: Path,
    ) -> Snapshot:
        """The snapshot that holds these rows and no others: a new one, or the current one where it holds them already.

        Args:
            write: Writes the rows to the Parquet file at the path it is given.
            owner: The source that the rows come from; see ``name_for``.
            content: Says what rows and columns are, such as a hash of where they come from; stored once.
            scratch: A folder on the same disk, where the rows stand until they are whole: what a process that is
                killed has written so far goes with its other files.
        """
        from pyiceberg.exceptions import CommitFailedException, TableAlreadyExistsError, ValidationException

        current = self._find(tenant, table)
        if current is not None and _property(current, CONTENT) == content:
            return self._as_snapshot(tenant, table, current, None)
        properties = {CONTENT: content, COLUMNS: to_compact_json(columns).decode(), OWNER: owner}
        folder = self._warehouse / tenant / table
        data = folder / "data"
        path = scratch / f"{secrets.token_hex(16)}.parquet"
        try:
            write(path)
            data.mkdir(parents=True, exist_ok=True)
            path = path.rename(data / path.name)
            for _ in range(COMMIT_ATTEMPTS):
                try:
                    found = commit(self._catalog, (tenant, table), folder, path, properties)
                    return self._as_snapshot(tenant, table, found, None)
                except (CommitFailedException, TableAlreadyExistsError, ValidationException):
                    # Another process was first: look at the table anew, and not in step with it.
                    time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # noqa: S311 - no secret hangs on it
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        path.unlink(missing_ok=True)
        raise Conflict(f"The table {table!r} is being written by others; {COMMIT_ATTEMPTS} attempts were in vain.")

    def name_for(self, tenant: str, wanted: str, owner: str) -> str:
        """The wanted name, numbered where a table of another source has it already."""
        for number in itertools.count(1):
            name = wanted if number == 1 else f"{wanted}_{number}"
            found = self._find(tenant, name)
            if found is None or _property(found, OWNER) in {None, owner}:
                return name
        raise AssertionError("unreachable: the numbers do not end")

    def snapshot(self, tenant: str, table: str, snapshot_id: str | None = None) -> Snapshot:
        """A table's snapshot, the current one where none is named.

        Raises:
            NotFound: The tenant has no such table, or the table no such snapshot.
        """
        found = self._find(tenant, table)
        if found is None:
            raise NotFound(f"There is no table {table!r}.", code=Code.NO_TABLE, data={"tables": self.tables(tenant)})
        return self._as_snapshot(tenant, table, found, snapshot_id)

    def earlier(self, tenant: str, table: str, content: str) -> Dataset | None:
        """What was known of the table when it last held other content than this; None where it never did.

        The same whether this content has come in already or not: a step that runs again tells the same.
        """
        found = self._find(tenant, table)
        snapshot = found.current_snapshot() if found is not None else None
        while found is not None and snapshot is not None:
            summary: Any = snapshot.summary or {}
            columns = summary.get(COLUMNS)
            if columns and summary.get(CONTENT) != content:
                rows = int(summary.get("total-records") or 0)
                return Dataset(name=table, rows=rows, columns=from_json(columns.encode(), tuple[Column, ...]))
            parent = snapshot.parent_snapshot_id
            snapshot = found.snapshot_by_id(parent) if parent is not None else None
        return None

    def tables(self, tenant: str) -> list[str]:
        """The names of a tenant's tables."""
        if not self._catalog.namespace_exists(tenant):
            return []
        return [name for _, name in self._catalog.list_tables(tenant)]

    def earlier_rows(self, tenant: str, table: str, snapshot_id: str) -> tuple[int, ...]:
        """How many rows each snapshot of the table had that is older than that one, oldest first."""
        found = self._find(tenant, table)
        if found is None:
            return ()
        older = itertools.takewhile(lambda snapshot: str(snapshot.snapshot_id) != snapshot_id, found.snapshots())
        # A replacement leaves a snapshot without any rows besides, which holds nothing of ours.
        summaries: list[Any] = [snapshot.summary for snapshot in older if snapshot.summary is not None]
        return tuple(int(summary.get("total-records") or 0) for summary in summaries if summary.get(CONTENT))

    def drop(self, tenant: str, table: str) -> None:
        """Removes a table with all its snapshots and files."""
        if self._find(tenant, table) is None:
            raise NotFound(f"There is no table {table!r}.", code=Code.NO_TABLE, data={"tables": self.tables(tenant)})
        self._catalog.drop_table((tenant, table))
        shutil.rmtree(self._warehouse / tenant / table, ignore_errors=True)

    def expirable(self, tenant: str, needed: Collection[str] | None, before: datetime) -> dict[str, list[int]]:
        """By table, the snapshots made before then that are neither current nor needed; none where that is unknown."""
        if needed is None:
            return {}
        found: dict[str, list[int]] = {}
        for name in sorted(self.tables(tenant)):
            table = self._find(tenant, name)
            if table is None:
                continue  # dropped meanwhile
            old = [
                snapshot.snapshot_id
                for snapshot in table.snapshots()
                if snapshot.timestamp_ms < before.timestamp() * 1000 and str(snapshot.snapshot_id) not in needed
            ]
            current = table.current_snapshot()
            if ids := [number for number in old if current is None or number != current.snapshot_id]:
                found[name] = ids
        return found

    def bytes_of(self, tenant: str, snapshots: Mapping[str, list[int]]) -> int:
        """What those snapshots alone hold, by table."""
        return sum(path.stat().st_size for path in self._files_of(tenant, snapshots) if path.exists())

    def expire(self, tenant: str, snapshots: Mapping[str, list[int]]) -> None:
        """Removes those snapshots, by table, and the files that no other snapshot holds."""
        files = self._files_of(tenant, snapshots)
        for name, ids in snapshots.items():
            if (table := self._find(tenant, name)) is not None:
                table.maintenance.expire_snapshots().by_ids(ids).commit()
        for path in files:
            path.unlink(missing_ok=True)

    def stray(self, tenant: str, before: datetime) -> list[Path]:
        """Files of rows written before then that no snapshot holds: of processes killed just before a commit.

        Files of the last ``SECONDS_TO_COMMIT`` are left out whatever is asked, since one may be about to be held.
        """
        latest = min(before.timestamp(), time.time() - SECONDS_TO_COMMIT)
        found: list[Path] = []
        for folder in sorted((self._warehouse / tenant).glob("*/data")):
            old = {path for path in folder.glob("*.parquet") if path.stat().st_mtime < latest}
            if old and (table := self._find(tenant, folder.parent.name)) is not None:
                old -= _data_files(table, [snapshot.snapshot_id for snapshot in table.snapshots()])
            found += sorted(old)
        return found

    def _files_of(self, tenant: str, snapshots: Mapping[str, list[int]]) -> set[Path]:
        gone: set[Path] = set()
        for name, ids in snapshots.items():
            table = self._find(tenant, name)
            if table is None:
                continue
            staying = [snapshot.snapshot_id for snapshot in table.snapshots() if snapshot.snapshot_id not in ids]
            gone |= _data_files(table, ids) - _data_files(table, staying)
        return gone

    @contextmanager
    def open(self, snapshot: Snapshot, dataset: Dataset) -> Iterator[EngineTable]:
        """The snapshot's rows under the dataset's name, derived columns included, in an engine of their own."""
        threads = 1 if _sums_depend_on_order(dataset) else self._threads
        with self.engine(threads=threads) as engine:
            add_view(engine, snapshot, dataset.name)
            if is_wide(snapshot.rows, len(snapshot.columns)):
                _bring_in(engine, dataset.name)
                yield EngineTable(engine, dataset)
            else:
                numbered = f"{dataset.name} {ROW}"  # no table is called so: their names have no spaces
                add_numbered_view(engine, snapshot, numbered)
                yield EngineTable(engine, dataset, numbered)

    def engine(self, *, threads: int | None = None) -> Engine:
        """A fresh engine within this lake's limits."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        return Engine(scratch=self._scratch, memory_limit=self._memory_limit, threads=threads or self._threads)

    def _find(self, tenant: str, table: str) -> IcebergTable | None:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return self._catalog.load_table((tenant, table))
        except NoSuchTableError:
            return None

    def _as_snapshot(self, tenant: str, name: str, table: IcebergTable, snapshot_id: str | None) -> Snapshot:
        pinned = table.current_snapshot() if snapshot_id is None else table.snapshot_by_id(int(snapshot_id))
        if pinned is None:
            raise NotFound(f"The table {name!r} has no snapshot {snapshot_id!r}.", code=Code.NO_TABLE)
        files = [task.file for task in table.scan(snapshot_id=pinned.snapshot_id).plan_files()]
        summary: Any = pinned.summary
        return Snapshot(
            tenant=tenant,
            table=name,
            id=str(pinned.snapshot_id),
            rows=sum(file.record_count for file in files),
            files=tuple(sorted(Path(file.file_path) for file in files)),
            owner=summary.get(OWNER) or "",
            columns=from_json((summary.get(COLUMNS) or "[]").encode(), tuple[Column, ...]),
        )


def _data_files(table: IcebergTable, snapshots: list[int]) -> set[Path]:
    return {Path(task.file.file_path) for number in snapshots for task in table.scan(snapshot_id=number).plan_files()}


def is_wide(rows: int, columns: int) -> bool:
    """Whether what the engine does for each column, over and over, outweighs what it does for rows."""
    return columns > WIDE_COLUMNS and rows <= WIDE_ROWS


def _bring_in(engine: Engine, name: str) -> None:
    """Puts a table in place of the view: of that, each statement reads the description of every column in the file."""
    engine.execute(f"CREATE TABLE brought_in AS FROM {identifier(name)}")
    engine.execute(f"DROP VIEW {identifier(name)}")
    engine.execute(f"ALTER TABLE brought_in RENAME TO {identifier(name)}")


def _sums_depend_on_order(dataset: Dataset) -> bool:
    doubles = any(column.type is ColumnType.FLOAT for column in dataset.columns)
    return doubles and dataset.rows > ROWS_OF_ONE_THREAD


def _property(table: IcebergTable, name: str) -> str | None:
    snapshot = table.current_snapshot()
    if snapshot is None or snapshot.summary is None:
        return None
    return snapshot.summary.get(name)
