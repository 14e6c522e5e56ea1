"""Locations as people may see them: in errors, logs, manifests and lists of sources."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

# What a database URL says that is no secret and tells one source from another.
_PUBLIC_PARAMETERS = frozenset({"table", "schema", "sslmode", "ssl_mode"})


def redacted(url: str) -> str:
    """The URL without user, password, fragment and the values of its parameters, any of which may be a secret.

    >>> redacted("https://ann:pw@data.example/orders.csv?token=abc")
    'https://data.example/orders.csv?token=…'
    >>> redacted("postgresql://ann:pw@db.example:5432/shop?table=orders")
    'postgresql://db.example:5432/shop?table=orders'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url.partition(':')[0]}://…"
    is_database = parts.scheme not in {"http", "https"}
    if not _is_well_formed(parts, is_database=is_database):
        return f"{parts.scheme}://…"
    shown = (_parameter(written, is_database=is_database) for written in parts.query.split("&"))
    query = "&".join(shown) if parts.query else ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" + (f"?{query}" if query else "")


def _parameter(written: str, *, is_database: bool) -> str:
    name, equals, value = written.partition("=")
    if not equals:
        return "…"  # it may be a token itself
    return f"{name}={value if is_database and name in _PUBLIC_PARAMETERS else '…'}"


def _is_well_formed(parts: SplitResult, *, is_database: bool) -> bool:
    """False where a password with an unquoted ``/``, ``?`` or ``#`` ends up in what looks like host, port or path."""
    try:
        _ = parts.port
    except ValueError:
        return False
    return not (is_database and "@" in parts.path + parts.query + parts.fragment)
