"""``voyant mcp``."""

from __future__ import annotations

from voyant.cli.session import open_session


def mcp() -> None:
    """Answer MCP over standard input and output, for agents on this machine; no server is needed."""
    caller = open_session()
    from voyant.mcp.stdio import run

    run(caller)
