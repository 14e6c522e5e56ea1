"""Tables that each hold one brand, put together as one table that names the brand of each row."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.normalize.names import free_name
from voyant.domain.benchmark import Benchmark, BrandRequest
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier, literal


class Union(Struct, frozen=True, kw_only=True):
    """The rows of all tables, in the columns that all of them have.

    Attributes:
        request: What was asked, with the column and the brand that it is about.
        select: SQL over the tables by their names.
        rows: Of the table of each brand.
        notes: What cannot be compared, and why.
    """

    dataset: Dataset
    request: BrandRequest
    select: str
    rows: Mapping[str, int]
    notes: tuple[str, ...]

    def told(self, result: Benchmark, table: str) -> Benchmark:
        """The result as one about the table that the job is about, with a statement that needs no made-up table."""
        statement = result.sql.removeprefix("WITH ")
        return replace(
            result,
            table=table,
            column=None,
            sql=f"WITH {identifier(self.dataset.name)} AS (\n{self.select}\n), {statement}",
            notes=(*self.notes, *result.notes),
            tables=self.rows,
        )


def unite(main: Dataset, others: Mapping[str, Dataset], request: BrandRequest) -> Union:
    """The tables of all brands as one.

    Columns go together by their names. One that a table lacks, or holds in another unit or as another kind of value, is
    left out and named.

    Args:
        others: By brand.

    Raises:
        InvalidInput: Two brands have one name, the tables share no column, or what was asked for is in different units.
    """
    brand = request.brand or main.name
    tables = {brand: main, **others}
    if len({name.strip().lower() for name in (brand, *others)}) <= len(others):
        raise InvalidInput(
            f"Two of the brands have the same name: {', '.join([brand, *others])}.",
            remedy="Name the brand that the table itself is about as brand, and the others by names of their own.",
        )
    shared: list[Column] = []
    flaws: dict[str, list[str]] = {}
    for column in main.columns:
        flaw = _flaw(column, others)
        if flaw is None:
            shared.append(_common(column, others))
        else:
            flaws.setdefault(flaw, []).append(column.name)
    _refuse_incomparable(request, flaws)
    if not shared:
        raise InvalidInput(
            f"The tables {', '.join(table.name for table in tables.values())} have no column in common.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Give tables that have the same columns.",
        )
    taken = [column.name for column in shared]
    named = _brand_column(free_name("brand", taken))
    held = [f"{name} in {table.name}, {table.rows:,} rows" for name, table in tables.items()]
    parts = [_part(name, table, named.name, shared) for name, table in tables.items()]
    dataset = Dataset(
        name=free_name("brands", [table.name for table in tables.values()]),
        rows=sum(table.rows for table in tables.values()),
        columns=(named, *shared),
    )
    return Union(
        dataset=dataset,
        request=replace(request, column=named.name, brand=brand),
        select="\nUNION ALL\n".join(parts),
        rows={name: table.rows for name, table in tables.items()},
        notes=(
            f"Each brand has a table of its own: {'; '.join(held)}.",
            *(f"Left out, since {flaw}: {', '.join(columns)}." for flaw, columns in flaws.items()),
        ),
    )


def _flaw(column: Column, others: Mapping[str, Dataset]) -> str | None:
    """Why the column cannot be compared."""
    for brand, table in others.items():
        twin = next((one for one in table.columns if one.name == column.name), None)
        if twin is None:
            return f"the table of {brand} has no such column"
        if twin.personal is not None or column.personal is not None:
            return "it holds personal data"
        if not _goes_with(column.type, twin.type):
            return f"the table of {brand} holds {twin.type} values there"
        if twin.unit != column.unit:
            return f"the table of {brand} has it in {twin.unit or 'no unit'} rather than {column.unit or 'without one'}"
    return None


def _goes_with(one: ColumnType, other: ColumnType) -> bool:
    return one is other or (one.is_numeric and other.is_numeric) or (one.is_temporal and other.is_temporal)


def _common(column: Column, others: Mapping[str, Dataset]) -> Column:
    """The column in a type that holds the values of all."""
    types = {column.type, *(table.column(column.name).type for table in others.values())}
    column = replace(column, formula=None)
    if len(types) == 1:
        return column
    if ColumnType.TIMESTAMP in types:
        return replace(column, type=ColumnType.TIMESTAMP, engine_type="TIMESTAMP")
    if ColumnType.FLOAT in types:
        return replace(column, type=ColumnType.FLOAT, engine_type="DOUBLE")
    return replace(column, type=ColumnType.DECIMAL)


def _part(brand: str, table: Dataset, named: str, shared: list[Column]) -> str:
    columns = ", ".join(
        f"CAST({identifier(column.name)} AS {column.engine_type}) AS {identifier(column.name)}"
        if column.engine_type in {"TIMESTAMP", "DOUBLE"}
        else identifier(column.name)
        for column in shared
    )
    return f"SELECT {literal(brand)} AS {identifier(named)}, {columns}\nFROM {identifier(table.name)}"


def _brand_column(name: str) -> Column:
    return Column(
        name=name,
        original_name=name,
        type=ColumnType.TEXT,
        engine_type="VARCHAR",
        role=Role.DIMENSION,
        role_confidence=1.0,
        role_reason="the brand that the table is about",
    )


def _refuse_incomparable(request: BrandRequest, flaws: Mapping[str, list[str]]) -> None:
    asked = [*request.metrics, *request.by, *filter(None, (request.price, request.volume))]
    words = {word.lower() for text in asked for word in re.findall(r"\w+", text)}
    for flaw, columns in flaws.items():
        for column in columns:
            if column.lower() in words:
                raise InvalidInput(
                    f"The brands cannot be compared in {column}: {flaw}.",
                    remedy="Convert it in one of the tables, or leave it out.",
                    data={"column": column},
                )
