"""Where a piece of evidence stands: in the artifact, and on the page where the page shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from voyant.domain.contract import ContractChecks
from voyant.report.contents import Contents

_ON_THE_PAGE = (
    (re.compile(r"kpis\.json#/kpis/(\d+)"), "kpi-{}"),
    (re.compile(r"templates\.json#/results/(\d+)"), "template-{}"),
    (re.compile(r"profile\.json#/columns/(\d+)"), "column-{}"),
    (re.compile(r"quality\.json#/parts/(\d+)/checks/(\d+)"), "check-{}-{}"),
    (re.compile(r"quality\.json"), "quality"),
    (re.compile(r"drift\.json#/columns/(\d+)"), "drift-{}"),
    (re.compile(r"drift\.json"), "drift"),
    (re.compile(r"segment\.json"), "segments"),
    (re.compile(r"benchmark\.json#/(?:standings|shifts|segments)"), "benchmark"),
    (re.compile(r"forecast\.json#/series/\d+/methods|forecast\.json#/methods"), "forecast"),
    (re.compile(r"contract\.json"), "contract"),
    (re.compile(r"regression\.json#/(?:scores|validation)"), "regression"),
    (re.compile(r"normalize\.json"), "changes"),
)
_LONGEST_EXCERPT = 900
_MOST_ENTRIES = 8


class Source(Struct, frozen=True, kw_only=True):
    """A piece of evidence.

    Attributes:
        file: The artifact, relative to the report.
        pointer: JSON pointer into it (RFC 6901).
        anchor: Of the place on this page that shows it; empty where there is none.
        excerpt: What stands there, as JSON, cut where long; empty where an anchor or a table shows it.
    """

    file: str
    pointer: str
    anchor: str = ""
    excerpt: str = ""


class Evidence:
    """Looks up evidence in the artifacts."""

    def __init__(self, contents: Contents) -> None:
        self._artifacts: Mapping[str, Any] = {
            "normalize.json": contents.normalization,
            "profile.json": contents.profile,
            "quality.json": contents.quality,
            "drift.json": contents.drift,
            "contract.json": ContractChecks(checks=contents.contracts) if contents.contracts else None,
            "kpis.json": contents.kpis,
            "templates.json": contents.templates,
            "insights.json": contents.insights,
            "narrative.json": contents.narrative,
            **{f"{kind}.json": answer for kind, answer in contents.answers.items()},
        }

    def source(self, reference: str, *, anchors: frozenset[str]) -> Source:
        """The piece that a reference such as ``kpis.json#/kpis/0/series`` names; ``anchors`` are those of the page."""
        file, _, pointer = reference.partition("#")
        for pattern, form in _ON_THE_PAGE:
            found = pattern.match(reference)
            if found and (anchor := form.format(*found.groups())) in anchors:
                return Source(file=file, pointer=pointer, anchor=anchor)
        value = self.value(file, pointer)
        if value is None or file == "insights.json":
            return Source(file=file, pointer=pointer)
        if isinstance(value, tuple):
            value = value[:_MOST_ENTRIES]
        text = json.dumps(msgspec.to_builtins(value, enc_hook=str), indent=2, ensure_ascii=False)
        if len(text) > _LONGEST_EXCERPT:
            text = text[:_LONGEST_EXCERPT].rsplit("\n", 1)[0] + "\n…"
        return Source(file=file, pointer=pointer, excerpt=text)

    def value(self, file: str, pointer: str) -> Any:
        """What stands at the pointer; None where nothing does."""
        value = self._artifacts.get(file)
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, tuple | list):
                value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
            elif isinstance(value, Mapping):
                value = value.get(key)
            else:
                value = getattr(value, key, None)
        return value
