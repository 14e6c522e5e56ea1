"""Which places of this machine and of the network around it a caller may name as a source."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from voyant.domain.caller import Caller
from voyant.domain.source import Source, SourceKind, without_credentials
from voyant.errors import Code, NotPermitted, Unavailable
from voyant.ingestion.database_address import DATABASE_SCHEMES, DatabaseAddress
from voyant.ingestion.files import local_files
from voyant.services.uploads import uploads_of
from voyant.settings.configuration import settings

# One name or address: PostgreSQL's driver takes lists as well, and folders of sockets written with %2F.
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
# A process that opens and closes them drops the locks that SQLite holds on them for it: others then overwrite its work.
_OWN_FILES = ("voyant.db", "temporal.db", "secret.key")
_DETOURS = frozenset({"host", "hostaddr", "service", "servicefile"})


def require_allowed(caller: Caller, hint: str) -> None:
    """Lets a hint pass, unless it names a file of this machine that is not this caller's, or a database beside it.

    Nothing is told of the file: the answer is the same whether there is one or not.

    Raises:
        NotPermitted: It is outside the source roots and the caller's uploads, at no public address, or what Voyant
            itself works on.
    """
    if not caller.may_read_files and hint.strip() == "-":
        raise _refusal("standard input")
    scheme, is_address, _ = hint.partition("://")
    if not is_address or scheme.lower() == "file":
        _require_readable(caller, hint.removeprefix("file://"))
    elif scheme.lower().partition("+")[0] in DATABASE_SCHEMES:
        _require_database(caller, hint)


def require_allowed_files(caller: Caller, source: Source) -> None:
    """Lets a folder or glob pass, unless a link in it leads elsewhere."""
    if source.kind not in {SourceKind.FOLDER, SourceKind.FILES}:
        return
    for path in local_files(source):
        _require_readable(caller, str(path))


def _require_readable(caller: Caller, location: str) -> None:
    if not caller.may_read_files and ("\0" in location or ("*" in location and ".." in location)):
        raise _refusal(location)
    if "\0" in location:
        return  # no file is called so, as whoever opens it says
    # Not Path's own: it raises where links go in circles or a user is unknown, and so tells of them.
    real = Path(os.path.realpath(os.path.expanduser(location)))  # noqa: PTH111
    if str(real.parent) == os.path.realpath(settings().home) and real.name.startswith(_OWN_FILES):
        raise NotPermitted(
            f"{without_credentials(location)[:200]!r} is what Voyant itself works on, and no source.",
            remedy="List jobs, sources and tables with: voyant job list, voyant source list, voyant sql",
        )
    roots = (*settings().source_folders, uploads_of(caller.tenant))
    if not caller.may_read_files and not any(real.is_relative_to(root) for root in roots):
        raise _refusal(location)


def _require_database(caller: Caller, hint: str) -> None:
    """Lets a database pass that is neither a file or socket of this machine nor, unless that is allowed, beside it.

    Nor may the driver be told of files to open, or to connect elsewhere than the host says.
    """
    address = DatabaseAddress.parse(hint)
    if address.system == "sqlite":
        _require_readable(caller, address.database)
        return
    if caller.may_read_files:
        return
    if not address.host or any("/" in value for value in address.parameters.values()):
        raise _refusal(address.shown)
    if not _HOST.fullmatch(address.host) or not _DETOURS.isdisjoint(address.parameters):
        raise NotPermitted(
            f"{address.shown} does not say with its host alone where to connect to.",
            code=Code.LOCATION_NOT_ALLOWED,
            remedy=f"Name one host, and none of the parameters {', '.join(sorted(_DETOURS))}.",
        )
    if not settings().allow_private_addresses:
        with suppress(Unavailable):  # a name that leads nowhere yet is looked at again before it is connected to
            address.at_public_address()


def _refusal(location: str) -> NotPermitted:
    return NotPermitted(
        f"{without_credentials(location)[:200]!r} is a place of the server's machine that callers may not name.",
        code=Code.LOCATION_NOT_ALLOWED,
        remedy="Upload the file with POST /v1/sources/upload, give a URL, or let the operator add its folder to "
        "VOYANT_SOURCE_ROOTS.",
    )
