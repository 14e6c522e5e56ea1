"""What the metrics tell of the store: jobs, the queue, workers."""

from __future__ import annotations

from itertools import product

from django.db.models import Count

from voyant.domain.job import Runner, Status
from voyant.observability.metrics import Stored, exposition
from voyant.services.workers import live_workers
from voyant.store.errors import DatabaseAway
from voyant.store.models import Job
from voyant.workflows.pipelines import PIPELINES


def metrics() -> bytes:
    """Every metric in Prometheus' text format; while the database is away, those that do without it."""
    try:
        return exposition(_stored())
    except DatabaseAway:
        return exposition(None)


def _stored() -> Stored:
    # A kind and status of which there is no job is 0 rather than unknown, as an alert needs it.
    jobs = dict.fromkeys(product(PIPELINES, (status.value for status in Status)), 0)
    for kind, status, number in Job.objects.order_by().values_list("kind", "status").annotate(number=Count("id")):
        jobs[kind, status] = number
    queued = Job.objects.filter(status=Status.QUEUED, runner=Runner.DURABLE).count()
    return Stored(jobs=jobs, queued=queued, workers=live_workers().count())
