"""Lists come a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Some items of a list, and where the next ones begin; None at its end."""

    items: tuple[T, ...]
    next_cursor: str | None


def page_of(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """A page from up to ``limit + 1`` items: one more than asked says that there are more."""
    items = tuple(found[:limit])
    more = len(found) > limit
    return Page(items=items, next_cursor=key(items[-1]) if more and items else None)
