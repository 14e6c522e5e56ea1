"""Several tables of one brand each, made one table for the benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voyant.domain.benchmark import BrandRequest
from voyant.domain.table import ROW
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    from voyant.analysis.benchmark.union import Union
    from voyant.lake.table import EngineTable
    from voyant.workflows.context import StepContext


@contextmanager
def united(context: StepContext, request: BrandRequest) -> Iterator[tuple[EngineTable, Union]]:
    """The rows of all brands as one table of the engine, for as long as it is needed."""
    from voyant.analysis.benchmark.union import unite
    from voyant.lake.table import EngineTable

    table, beside = context.table, context.job.references()
    # Each was pinned under the name of its brand; before that was so, the request named the tables themselves.
    pinned = {one.reference: one.table for one in context.pinned.references if one.reference is not None}
    tables = {brand: beside[pinned.get(brand, named)] for brand, named in request.others.items()}
    union = unite(table.dataset, tables, request)
    name, engine = union.dataset.name, table.engine
    numbered = f"{name} {ROW}"  # no table is called so: their names have no spaces
    engine.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(name)} AS {union.select}")
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW {identifier(numbered)} AS "
        f"SELECT row_number() OVER () AS {identifier(ROW)}, * FROM {identifier(name)}"
    )
    try:
        yield EngineTable(engine, union.dataset, numbered), union
    finally:
        for view in (numbered, name):
            engine.execute(f"DROP VIEW IF EXISTS {identifier(view)}")
