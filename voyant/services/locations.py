"""Which places of this machine a caller may name as a source."""

from __future__ import annotations

import os
from pathlib import Path

from voyant.domain.caller import Caller
from voyant.domain.source import Source, SourceKind, without_credentials
from voyant.errors import Code, NotPermitted
from voyant.ingestion.database_address import DATABASE_SCHEMES, DatabaseAddress
from voyant.ingestion.files import local_files
from voyant.services.uploads import uploads_of
from voyant.settings.configuration import settings


def require_allowed(caller: Caller, hint: str) -> None:
    """Lets a hint pass, unless it names a file of this machine that is not this caller's to name.

    Nothing is told of the file: the answer is the same whether there is one or not.

    Raises:
        NotPermitted: It is outside the source roots and the caller's uploads.
    """
    if caller.may_read_files:
        return
    if hint.strip() == "-":
        raise _refusal("standard input")
    scheme, is_address, _ = hint.partition("://")
    if not is_address or scheme.lower() == "file":
        _require_inside(caller, hint.removeprefix("file://"))
    elif scheme.lower().partition("+")[0] in DATABASE_SCHEMES:
        _require_remote(caller, hint)


def require_allowed_files(caller: Caller, source: Source) -> None:
    """Lets a folder or glob pass, unless a link in it leads elsewhere."""
    if caller.may_read_files or source.kind not in {SourceKind.FOLDER, SourceKind.FILES}:
        return
    for path in local_files(source):
        _require_inside(caller, str(path))


def _require_inside(caller: Caller, location: str) -> None:
    if "\0" in location or ("*" in location and ".." in location):
        raise _refusal(location)
    # Not Path's own: it raises where links go in circles or a user is unknown, and so tells of them.
    real = Path(os.path.realpath(os.path.expanduser(location)))  # noqa: PTH111
    if not any(real.is_relative_to(root) for root in (*settings().source_folders, uploads_of(caller.tenant))):
        raise _refusal(location)


def _require_remote(caller: Caller, hint: str) -> None:
    """Of databases, only files and sockets are places of this machine, and files that the driver is told to open."""
    address = DatabaseAddress.parse(hint)
    if address.system == "sqlite":
        _require_inside(caller, address.database)
    elif not address.host or any("/" in value for value in address.parameters.values()):
        raise _refusal(address.shown)


def _refusal(location: str) -> NotPermitted:
    return NotPermitted(
        f"{without_credentials(location)[:200]!r} is a place of the server's machine that callers may not name.",
        code=Code.LOCATION_NOT_ALLOWED,
        remedy="Upload the file with POST /v1/sources/upload, give a URL, or let the operator add its folder to "
        "VOYANT_SOURCE_ROOTS.",
    )
