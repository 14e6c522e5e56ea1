"""What this process counts of itself, and every metric as Prometheus reads it. No label holds anything of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

TEXT_FORMAT = CONTENT_TYPE_PLAIN_0_0_4
NO_ROUTE = "none"
METHODS = frozenset({"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"})

disable_created_metrics()  # type: ignore[no-untyped-call] # they would double the series, and tell what process_start_time_seconds does
_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_requests = Histogram(
    "voyant_http_request_seconds",
    "Seconds until the answer to a request began.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
    registry=_registry,
)


class Stored(Struct, frozen=True, kw_only=True):
    """What the database tells at the moment, of all tenants together.

    Attributes:
        jobs: Their number by kind and status.
        queued: Durable jobs that wait for their turn.
        workers: That are alive.
    """

    jobs: Mapping[tuple[str, str], int]
    queued: int
    workers: int


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts a request that was answered.

    Args:
        route: Its template, never the path itself, which holds ids; empty where there is none.
        seconds: Until the answer began.
    """
    named = method if method in METHODS else "other"  # whoever asks may invent any number of methods
    _requests_of(named, route or NO_ROUTE, status).observe(seconds)


@cache
def _requests_of(method: str, route: str, status: int) -> Histogram:
    return _requests.labels(method, route, str(status))


def exposition(stored: Stored | None) -> bytes:
    """Every metric in the text format; of the database only that it is away where ``stored`` is None."""
    return generate_latest(_registry) + generate_latest(_FromStore(stored))


class _FromStore(Collector):
    def __init__(self, stored: Stored | None) -> None:
        self._stored = stored

    def collect(self) -> Iterable[Metric]:
        stored = self._stored
        yield GaugeMetricFamily("voyant_database_up", "Whether our own database answers.", value=stored is not None)
        if stored is None:
            return
        jobs = GaugeMetricFamily("voyant_jobs", "Jobs that are kept, by kind and status.", labels=("kind", "status"))
        for labels, number in sorted(stored.jobs.items()):
            jobs.add_metric(labels, number)
        yield jobs
        yield GaugeMetricFamily("voyant_queue_length", "Durable jobs that wait for their turn.", value=stored.queued)
        yield GaugeMetricFamily("voyant_workers_alive", "Workers that are alive.", value=stored.workers)
