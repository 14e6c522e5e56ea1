"""Making a file of rows the whole of a table, in one commit of Iceberg's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import Table as IcebergTable

    from voyant.lake.catalog import StoreCatalog

COLUMNS_WITH_METRICS = 100
"""Of wider tables a manifest keeps no bounds of columns: Iceberg's own writers keep them of the first so many only."""


def commit(
    catalog: StoreCatalog, name: tuple[str, str], location: Path, file: Path, properties: Mapping[str, str]
) -> IcebergTable:
    """The table, made where there is none yet, which holds the rows of that Parquet file and no others.

    Args:
        name: The tenant, and its table.
        location: Where the table keeps its files, should it have to be made.
        properties: Kept with the snapshot.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyiceberg.exceptions import NoSuchTableError
    from pyiceberg.expressions import AlwaysTrue

    # A column without nulls today may have some in the next snapshot, so none is required.
    schema = pa.schema([field.with_nullable(True) for field in pq.read_schema(file)])
    try:
        table = catalog.load_table(name)
    except NoSuchTableError:
        table = _create(catalog, name, location, schema)
    with table.transaction() as transaction:
        if table.current_snapshot() is not None:
            _evolve(transaction, schema)
            transaction.delete(AlwaysTrue())
        transaction.add_files([str(file)], snapshot_properties=dict(properties), check_duplicate_files=False)
    return table


def _create(catalog: StoreCatalog, name: tuple[str, str], location: Path, schema: pa.Schema) -> IcebergTable:
    from pyiceberg.exceptions import NamespaceAlreadyExistsError

    tenant, _ = name
    if not catalog.namespace_exists(tenant):
        with suppress(NamespaceAlreadyExistsError):  # another process was first
            catalog.create_namespace(tenant)
    # PyIceberg's own retries keep the files that an overtaken overwrite meant to remove; ours begin anew.
    properties = {"commit.retry.num-retries": "0"}
    if len(schema) > COLUMNS_WITH_METRICS:
        properties["write.metadata.metrics.default"] = "none"
    return catalog.create_table(name, schema=schema, location=str(location), properties=properties)


def _evolve(transaction: Any, schema: pa.Schema) -> None:
    """Gives the table the new rows' columns: those that left or changed type are dropped, new ones added."""
    table_schema = transaction.table_metadata.schema()
    wanted = {field.name: _plain_type(field.type) for field in schema}
    kept = {field.name: _plain_type(field.type) for field in table_schema.as_arrow()}
    gone = [name for name, kind in kept.items() if wanted.get(name) != kind]
    if gone:
        with transaction.update_schema(allow_incompatible_changes=True) as update:
            for name in gone:
                update.delete_column((name,))
    if gone or wanted.keys() - kept.keys():
        with transaction.update_schema() as update:
            update.union_by_name(schema)


def _plain_type(kind: pa.DataType) -> str:
    return str(kind).replace("large_", "")
