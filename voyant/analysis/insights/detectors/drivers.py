"""What the change of a key figure consists of: the values that carry it, and whether it is volume, rate or mix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant.analysis.insights.comparison import Claim, Comparison, NothingToTell, Question, Telling, saturating
from voyant.analysis.kpi.figures import MISSING
from voyant.analysis.wording import figure_name, listed, readable, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.kpi import Breakdown, Change, Grain, Handful, Kpi, KpiKind, Kpis

_LEAST_CONCENTRATION = 0.2
"""Of a change that nobody asked for: below it every value moved as the whole did."""
_LEAST_PART = 10.0
"""Percent of the change that a value has to carry to be named."""
_NAMED = 2
_MOST_BARS = 12
_LARGEST_PERCENT = 1_000.0
_LARGEST_SHARE = 200.0
"""Percent of the change: beyond it parts cancel each other, and are told as amounts."""


def drivers(kpis: Kpis | None) -> list[Comparison]:
    """The changes that were asked for, of every figure; else the last ones of the figures that people declared."""
    if kpis is None or kpis.grain is None:
        return []
    return [comparison for place, kpi in enumerate(kpis.kpis) for comparison in _of(kpi, place, kpis.grain)]


def _of(kpi: Kpi, place: int, grain: Grain) -> Iterator[Comparison]:
    change, asked = kpi.asked_change, True
    if change is None:
        change, asked = kpi.change if kpi.declared else None, False
    if change is None:
        return
    pointer = f"kpis.json#/kpis/{place}/{'asked_change' if asked else 'change'}"
    told = [*enumerate(change.breakdowns[:1]), *enumerate(change.pairs[:1])]
    for rank, (index, breakdown) in enumerate(told):
        if asked or breakdown.concentration >= _LEAST_CONCENTRATION:
            where = f"{pointer}/{'pairs' if len(breakdown.columns) > 1 else 'breakdowns'}/{index}"
            claim = _claim(kpi, change, breakdown, _grain(change, grain), where, asked, rank)
            yield Comparison(
                question=Question.DRIVERS,
                effect_name="concentration",
                effect=breakdown.concentration,
                claim=claim,
            )


def _grain(change: Change, grain: Grain) -> Grain:
    """The length of the periods compared, which need not be the natural one."""
    label = change.period
    if "Q" in label:
        return Grain.QUARTER
    if "W" in label:
        return Grain.WEEK
    return {4: Grain.YEAR, 7: Grain.MONTH, 10: Grain.DAY, 13: Grain.HOUR, 16: Grain.MINUTE}.get(len(label), grain)


def _claim(kpi: Kpi, change: Change, breakdown: Breakdown, grain: Grain, pointer: str, asked: bool, rank: int) -> Claim:
    name = figure_name(kpi.name, kpi.unit)
    by = listed([readable(column) for column in breakdown.columns])
    move = abs(change.relative) if change.relative is not None else 0.5
    strength = (0.62 if asked else 0.4) + 0.2 * saturating(move, 0.15) + 0.15 * breakdown.concentration
    sql = _statement(breakdown, change.rests_on)

    def tell(telling: Telling) -> str | None:
        return _told(telling, kpi, name, by, grain)

    return Claim(
        kind="drivers",
        columns=(*kpi.columns, *breakdown.columns),
        sql=sql,
        tell=tell,
        strength=strength * 0.8**rank,
        title=f"what the change of {name} consists of, by {by}",
        severity=Severity.NOTICE,
        evidence=(pointer,),
        view=View(
            name=f"drivers_of_{kpi.id}_by_{'_and_'.join(breakdown.columns)}",
            title=f"What the change of {name} consists of, by {by}",
            mark=Mark.BAR,
            sql=_drawn(sql),
            x=Axis(field="value", title=by, kind="category"),
            y=Axis(field="effect", title="contribution to the change", kind="number", unit=kpi.unit),
            caption="The contributions add up to the change.",
        ),
    )


def _statement(breakdown: Breakdown, few: Handful | None) -> str:
    """The effects with their shares of the change, in percent; and the few rows that it rests on, where it does."""
    rates, others = _settled("rates"), _settled("others")
    columns, source = "", ""
    if few is not None:
        columns = ",\n  few.rows AS few, among, 100 * absolute / nullif(current - base, 0) AS remaining"
        source = f"\nCROSS JOIN (\n  SELECT rows, among, absolute FROM (\n{few.sql}\n  ) AS without\n) AS few"
    return (
        f"SELECT coalesce(CAST(value AS VARCHAR), '{MISSING}') AS value, before, after, effect,\n"
        f"  100 * effect / nullif(current - base, 0) AS share, {rates} AS rates, {others} AS others,\n"
        f"  100 * {rates} / nullif(current - base, 0) AS rate_share,\n"
        f"  100 * {others} / nullif(current - base, 0) AS other_share, base, current,\n"
        "  100 * (current - base) / nullif(base, 0) AS change, abs(current - base) AS distance, base_period, period"
        f"{columns}\nFROM (\n{breakdown.effects_sql}\n) AS effects{source}\nORDER BY abs(effect) DESC, value"
    )


def _settled(piece: str) -> str:
    """Without what sums of doubles leave over."""
    return f"CASE WHEN abs({piece}) > 1e-12 * (abs(base) + abs(current)) THEN {piece} ELSE 0 END"


def _drawn(statement: str) -> str:
    """The largest effects, and all others as one, so that the bars add up to the change."""
    return (
        f"SELECT CASE WHEN place <= {_MOST_BARS} THEN value ELSE 'all others' END AS value, sum(effect) AS effect\n"
        "FROM (\n  SELECT value, effect, row_number() OVER (ORDER BY abs(effect) DESC, value) AS place\n"
        f"  FROM (\n{statement}\n  ) AS shares\n) AS placed\nGROUP BY 1\nORDER BY effect DESC, value"
    )


def _told(telling: Telling, kpi: Kpi, name: str, by: str, grain: Grain) -> str | None:
    if telling.value("base") == telling.value("current"):
        return None
    rose = telling.value("current") > telling.value("base")
    far = _far(telling, kpi)
    span = f"from {telling.moment('base_period', grain)} to {telling.moment('period', grain)}"
    levels = f"{telling.quantity('base', kpi.unit)} to {telling.quantity('current', kpi.unit)}"
    carrying = [row for row in range(len(telling.rows)) if telling.value("share", row) >= _LEAST_PART][:_NAMED]
    against = [row for row in range(len(telling.rows)) if telling.value("share", row) <= -_LEAST_PART][:1]
    cancel = any(abs(telling.value("share", row)) > _LARGEST_SHARE for row in (*carrying, *against))
    parts = [*_amounts(telling, kpi, carrying, against)] if cancel else [*_shares(telling, carrying, against)]
    if parts:
        parts[0] = f"by {by}, {parts[0]}"
    parts += _pieces(telling, kpi, as_amounts=cancel)
    parts += _few(telling)
    told = f": {'; '.join(parts)}" if parts else ""
    return sentence(f"{name} {'rose' if rose else 'fell'} by {far} {span} ({levels}){told}")


def _shares(telling: Telling, carrying: Sequence[int], against: Sequence[int]) -> Iterator[str]:
    """The values that carry the change, each with its share, and one that goes against it."""
    if carrying:
        first, *rest = [(_value(telling, row), telling.percent("share", row)) for row in carrying]
        yield listed([f"{first[0]} makes {first[1]} of the change", *(f"{value} {share}" for value, share in rest)])
    for row in against:
        yield f"{_value(telling, row)} went the other way ({telling.percent('share', row)})"


def _amounts(telling: Telling, kpi: Kpi, carrying: Sequence[int], against: Sequence[int]) -> Iterator[str]:
    """The same as amounts, where parts that are far larger than the change nearly cancel."""
    for rows in (carrying, against):
        if rows:
            verb = "adds" if telling.value("effect", rows[0]) > 0 else "takes away"
            first, *rest = [
                (_value(telling, row), _amount(telling, kpi, "effect", row).removeprefix("−")) for row in rows
            ]
            yield listed([f"{first[0]} {verb} {first[1]}", *(f"{value} {amount}" for value, amount in rest)])


def _amount(telling: Telling, kpi: Kpi, column: str, row: int = 0) -> str:
    """In the figure's unit; in points of a percentage."""
    if kpi.unit == "%":
        return f"{telling.quantity(column, None, row)} points"
    return telling.quantity(column, kpi.unit, row)


