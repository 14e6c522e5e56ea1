"""Artifacts as bytes and back: the same value always gives the same bytes."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


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
    return msgspec.json.decode(data, type=kind, strict=False)


def _encode_foreign(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    raise NotImplementedError(f"cannot encode {type(value)!r}")
