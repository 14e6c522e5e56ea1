"""Who asks over the network: the one place where a request becomes a caller."""

from __future__ import annotations

import re

from voyant.domain.caller import Caller
from voyant.errors import Code, InvalidInput, NotPermitted
from voyant.settings.configuration import settings

DEFAULT_TENANT = "default"
TENANT = re.compile(r"[a-z0-9_-]{1,63}")


def resolve_caller(tenant: str | None) -> Caller:
    """The caller of a request that carries that ``X-Tenant-ID``, or none.

    Raises:
        InvalidInput: It is no tenant's name.
        NotPermitted: This deployment does not let callers choose their tenant.
    """
    chosen = DEFAULT_TENANT if tenant is None else tenant
    if not TENANT.fullmatch(chosen):
        raise InvalidInput(
            f"X-Tenant-ID cannot be {chosen[:80]!r}.",
            remedy="A tenant's name has 1 to 63 of the characters a-z, 0-9, _ and -.",
        )
    if chosen != DEFAULT_TENANT and not settings().allow_tenant_header:
        raise NotPermitted(f"X-Tenant-ID may not choose the tenant {chosen!r} here.", code=Code.OTHER_TENANT)
    return Caller(tenant=chosen, subject="anonymous")
