"""Addresses of databases: taken apart, and put together again for a driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.source import without_credentials
from voyant.errors import Code, InvalidInput, Unavailable, extra_missing
from voyant.ingestion.addresses import require_public, resolved

_SYSTEMS = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
DATABASE_SCHEMES = tuple(_SYSTEMS)
DRIVERS = {"mysql": "asyncmy", "postgresql": "adbc_driver_postgresql"}
"""The module that reads a system, brought by the extra of the system's name."""
_OURS = frozenset({"table"})


class DatabaseAddress(Struct, frozen=True, kw_only=True):
    """Where a database is, and as whom to enter.

    Attributes:
        system: ``postgresql``, ``mysql`` or ``sqlite``.
        shown: The address as people may see it.
        parameters: What the address says after ``?``, for the driver.
        table: The table that the address names, None where it names none.
        pinned: The network address to connect to, whatever the host's name leads to; None where the driver may look.
    """

    system: str
    shown: str
    user: str | None
    password: str | None
    host: str
    port: int | None
    database: str
    parameters: Mapping[str, str]
    table: str | None
    pinned: str | None = None

    @classmethod
    def parse(cls, location: str) -> Self:
        """The address that a URL such as ``postgresql://user:password@host:5432/database?table=orders`` gives.

        Raises:
            InvalidInput: It is no such URL, or of a system that is not known.
        """
        shown = without_credentials(location)
        try:
            parts = urlsplit(location)
            port = parts.port
        except ValueError:
            raise InvalidInput(
                f"{shown} is no database address.",
                code=Code.UNSUPPORTED,
                remedy="Write SYSTEM://USER:PASSWORD@HOST:PORT/DATABASE; a password's / ? # @ are %2F %3F %23 %40.",
            ) from None
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(
            system=_system_of(parts),
            shown=shown,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            host=parts.hostname or "",
            port=port,
            database=unquote(parts.path[1:]),
            parameters={name: value for name, value in parameters.items() if name not in _OURS},
            table=parameters.get("table"),
        )

    def url(self, **defaults: str) -> str:
        """The whole address, secrets included, for the driver; ``defaults`` are parameters it may override."""
        user = "" if self.user is None else quote(self.user, safe="")
        password = "" if self.password is None else ":" + quote(self.password, safe="")
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        entry = f"{user}{password}@" if user or password else ""
        pinned = {} if self.pinned is None else {"hostaddr": self.pinned}  # the host's name is kept for TLS
        parameters = urlencode(defaults | dict(self.parameters) | pinned, quote_via=quote)
        return f"{self.system}://{entry}{host}{port}/{quote(self.database, safe='')}?{parameters}"

    def at_public_address(self) -> Self:
        """The address, pinned to a public one of those that its host's name leads to at this moment.

        Raises:
            NotPermitted: None of them is public.
            Unavailable: The name leads nowhere.
        """
        try:
            addresses = resolved(self.host)
        except OSError as error:
            raise Unavailable(f"{self.shown} cannot be reached: {error}", system=self.system) from None
        return replace(self, pinned=require_public(self.host, addresses)[0])

    def without_secrets(self, message: str) -> str:
        """A driver's message without the password, in whichever way it is written there."""
        secrets = {self.password, self.password and quote(self.password, safe=""), self.parameters.get("password")}
        for secret in filter(None, secrets):
            message = message.replace(secret, "…")
        return " ".join(message.split())

    def driver_missing(self) -> InvalidInput:
        """The error where the system's driver is not installed."""
        return extra_missing(self.shown, self.system)


def _system_of(parts: SplitResult) -> str:
    scheme = parts.scheme.partition("+")[0]  # as in postgresql+psycopg://, which other tools ask for
    if scheme not in _SYSTEMS:
        raise InvalidInput(
            f"Addresses with {parts.scheme}:// are not those of a known database.",
            code=Code.UNSUPPORTED,
            remedy=f"Use one of: {', '.join(_SYSTEMS)}.",
        )
    return _SYSTEMS[scheme]
