"""The Iceberg catalog of a single machine: pointers in our own database, metadata and data as files.

PyIceberg's own SqlCatalog keeps the very same two tables through SQLAlchemy, whose import costs 0.8 s of every
command. This one keeps them through the ORM that is loaded anyway, so that one database holds jobs and pointers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

from django.db import IntegrityError
from django.db.models import Q
from pyiceberg.catalog import Catalog, MetastoreCatalog, PropertiesUpdateSummary
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.io import load_file_io
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import CommitTableResponse, Table, TableProperties
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import EMPTY_DICT, Identifier, Properties

from voyant.store.models import IcebergNamespaceProperty, IcebergTable

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.schema import Schema

TABLE = "TABLE"
EXISTS = {"exists": "true"}


class StoreCatalog(MetastoreCatalog):
    """An Iceberg catalog whose pointers stand in ``iceberg_tables`` of our database."""

    def create_table(
        self,
        identifier: str | Identifier,
        schema: Schema | pa.Schema,
        location: str | None = None,
        partition_spec: PartitionSpec = UNPARTITIONED_PARTITION_SPEC,
        sort_order: SortOrder = UNSORTED_SORT_ORDER,
        properties: Properties = EMPTY_DICT,
    ) -> Table:
        version = int(properties.get(TableProperties.FORMAT_VERSION, TableProperties.DEFAULT_FORMAT_VERSION))
        iceberg_schema = self._convert_schema_if_needed(schema, cast("Any", version))
        namespace, name = _split(identifier)
        self._require_namespace(namespace)
        location = self._resolve_table_location(location, namespace, name)
        provider = load_location_provider(table_location=location, table_properties=properties)
        metadata_location = provider.new_table_metadata_file_location()
        metadata = new_table_metadata(
            location=location,
            schema=iceberg_schema,
            partition_spec=partition_spec,
            sort_order=sort_order,
            properties=properties,
        )
        self._write_metadata(metadata, load_file_io(self.properties, metadata_location), metadata_location)
        self._insert(namespace, name, metadata_location)
        return self.load_table(identifier)

    def register_table(self, identifier: str | Identifier, metadata_location: str, overwrite: bool = False) -> Table:
        if overwrite:
            _unsupported("overwriting a registered table")
        namespace, name = _split(identifier)
        self._require_namespace(namespace)
        self._insert(namespace, name, metadata_location)
        return self.load_table(identifier)

    def load_table(self, identifier: str | Identifier) -> Table:
        namespace, name = _split(identifier)
        row = self._tables(namespace).filter(table_name=name).first()
        if row is None or row.metadata_location is None:
            raise NoSuchTableError(f"Table does not exist: {namespace}.{name}")
        io = load_file_io(self.properties, row.metadata_location)
        metadata = FromInputFile.table_metadata(io.new_input(row.metadata_location))
        return Table(
            identifier=(*Catalog.identifier_to_tuple(namespace), name),
            metadata=metadata,
            metadata_location=row.metadata_location,
            io=self._load_file_io(metadata.properties, row.metadata_location),
            catalog=self,
        )

    def drop_table(self, identifier: str | Identifier) -> None:
        namespace, name = _split(identifier)
        deleted, _ = self._tables(namespace).filter(table_name=name).delete()
        if not deleted:
            raise NoSuchTableError(f"Table does not exist: {namespace}.{name}")

    def rename_table(self, from_identifier: str | Identifier, to_identifier: str | Identifier) -> Table:
        namespace, name = _split(from_identifier)
        to_namespace, to_name = _split(to_identifier)
        self._require_namespace(to_namespace)
        try:
            renamed = (
                self._tables(namespace).filter(table_name=name).update(table_namespace=to_namespace, table_name=to_name)
            )
        except IntegrityError as error:
            raise TableAlreadyExistsError(f"Table {to_namespace}.{to_name} already exists") from error
        if not renamed:
            raise NoSuchTableError(f"Table does not exist: {namespace}.{name}")
        return self.load_table(to_identifier)

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        namespace, name = _split(table.name())
        current = self.load_table(table.name()) if self.table_exists(table.name()) else None
        staged = self._update_and_stage_table(current, table.name(), requirements, updates)
        if current is not None and staged.metadata == current.metadata:
            return CommitTableResponse(metadata=current.metadata, metadata_location=current.metadata_location)
        self._write_metadata(metadata=staged.metadata, io=staged.io, metadata_path=staged.metadata_location)
        if current is None:
            self._insert(namespace, name, staged.metadata_location)
        else:
            self._swap(namespace, name, current.metadata_location, staged.metadata_location)
        return CommitTableResponse(metadata=staged.metadata, metadata_location=staged.metadata_location)

    def table_exists(self, identifier: str | Identifier) -> bool:
        namespace, name = _split(identifier)
        return bool(self._tables(namespace).filter(table_name=name).exists())

    def namespace_exists(self, namespace: str | Identifier) -> bool:
        return bool(self._namespace_properties(Catalog.namespace_to_string(namespace)).exists())

    def create_namespace(self, namespace: str | Identifier, properties: Properties = EMPTY_DICT) -> None:
        name = Catalog.namespace_to_string(namespace)
        rows = [
            IcebergNamespaceProperty(catalog_name=self.name, namespace=name, property_key=key, property_value=value)
            for key, value in (properties or EXISTS).items()
        ]
        try:
            IcebergNamespaceProperty.objects.bulk_create(rows)
        except IntegrityError as error:
            raise NamespaceAlreadyExistsError(f"Namespace {name} already exists") from error

    def drop_namespace(self, namespace: str | Identifier) -> None:
        name = Catalog.namespace_to_string(namespace)
        self._require_namespace(name)
        if tables := self.list_tables(namespace):
            raise NamespaceNotEmptyError(f"Namespace {name} is not empty. {len(tables)} tables exist.")
        self._namespace_properties(name).delete()

    def list_tables(self, namespace: str | Identifier) -> list[Identifier]:
        name = Catalog.namespace_to_string(namespace)
        names = self._tables(name).order_by("table_name").values_list("table_name", flat=True)
        return [(*Catalog.identifier_to_tuple(name), table) for table in names]

    def list_namespaces(self, namespace: str | Identifier = ()) -> list[Identifier]:
        if namespace:
            return []  # namespaces are tenants, and tenants are not nested
        names = (
            IcebergNamespaceProperty.objects.filter(catalog_name=self.name)
            .order_by("namespace")
            .values_list("namespace", flat=True)
            .distinct()
        )
        return [Catalog.identifier_to_tuple(name) for name in names]

    def load_namespace_properties(self, namespace: str | Identifier) -> Properties:
        name = Catalog.namespace_to_string(namespace)
        self._require_namespace(name)
        return dict(self._namespace_properties(name).values_list("property_key", "property_value"))

    def update_namespace_properties(
        self, namespace: str | Identifier, removals: set[str] | None = None, updates: Properties = EMPTY_DICT
    ) -> PropertiesUpdateSummary:
        name = Catalog.namespace_to_string(namespace)
        summary, _ = self._get_updated_props_and_update_summary(
            current_properties=self.load_namespace_properties(namespace), removals=removals, updates=updates
        )
        self._namespace_properties(name).filter(property_key__in=removals or ()).delete()
        for key, value in updates.items():
            self._namespace_properties(name).update_or_create(
                catalog_name=self.name, namespace=name, property_key=key, defaults={"property_value": value}
            )
        return summary

    def list_views(self, namespace: str | Identifier) -> list[Identifier]:
        return []

    def view_exists(self, identifier: str | Identifier) -> bool:
        return False

    def drop_view(self, identifier: str | Identifier) -> None:
        _unsupported("views")

    def load_view(self, identifier: str | Identifier) -> Any:
        _unsupported("views")

    def register_view(self, *args: Any, **kwargs: Any) -> Any:
        _unsupported("views")

    def _tables(self, namespace: str) -> Any:
        return IcebergTable.objects.filter(
            Q(iceberg_type=TABLE) | Q(iceberg_type__isnull=True), catalog_name=self.name, table_namespace=namespace
        )

    def _namespace_properties(self, namespace: str) -> Any:
        return IcebergNamespaceProperty.objects.filter(catalog_name=self.name, namespace=namespace)

    def _require_namespace(self, namespace: str) -> None:
        if not self.namespace_exists(namespace):
            raise NoSuchNamespaceError(f"Namespace does not exist: {namespace}")

    def _insert(self, namespace: str, name: str, metadata_location: str) -> None:
        try:
            IcebergTable.objects.create(
                catalog_name=self.name,
                table_namespace=namespace,
                table_name=name,
                metadata_location=metadata_location,
                iceberg_type=TABLE,
            )
        except IntegrityError as error:
            raise TableAlreadyExistsError(f"Table {namespace}.{name} already exists") from error

    def _swap(self, namespace: str, name: str, expected: str, replacement: str) -> None:
        swapped = (
            self._tables(namespace)
            .filter(table_name=name, metadata_location=expected)
            .update(metadata_location=replacement, previous_metadata_location=expected)
        )
        if not swapped:
            raise CommitFailedException(f"Table has been updated by another process: {namespace}.{name}")


def _split(identifier: str | Identifier) -> tuple[str, str]:
    return (
        Catalog.namespace_to_string(Catalog.namespace_from(identifier)),
        Catalog.table_name_from(identifier),
    )


def _unsupported(what: str) -> NoReturn:
    raise NotImplementedError(f"this catalog does not hold {what}")
