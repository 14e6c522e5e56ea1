"""Ids that say what they name and sort by when they were made."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is taken for another."""


def new_id(prefix: str) -> str:
    """A new id such as ``job_01k9z…``: milliseconds since 1970, then 80 random bits (the layout of a ULID)."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    digits = [ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"
