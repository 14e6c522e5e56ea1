"""The page of findings."""

from __future__ import annotations


def page() -> str:
    """What a finding holds and the kinds there are."""
    return "# Findings\n"
