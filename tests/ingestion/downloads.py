"""Downloads as a job makes them, from a server on this machine."""

from __future__ import annotations

from pathlib import Path

from voyant.ingestion.protocol import Limits
from voyant.ingestion.urls import Download, download

CSV = b"id,amount\n1,2.50\n2,3.50\n"
LIMITS = Limits(private_addresses=True, download_seconds=20)


def fetch(url: str, folder: Path, limits: Limits = LIMITS) -> Download:
    return download(url, folder, limits=limits)
