"""What jobs made."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.fields import Json, Name, Text
from voyant.store.models.job import Job


class Artifact(models.Model):
    """A file that a step wrote; its bytes stand in the artifact store."""

    id = Name(primary_key=True, max_length=40)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    step = Name(max_length=60)
    name = Text()
    type = Name(max_length=30)
    media_type = Name(max_length=100)
    bytes = models.PositiveBigIntegerField()
    sha256 = Name(max_length=64)
    inputs = Json(default=list)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "name"], name="artifact_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.name}"
