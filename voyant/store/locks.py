"""What only one of a deployment does at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection, transaction

from voyant.settings.databases import SECONDS_FOR_THE_FILE
from voyant.store.turns import Turns


class Lock(IntEnum):
    """Numbers that stand for us among all that share the server."""

    SCHEMA = 0x564F_5941_4E54_0001
    SUBMISSION = 0x564F_5941_4E54_0002
    CLAIM = 0x564F_5941_4E54_0003
    CONTRACTS = 0x564F_5941_4E54_0004


_turns = Turns(SECONDS_FOR_THE_FILE)


@contextmanager
def alone(lock: Lock) -> Iterator[None]:
    """A transaction in which nobody else of the deployment is that asks for the same lock.

    In SQLite every transaction of ours holds the whole file from its beginning, whatever the lock. Who finds it held
    looks again after pauses that grow to a tenth of a second, and may find it held by one who came later: so threads of
    a process take turns, and only processes meet at the file.

    Raises:
        DatabaseAway: The turn, or the database, did not come in time.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
            yield
    else:
        with _turns.one(), transaction.atomic():
            yield
