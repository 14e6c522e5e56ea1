"""What segments come to in sentences: that there are some, or none; what sets each apart; who the customers are that
matter."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.segment.description import figure
from voyant.analysis.segment.rfm import MEANINGS
from voyant.analysis.segment.units import plural
from voyant.analysis.wording import sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.segmentation import Rfm, Segment, Segmentation, Trait
from voyant.domain.table import Table
from voyant.lake.sql import identifier, literal

_MOST_TRAITS = 3
_TWICE = 2.0
_AWAY = ("at risk", "cannot lose")


def comparisons(result: Segmentation, table: Table) -> list[Comparison]:
    """The statements about segments, from the rows of ``segment.parquet`` and what stands beside it."""
    noun = _noun(result, table)
    return [_structure(result, noun), *_each(result, noun), *_of_rfm(result.rfm, noun)]


def _noun(result: Segmentation, table: Table) -> str:
    return plural(table.dataset.column(result.entity)) if result.entity else "records"


def _structure(result: Segmentation, noun: str) -> Comparison:
    columns = _columns(result)
    candidate = next((each for each in result.candidates if each.clusters == result.clusters), None)
    if result.clusters is None or candidate is None:
        return Comparison(question=Question.SEGMENTS, n=result.sample, claim=_none(noun, columns))
    return Comparison(
        question=Question.SEGMENTS,
        test="dip test between the closest two segments, Bonferroni over the numbers tried",
        effect_name="dip",
        effect=candidate.dip,
        p=candidate.p_value if result.separated else None,
        n=result.sample,
        note="Stability is the mean Jaccard similarity over resamples (Hennig 2007).",
        claim=_some(result, noun, columns),
    )


def _columns(result: Segmentation) -> tuple[str, ...]:
    return tuple(column.name for column in result.columns)


def _none(noun: str, columns: tuple[str, ...]) -> Claim:
    sql = (
        "SELECT min(clusters) AS fewest, max(clusters) AS most, sum(CASE WHEN separated THEN 1 ELSE 0 END) AS apart\n"
        "FROM job.segment_choice"
    )

    def tell(telling: Telling) -> str | None:
        if telling.value("apart") > 0:
            return None
        tried = f"{telling.count('fewest')} to {telling.count('most')}"
        tried = tried if telling.value("fewest") < telling.value("most") else telling.count("fewest")
        return sentence(
            f"the {noun} form no segments: in none of the divisions into {tried} groups does a gap lie between every "
            "two groups that also come back when the data are drawn anew"
        )

    return Claim(
        kind="no_segments",
        columns=columns,
        sql=sql,
        tell=tell,
        strength=0.6,
        title=f"segments of {noun}",
        evidence=("segment.json#/reason", "segment.json#/candidates"),
    )


def _some(result: Segmentation, noun: str, columns: tuple[str, ...]) -> Claim:
    sql = (
        "SELECT c.clusters, 100 * c.stability AS overlap, s.units\n"
        "FROM job.segment_choice AS c, (SELECT count(segment) AS units FROM job.segment) AS s\n"
        f"WHERE c.clusters = {result.clusters}"
    )

    def tell(telling: Telling) -> str:
        number, units = telling.count("clusters"), telling.count("units")
        if not result.separated:
            return sentence(
                f"{units} {noun} were cut into {number} groups as asked, but these do not all stand apart: they share "
                f"out a continuum; drawn anew, the least stable overlaps with itself by {telling.percent('overlap')}"
            )
        return sentence(
            f"{units} {noun} fall into {number} segments with gaps between them; drawn anew, even the least stable "
            f"overlaps with itself by {telling.percent('overlap')}"
        )

    return Claim(
        kind="segments",
        columns=columns,
        sql=sql,
        tell=tell,
        strength=0.9 if result.separated else 0.6,
        title=f"segments of {noun}",
        severity=Severity.NOTICE,
        evidence=("segment.json#/candidates",),
        view=_plane(noun),
    )


def _plane(noun: str) -> View:
    return View(
        name="segments",
        title=f"The {noun} by segment",
        mark=Mark.SCATTER,
        sql="SELECT x, y, segment\nFROM job.segment_points\nORDER BY segment, x, y",
        x=Axis(field="x", title="widest direction between the segments", kind="number"),
        y=Axis(field="y", title="second direction", kind="number"),
        color=Axis(field="segment", title="segment", kind="category"),
        caption="Some of the records of the sample, in the plane in which the segments lie widest apart.",
    )


def _each(result: Segmentation, noun: str) -> Iterator[Comparison]:
    # Of two segments, what sets one apart sets the other apart as well.
    for place, segment in enumerate(result.segments if len(result.segments) > 2 else result.segments[:1]):
        yield Comparison(
            question=Question.SEGMENTS,
            effect_name="Cohen's d or h",
            effect=segment.traits[0].effect if segment.traits else 0.0,
            n=result.units,
            claim=_segment(result, segment, place, noun),
        )


def _segment(result: Segmentation, segment: Segment, place: int, noun: str) -> Claim:
    traits = segment.traits[:_MOST_TRAITS]
    own, others = f"segment = {segment.number}", f"segment <> {segment.number}"
    figures = "".join(
        f",\n  {_figure(trait, own)} AS here_{at},\n  {_figure(trait, others)} AS there_{at}"
        for at, trait in enumerate(traits)
    )
    rest = [other for other in result.segments if other is not segment]
    others_are = f"in the other, “{rest[0].name}”" if len(rest) == 1 else "for the others"
    sql = (
        f"SELECT {segment.number} AS number, count(CASE WHEN {own} THEN 1 END) AS members,\n"
        f"  100.0 * count(CASE WHEN {own} THEN 1 END) / count(*) AS share{figures}\nFROM job.segment"
    )

    def tell(telling: Telling) -> str:
        size = f"{telling.percent('share')} of the {noun} ({telling.count('members')})"
        told = "; ".join(_told(telling, trait, at, others_are if at == 0 else "") for at, trait in enumerate(traits))
        return sentence(f"segment {telling.count('number')}, “{segment.name}”, is {size}: {told}")

    effect = abs(segment.traits[0].effect) if segment.traits else 0.0
    return Claim(
        kind="segment_traits",
        columns=tuple(trait.column for trait in traits),
        focus=(("segment", str(segment.number)),),
        sql=sql,
        tell=tell,
        strength=(0.5 + 0.35 * saturating(effect, 2.0)) * (1.0 if result.separated else 0.7),
        title=f"what sets segment {segment.number} apart",
        severity=Severity.NOTICE,
        evidence=(f"segment.json#/segments/{place}",),
        view=_differences(noun) if place == 0 else None,
    )


def _figure(trait: Trait, condition: str) -> str:
    return figure(identifier(trait.column), trait.category, trait.statistic, condition)


def _told(telling: Telling, trait: Trait, at: int, others_are: str) -> str:
    here, there = f"here_{at}", f"there_{at}"
    if trait.category is not None:
        which = f"{trait.words} is {shown(trait.category)}"
        return f"{which} for {telling.percent(here)}, against {telling.percent(there)} {others_are}".rstrip()
    name = f"{trait.statistic} {trait.words.removeprefix('average ')}"
    own, others = telling.quantity(here, trait.unit), telling.quantity(there, trait.unit)
    return f"{name} {own}, against {others} {others_are}".rstrip()


def _differences(noun: str) -> View:
    return View(
        name="segment_differences",
        title=f"How the segments of {noun} differ",
        mark=Mark.HEATMAP,
        sql='SELECT segment, "column", effect\nFROM job.segment_traits\nORDER BY 1, 2',
        x=Axis(field="segment", title="segment", kind="category"),
        y=Axis(field="column", title="column", kind="category"),
        color=Axis(field="effect", title="difference from the others", kind="number"),
        caption="In standard deviations for numbers (Cohen's d), as an angle for shares (h); 0 is no difference.",
    )


def _of_rfm(rfm: Rfm | None, noun: str) -> Iterator[Comparison]:
    if rfm is None:
        return
    yield Comparison(question=Question.SEGMENTS, n=rfm.entities, claim=_best(rfm, noun))
    if any(segment.name in _AWAY for segment in rfm.segments):
        yield Comparison(question=Question.SEGMENTS, n=rfm.entities, claim=_leaving(rfm, noun))


def _best(rfm: Rfm, noun: str) -> Claim:
    sql = (
        "SELECT rfm_segment AS segment, count(*) AS members, 100.0 * count(*) / sum(count(*)) OVER () AS share,\n"
        "  sum(amount) AS amount, 100.0 * sum(amount) / nullif(sum(sum(amount)) OVER (), 0) AS amount_share,\n"
        f"  DATE {literal(rfm.as_of)} AS as_of\n"
        "FROM job.segment_rfm\nGROUP BY 1\nORDER BY amount DESC, 1"
    )

    def tell(telling: Telling) -> str | None:
        if telling.value("amount_share") <= telling.value("share"):
            return None
        name = telling.rows[0]["segment"]
        return sentence(
            f"{telling.percent('share')} of the {noun} ({telling.count('members')}), the “{name}” who "
            f"{MEANINGS[name]}, account for {telling.percent('amount_share')} of the amount"
        )

    return Claim(
        kind="rfm_segments",
        columns=(rfm.entity, rfm.time_column),
        sql=sql,
        tell=tell,
        strength=0.75,
        title=f"{noun} by recency and frequency",
        severity=Severity.NOTICE,
        evidence=("segment.json#/rfm/segments",),
        view=View(
            name="rfm_segments",
            title=f"What the segments of {noun} spend",
            mark=Mark.BAR,
            sql=sql,
            x=Axis(field="segment", title="segment by recency and frequency", kind="category"),
            y=Axis(field="amount_share", title="share of the amount", kind="number", unit="%"),
            caption=f"Scored by quintiles as of {rfm.as_of}, the last date of the data.",
        ),
    )


def _leaving(rfm: Rfm, noun: str) -> Claim:
    away = f"rfm_segment IN ({', '.join(map(literal, _AWAY))})"
    sql = (
        f"SELECT count(CASE WHEN {away} THEN 1 END) AS members,\n"
        f"  100.0 * count(CASE WHEN {away} THEN 1 END) / count(*) AS share,\n"
        f"  100.0 * sum(CASE WHEN {away} THEN amount ELSE 0 END) / nullif(sum(amount), 0) AS amount_share,\n"
        f"  median(CASE WHEN {away} THEN days_since_last END) AS days,\n"
        f"  median(CASE WHEN NOT ({away}) THEN days_since_last END) AS other_days\nFROM job.segment_rfm"
    )

    def tell(telling: Telling) -> str:
        return sentence(
            f"{telling.count('members')} {noun} ({telling.percent('share')}) who used to buy often have stayed away "
            f"for a median of {telling.quantity('days', 'days')}, against {telling.quantity('other_days', 'days')} for "
            f"the others: the groups “at risk” and “cannot lose”, with {telling.percent('amount_share')} of the amount"
        )

    return Claim(
        kind="rfm_at_risk",
        columns=(rfm.entity, rfm.time_column),
        focus=(("rfm_segment", "at risk"),),
        sql=sql,
        tell=tell,
        strength=0.65,
        title=f"{noun} who stay away",
        severity=Severity.NOTICE,
        evidence=("segment.json#/rfm/segments",),
    )
