"""Where data came from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.fields import Json, Name, Text


class Source(models.Model):
    """A place that was read, or that was named to be read; ``secret`` is its whole address, sealed."""

    id = Name(primary_key=True, max_length=40)
    tenant = Name(max_length=100)
    kind = Name(max_length=20)
    location = Text()
    name = Text()
    query = Text(blank=True, default="")
    key = Name(max_length=64)
    secret = Text(blank=True, default="")
    fingerprint = Name(max_length=100, blank=True, default="")
    tables = Json(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="source_once_per_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"
