"""The error of a contract that cannot be used."""

from __future__ import annotations

from typing import Any

from voyant.errors import Code, InvalidInput


def refused(message: str, *, remedy: str | None = None, **data: Any) -> InvalidInput:
    """Says what is wrong with the contract, and where."""
    return InvalidInput(message, code=Code.BAD_CONTRACT, remedy=remedy, data=data)
