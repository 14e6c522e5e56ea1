"""A Temporal server for all tests here, workers for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.durable.probes import register
from tests.durable.processes import WorkerProcess
from tests.durable.temporal import Temporal
from tests.fixtures.own_database import IS_POSTGRESQL
from voyant.domain.caller import Caller
from voyant.domain.job import FINAL, Runner
from voyant.domain.parameters import JobParameters
from voyant.services.analysis import parameters_of
from voyant.services.sources import source_from
from voyant.store.models import Job, Worker
from voyant.workflows.pipelines import PIPELINES

# SQLite is a file: it does not go down.
collect_ignore = [] if IS_POSTGRESQL else ["test_database_away.py"]

StartWorker = Callable[..., WorkerProcess]


@pytest.fixture(scope="package")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Temporal]:
    server = Temporal(tmp_path_factory.mktemp("temporal"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="package", autouse=True)
def probes() -> Iterator[None]:
    register()
    _forget_jobs()  # what tests elsewhere left would hold the slots of these
    yield
    del PIPELINES["probe"]


@pytest.fixture(scope="module")
def worker(temporal: Temporal) -> Iterator[WorkerProcess]:
    """One for the tests of a module that leave it as it is."""
    process = WorkerProcess(temporal.address)
    yield process
    process.kill()
    _forget_jobs()


@pytest.fixture
def start_worker(temporal: Temporal) -> Iterator[StartWorker]:
    """Starts workers; those that are left at the end are killed, and jobs that have not ended go."""
    started: list[WorkerProcess] = []

    def start(**settings: object) -> WorkerProcess:
        started.append(WorkerProcess(temporal.address, **settings))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
    _forget_jobs()


def _forget_jobs() -> None:
    Worker.objects.all().delete()
    Job.objects.filter(runner=Runner.DURABLE).exclude(status__in=FINAL).delete()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    rows = (f"2024-{1 + n % 12:02}-{1 + n % 28:02},{'NDF'[n % 3]},{n * 7919 % 1000}.5" for n in range(500))
    path.write_text("\n".join(["day,country,amount", *rows, ""]))
    return path


@pytest.fixture
def parameters(caller: Caller, orders: Path) -> JobParameters:
    return parameters_of(source_from(caller, str(orders)))
