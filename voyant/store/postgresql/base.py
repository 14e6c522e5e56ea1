"""The backend that Django loads for PostgreSQL; it finds back by itself to a server that was away."""

from __future__ import annotations

from django.db.backends.postgresql.base import DatabaseWrapper as Wrapper
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg import InterfaceError, OperationalError, errors

from voyant.store.errors import OurErrors

# After a failover a client may still hold a server that now only reads; one that was idle for too long is sent away.
PASSING = (OperationalError, InterfaceError, errors.ReadOnlySqlTransaction, errors.IdleInTransactionSessionTimeout)


class DatabaseWrapper(Wrapper):
    """A thread's connection to PostgreSQL."""

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return OurErrors(self, lambda error: isinstance(error, PASSING))

    def ensure_connection(self) -> None:
        # A connection that broke stays broken, and the thread that keeps it may serve for ever.
        if self.errors_occurred and self.connection is not None and not self.in_atomic_block:
            if self.is_usable():
                self.errors_occurred = False
            else:
                self.close()
        super().ensure_connection()