def _far(telling: Telling, kpi: Kpi) -> str:
    percent = abs(telling.value("change"))
    signed = kpi.unit == "%" or telling.value("base") <= 0 or not percent <= _LARGEST_PERCENT
    if kpi.unit == "%":
        return f"{telling.quantity('distance')} points"
    if signed:
        return telling.quantity("distance", kpi.unit)
    return telling.percent("change").removeprefix("−")


def _value(telling: Telling, row: int) -> str:
    return " × ".join(value if value == MISSING else shown(value) for value in telling.rows[row]["value"].split(" × "))


def _few(telling: Telling) -> Iterator[str]:
    """That it rests on a handful of rows, and how much of it is left without them."""
    if "few" not in telling.rows[0]:
        return
    without = f"without {'it' if telling.value('few') == 1 else 'them'}"
    rows = f"it rests on {telling.count('few')} of {telling.count('among')} records"
    if telling.value("remaining") < 0:
        yield f"{rows}: {without} the figure goes the other way"
    else:
        yield f"{rows}: {without} {telling.percent('remaining')} of it is left"


def _pieces(telling: Telling, kpi: Kpi, *, as_amounts: bool) -> Iterator[str]:
    """How much the figure itself changed within the values, and how much is volume or mix."""
    if kpi.kind is KpiKind.COUNT:
        return
    try:
        rate, other = (
            (_amount(telling, kpi, "rates"), _amount(telling, kpi, "others"))
            if as_amounts
            else (telling.percent("rate_share"), telling.percent("other_share"))
        )
    except NothingToTell:
        return
    if kpi.kind is KpiKind.TOTAL:
        yield f"the number of records makes {other} of it (volume), the amount a record {rate} (rate)"
    else:
        yield f"what changed within the groups makes {rate} of it (rate), their shares of the whole {other} (mix)"
