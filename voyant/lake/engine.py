"""The DuckDB engine: a database with limits, errors mapped, rows as plain Python values."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb

from voyant.domain.table import Found
from voyant.errors import Code, InvalidInput, QueryRejected, VoyantError, as_disk_full
from voyant.lake.sql import literal

if TYPE_CHECKING:
    import pyarrow

INTERRUPTED_BY_SIGNAL = "Query interrupted"


class Engine:
    """A DuckDB database; threads may ask it at once, each over a connection of its own.

    They see the same tables and views. Temporary ones, and registered Arrow data, belong to the thread that made them.

    Args:
        database: A file that outlives the process, or None for memory.
        scratch: Where the engine spills what does not fit in memory.
        memory_limit: Such as ``2GB``; beyond it the engine spills.
        threads: Cores to use; None for all.
        options: Further settings, by the engine's names.
    """

    def __init__(
        self,
        database: Path | None = None,
        *,
        scratch: Path | None = None,
        memory_limit: str | None = None,
        threads: int | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        settings: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        if scratch is not None:
            settings["temp_directory"] = str(scratch)
        if memory_limit is not None:
            settings["memory_limit"] = memory_limit
        if threads is not None:
            settings["threads"] = threads
        settings |= options or {}
        self._database = duckdb.connect(str(database) if database else ":memory:", config=settings)
        self._names = count()
        self._of_thread = threading.local()
        self._connections: list[duckdb.DuckDBPyConnection] = []
        self._connect(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The bare connection of this thread, for registering Arrow data and for functions that only DuckDB has."""
        if not hasattr(self._of_thread, "connection"):
            self._connect(self._database.cursor())
        connection: duckdb.DuckDBPyConnection = self._of_thread.connection
        return connection

    def _connect(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        self._of_thread.connection = connection
        self._connections.append(connection)

    def new_name(self, prefix: str) -> str:
        """A name with that beginning which this engine has given to nothing else."""
        return f"{prefix}_{next(self._names)}"

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Runs a statement for its effect."""
        with _mapped_errors(sql):
            self.connection.execute(sql, list(parameters))

    def tuples(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement, as tuples."""
        with _mapped_errors(sql):
            return self.connection.execute(sql, list(parameters)).fetchall()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a statement, as dicts keyed by column."""
        with _mapped_errors(sql):
            cursor = self.connection.execute(sql, list(parameters))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def first_rows(self, sql: str, limit: int) -> tuple[tuple[str, ...], tuple[str, ...], list[tuple[Any, ...]]]:
        """Column names, their types, and at most so many rows of a statement."""
        with _mapped_errors(sql):
            cursor = self.connection.execute(sql)
            names = tuple(column[0] for column in cursor.description or ())
            types = tuple(str(column[1]) for column in cursor.description or ())
            return names, types, cursor.fetchmany(limit)

    def gather(self, looks: Iterable[Callable[[], Found]]) -> list[Found]:
        """What each of them returns, in their order; as many run at once as the engine uses cores.

        A look may itself gather: its own looks then follow each other in its thread, since all others may be waiting.

        Raises:
            BaseException: What the first of them that failed raised; those that had not begun are left.
        """
        if getattr(self._of_thread, "is_gathering", False):
            return [look() for look in looks]
        futures = [self._pool.submit(copy_context().run, look) for look in looks]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        [(cores,)] = self.tuples("SELECT current_setting('threads')")
        return ThreadPoolExecutor(cores, thread_name_prefix="engine", initializer=self._begin_gathering)

    def _begin_gathering(self) -> None:
        self._of_thread.is_gathering = True

    def lock(self, files: Iterable[Path]) -> None:
        """Leaves the connections no way to files but these, to the network or to its settings."""
        allowed = ", ".join(literal(str(file)) for file in files)
        self.connection.execute(f"SET allowed_paths = [{allowed}]")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def copy_to_parquet(self, select: str, path: Path) -> None:
        """Writes the rows of a SELECT to a Parquet file, in the order of the SELECT."""
        self.execute(f"COPY ({select}) TO {literal(str(path))} (FORMAT parquet)")

    def copy_columns_to_parquet(self, selects: Iterable[str], path: Path) -> None:
        """Writes the columns of several SELECTs over the same rows, side by side, to a Parquet file.

        All cells are in memory meanwhile. Of a table of few rows and thousands of columns this takes a fraction of the
        time, and of the memory, that the engine's own writer takes, which holds buffers for each column.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = [self.arrow(select) for select in selects]
        names = [name for part in parts for name in part.column_names]
        table = pa.table([column for part in parts for column in part.columns], names=names)
        pq.write_table(table, path, store_schema=False)

    def arrow(self, sql: str) -> pyarrow.Table:
        """All rows of a statement, as Arrow columns."""
        with _mapped_errors(sql):
            return self.connection.sql(sql).to_arrow_table()

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Stops the statements inside once the time is up.

        Raises:
            InvalidInput: They took longer.
        """
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.interrupt()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except VoyantError as error:
            if late.is_set():
                raise InvalidInput(f"The statement ran longer than {seconds:g} s.", code=Code.TIMEOUT) from error
            raise
        finally:
            timer.cancel()

    def interrupt(self) -> None:
        """Stops the statements that run, from another thread."""
        for connection in tuple(self._connections):
            connection.interrupt()

    def close(self) -> None:
        if "_pool" in self.__dict__:
            self._pool.shutdown()
        for connection in self._connections:
            connection.close()


@contextmanager
def _mapped_errors(sql: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise as_voyant_error(error, sql) from error
    except RuntimeError as error:
        # The engine at times takes the signal of Ctrl-C itself; without this the job would go on or fail.
        if str(error) == INTERRUPTED_BY_SIGNAL:
            raise KeyboardInterrupt from error
        raise


def as_voyant_error(error: duckdb.Error, sql: str) -> VoyantError:
    """What an error of the engine means to who sent the statement."""
    message = str(error).split("\n", maxsplit=1)[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return InvalidInput(f"The engine ran out of memory: {message}", code=Code.TOO_LARGE, data={"sql": sql[:500]})
    if full := as_disk_full(error):
        return full
    if isinstance(error, duckdb.IOException):
        return InvalidInput(f"The engine could not read or write: {message}", code=Code.UNREADABLE)
    if _is_damaged(error, message):
        return InvalidInput(
            f"The data are damaged: {message}",
            code=Code.UNREADABLE,
            remedy="Copy or write the file again: it was cut off or damaged.",
        )
    return QueryRejected(f"The engine refused the statement: {message}", data={"sql": sql[:500]})


def _is_damaged(error: duckdb.Error, message: str) -> bool:
    """Whether a Parquet file does not hold what it says: its decoders raise no error of the engine's own kinds."""
    said = (
        "Failed to read file",
        "No magic bytes",
        "too small to be a Parquet file",
        "in Parquet file",
        "are corrupt",
        "Could not convert Timestamp(MS)",
    )
    return type(error) is duckdb.Error or any(words in message for words in said)
