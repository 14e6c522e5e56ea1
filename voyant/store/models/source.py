"""Where data came from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Source(models.Model):
    """A place that was read, or that was named to be read; ``secret`` is its whole address, sealed."""

    id = models.CharField(primary_key=True, max_length=40)
    tenant = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    location = models.TextField()
    name = models.TextField()
    query = models.TextField(blank=True, default="")
    key = models.CharField(max_length=64)
    secret = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    tables = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="source_once_per_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"
