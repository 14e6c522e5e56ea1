"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity that every service function is given; nothing is read or written without one."""

    tenant: str
    subject: str
    roles: frozenset[str] = frozenset()


LOCAL_CALLER = Caller(tenant="default", subject="local", roles=frozenset({"admin"}))
"""The person at the shell: the operating system has already said who that is."""
