"""Two states of a table made of arrays, profiled and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from tests.analysis.profile.tables import column
from voyant.analysis.drift import compare
from voyant.domain.drift import ColumnDrift, Drift, Thresholds
from voyant.domain.table import Dataset, PersonalData, Role
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable

Columns = Mapping[str, Any]
_ROLES = {"VARCHAR": Role.DIMENSION, "BOOLEAN": Role.DIMENSION, "DATE": Role.TIME, "TIMESTAMP": Role.TIME}


@contextmanager
def table(
    name: str, columns: Columns, roles: Mapping[str, Role] | None = None, personal: tuple[str, ...] = ()
) -> Iterator[EngineTable]:
    """A table of these columns, of the types that Arrow gives them."""
    with Engine() as engine:
        engine.connection.register("given", pa.table(dict(columns)))
        engine.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        described = tuple(
            column(
                row["column_name"],
                row["column_type"],
                (roles or {}).get(row["column_name"], _ROLES.get(row["column_type"], Role.MEASURE)),
                PersonalData.NAME if row["column_name"] in personal else None,
            )
            for row in engine.query(f"DESCRIBE {name}")
        )
        rows = engine.query(f"SELECT count(*) AS n FROM {name}")[0]["n"]
        yield EngineTable(engine, Dataset(name=name, rows=rows, columns=described))


def drift(
    before: Columns,
    after: Columns,
    roles: Mapping[str, Role] | None = None,
    personal: tuple[str, ...] = (),
    thresholds: Thresholds | None = None,
) -> Drift:
    """What changed from one to the other."""
    with table("earlier", before, roles, personal) as reference, table("later", after, roles, personal) as current:
        return compare(
            reference,
            current,
            label="last month",
            current_label="this month",
            thresholds=thresholds,
        )


def column_drift(before: Any, after: Any, role: Role | None = None, **more: Any) -> ColumnDrift:
    """The same of one column."""
    found = drift({"x": before}, {"x": after}, None if role is None else {"x": role}, **more)
    [only] = found.columns
    return only


def measure_of(column: ColumnDrift, name: str) -> float:
    """How far the column moved by that measure."""
    [found] = [distance.value for distance in column.distances if distance.measure == name]
    return found
