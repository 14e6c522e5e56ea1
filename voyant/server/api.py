"""The process that answers over HTTP."""

from __future__ import annotations

import ipaddress
import tempfile

from voyant.errors import ConfigurationError
from voyant.settings.configuration import settings

LONGEST_GOODBYE_SECONDS = 5


def run(host: str, port: int) -> None:
    """Answers until it is told to stop.

    Raises:
        ConfigurationError: The host is not of loopback.
    """
    require_loopback(host)
    import uvicorn

    from voyant.server.asgi import application
    from voyant.server.protocol import Protocol

    answering = application()
    # Large bodies wait on the disk of the home: the system's own folder for such files may be memory.
    tempfile.tempdir = str(settings().uploads_path)
    uvicorn.run(
        answering,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=Protocol,
        proxy_headers=False,  # nothing asks for the client's address
        timeout_graceful_shutdown=LONGEST_GOODBYE_SECONDS,
    )


def require_loopback(host: str) -> None:
    """Refuses to be reached from elsewhere while nothing says who asks."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ConfigurationError(
            f"The server cannot listen on {host!r}: without authentication it listens on loopback only.",
            remedy="Use 127.0.0.1, and let others in through a proxy that says who they are.",
        )
