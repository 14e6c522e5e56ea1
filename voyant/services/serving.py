"""What `voyant serve` says of its processes, for whoever else looks at the home."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from voyant.domain.serialization import from_json, to_json
from voyant.services.processes import has_vanished
from voyant.settings.configuration import settings

STATE_NAME = "serve.json"


class ChildState(Struct, frozen=True, kw_only=True):
    """One process of the server.

    Attributes:
        restarts: How often it was started again after it ended by itself.
        problem: How it ended last; None where it never did.
        log: Where it writes.
    """

    name: str
    pid: int | None
    restarts: int
    problem: str | None
    log: str


class Serving(Struct, frozen=True, kw_only=True):
    """A running `voyant serve`.

    Attributes:
        process: Its host, number and start.
        url: Where it answers.
        temporal_address: Where its workflow engine answers.
    """

    process: str
    url: str
    temporal_address: str
    children: tuple[ChildState, ...]


def write_serving(serving: Serving) -> None:
    """Says how the processes are; whoever reads sees the whole of this or the whole of what was said before."""
    path = _path()
    part = path.with_suffix(".part")
    part.write_bytes(to_json(serving))
    part.replace(path)


def remove_serving() -> None:
    """Nothing is served from this home any more."""
    _path().unlink(missing_ok=True)


def read_serving() -> Serving | None:
    """The server of this home; None where none runs."""
    try:
        serving = from_json(_path().read_bytes(), Serving)
    except (OSError, msgspec.DecodeError):
        return None
    return None if has_vanished(serving.process) else serving


def _path() -> Path:
    return settings().home / STATE_NAME
