"""Several tables of one brand each, made one table for the benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voyant.domain.benchmark import BrandRequest
from voyant.domain.table import ROW
from voyant.errors import Code, InvalidInput, NotFound
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    from voyant.analysis.benchmark.union import Union
    from voyant.lake.table import EngineTable
    from voyant.workflows.context import StepContext


def tables_beside(request: BrandRequest | None, pinned: str, there: set[str]) -> list[str]:
    """The tables that a benchmark reads beside the pinned one.

    Raises:
        NotFound: One of them is not in the lake.
        InvalidInput: It is the pinned one itself.
    """
    named = list(dict.fromkeys(request.others.values())) if request is not None else []
    for name in named:
        if name == pinned:
            raise InvalidInput(f"{name} is the table of the brand itself, and cannot be that of a competitor too.")
        if name not in there:
            raise NotFound(f"There is no table {name!r}.", code=Code.NO_TABLE, data={"tables": sorted(there)[:100]})
    return named


@contextmanager
def united(context: StepContext, request: BrandRequest) -> Iterator[tuple[EngineTable, Union]]:
    """The rows of all brands as one table of the engine, for as long as it is needed."""
    from voyant.analysis.benchmark.union import unite
    from voyant.lake.table import EngineTable

    table, beside = context.table, context.job.references()
    union = unite(table.dataset, {brand: beside[name] for brand, name in request.others.items()}, request)
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
