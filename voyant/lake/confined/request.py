"""What a confined process is asked, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from msgspec import Struct, field
from msgspec.structs import asdict

from voyant.errors import CallerError, Code, InvalidInput, NotFound, QueryRejected, VoyantError

Parameters = Sequence[Any] | Mapping[str, Any]


class Request(Struct, frozen=True, kw_only=True):
    """A statement with all that it may reach and use.

    Attributes:
        parameters: Values of JSON types for ``?`` and ``$1``, or by name for ``$name``.
        tables: For each name the statement that makes it readable.
        rows: The same of rows that a job has made, for each name that may follow ``job.``.
        files: The files behind all of these, and the only ones that can be opened.
        row_limit: Rows returned at most.
        byte_limit: Of those rows as Arrow.
        seconds: Until the process is ended.
        spill_bytes: On disk, at most.
    """

    sql: str
    parameters: Parameters = ()
    tables: Mapping[str, str]
    rows: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...]
    row_limit: int
    byte_limit: int
    seconds: float
    spill_bytes: int

    def encode(self) -> bytes:
        """One line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Self:
        fields = json.loads(line)
        return cls(**fields | {"files": tuple(fields["files"])})


class Answer(Struct, frozen=True, kw_only=True):
    """The first rows of a statement's result.

    Attributes:
        types: The engine's, by column.
        stream: The rows as an Arrow IPC stream.
        cut: What ended them before the result did: ``rows``, ``bytes``, or None where these are all.
    """

    types: tuple[str, ...]
    stream: bytes
    rows: int
    cut: str | None


def encode_answer(answer: Answer) -> bytes:
    """A line that says how many bytes of Arrow follow, and they."""
    head = {"types": answer.types, "rows": answer.rows, "cut": answer.cut, "length": len(answer.stream)}
    return json.dumps(head).encode() + b"\n" + answer.stream


def encode_error(error: VoyantError) -> bytes:
    """A line that says what went wrong."""
    kind = type(error).__name__
    said = {"kind": kind, "code": error.code.name, "message": error.message, "remedy": error.remedy}
    return json.dumps({"error": said | {"data": error.data}}).encode() + b"\n"


def decode_error(said: Mapping[str, Any]) -> VoyantError:
    """The error that the process met, to be raised here."""
    kinds: dict[str, type[VoyantError]] = {kind.__name__: kind for kind in (InvalidInput, NotFound, QueryRejected)}
    kind = kinds.get(said["kind"], CallerError)
    return kind(said["message"], code=Code[said["code"]], remedy=said["remedy"], data=said["data"])


def out_of_memory() -> InvalidInput:
    """The error for a statement that needs more memory than one may hold."""
    return InvalidInput(
        "The statement needs more memory than one may use.",
        code=Code.TOO_LARGE,
        remedy="Filter or aggregate earlier, build no long lists or texts, or ask an operator to raise "
        "VOYANT_SQL_MEMORY_LIMIT.",
    )
