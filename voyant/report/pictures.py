"""Charts on the page: a picture that needs no script, and the specification that brings it to life."""

from __future__ import annotations

import re
from typing import Any

from voyant.analysis.charts import compile_all, plot_of, theme
from voyant.domain.chart import Chart
from voyant.report import figures
from voyant.report.contents import Contents
from voyant.report.links import Evidence

_ROWS_OF_DATA = 40
_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile(r'\b(fill|stroke|stop-color)="(#[0-9a-f]{6})"')
_DEFINED = re.compile(r'(\bid="|url\(#)(v\d+)(?=["\)])')
_TWINS = theme.dark_twins()


def drawn(contents: Contents, evidence: Evidence, anchors: frozenset[str]) -> dict[str, dict[str, Any]]:
    """What the page needs to show each chart, by the chart's name."""
    compiled = compile_all([chart.spec for chart in contents.charts])
    return {
        chart.name: {**_figure(chart, contents, evidence, anchors), "spec": spec}
        for chart, spec in zip(contents.charts, compiled, strict=True)
    }


def variables(edition: theme.Theme) -> str:
    """The CSS variables of an edition: its named colours, and a name for each colour that charts use."""
    dark = edition is theme.DARK
    named = {
        "paper": edition.paper,
        "ink": edition.ink,
        "soft": edition.soft,
        "faint": edition.faint,
        "hairline": edition.hairline,
        "accent": edition.accent,
        "stress": edition.stress,
        "muted": edition.muted,
        "wash": edition.ramp[0],
    }
    named |= {f"c{light[1:]}": twin if dark else light for light, twin in sorted(_TWINS.items())}
    return "".join(f"--{name}:{colour};" for name, colour in named.items())


def _figure(chart: Chart, contents: Contents, evidence: Evidence, anchors: frozenset[str]) -> dict[str, Any]:
    fields = _fields(chart.spec)
    rows = chart.spec["data"]["values"]
    return {
        "id": f"chart-{chart.place}",
        "name": chart.name,
        "title": chart.title,
        "caption": chart.caption,
        "svg": _drawn(contents.pictures.get(chart.name, ""), chart.place),
        "sql": chart.sql or "",
        "sources": [evidence.source(reference, anchors=anchors) for reference in chart.evidence],
        "files": [name for name in contents.files if name.rsplit("/", 1)[-1].split(".")[0] == chart.name],
        "head": [title for _, title in fields],
        "rows": [[figures.cell(_plain(row.get(field))) for field, _ in fields] for row in rows[:_ROWS_OF_DATA]],
        "more": f"{len(rows) - _ROWS_OF_DATA:,} more rows are in the chart's file."
        if len(rows) > _ROWS_OF_DATA
        else "",
    }


def _drawn(svg: str, place: int) -> str:
    """The plot with colours that follow the page's theme, and with ids that no other picture on the page has."""
    if not svg:
        return ""
    plot = _DEFINED.sub(rf"\g<1>chart{place}-\g<2>", plot_of(svg))
    plot = plot.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)

    def recoloured(tag: re.Match[str]) -> str:
        return _COLOUR.sub(
            lambda found: (
                f'{found.group(1)}="var(--c{found.group(2)[1:]},{found.group(2)})"'
                if found.group(2) in _TWINS
                else found.group()
            ),
            tag.group(),
        )

    return _TAG.sub(recoloured, plot)


def _fields(spec: dict[str, Any]) -> list[tuple[str, str]]:
    """The columns of the data table: what a reader of the chart is told of a mark."""
    told: dict[str, str] = {}

    def collect(part: Any) -> None:
        if isinstance(part, dict):
            for entry in part.get("tooltip", ()) if isinstance(part.get("tooltip"), list) else ():
                told.setdefault(entry["field"], entry["title"])
            for key in ("encoding", "layer"):
                collect(part.get(key))
        elif isinstance(part, list):
            for entry in part:
                collect(entry)

    collect(spec)
    return list(told.items())


def _plain(value: Any) -> Any:
    return (
        value.replace("T00:00:00Z", "").removesuffix("Z") if isinstance(value, str) and value[:4].isdigit() else value
    )
