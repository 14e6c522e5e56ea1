"""Which route answers a request, for those who count: its template, not the path with its ids."""

from __future__ import annotations

import re
from functools import cache

from django.http import HttpRequest

ROUTE = "voyant.route"
"""Where the scope of a request holds it; absent where no route matched."""


def note_route(request: HttpRequest) -> None:
    """Keeps in the request's scope which route was found for it, such as ``/v1/jobs/{job}``."""
    scope = getattr(request, "scope", None)
    if scope is not None and request.resolver_match is not None:
        scope[ROUTE] = _template(request.resolver_match.route)


@cache
def _template(route: str) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
