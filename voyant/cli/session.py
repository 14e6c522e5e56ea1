"""What every command needs: the database open, the person at the shell as caller, output in the form asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant.domain.caller import LOCAL_CALLER, Caller
from voyant.errors import Code, InvalidInput

if TYPE_CHECKING:
    from rich.console import Console


def open_session() -> Caller:
    """Opens the home for the person at the shell."""
    from voyant.services.home import open_home

    open_home()
    return LOCAL_CALLER


def write_json(value: Any) -> None:
    """Writes a result as one line of JSON to standard output: agents pay for white space, people pipe it to jq."""
    from voyant.domain.serialization import to_compact_json

    sys.stdout.write(to_compact_json(value).decode() + "\n")


def write_file(path: Path, data: bytes) -> None:
    """Writes a file that was asked for.

    Raises:
        InvalidInput: It cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}", code=Code.STORAGE_FULL) from error


def console() -> Console:
    """Standard output for people: colours only on a terminal, no colour codes or cut lines in files and pipes."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())
