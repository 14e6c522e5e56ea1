"""A chart: what it shows, what it is drawn from, and where its numbers stand."""

from __future__ import annotations

from typing import Any, Self

from msgspec import Struct


class Chart(Struct, frozen=True, kw_only=True):
    """A picture worth looking at.

    Attributes:
        name: Stem of its files in ``charts/``, snake_case, unique in a job.
        title: What it shows, as a statement.
        caption: What a reader must know to read it right: what was left out, what dashes mean; may be empty.
        spec: A Vega-Lite specification that holds its own, aggregated data; its ``usermeta`` holds all the rest of
            this, so that the file alone tells where its numbers come from.
        sql: Gives that data; None where they come from many statements, and ``evidence`` alone says where they stand.
        evidence: Artifact and JSON pointer, such as ``kpis.json#/kpis/0/series``.
        findings: Ids of the findings that it illustrates; none where it was chosen by rule.
        columns: The columns that it shows.
        place: From 0, in the order of interest.
    """

    name: str
    title: str
    caption: str
    spec: dict[str, Any]
    sql: str | None
    evidence: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    place: int = 0

    @classmethod
    def of_view(cls, spec: dict[str, Any], **about: Any) -> Self:
        """The chart, with ``about`` also written into its specification."""
        return cls(spec={**spec, "usermeta": about}, **about)

    @classmethod
    def of_spec(cls, spec: dict[str, Any]) -> Self:
        """The chart that a specification, as stored, describes."""
        lists = ("evidence", "findings", "columns")
        about: dict[str, Any] = {
            key: tuple(value) if key in lists else value for key, value in spec["usermeta"].items()
        }
        return cls(spec=spec, **about)
