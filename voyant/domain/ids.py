"""Ids that say what they name and sort by when they were made."""

from __future__ import annotations

import secrets
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is taken for another."""


_RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0


def new_id(prefix: str) -> str:
    """A new id such as ``job_01k9z…``: milliseconds since 1970, then 80 random bits (a monotonic ULID).

    Ids that one process makes within a millisecond, or after its clock was set back, are in order too.
    """
    global _last
    with _lock:
        made = (int(time.time() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        number = _last = max(made, _last + 1)
    digits = [ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5)]
    return f"{prefix}_{''.join(digits)}"
