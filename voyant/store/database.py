"""Opening our own database: Django set up once, the schema brought up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from voyant.domain.source import without_credentials
from voyant.errors import Code, ConfigurationError, Unavailable, VoyantError
from voyant.settings.configuration import settings
from voyant.settings.databases import unusable
from voyant.settings.secret import Secret

LATEST_MIGRATION = "0001_schema"

_IS_CURRENT = f"SELECT 1 FROM django_migrations WHERE app = 'store' AND name = '{LATEST_MIGRATION}'"
# Asked directly, because loading Django's migration machinery takes longer than a whole small analysis' queries.


@cache
def open_database() -> None:
    """Makes the database of this deployment ready for this process.

    Raises:
        ConfigurationError: The home cannot be written, or the database cannot be used as it is set.
        Unavailable: The database does not answer.
    """
    _make_home(settings().home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voyant.settings.django")
    import django

    django.setup()
    url = settings().database_url
    if url is None:
        _open_file()
    else:
        _open_server(url)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable_home(home, error) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise _unusable_home(home, PermissionError("it is read-only"))


def _unusable_home(home: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"VOYANT_HOME cannot be used: {home}: {error}",
        code=Code.DATABASE,
        remedy="Point VOYANT_HOME at a folder that can be written.",
    )


def _open_file() -> None:
    path = settings().database_path
    try:
        if not _is_file_current(path):
            with _alone_on_file():
                if not _is_file_current(path):
                    _migrate()
    except (sqlite3.Error, OSError) as error:
        raise _unusable_home(settings().home, error) from error


def _is_file_current(path: Path) -> bool:
    if not path.exists():
        return False
    connection = sqlite3.connect(path, timeout=60)
    try:
        return connection.execute(_IS_CURRENT).fetchone() is not None
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


@contextmanager
def _alone_on_file() -> Iterator[None]:
    import fcntl

    with (settings().home / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open_server(url: Secret) -> None:
    from django.db import NotSupportedError

    from voyant.store.errors import DatabaseAway

    try:
        if not _is_server_current():
            with _alone_on_server():
                if not _is_server_current():
                    _migrate()
    except DatabaseAway as error:
        raise _refused(url, str(error.__cause__)) or _unanswered(url, error) from error
    except NotSupportedError as error:  # Django knows the oldest version that it works with
        raise unusable(url, f"{error}.", remedy="Upgrade the server.") from error


def _is_server_current() -> bool:
    from django.db import ProgrammingError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute(_IS_CURRENT)
            return cursor.fetchone() is not None
    except ProgrammingError:
        return False  # there is no such table yet


_PATIENT = "; ".join(
    f"SET {limit} = '10min'" for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
)


@contextmanager
def _alone_on_server() -> Iterator[None]:
    """While inside, no other process changes the schema, on whichever machine."""
    from django.db import connection, connections

    from voyant.store.locks import Lock

    # Held by a connection of its own for as long as its transaction lasts: migrations begin and end many, and a
    # pooler in between may give each of them another connection.
    guard = connections.create_connection("default")
    try:
        with guard.cursor() as held, connection.cursor() as migrating:
            held.execute(f"BEGIN; {_PATIENT}")
            held.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.SCHEMA])
            migrating.execute(_PATIENT)
            yield
    finally:
        guard.close()
        connection.close()  # patience ends with it


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _unanswered(url: Secret, error: VoyantError) -> Unavailable:
    return Unavailable(
        f"{error.message} (VOYANT_DATABASE_URL is {without_credentials(url.reveal())})",
        system="database",
        code=Code.DATABASE,
        remedy="Start the server, or correct VOYANT_DATABASE_URL.",
    )


def _refused(url: Secret, told: str) -> ConfigurationError | None:
    """The error where a server answers, but not to this address; it tells why in words alone."""
    for words, remedy in _REFUSALS.items():
        if words in told:
            return unusable(url, told.partition("\n")[0], remedy=remedy)
    return None


_REFUSALS = {
    "password authentication failed": "Correct user and password.",
    "no password supplied": "Add the password to the address.",
    "no pg_hba.conf entry": "Let the server accept this machine, user and database in its pg_hba.conf.",
    "does not exist": "Create the database or the role, or correct the name.",
    "permission denied": "Grant the user the right to connect.",
}
