"""Where our own database is, in the form in which Django takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voyant.domain.source import without_credentials
from voyant.errors import Code, ConfigurationError
from voyant.settings.secret import Secret

SECONDS_TO_CONNECT = 5
SECONDS_FOR_THE_FILE = 60
"""That a writer waits for others of the same file."""
LONGEST_STATEMENT, LONGEST_WAIT, LONGEST_PAUSE = "30s", "10s", "60s"
"""For one statement, for a lock that it needs, and between two statements of one transaction."""

# A thread keeps its connection: opening one costs more than most of what is asked of it. Before a piece of work the
# thread makes sure that it still holds (``close_old_connections``). Pools of threads are bounded, and so are these.
_KEPT = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def sqlite(path: Path) -> dict[str, Any]:
    """The database of a single machine."""
    return {
        "ENGINE": "voyant.store.sqlite",
        **_KEPT,
        "NAME": path,
        "OPTIONS": {
            # Writers queue instead of failing: several processes share one home.
            "timeout": SECONDS_FOR_THE_FILE,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def postgresql(url: Secret) -> dict[str, Any]:
    """A database that many machines share; what the URL says goes before our defaults.

    Raises:
        ConfigurationError: The URL is none, or the driver is not installed.
    """
    given = _parts_of(url)
    return {
        "ENGINE": "voyant.store.postgresql",
        **_KEPT,
        "NAME": given.pop("dbname"),
        "OPTIONS": {
            "connect_timeout": SECONDS_TO_CONNECT,
            "application_name": "voyant",
            # A server that vanished without a word is noticed within half a minute.
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            **given,
            "options": f"{_SESSION} {given.get('options', '')}".rstrip(),
        },
    }


# Whatever the server's own defaults are: what our transactions hold was thought through for this level alone.
_SESSION = (
    "-c default_transaction_isolation=read\\ committed"
    f" -c statement_timeout={LONGEST_STATEMENT} -c lock_timeout={LONGEST_WAIT}"
    f" -c idle_in_transaction_session_timeout={LONGEST_PAUSE}"
)


def _parts_of(url: Secret) -> dict[str, Any]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise unusable(
            url, "its driver psycopg is not installed.", remedy="Install it with: pip install 'voyant[server]'"
        ) from None
    if not url.reveal().startswith(("postgresql://", "postgres://")):
        raise unusable(url, "it is no address of a PostgreSQL database.", remedy=_HOW)
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url.reveal()))
    except ProgrammingError:  # its message quotes what may be a piece of the password
        raise unusable(url, "it cannot be read.", remedy=_HOW) from None
    ports = str(parts.get("port", "")).replace(",", "")
    if (ports and not ports.isdigit()) or "@" in parts.get("dbname", ""):
        raise unusable(url, "it cannot be read.", remedy=_HOW)
    if not parts.get("dbname"):
        raise unusable(url, "it names no database.", remedy=_HOW)
    return parts


_HOW = "Give postgresql://user:password@host:port/database, with / ? # @ : and % of a password percent-encoded."


def unusable(url: Secret, problem: str, *, remedy: str) -> ConfigurationError:
    """The error of a database that cannot be used as it is set."""
    return ConfigurationError(
        f"VOYANT_DATABASE_URL cannot be used: {without_credentials(url.reveal())}: {problem}",
        code=Code.DATABASE,
        remedy=remedy,
    )
