"""Contracts, a row for each version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.fields import Json, Name, Text


class Contract(models.Model):
    """One version of a contract.

    Attributes:
        contract_id: Of the contract through all its versions, as its document has it.
        content: A hash of what it promises, status aside.
        tables: That it is about.
        source: That it is bound to, whatever its table is called; empty where to none.
    """

    id = Name(primary_key=True, max_length=40)
    tenant = Name(max_length=100)
    subject = Name(max_length=200)
    contract_id = Name(max_length=200)
    version = Name(max_length=100)
    name = Text()
    status = Name(max_length=20)
    action = Name(max_length=20)
    content = Name(max_length=64)
    document = Json(default=dict)
    tables = Json(default=list)
    source = Name(max_length=40, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True)
    deprecated_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "contract_id", "version"], name="contract_version_once"),
            models.UniqueConstraint(
                fields=["tenant", "contract_id"],
                condition=models.Q(status="active"),
                name="contract_active_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["tenant", "status"], name="contract_by_status")]

    def __str__(self) -> str:
        return f"{self.contract_id}@{self.version}"
