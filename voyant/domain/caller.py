"""Who asks."""

from __future__ import annotations

from msgspec import Struct


class Caller(Struct, frozen=True):
    """The identity that every service function is given; nothing is read or written without one.

    Attributes:
        may_read_files: Whether paths of this machine are its own to name, as they are for whoever sits at it.
    """

    tenant: str
    subject: str
    roles: frozenset[str] = frozenset()
    may_read_files: bool = False


LOCAL_CALLER = Caller(tenant="default", subject="local", roles=frozenset({"admin"}), may_read_files=True)
"""The person at the shell: the operating system has already said who that is."""
