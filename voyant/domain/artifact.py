"""Artifacts: the files that a job makes."""

from __future__ import annotations

from msgspec import Struct

JSON = "application/json"
PARQUET = "application/vnd.apache.parquet"
VEGA_LITE = "application/vnd.vegalite.v6+json"
SVG = "image/svg+xml"
PNG = "image/png"
MARKDOWN = "text/markdown"
HTML = "text/html"

DERIVED = "preset"
"""The type of artifacts with the rows of tables that a preset derives."""


class Artifact(Struct, frozen=True, kw_only=True):
    """A file of a job: what it is, what it hashes to, and what it was made from.

    Attributes:
        type: Of the vocabulary, such as ``profile``.
        step: That made it.
        inputs: Names of the artifacts it was made from, and ``table`` for the pinned snapshot.
    """

    name: str
    type: str
    media_type: str
    bytes: int
    sha256: str
    step: str
    inputs: tuple[str, ...] = ()
