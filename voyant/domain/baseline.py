"""Baselines: states of tables that people keep under a name, to compare later ones with."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

LAST = "last"
"""As a reference: the last good run."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""Of a baseline: nothing that is read as a path, an address or a snapshot."""


class Baseline(Struct, frozen=True, kw_only=True):
    """A state of a table, kept until it is removed.

    Attributes:
        source: Display name of where the rows came from.
        job: That read it; None where that is not known.
    """

    id: str
    name: str
    source: str
    source_id: str
    table: str
    snapshot: str
    rows: int
    columns: int
    job: str | None
    created_at: datetime
