"""Segments as the page shows them: each with its traits, why there are so many, and customers by their scores."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.segmentation import Candidate, Rfm, Segment, Segmentation, Trait
from voyant.report import figures
from voyant.report.contents import Contents


def segments(contents: Contents) -> dict[str, Any] | None:
    """The section; None where nothing was grouped."""
    found: Segmentation | None = contents.answers.get("segment")
    if found is None:
        return None
    return {
        "reason": found.reason,
        "segments": [_segment(segment) for segment in found.segments],
        "candidates": [_candidate(candidate) for candidate in found.candidates],
        "columns": [(column.words, column.preparation or "as it is") for column in found.columns],
        "left_out": found.left_out,
        "rfm": _rfm(found.rfm) if found.rfm is not None else None,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "number": segment.number,
        "name": segment.name,
        "size": f"{segment.size:,}",
        "share": wording.percent(100 * segment.share),
        "stability": f"{segment.stability:.2f}",
        "traits": [_trait(trait) for trait in segment.traits],
    }


def _trait(trait: Trait) -> str:
    if trait.category is not None:
        name, unit = f"{trait.words} is {wording.shown(trait.category)}", "%"
    else:
        name, unit = f"{trait.statistic} {trait.words.removeprefix('average ')}", trait.unit or ""
    here, there = ("–" if value is None else wording.quantity(value, unit) for value in (trait.value, trait.others))
    return f"{name}: {here}, others {there}"


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "clusters": candidate.clusters,
        "apart": "yes" if candidate.separated else "no",
        "p_value": wording.number(candidate.p_value),
        "stability": f"{candidate.stability:.2f}",
        "silhouette": f"{candidate.silhouette:.2f}",
        "gap": f"{candidate.gap:.2f}",
        "bic": f"{candidate.bic:,.0f}",
    }


def _rfm(rfm: Rfm) -> dict[str, Any]:
    return {
        "as_of": rfm.as_of,
        "entity": wording.readable(rfm.entity),
        "left_out": f"{rfm.without_purchase:,}" if rfm.without_purchase else "",
        "returns": f"{rfm.returns:,}" if rfm.returns else "",
        "rows": [
            {
                "name": segment.name,
                "rule": segment.rule,
                "entities": f"{segment.entities:,}",
                "share": wording.percent(100 * segment.share),
                "amount": figures.cell(segment.amount),
                "amount_share": "–" if segment.amount_share is None else wording.percent(100 * segment.amount_share),
                "days": "–" if segment.median_days is None else wording.number(segment.median_days),
                "purchases": "–" if segment.median_purchases is None else wording.number(segment.median_purchases),
            }
            for segment in rfm.segments
        ],
    }
