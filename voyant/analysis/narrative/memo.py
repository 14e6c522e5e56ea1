"""The narrative as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from voyant.analysis.insights.ranking import is_absence
from voyant.domain.finding import Finding
from voyant.domain.narrative import Narrative


def memo(narrative: Narrative) -> str:
    """Headline, what stands out, what does not, key figures, what changed, quality, what is next, how it was made."""
    stands_out = [finding for finding in narrative.findings if not is_absence(finding.kind)]
    absent = [_told(finding) for finding in narrative.findings if is_absence(finding.kind)]
    sections = [f"# {_escaped(narrative.headline.rstrip('.'))}", _escaped(narrative.lead)]
    if stands_out and stands_out[0].caveat:
        sections.append(_escaped(stands_out[0].caveat))
    sections += _section("What stands out", _numbered(map(_told, stands_out[1:])))
    sections += _section("What one might expect, and is not there", _bullets(absent))
    if narrative.omitted:
        sections.append(f"{narrative.omitted} further findings stand in `insights.json`.")
    sections += _section("Key figures", _bullets(narrative.kpis))
    sections += _section("What changed", _escaped(narrative.drift or ""))
    if narrative.quality is not None:
        text = "\n\n".join(filter(None, [_escaped(narrative.quality.text), _bullets(narrative.quality.points)]))
        sections += _section("Quality", text)
    steps = "\n\n".join(_step(step.tool, step.arguments, step.why) for step in narrative.next)
    sections += _section("What to look at next", steps)
    sections += _section("How this was found", _bullets(narrative.notes))
    return "\n\n".join(sections) + "\n"


def _told(finding: Finding) -> str:
    return f"{finding.text} {finding.caveat}" if finding.caveat else finding.text


def _section(title: str, body: str) -> list[str]:
    return [f"## {title}", body] if body else []


def _numbered(items: Iterable[str]) -> str:
    return "\n".join(f"{number}. {_escaped(item)}" for number, item in enumerate(items, start=1))


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {_escaped(item)}" for item in items)


def _step(tool: str, arguments: dict[str, object], why: str) -> str:
    if tool == "voyant_sql":
        return f"{_escaped(why)}\n\n```sql\n{arguments['sql']}\n```"
    named = ", ".join(str(value) for value in arguments.values())
    return f"{_escaped(why)} (`{named}`)" if named else _escaped(why)


def _escaped(text: str) -> str:
    """Values of the data stay text: no character of theirs becomes markup."""
    for character in "\\`*_<>[]#|":
        text = text.replace(character, f"\\{character}")
    return text
