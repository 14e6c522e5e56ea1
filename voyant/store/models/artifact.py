"""What jobs made."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.models.job import Job


class Artifact(models.Model):
    """A file that a step wrote; its bytes stand in the artifact store."""

    id = models.CharField(primary_key=True, max_length=40)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="artifacts")
    step = models.CharField(max_length=60)
    name = models.TextField()
    type = models.CharField(max_length=30)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    inputs = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "name"], name="artifact_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.name}"
