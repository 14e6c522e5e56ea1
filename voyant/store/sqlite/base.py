"""The backend that Django loads for SQLite."""

from __future__ import annotations

import sqlite3

from django.db.backends.sqlite3.base import DatabaseWrapper as Wrapper
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

from voyant.store.errors import OurErrors

PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL}
)


class DatabaseWrapper(Wrapper):
    """A thread's connection to the file of a single machine."""

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return OurErrors(self, _passes)


def _passes(error: BaseException) -> bool:
    # The lowest byte tells the kind, those above it where it happened.
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in PASSING
