"""Whether what this process depends on answers, and how fast."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from voyant.errors import Busy, Code, InternalError, Unavailable
from voyant.services.serving import read_serving
from voyant.settings.configuration import settings

SECONDS_FOR_AN_ANSWER = 2.0


class Dependency(Struct, frozen=True, kw_only=True):
    """One thing that is needed.

    Attributes:
        milliseconds: Until it answered, or until it was clear that it does not.
        problem: None where it answers.
    """

    name: str
    ok: bool
    milliseconds: float
    problem: str | None = None


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether requests can be served, and what that hangs on."""

    ready: bool
    dependencies: tuple[Dependency, ...]


def readiness() -> Readiness:
    """Asks every dependency now.

    Raises:
        Busy: One does not answer; ``data`` holds what was found of each.
    """
    found = asked(settings().temporal_address)
    down = [dependency.name for dependency in found if not dependency.ok]
    if down:
        told = [msgspec.to_builtins(dependency) for dependency in found]
        raise Busy(f"Not ready: {', '.join(down)}.", code=Code.NOT_READY, data={"dependencies": told})
    return Readiness(ready=True, dependencies=found)


def asked(workflow_engine: str) -> tuple[Dependency, ...]:
    """Every dependency, asked now.

    Args:
        workflow_engine: Its host and port.
    """
    asks: dict[str, Callable[[], None]] = {
        "database": _ask_database,
        "artifacts": _ask_artifact_store,
        "workflow_engine": lambda: _connect(workflow_engine),
        "workers": _ask_workers,
        "processes": _ask_processes,
    }
    return tuple(_asked(name, ask) for name, ask in asks.items())


def _asked(name: str, ask: Callable[[], None]) -> Dependency:
    started = time.monotonic()
    problem: str | None = None
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what was asked for
        problem = f"{type(error).__name__}: {error}"
    took = round((time.monotonic() - started) * 1000, 3)
    return Dependency(name=name, ok=problem is None, milliseconds=took, problem=problem)


def _ask_database() -> None:
    from voyant.store.models import Job

    Job.objects.exists()


def _ask_artifact_store() -> None:
    from voyant.services.wiring import artifact_store

    artifact_store().check()


def _connect(address: str) -> None:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_FOR_AN_ANSWER):
        pass


def _ask_workers() -> None:
    from voyant.services.workers import list_workers

    if not list_workers():
        raise Unavailable("No worker is alive: jobs wait.", system="worker", code=Code.WORKFLOW_ENGINE)


def _ask_processes() -> None:
    """Those of `voyant serve`, where this process is one of them; elsewhere whoever runs them watches them."""
    serving = read_serving()
    ended = [child.problem or child.name for child in serving.children if child.pid is None] if serving else []
    if ended:
        raise InternalError("; ".join(ended), remedy="It is being started again; its log says why it ended.")
