"""The report as an MCP App: a page that a client shows beside a tool's result (SEP-1865)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastmcp.utilities.mime import UI_MIME_TYPE

REPORT_VIEW = "ui://voyant/report.html"
VIEW_MIME = UI_MIME_TYPE
VIEW_UI: dict[str, Any] = {"csp": {"connectDomains": [], "resourceDomains": []}, "prefersBorder": True}
"""The page asks nothing of any network: what it shows comes through the client."""


@cache
def page() -> str:
    """The page itself; which report it shows, the client tells it."""
    return Path(__file__).with_name("view.html").read_text("utf-8")
