"""The one translation of errors: whatever goes wrong is told with a VYNT code, what was received, and a remedy."""

from __future__ import annotations

import logging
from typing import Any

from fastmcp.exceptions import ValidationError
from fastmcp.tools import ToolResult
from mcp_types import PARSE_ERROR, ErrorData, TextContent
from pydantic import ValidationError as Misfit

from voyant.domain.serialization import to_compact_json
from voyant.errors import InternalError, InvalidInput, VoyantError, as_disk_full

MOST_SHOWN = 10
LONGEST_TEXT = 1_000

log = logging.getLogger("voyant.mcp")


def failure(error: Exception) -> ToolResult:
    """The result of a call that failed: the model reads it, and can act on it."""
    told = to_compact_json({"error": _bounded(as_ours(error).as_dict())}).decode()
    return ToolResult(content=[TextContent(type="text", text=told)], is_error=True)


def as_ours(error: Exception) -> VoyantError:
    """Any error as one with a code and a remedy; what nobody expected is logged, and told without its traceback."""
    link: BaseException | None = error
    while link is not None:  # the framework wraps what is raised inside of it
        if isinstance(link, VoyantError):
            return link
        link = link.__cause__
    if isinstance(error, ValidationError) and isinstance(error.__cause__, Misfit):
        return _invalid(error.__cause__)
    log.error("a call failed", exc_info=error)
    return as_disk_full(error) or InternalError(f"An unexpected {type(error).__name__}; the log tells more.")


def unreadable(reason: str) -> ErrorData:
    """The protocol's own error for a request that cannot be read."""
    told = InvalidInput(
        f"The request cannot be read: {reason}.",
        remedy="Write it as JSON in whole characters: half of one, such as an escape \\ud800 alone, is no text.",
    )
    return ErrorData(code=PARSE_ERROR, message=f"{told.code} {told.message} {told.remedy}", data=told.as_dict())


def _invalid(misfit: Misfit) -> InvalidInput:
    """Says what is wrong with which argument; never what stood there, which may be an address with a password."""
    found = misfit.errors(include_url=False, include_context=False, include_input=False)
    problems = [(".".join(str(part)[:100] for part in entry["loc"]), entry["msg"]) for entry in found]
    told = "; ".join(f"{name}: {problem}" for name, problem in problems[:MOST_SHOWN])
    more = f"; and {len(problems) - MOST_SHOWN} more" if len(problems) > MOST_SHOWN else ""
    return InvalidInput(told + more, remedy="Correct the named argument; the tool's input schema says what it takes.")


def _bounded(value: Any) -> Any:
    """The same with long texts and lists cut, so that an error takes no more room than an answer."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…"
    if isinstance(value, dict):
        return {name: _bounded(entry) for name, entry in list(value.items())[:MOST_SHOWN]}
    if isinstance(value, list | tuple):
        kept = [_bounded(entry) for entry in value[:MOST_SHOWN]]
        return kept if len(value) <= MOST_SHOWN else [*kept, f"… and {len(value) - MOST_SHOWN:,} more"]
    return value
