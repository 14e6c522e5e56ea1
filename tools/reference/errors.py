"""The page of error codes."""

from __future__ import annotations

import textwrap

from tools.reference.markdown import code, table
from voyant import errors

RANGES = {
    1: "The request",
    2: "Not found",
    3: "Identity",
    4: "Limits",
    5: "Ours",
    6: "An outside system",
    7: "The data",
    8: "Coming in",
}


def page() -> str:
    """Every code with what it means and what to do, and the tree of exceptions."""
    parts = [
        "# Errors",
        "Every error has a code, a message with the value received, and a remedy: what to do next. The remedy of the "
        "catalogue stands here; an error that knows better says something closer. Whether a retry can help stands in "
        "the type of the exception and in `retry_allowed`.",
    ]
    for thousand, title in RANGES.items():
        found = sorted((entry for entry in errors.Code if entry.number // 1000 == thousand), key=lambda e: e.number)
        if found:
            rows = [[code(str(entry)), entry.title, str(entry.status), entry.remedy] for entry in found]
            parts += [f"## {thousand}xxx: {title}", table(["Code", "Title", "HTTP status", "Remedy"], rows)]
    parts += [
        "## In Python",
        "The classes stand in `voyant.errors`. Catch `VoyantError` for all of them; `error.code`, `error.message`, "
        "`error.remedy` and `error.data` say the rest, and `error.as_dict()` gives what the other faces show.",
        "```\n" + _tree() + "\n```",
        "## Exit codes of the shell",
        table(
            ["Code", "Meaning"],
            [
                ["0", "Done"],
                ["1", "Our fault, an outside system's or the configuration's"],
                ["2", "The caller's input"],
                ["3", "A gate failed"],
                ["130", "Interrupted"],
            ],
        ),
    ]
    return "\n\n".join(parts)


def _tree() -> str:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    return textwrap.dedent("\n".join(drawn))
