"""Artifacts as bytes and back: the same value always gives the same bytes."""

from __future__ import annotations

import math
from threading import Lock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_understanding = Lock()
_understood: set[Any] = set()


def to_json(value: Any) -> bytes:
    """Canonical JSON: fields in the order they are declared, dict keys sorted, NaN and infinities as null.

    >>> to_json({"b": 1.5, "a": float("nan")})
    b'{\\n  "a": null,\\n  "b": 1.5\\n}\\n'
    """
    return msgspec.json.format(to_compact_json(value), indent=2) + b"\n"


def to_compact_json(value: Any) -> bytes:
    """The same without white space, for readers that pay for it."""
    return msgspec.json.encode(value, order="deterministic", enc_hook=_encode_foreign)


def from_json(data: bytes, kind: type[T]) -> T:
    """The value of that type; ``msgspec.ValidationError`` where the bytes hold another shape."""
    _understand(kind)
    return msgspec.json.decode(data, type=kind, strict=False)


def from_builtins(value: Any, kind: type[T]) -> T:
    """The same of dicts, lists and scalars, as a column of JSON holds them."""
    _understand(kind)
    return msgspec.convert(value, kind)


def _understand(kind: Any) -> None:
    """Lets msgspec look at the fields of a type once, before several threads need it.

    It keeps what it has learned of a class from the moment it begins to look: another thread that comes upon it half
    done reads past its end, and the process dies.
    """
    if kind not in _understood:
        with _understanding:
            msgspec.json.Decoder(kind)
            _understood.add(kind)


def _encode_foreign(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    raise NotImplementedError(f"cannot encode {type(value)!r}")
