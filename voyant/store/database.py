"""Opening our own database: Django set up once, the schema brought up to date."""

from __future__ import annotations

import os
import sqlite3
from functools import cache
from pathlib import Path

from voyant.errors import Code, ConfigurationError
from voyant.settings.configuration import settings

LATEST_MIGRATION = "0005_workers"


@cache
def open_database() -> None:
    """Makes the database of ``VOYANT_HOME`` ready for this process.

    Raises:
        ConfigurationError: The home cannot be written.
    """
    _make_home(settings().home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voyant.settings.django")
    import django

    django.setup()
    try:
        if not _is_current(settings().database_path):
            _migrate()
    except (sqlite3.Error, OSError) as error:
        raise _unusable(settings().home, error) from error


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(home, error) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise _unusable(home, PermissionError("it is read-only"))


def _unusable(home: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"VOYANT_HOME cannot be used: {home}: {error}",
        code=Code.DATABASE,
        remedy="Point VOYANT_HOME at a folder that can be written.",
    )


def _is_current(path: Path) -> bool:
    # Asked directly, because loading Django's migration machinery takes longer than a whole small analysis' queries.
    if not path.exists():
        return False
    connection = sqlite3.connect(path, timeout=60)
    try:
        found = connection.execute(
            "SELECT 1 FROM django_migrations WHERE app = 'store' AND name = ?", (LATEST_MIGRATION,)
        ).fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return found is not None


def _migrate() -> None:
    import fcntl

    from django.core.management import call_command

    # Two processes may meet on a new home; Django's migrations expect to be alone.
    with (settings().home / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_current(settings().database_path):
            call_command("migrate", verbosity=0, interactive=False)
