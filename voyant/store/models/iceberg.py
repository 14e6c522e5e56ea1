"""The Iceberg catalog's pointers, in the layout that every SQL (JDBC) catalog shares.

Other engines can open the same database as a JDBC catalog, so names and types follow that layout and not ours.
"""

from __future__ import annotations

from django.db import models

from voyant.store.fields import Name


class IcebergTable(models.Model):
    """Which metadata file is a table's current one."""

    pk = models.CompositePrimaryKey("catalog_name", "table_namespace", "table_name")
    catalog_name = Name(max_length=255)
    table_namespace = Name(max_length=255)
    table_name = Name(max_length=255)
    # The shared layout has these nullable.
    metadata_location = models.CharField(max_length=1000, null=True)  # noqa: DJ001
    previous_metadata_location = models.CharField(max_length=1000, null=True)  # noqa: DJ001
    iceberg_type = models.CharField(max_length=5, null=True)  # noqa: DJ001

    class Meta:
        db_table = "iceberg_tables"

    def __str__(self) -> str:
        return f"{self.table_namespace}.{self.table_name}"


class IcebergNamespaceProperty(models.Model):
    """A property of a namespace; a namespace exists when it has one."""

    pk = models.CompositePrimaryKey("catalog_name", "namespace", "property_key")
    catalog_name = Name(max_length=255)
    namespace = Name(max_length=255)
    property_key = Name(max_length=255)
    property_value = Name(max_length=1000)

    class Meta:
        db_table = "iceberg_namespace_properties"

    def __str__(self) -> str:
        return f"{self.namespace} {self.property_key}"
