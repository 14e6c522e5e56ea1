"""What runs came to, kept longer than their jobs: the history of a source."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.fields import Json, Name, Text
from voyant.store.models.source import Source


class Score(models.Model):
    """One completed run that judged a table.

    Attributes:
        job: Its id; the job itself may have been pruned.
        pinned: What was read, as the rows of jobs hold it.
        quality: Score of the table, 0 to 1; None where it was not judged.
        drift: Share of the columns that drifted; None where nothing was compared, and ``reference`` is then empty.
        good: Whether later runs may be compared with this one.
        created_at: When the job was asked for; ``finished_at`` when it completed.
    """

    id = models.BigAutoField(primary_key=True)
    tenant = Name(max_length=100)
    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    job = Name(max_length=40, unique=True)
    kind = Name(max_length=60)
    table = Name(max_length=300)
    snapshot = Name(max_length=30)
    pinned = Json()
    quality = models.FloatField(null=True)
    parts = Json(default=dict)
    drift = models.FloatField(null=True)
    verdict = Name(max_length=20, blank=True, default="")
    reference = Text(blank=True, default="")
    good = models.BooleanField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "table", "-job"], name="score_by_table")]

    def __str__(self) -> str:
        return f"{self.job} {self.table}"
