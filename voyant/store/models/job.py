"""Jobs and the steps they take."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from voyant.store.fields import Json, Name
from voyant.store.models.source import Source


class Job(models.Model):
    """One run of a pipeline.

    Attributes:
        reference: What the table is compared with, settled once; None while it is not, or where there is nothing.
        process: That the job lives and dies with; empty where a workflow engine keeps it.
        seen_at: When that process last gave a sign of life, by the database's clock: hosts may have different ones.
    """

    id = Name(primary_key=True, max_length=40)
    tenant = Name(max_length=100)
    subject = Name(max_length=200)
    kind = Name(max_length=60)
    status = Name(max_length=20)
    progress = models.PositiveSmallIntegerField(default=0)
    stage = Name(max_length=60, blank=True, default="")
    runner = Name(max_length=20, default="process")
    parameters = Json(default=dict)
    source = models.ForeignKey(Source, null=True, on_delete=models.SET_NULL)
    pinned = Json(null=True)
    reference = Json(null=True)
    degraded = Json(default=list)
    error = Json(null=True)
    process = Name(max_length=300, blank=True, default="")
    seen_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(auto_now_add=True)
    dispatched_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], name="job_by_tenant"),
            models.Index(fields=["status", "id"], name="job_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.status}"


class Step(models.Model):
    """One step of a job, as it went.

    Attributes:
        attempt: How often it was begun.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = Name(max_length=60)
    status = Name(max_length=20)
    attempt = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    libraries = Json(default=dict)
    seed = models.IntegerField(default=0)
    error = Json(null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "position"], name="step_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.name} {self.status}"


class JobEvent(models.Model):
    """A change of a job, written in one transaction with the state it changed."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    kind = Name(max_length=20)
    data = Json(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.job_id} {self.kind}"


class IdempotencyKey(models.Model):
    """A key that a caller sent with a request, and the job that the request made."""

    tenant = Name(max_length=100)
    key = Name(max_length=255)
    request_sha256 = Name(max_length=64)
    job = models.ForeignKey(Job, on_delete=models.CASCADE)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "key"], name="key_once_per_tenant")]

    def __str__(self) -> str:
        return self.key
