"""Workers that are alive."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from voyant.store.fields import Name


class Worker(models.Model):
    """A worker process, for as long as it lives.

    Attributes:
        slots: Jobs that it runs at a time.
        seen_at: When it last said that it is alive.
    """

    id = Name(primary_key=True, max_length=40)
    process = Name(max_length=300)
    slots = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.id} {self.process}"
