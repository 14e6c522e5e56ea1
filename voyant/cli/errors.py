"""Errors as a person or a script at the shell meets them."""

from __future__ import annotations

import sys
from typing import Any

from voyant.errors import CallerError, GateFailed, VoyantError

DONE = 0
OUR_FAULT = 1
CALLERS_INPUT = 2
GATE_FAILED = 3
INTERRUPTED = 130


def exit_code_of(error: VoyantError) -> int:
    """3 where data did not pass what was declared of them, 2 where the caller can fix it, else 1."""
    if isinstance(error, GateFailed):
        return GATE_FAILED
    return CALLERS_INPUT if isinstance(error, CallerError) else OUR_FAULT


def show_error(error: VoyantError, *, as_json: bool) -> None:
    """Writes code, message and remedy to standard error, or the whole error as JSON to standard output."""
    if as_json:
        from voyant.domain.serialization import to_compact_json

        sys.stdout.write(to_compact_json({"error": error.as_dict()}).decode() + "\n")
        return
    show_kept(error.as_dict())


def show_kept(error: dict[str, Any]) -> None:
    """Writes an error as results keep it to standard error."""
    sys.stderr.write(f"{error['code']} {error['title']}: {error['message']}\n")
    sys.stderr.write(f"  What to do: {error['remedy']}\n")
