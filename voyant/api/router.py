"""Routers that know our shapes."""

from __future__ import annotations

from typing import Any

import ninja
from ninja.constants import NOT_SET

from voyant.services.schemas import with_dataclasses


class Router(ninja.Router):
    """A router whose operations say what they answer as structs, for one status or by status."""

    def add_api_operation(self, *args: Any, response: Any = NOT_SET, **options: Any) -> None:
        if isinstance(response, dict):
            described = {status: with_dataclasses(kind) for status, kind in response.items()}
        else:
            described = with_dataclasses(response)
        super().add_api_operation(*args, response=described, **options)
