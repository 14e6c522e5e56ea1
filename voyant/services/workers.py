"""Workers: each says that it is alive, for the others, for readiness and for the doctor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from msgspec import Struct

from voyant.domain.ids import new_id
from voyant.services.processes import this_process
from voyant.store.models import Worker

SECONDS_BETWEEN_SIGNS = 5
SILENCE = timedelta(seconds=20)
"""A worker that has said nothing for so long is no more."""


class WorkerSummary(Struct, frozen=True, kw_only=True):
    """A live worker; ``process`` is its host, its number and its start."""

    id: str
    process: str
    slots: int
    seen_at: datetime


def list_workers() -> list[WorkerSummary]:
    """The workers that are alive, oldest first. They serve all tenants."""
    return [
        WorkerSummary(id=row.id, process=row.process, slots=row.slots, seen_at=row.seen_at) for row in live_workers()
    ]


def live_workers() -> QuerySet[Worker]:
    """Their rows, oldest first."""
    return Worker.objects.filter(seen_at__gt=datetime.now(UTC) - SILENCE).order_by("id")


class Registration:
    """This process among the workers, until it leaves."""

    def __init__(self, slots: int) -> None:
        self.id = new_id("wrk")
        self._row = {"process": this_process(), "slots": slots}

    def sign(self) -> None:
        """Says that the worker is alive; rows of those that died without a word go."""
        now = datetime.now(UTC)
        Worker.objects.update_or_create(id=self.id, defaults={**self._row, "seen_at": now})
        Worker.objects.filter(seen_at__lt=now - 10 * SILENCE).delete()

    def leave(self) -> None:
        Worker.objects.filter(id=self.id).delete()
