"""States of tables that people keep under a name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.fields import Json, Name
from voyant.store.models.source import Source


class Baseline(models.Model):
    """A snapshot that stays as long as this row; its profile stands in the artifact store under the same id.

    Attributes:
        pinned: What was read, as the rows of jobs hold it.
        job: That read it; empty where no job is known.
    """

    id = Name(primary_key=True, max_length=40)
    tenant = Name(max_length=100)
    name = Name(max_length=100)
    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    table = Name(max_length=300)
    snapshot = Name(max_length=30)
    pinned = Json()
    job = Name(max_length=40, blank=True, default="")
    subject = Name(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "name"], name="baseline_once_per_tenant")]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"
