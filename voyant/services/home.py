"""Opening the home that everything else here works on."""

from __future__ import annotations

from voyant.observability.logs import log_to
from voyant.settings.configuration import settings
from voyant.store.database import open_database


def open_home() -> None:
    """Makes ``VOYANT_HOME`` ready for this process: database up to date, logs going there, no job left behind.

    Raises:
        ConfigurationError: The home cannot be used.
    """
    open_database()
    log_to(settings().home)
    from voyant.services.recovery import fail_abandoned_jobs  # its models can be imported only now

    fail_abandoned_jobs()
