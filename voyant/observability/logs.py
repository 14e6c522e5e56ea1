"""Logs of this process, in the home: a person at the shell sees errors with a remedy, never a traceback."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_NAME = "voyant.log"
LARGEST_BYTES = 5 * 2**20


def log_to(home: Path) -> None:
    """Sends all that Voyant logs to a file of the home, and nowhere else; once for a process."""
    logger = logging.getLogger("voyant")
    if logger.handlers:
        return
    handler = RotatingFileHandler(home / LOG_NAME, maxBytes=LARGEST_BYTES, backupCount=2, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
