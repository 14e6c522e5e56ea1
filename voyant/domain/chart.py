"""A chart: what it shows, what it is drawn from, and where its numbers stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture worth looking at.

    Attributes:
        name: Stem of its files in ``charts/``, snake_case, unique in a job.
        title: What it shows, as a statement.
        caption: What a reader must know to read it right: what was left out, what dashes mean; may be empty.
        spec: A Vega-Lite specification that holds its own, aggregated data.
        sql: Gives that data; None where they come from many statements, and ``evidence`` alone says where they stand.
        evidence: Artifact and JSON pointer, such as ``kpis.json#/kpis/0/series``.
        findings: Ids of the findings that it illustrates; none where it was chosen by rule.
        columns: The columns that it shows.
    """

    name: str
    title: str
    caption: str
    spec: dict[str, Any]
    sql: str | None
    evidence: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
