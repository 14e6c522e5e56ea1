"""Asking a server of this machine whether it is ready."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

SECONDS = 1.0


def is_ready(url: str) -> bool:
    """Whether the address answers 200 within a second."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
