"""Which pictures are drawn: those of the findings, then by rule from the columns' roles, no two alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from voyant.analysis.charts import changes, figures, gaps, pairs, shapes
from voyant.analysis.charts.candidates import Candidate
from voyant.analysis.charts.frame import Row, Spec
from voyant.analysis.charts.views import specify
from voyant.domain.chart import Chart
from voyant.domain.drift import Drift
from voyant.domain.finding import Finding, Mark, View
from voyant.domain.insights import Insights
from voyant.domain.kpi import Kpis
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset, Table
from voyant.lake.sql import identifier

MOST = 12
MOST_OF_FINDINGS = 8
MOST_ROWS = 3_000
_FEWEST = {Mark.LINE: 3, Mark.HISTOGRAM: 3, Mark.SCATTER: 8}
_FEWEST_NAMED = 3
_SAME_POINTS = 0.8


def draw(
    table: Table,
    profile: Profile,
    kpis: Kpis | None,
    insights: Insights | None,
    begin: Callable[[Spec], object] = lambda _: None,
    drift: Drift | None = None,
    *,
    answered: bool = False,
) -> tuple[Chart, ...]:
    """At most a dozen charts, each worth looking at; fewer where the table holds less to see.

    Key figures or findings that could not be computed are simply not drawn.

    Args:
        begin: Told the specification of each chart, in their order, as soon as it stands: its picture can be made
            while the next ones are looked for.
        answered: The job was asked for an answer, and what its findings show is all that is drawn.
    """
    drawn: list[Candidate] = []
    for candidate in _candidates(table.dataset, profile, kpis, insights, drift, answered):
        twin = _like(candidate, drawn)
        if twin is None:
            if len(drawn) == MOST:
                continue
            rows = _rows(table, candidate)
            if not candidate.fewest <= len(rows) <= MOST_ROWS or (candidate.worth and not candidate.worth(rows)):
                continue
            candidate = replace(candidate, rows=rows)
            twin = _like(candidate, drawn)
        if twin is None:
            drawn.append(_specified(candidate))
            begin(drawn[-1].spec)
        else:
            drawn[twin] = _joined(drawn[twin], candidate)
    names = _names(candidate.view.name for candidate in drawn)
    return tuple(
        _chart(candidate, name, place) for place, (candidate, name) in enumerate(zip(drawn, names, strict=True))
    )


def _candidates(
    dataset: Dataset,
    profile: Profile,
    kpis: Kpis | None,
    insights: Insights | None,
    drift: Drift | None,
    answered: bool,
) -> Iterator[Candidate]:
    personal = [identifier(column.name) for column in dataset.columns if column.personal is not None]
    private = {column.name for column in dataset.columns if column.personal is not None}

    def shows_nobody(candidate: Candidate) -> bool:
        return not private & set(candidate.columns) and not any(name in candidate.view.sql for name in personal)

    findings = list(filter(shows_nobody, _of_findings(insights.findings if insights else ())))
    of_rules = iter(()) if answered else _by_rule(dataset, profile, kpis)
    changed = list(filter(shows_nobody, changes.drifted(drift, insights.findings if insights else ())))
    first = MOST_OF_FINDINGS - len(changed)
    yield from findings[:first]
    yield from changed
    yield from filter(shows_nobody, of_rules)
    yield from findings[first:]


def _of_findings(findings: Iterable[Finding]) -> Iterator[Candidate]:
    for finding in findings:
        if finding.view is not None:
            yield Candidate(
                view=finding.view,
                columns=finding.columns,
                evidence=finding.evidence,
                findings=(finding.id,),
                fewest=_fewest(finding.view),
            )


def _fewest(view: View) -> int:
    """Rows that a picture needs. Points that have names of their own are worth seeing where they are few."""
    if view.mark is Mark.SCATTER and view.color is not None and view.color.kind == "category":
        return _FEWEST_NAMED
    return _FEWEST.get(view.mark, 2)


def _by_rule(dataset: Dataset, profile: Profile, kpis: Kpis | None) -> Iterator[Candidate]:
    """One of each kind before a second of any."""
    measured = [name for kpi in kpis.kpis for name in kpi.columns] if kpis else []
    lines = figures.over_time(kpis) if kpis else iter(())
    groups = figures.by_group(dataset, profile, kpis) if kpis else iter(())
    scatters = pairs.together(dataset, profile)
    histograms = shapes.distributions(dataset, profile, list(dict.fromkeys(measured)))
    yield from islice(lines, 2)
    yield from islice(groups, 1)
    yield from islice(histograms, 1)
    yield from islice(scatters, 1)
    yield from pairs.overview(dataset, profile)
    yield from islice(pairs.spreads(dataset, profile), 1)
    yield from gaps.missingness(dataset, profile)
    yield from shapes.busiest_hours(dataset, profile, kpis.time_column if kpis else None)
    for more in (groups, histograms, lines, scatters):
        yield from islice(more, 1)


def _rows(table: Table, candidate: Candidate) -> Sequence[Row]:
    rows = candidate.rows if candidate.rows is not None else table.query(candidate.view.sql)
    return candidate.reshape(rows) if candidate.reshape and rows else rows


def _like(candidate: Candidate, drawn: Sequence[Candidate]) -> int | None:
    """The place of a picture that shows the same already."""
    for place, other in enumerate(drawn):
        if candidate.view.mark is not other.view.mark:
            continue
        if candidate.statement and candidate.statement == other.statement:
            return place
        if candidate.view.mark is Mark.SCATTER and set(candidate.columns) == set(other.columns):
            return place
        if _same_points(candidate.points, other.points):
            return place
    return None


def _same_points(here: frozenset[str], there: frozenset[str]) -> bool:
    return len(here & there) >= _SAME_POINTS * max(len(here), len(there), 1)


def _joined(kept: Candidate, twin: Candidate) -> Candidate:
    """The picture that stands already, which then also illustrates the twin's findings."""
    return replace(
        kept,
        findings=tuple(dict.fromkeys((*kept.findings, *twin.findings))),
        evidence=tuple(dict.fromkeys((*kept.evidence, *twin.evidence))),
    )


def _specified(candidate: Candidate) -> Candidate:
    view, rows = candidate.view, candidate.rows or ()
    if candidate.say is not None:
        view = replace(view, title=candidate.say(rows))
    return replace(candidate, view=view, spec=specify(view, rows))


def _chart(candidate: Candidate, name: str, place: int) -> Chart:
    view, spec = candidate.view, candidate.spec
    return Chart.of_view(
        spec,
        name=name,
        title=view.title,
        caption=" ".join(spec["title"].get("subtitle", [])),
        sql=view.sql or None,
        evidence=candidate.evidence,
        findings=candidate.findings,
        columns=candidate.columns,
        place=place,
    )


def _names(wanted: Iterable[str]) -> list[str]:
    """Stems of files, each different from all others."""
    taken: list[str] = []
    for name in wanted:
        stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60].rstrip("_") or "chart"
        numbered = (stem, *(f"{stem}_{place}" for place in range(2, MOST + 2)))
        taken.append(next(free for free in numbered if free not in taken))
    return taken
