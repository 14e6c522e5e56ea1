"""Fitting a result into an agent's context: what matters least goes first, and what went is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from voyant.domain.result import Result
from voyant.domain.serialization import to_json

DEFAULT_TOKENS = 2000
MAX_TOKENS = 10_000
FEWEST = 3
LONGEST_TEXT = 300

_PIECES = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]+|\n *")


def estimated_tokens(text: str) -> int:
    """An upper estimate of the tokens that a language model counts in the text.

    Words count one for every four letters begun, numbers one for every two digits, other signs one for every two.
    Byte-pair encodings in use in 2025 stay below this on JSON, prose and SQL.

    >>> estimated_tokens("sum(amount)")
    5
    """
    total = 0
    for piece in _PIECES.findall(text):
        width = 4 if piece[0].isalpha() else 2
        total += 1 if piece[0] == "\n" else -(-len(piece) // width)
    return total


def fit(result: Result, max_tokens: int) -> Result:
    """The result cut down to about that many tokens; ``omitted`` counts what went and says how to get it."""
    smaller = result
    for smaller in _ever_smaller(result):
        if _tokens(smaller) <= max_tokens:
            break
    return smaller


def _tokens(result: Result) -> int:
    return estimated_tokens(to_json(result).decode())


def _ever_smaller(result: Result) -> Iterator[Result]:
    """The result itself, then one reduction after the other, each on top of those before."""
    yield result
    result = _without_charts(result)
    yield result
    for kept in range(len(result.findings) - 1, 0, -1):
        findings = tuple(
            replace(finding, sql=None) if number >= kept else finding for number, finding in enumerate(result.findings)
        )
        result = replace(result, findings=findings, omitted=_more(result.omitted, sql=len(findings) - kept))
        yield result
    while len(result.findings) > FEWEST or len(result.kpis) > FEWEST:
        if len(result.findings) > FEWEST:
            result = replace(
                result, findings=result.findings[:-1], omitted=_more(result.omitted, findings=_omitted(result) + 1)
            )
        if len(result.kpis) > FEWEST:
            omitted = _more(result.omitted, kpis=int(result.omitted.get("kpis", 0)) + 1)
            result = replace(result, kpis=result.kpis[:-1], omitted=omitted)
        yield result
    yield _shortened(result)


def _without_charts(result: Result) -> Result:
    kept = tuple(artifact for artifact in result.artifacts if artifact.type != "charts")
    cut = len(result.artifacts) - len(kept)
    return replace(result, artifacts=kept, omitted=_more(result.omitted, artifacts=cut)) if cut else result


def _omitted(result: Result) -> int:
    return int(result.omitted.get("findings", 0))


def _more(omitted: dict[str, Any], **counts: int) -> dict[str, Any]:
    return {"how": "voyant_artifact narrative.json, manifest.json"} | omitted | counts


def _shortened(result: Result) -> Result:
    """The last resort: long texts cut, few artifacts, few warnings."""
    return replace(
        result,
        headline=result.headline[:LONGEST_TEXT],
        findings=tuple(
            replace(finding, text=finding.text[:LONGEST_TEXT], sql=None, evidence=finding.evidence[:1])
            for finding in result.findings
        ),
        artifacts=tuple(artifact for artifact in result.artifacts if artifact.type in {"report", "narrative"}),
        next=result.next[:1],
        warnings=tuple(warning[:LONGEST_TEXT] for warning in result.warnings[:FEWEST]),
        omitted=_more(result.omitted, warnings=max(0, len(result.warnings) - FEWEST)),
    )
