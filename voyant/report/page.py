"""The page: all sections in one HTML file that carries its styles, scripts and typeface."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import mark_safe

from voyant.analysis.charts import theme
from voyant.domain.profile import Profile
from voyant.report import (
    anomaly,
    asked,
    benchmark,
    columns,
    drift,
    expectations,
    figures,
    findings,
    forecast,
    measures,
    pictures,
    regression,
    segments,
)
from voyant.report.contents import Contents
from voyant.report.links import Evidence

_ASSETS = files("voyant.report") / "assets"
_MOST_CHANGES = 120
_LONG_HEADLINE = 70
_STEPS = {
    "quality": "The quality of the table could not be assessed.",
    "kpi": "No key figures could be computed.",
    "insights": "The search for findings failed.",
    "narrative": "The findings could not be put into words; they are listed as they were found.",
}


def render_report(contents: Contents) -> str:
    """The report as one HTML file: the same contents always give the same text.

    It loads nothing from anywhere, and its content security policy allows no script but its own: a value of the data
    that looked like one could not run.
    """
    evidence = Evidence(contents)
    anchors = _anchors(contents)
    drawn = pictures.drawn(contents, evidence, anchors)
    shown = findings.shown(contents, evidence, anchors, drawn)
    beside = {finding["figure"]["id"] for finding in shown if finding["figure"]}
    compared = drift.drift(contents, drawn, beside)
    if compared is not None:
        beside |= {column["figure"]["id"] for column in compared["columns"] if column["figure"]}
    scripts = {name: (_ASSETS / name).read_text() for name in ("vega.js", "report.js")}
    context = {
        **_heading(contents),
        "scripts": {name.split(".")[0]: mark_safe(text) for name, text in scripts.items()},  # noqa: S308 - our files
        "policy": _policy(tuple(scripts.values())),
        "styles": mark_safe(_styles()),  # noqa: S308 - our files
        "data": mark_safe(_as_script_data(_live(drawn))),  # noqa: S308 - escaped there
        "findings": shown,
        "others": findings.others(contents),
        "kpis": measures.kpis(contents),
        "asked": asked.asked(contents),
        "pictures": [figure for figure in drawn.values() if figure["id"] not in beside],
        "segments": segments.segments(contents),
        "forecast": forecast.forecast(contents),
        "drift": compared,
        "benchmark": benchmark.benchmark(contents),
        "regression": regression.regression(contents),
        "odd": anomaly.odd(contents),
        "contracts": expectations.contracts(contents),
        "quality": measures.quality(contents),
        "rules": expectations.rules(contents),
        "columns": columns.listed(contents),
        "columns_left_out": f"{len(contents.profile.columns) - columns.MOST_COLUMNS:,}"
        if len(contents.profile.columns) > columns.MOST_COLUMNS
        else "",
        "changes": _changes(contents),
        "method": _method(contents),
        "next": _next(contents),
        "missing": [_STEPS[step] for step in contents.missing],
        "files": [name for name in contents.files if "/" not in name],
    }
    page = _engine().get_template("report.html").render(Context(context, use_l10n=False, use_tz=False))
    return str(page)


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(files("voyant.report") / "templates")], autoescape=True)


def _heading(contents: Contents) -> dict[str, Any]:
    dataset, narrative = contents.normalization.dataset, contents.narrative
    compared = contents.answers.get("benchmark")
    tables = compared.tables if compared is not None else {}
    facts = [("Rows", f"{sum(tables.values()) or contents.profile.rows:,}")]
    facts += [("Tables", f"{len(tables):,}")] if tables else []
    return {
        "table": dataset.name,
        "headline": figures.unbroken(narrative.headline) if narrative else f"What the table {dataset.name} holds",
        "is_long": narrative is not None and len(narrative.headline) > _LONG_HEADLINE,
        "lead": figures.unbroken(narrative.lead) if narrative else "",
        "facts": [*facts, *_of_table(contents, f" in {dataset.name}" if tables else "")],
    }


def _of_table(contents: Contents, within: str) -> list[tuple[str, str]]:
    """Facts of the table itself, each with the words that say so where there are others."""
    cells = contents.profile.rows * len(contents.profile.columns)
    nulls = sum(column.nulls for column in contents.profile.columns)
    facts = [("Columns", f"{len(contents.profile.columns):,}")]
    if contents.kpis and contents.kpis.first and contents.kpis.last:
        facts.append(("Time span", _span(contents.kpis.first.label, contents.kpis.last.label)))
    facts.append(("Cells missing", figures.share(nulls, cells) if nulls else "none"))
    if contents.normalization.rejected_records:
        facts.append(("Records rejected", f"{contents.normalization.rejected_records:,}"))
    if contents.normalization.rejected_cells:
        facts.append(("Cells rejected", f"{contents.normalization.rejected_cells:,}"))
    if contents.quality and contents.quality.score is not None:
        facts.append(("Quality", f"{figures.score(contents.quality.score)} of 1"))
    return [(f"{name}{within}", value) for name, value in facts]


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _anchors(contents: Contents) -> frozenset[str]:
    """The places on the page that evidence may lead to."""
    places = {"changes"}
    if contents.quality:
        places.add("quality")
        places |= {
            f"check-{part}-{check}"
            for part, held in enumerate(contents.quality.parts)
            for check in range(len(held.checks))
        }
    if contents.drift:
        places.add("drift")
        places |= {f"drift-{place}" for place in range(min(len(contents.drift.drifted), drift.MOST_COLUMNS))}
    if "benchmark" in contents.answers:
        places.add("benchmark")
    if contents.contracts:
        places.add("contract")
    if "segment" in contents.answers:
        places.add("segments")
    if contents.kpis:
        places |= {f"kpi-{index}" for index in range(len(contents.kpis.kpis))}
    places |= set(contents.answers)
    if contents.templates:
        places |= {f"template-{index}" for index in range(len(contents.templates.results))}
    places |= {f"column-{index}" for index in range(min(len(contents.profile.columns), columns.MOST_COLUMNS))}
    return frozenset(places)


def _changes(contents: Contents) -> dict[str, Any]:
    normalization = contents.normalization
    rows = [
        {
            "column": change.column,
            "text": change.text,
            "cells": f"{change.cells:,}" if change.cells else "",
            "example": change.example or "",
        }
        for change in normalization.changes[:_MOST_CHANGES]
    ]
    left_out = len(normalization.changes) - len(rows)
    return {
        "rows": rows,
        "more": f"{left_out:,}" if left_out else "",
        "rejected": f"{normalization.rejected_cells:,}" if normalization.rejected_cells else "",
        "rejected_records": f"{normalization.rejected_records:,}" if normalization.rejected_records else "",
        "notes": normalization.notes,
        "unchanged": normalization.unchanged,
    }


def _method(contents: Contents) -> dict[str, Any]:
    insights, kpis, quality = contents.insights, contents.kpis, contents.quality
    notes = list(contents.narrative.notes if contents.narrative else ())
    notes += [*_profile_notes(contents.profile), *(kpis.notes if kpis else ()), *(quality.notes if quality else ())]
    notes += insights.skipped if insights else ()
    return {
        "families": [
            {
                "question": family.question,
                "comparisons": f"{family.comparisons:,}",
                "significant": f"{family.significant:,}",
                "stated": f"{family.stated:,}",
            }
            for family in (insights.families if insights else ())
        ],
        "summary": ""
        if insights is None or contents.narrative is not None  # the memo's notes say it
        else f"{insights.comparisons:,} comparisons were made and corrected together ({insights.correction}); one "
        f"counts where its corrected p-value is below {insights.level:g}.",
        "notes": list(dict.fromkeys(notes)),
        "left_out": kpis.omitted if kpis else (),
    }


def _profile_notes(profile: Profile) -> list[str]:
    keys = [" + ".join(key) for key in profile.keys[:5]]
    found = [f"Each row is identified by {', or by '.join(keys)}."] if keys else []
    if profile.duplicate_rows.value:
        about = "" if profile.duplicate_rows.exact else "about "
        found.append(f"Rows that repeat another row in every column: {about}{profile.duplicate_rows.value:,}.")
    return [*found, *profile.notes]


def _next(contents: Contents) -> list[dict[str, str]]:
    return [
        {
            "why": step.why,
            "tool": step.tool,
            "arguments": _spoken({name: value for name, value in step.arguments.items() if name != "sql"}),
            "sql": str(step.arguments.get("sql", "")),
        }
        for step in (contents.narrative.next if contents.narrative else ())
    ]


def _spoken(arguments: dict[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False, sort_keys=True) if arguments else ""


def _live(drawn: dict[str, Any]) -> dict[str, Any]:
    return {
        "charts": {figure["id"]: figure["spec"] for figure in drawn.values()},
        "dark": theme.dark_twins(),
    }


def _as_script_data(value: Any) -> str:
    """JSON that may stand inside a script element, whatever the data say."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _styles() -> str:
    dark = pictures.variables(theme.DARK)
    faces = "".join(
        "@font-face{font-family:'Source Serif 4';font-style:normal;font-display:swap;"
        f"font-weight:{weight};src:url(data:font/woff2;base64,{_encoded(f'source-serif-{weight}.woff2')}) "
        "format('woff2')}"
        for weight in (400, 600)
    )
    return (
        f"{faces}\n:root{{color-scheme:light;{pictures.variables(theme.LIGHT)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        f"{(_ASSETS / 'report.css').read_text()}"
    )


@cache
def _encoded(name: str) -> str:
    return b64encode((_ASSETS / name).read_bytes()).decode()


@cache
def _policy(scripts: tuple[str, ...]) -> str:
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
