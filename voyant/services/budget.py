"""Fitting a result into an agent's context: what matters least goes first, and what went is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import asdict, replace

from voyant.domain.result import Result, ResultArtifact, ResultDrift
from voyant.domain.result_answers import ResultAnswer
from voyant.domain.serialization import to_compact_json

DEFAULT_TOKENS = 2000
MAX_TOKENS = 10_000
ENTRANCES = frozenset({"report.html", "narrative.json"})
"""The artifacts that lead to all others; the manifest is named beside them."""

HOW = "voyant_artifact narrative.json, manifest.json"
FEWEST, ENOUGH, SOME = 3, 6, 8
"""Findings, key figures and the like: each number is gone down to before something else goes."""
CALLS = 5
"""That lead on, and are kept as long as there are findings to give up."""
LONGEST_TEXT = 300

_PIECES = re.compile(r"[A-Za-z]+|\d+|[^ \nA-Za-z\d]+|\n *| {2,}")


def estimated_tokens(text: str) -> int:
    """An upper estimate of the tokens that a language model counts in the text.

    Words count one for every five letters begun, numbers one for every two digits, other signs one for every two,
    spaces in a row one for every sixteen.
    Byte-pair encodings in use in 2025 stay below this on JSON, prose and SQL.

    >>> estimated_tokens("sum(amount)")
    5
    """
    total = 0
    for piece in _PIECES.findall(text):
        width = 16 if piece[0] == " " else 5 if piece[0].isalpha() else 2
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
    """Of the result with the widest ids there could be: what is left out must not hang on how an id was drawn."""
    text = to_compact_json(result).decode()
    drawn = (result.job_id, result.dataset.snapshot, result.manifest.sha256 if result.manifest else "")
    for name in filter(None, drawn):
        text = text.replace(name, "0" * 2 * len(name))
    return estimated_tokens(text)


def _ever_smaller(result: Result) -> Iterator[Result]:
    """The result itself, then one reduction after the other, each on top of those before."""
    yield result
    result = _keep_artifacts(result, lambda artifact: artifact.type != "charts")
    yield result
    result = _without_samples(result)
    yield result
    for kept in range(len(result.findings) - 1, FEWEST - 1, -1):
        result = _keep_sql(result, kept)
        yield result
    result = _keep_artifacts(result, lambda artifact: artifact.name in ENTRANCES)
    yield result
    result = _fewer_rows(result, FEWEST)
    yield result
    while _has_more(result, SOME):
        result = _one_less(_one_rule_less(result, SOME), SOME)
        yield result
    result = _keep_sql(result, 0)
    yield result
    # Statements of findings that are listed can be read with these; other calls lead on.
    result = replace(result, next=tuple(call for call in result.next if "sql" not in call.arguments) or result.next[:1])
    yield result
    while _has_more(result, ENOUGH):
        result = _one_less(_one_rule_less(result, ENOUGH), ENOUGH)
        yield result
    result = _short_answers(result, ENOUGH)
    yield result
    while len(result.next) > CALLS:
        result = replace(result, next=result.next[:-1])
        yield result
    while _has_more(result, FEWEST):
        result = _one_less(_one_rule_less(result, FEWEST), FEWEST)
        yield result
    result = replace(result, next=result.next[:1])
    yield result
    yield _shortened(result)


def _keep_sql(result: Result, kept: int) -> Result:
    findings = tuple(
        replace(finding, sql=None) if number >= kept else finding for number, finding in enumerate(result.findings)
    )
    cut = sum(finding.sql is None for finding in findings)
    return replace(result, findings=findings, omitted=_more(result.omitted, sql=cut)) if cut else result


def _has_more(result: Result, least: int) -> bool:
    columns = result.drift.columns if result.drift else ()
    return max(len(result.findings), len(result.kpis), len(columns), _rules(result)) > least


def _one_less(result: Result, least: int) -> Result:
    """The result without its last finding, key figure and drifted column, where there are more than ``least``."""
    omitted, findings, kpis, drift = result.omitted, result.findings, result.kpis, result.drift
    if len(findings) > least:
        findings, omitted = findings[:-1], _more(omitted, findings=int(omitted.get("findings", 0)) + 1)
    if len(kpis) > least:
        kpis, omitted = kpis[:-1], _more(omitted, kpis=int(omitted.get("kpis", 0)) + 1)
    if drift is not None and len(drift.columns) > least:
        drift = replace(drift, columns=drift.columns[:-1])
        omitted = _more(omitted, drift=int(omitted.get("drift", 0)) + 1)
    return replace(result, findings=findings, kpis=kpis, drift=drift, omitted=omitted)


def _rules(result: Result) -> int:
    return len(result.quality.rules) if result.quality is not None else 0


def _without_samples(result: Result) -> Result:
    """The result without the failing rows: failing_rows.parquet has them all."""
    if result.quality is None or not any(rule.sample for rule in result.quality.rules):
        return result
    rules = tuple(replace(rule, sample=()) for rule in result.quality.rules)
    omitted = _more(result.omitted, samples=sum(bool(rule.sample) for rule in result.quality.rules))
    return replace(result, quality=replace(result.quality, rules=rules), omitted=omitted)


def _fewer_rows(result: Result, most: int) -> Result:
    """The result with at most so many rows of each template: their files have all."""
    templates = tuple(
        replace(template, rows=template.rows[-most:] if "period" in template.columns else template.rows[:most])
        for template in result.templates
    )
    cut = sum(len(template.rows) for template in result.templates) - sum(len(template.rows) for template in templates)
    return replace(result, templates=templates, omitted=_more(result.omitted, rows=cut)) if cut else result


def _one_rule_less(result: Result, least: int) -> Result:
    """The result without its last failed rule, where there are more than ``least``."""
    if result.quality is None or _rules(result) <= least:
        return result
    omitted = _more(result.omitted, rules=int(result.omitted.get("rules", 0)) + 1)
    return replace(result, quality=replace(result.quality, rules=result.quality.rules[:-1]), omitted=omitted)


def _keep_artifacts(result: Result, is_kept: Callable[[ResultArtifact], bool]) -> Result:
    kept = tuple(artifact for artifact in result.artifacts if is_kept(artifact))
    cut = len(result.artifacts) - len(kept) + int(result.omitted.get("artifacts", 0))
    return replace(result, artifacts=kept, omitted=_more(result.omitted, artifacts=cut)) if cut else result


def _short_answers(result: Result, most: int) -> Result:
    """The result with at most that many entries in each list of an answer; their artifacts have all."""
    return replace(result, answers={kind: _short_answer(answer, most) for kind, answer in result.answers.items()})


def _short_answer(answer: ResultAnswer, most: int) -> ResultAnswer:
    cut = {name: value[:most] for name, value in asdict(answer).items() if isinstance(value, tuple)}
    return replace(answer, **cut)


def _more(omitted: dict[str, Any], **counts: int) -> dict[str, Any]:
    return {"how": HOW} | omitted | counts


def _shortened(result: Result) -> Result:
    """The last resort: long texts cut, few artifacts, few warnings."""
    quality = result.quality
    if quality is not None:
        rules = tuple(replace(rule, text=rule.text[:LONGEST_TEXT], error=_cut(rule.error)) for rule in quality.rules)
        quality = replace(quality, rules=rules)
    return replace(
        result,
        headline=result.headline[:LONGEST_TEXT],
        quality=quality,
        findings=tuple(
            replace(finding, text=finding.text[:LONGEST_TEXT], sql=None, evidence=finding.evidence[:1])
            for finding in result.findings
        ),
        drift=_short_drift(result.drift),
        templates=tuple(replace(template, rows=()) for template in result.templates),
        answers=_short_answers(result, FEWEST).answers,
        next=result.next[:1],
        warnings=tuple(warning[:LONGEST_TEXT] for warning in result.warnings[:FEWEST]),
        omitted=_more(result.omitted, warnings=max(0, len(result.warnings) - FEWEST)),
    )


def _short_drift(drift: ResultDrift | None) -> ResultDrift | None:
    if drift is None:
        return None
    columns = tuple(replace(column, summary=column.summary[:LONGEST_TEXT]) for column in drift.columns)
    return replace(drift, summary=drift.summary[:LONGEST_TEXT], reason=drift.reason[:LONGEST_TEXT], columns=columns)


def _cut(text: str | None) -> str | None:
    return text if text is None else text[:LONGEST_TEXT]
