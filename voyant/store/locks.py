"""What only one process of a deployment does at a time."""

from __future__ import annotations

from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """Numbers that stand for us among all that share the server."""

    SCHEMA = 0x564F_5941_4E54_0001
    SUBMISSION = 0x564F_5941_4E54_0002
    CLAIM = 0x564F_5941_4E54_0003


def hold(lock: Lock) -> None:
    """Waits for the lock and holds it until the transaction at hand ends.

    In SQLite every transaction of ours holds the whole database from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
