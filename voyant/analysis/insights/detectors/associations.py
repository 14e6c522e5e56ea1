"""Two measures that move together, told in brackets; whether a third column explains it; and where there is no link."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import known
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Frame, Measure
from voyant.analysis.insights.outcomes import is_result
from voyant.analysis.insights.ranks import midranks, quantiles
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.wording import average_name, called, readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import identifier

_MOST_POINTS = 1_000
_SMALLEST_RHO = 0.15
_SMALLEST_BENT = 0.05
_LARGEST_DENIED = 0.2
_MOST_BRACKETS = 4
_FEWEST_SHARE = 0.08
_ROWS_FOR_BRACKETS = 50_000


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    for a, b in combinations(frame.measures, 2):
        if not relations.bind(a.name, b.name):
            driver, outcome = as_driver_and_outcome(a, b)
            search.comparisons += _compared(frame, driver, outcome)
    return search


def as_driver_and_outcome(a: Measure, b: Measure) -> tuple[Measure, Measure]:
    """Durations, prices, scores are outcomes; else the column further left drives."""
    results = is_result(a.column), is_result(b.column)
    if results[0] is not results[1]:
        return (b, a) if results[0] else (a, b)
    derived = a.column.formula is not None and b.column.formula is None
    return (b, a) if derived else (a, b)


def _compared(frame: Frame, driver: Measure, outcome: Measure) -> list[Comparison]:
    held = driver.known & outcome.known
    if held.sum() < 20:
        return []
    x, x_ranks, y = driver.values[held], driver.ranks[held], outcome.ranks[held]
    result = statistics.rank_correlation(x_ranks, y)
    steps = _steps(frame, driver, outcome)
    if steps is not None:
        # Two series that both drift look linked; whether they move together shows in their steps.
        moved = statistics.rank_correlation(*steps)
        same = moved.effect * result.effect > 0 and abs(moved.effect) >= _SMALLEST_RHO
        result = replace(result, p=moved.p, effect=result.effect if same else 0.0, upper=max(result.upper, moved.upper))
    parts = np.minimum((x_ranks - 1) * 8 / max(float(x_ranks.max()), 1.0), 7).astype(np.int64)
    bent = statistics.kruskal_wallis(parts, 8, y)
    matters = abs(result.effect) >= _SMALLEST_RHO and result.p < 0.05
    bends = steps is None and not matters and bent.p < 0.05 and bent.effect >= _SMALLEST_BENT and len(x) >= 80
    brackets = brackets_of(x, y, is_whole(driver)) if matters or bends else ()
    confounder = _confounder(frame, driver, outcome, result.effect) if matters else None
    note = "" if confounder is None else confounder.note
    found = [
        Comparison(
            question=Question.ASSOCIATION,
            test="Spearman rank correlation" if steps is None else "Spearman rank correlation of the steps in time",
            effect_name="rho",
            effect=result.effect,
            p=result.p,
            n=result.n,
            note=note,
            claim=_association(frame, driver, outcome, brackets, abs(result.effect), confounder)
            if matters and brackets
            else None,
            denial=_none(frame, driver, outcome) if result.upper <= _LARGEST_DENIED and not bends else None,
        )
    ]
    if len(x) >= 80 and steps is None:
        found.append(
            Comparison(
                question=Question.ASSOCIATION,
                test="Kruskal-Wallis over eighths of the first measure",
                effect_name="epsilon squared",
                effect=bent.effect,
                p=bent.p,
                n=bent.n,
                claim=_association(frame, driver, outcome, brackets, math.sqrt(bent.effect), None)
                if bends and brackets
                else None,
            )
        )
    return found


def _steps(frame: Frame, driver: Measure, outcome: Measure) -> tuple[Floats, Floats] | None:
    """Ranks of the changes from one time to the next; None unless the table is a series with one row at a time."""
    clock = frame.clock
    if clock is None or not clock.regular:
        return None
    held = driver.known & outcome.known & clock.timed
    moments = clock.seconds[held]
    order = np.argsort(moments, kind="stable")
    if held.sum() < 10 or (np.diff(moments[order]) == 0).any():
        return None
    x, y = (np.diff(measure.values[held][order]) for measure in (driver, outcome))
    return midranks(x), midranks(y)


def is_whole(measure: Measure) -> bool:
    """Whether its values are whole numbers, so that edges have to be."""
    return measure.column.type is ColumnType.INTEGER or bool((measure.values[measure.known] % 1 == 0).all())


def brackets_of(x: Floats, y: Floats, whole: bool) -> tuple[float, ...]:
    """Round edges that split the first measure so that the ranks of the second differ most: a regression tree with few
    leaves, each with some of the rows."""
    if len(x) > _ROWS_FOR_BRACKETS:
        step = len(x) // _ROWS_FOR_BRACKETS + 1
        x, y = x[::step], y[::step]
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    sums = np.concatenate([[0.0], np.cumsum(y)])
    positions = {
        edge: int(np.searchsorted(x, edge, side="left")) for edge in _round_edges(x) if not whole or edge == round(edge)
    }
    least = max(5, int(_FEWEST_SHARE * len(x)))
    chosen: list[float] = []
    cuts = [0, len(x)]
    total = float(((y - y.mean()) ** 2).sum())

    def gain(edge: float) -> float:
        at = positions[edge]
        low = max(cut for cut in cuts if cut <= at)
        high = min(cut for cut in cuts if cut >= at)
        if at - low < least or high - at < least:
            return -1.0
        left, right = (sums[at] - sums[low]) / (at - low), (sums[high] - sums[at]) / (high - at)
        return float((at - low) * (high - at) / (high - low) * (left - right) ** 2)

    while len(chosen) < _MOST_BRACKETS - 1 and positions:
        best = max(sorted(positions), key=gain)
        if (gain(best) < 0.02 * total and chosen) or gain(best) <= 0:
            break
        chosen.append(best)
        cuts.append(positions[best])
    return tuple(sorted(chosen))


def _round_edges(x: Floats) -> list[float]:
    """Numbers people would split at: 1, 2 and 5 times powers of ten, and an even grid of some twenty steps."""
    low, high = quantiles(x, [0.03, 0.97])
    if not high > low:
        return []
    exponent = math.floor(math.log10((high - low) / 10))
    step = min((m * 10.0**exponent for m in (1, 2, 5, 10)), key=lambda size: abs((high - low) / size - 15))
    start = math.ceil(low / step)
    edges = {float(f"{i * step:.10g}") for i in range(start, math.floor(high / step) + 1)}
    if low > 0 or (low == 0 and high >= 100):
        least = max(low, high / 10_000)
        for power in range(math.floor(math.log10(least)), math.ceil(math.log10(high)) + 1):
            edges |= {float(f"{m * 10.0**power:.10g}") for m in (1, 2, 5) if low < m * 10.0**power < high}
    return sorted(edges)


class _Confounder(Struct, frozen=True):
    name: str
    reverses: bool
    note: str


def _confounder(frame: Frame, driver: Measure, outcome: Measure, overall: float) -> _Confounder | None:
    """The grouping within whose values least of the link is left, where that is under two fifths of it."""
    worst: tuple[float, str] | None = None
    for factor in frame.factors:
        held = driver.known & outcome.known & (factor.codes >= 0)
        counts = np.bincount(factor.codes[held], minlength=len(factor.values))
        if held.sum() < 0.9 * (driver.known & outcome.known).sum() or int((counts >= 5).sum()) < 2:
            continue
        if float(np.median(counts[counts > 0])) < 10:
            continue
        codes = factor.codes[held]
        left = []
        for measure in (driver, outcome):
            ranks = measure.ranks[held]
            means = np.bincount(codes, weights=ranks, minlength=len(counts)) / np.maximum(counts, 1)
            left.append(ranks - means[codes])
        within = statistics.correlation(*left)
        remaining = within * math.copysign(1.0, overall)
        if worst is None or remaining < worst[0]:
            worst = (remaining, factor.name)
    if worst is None or worst[0] >= 0.4 * abs(overall):
        return None
    name, remaining = worst[1], worst[0]
    return _Confounder(
        name,
        remaining < -0.1,
        f"Within the values of {readable(name)} rho is {remaining * math.copysign(1.0, overall):.2f}.",
    )


def _association(
    frame: Frame,
    driver: Measure,
    outcome: Measure,
    brackets: tuple[float, ...],
    effect: float,
    confounder: _Confounder | None,
) -> Claim:
    aggregate = "median" if outcome.is_skewed and _median_varies(driver, outcome, brackets) else "avg"
    name = average_name(outcome.column) if aggregate == "avg" else f"median {called(outcome.column)}"
    drawn = called(outcome.column) if _is_drawn_by_row(frame) else name
    sql = bracket_sql(frame, driver, outcome, brackets, aggregate)
    units = (driver.column.unit, outcome.column.unit)

    def tell(telling: Telling) -> str | None:
        if len(telling.rows) < 2:
            return None
        told = told_by_bracket(telling, driver.column, "typical", lambda at, row: telling.quantity(at, units[1], row))
        aside = ""
        if confounder is not None:
            within = f"within each {readable(confounder.name)}"
            aside = (
                f"; {within} it is the other way round" if confounder.reverses else f"; {within} little of it is left"
            )
        return sentence(f"{name} {told}{aside}")

    return Claim(
        kind="association",
        columns=(outcome.name, driver.name),
        sql=sql,
        tell=tell,
        strength=(0.25 + 0.65 * saturating(effect, 0.45) * (0.8 if confounder else 1.0))
        * (1.0 if is_result(outcome.column) else 0.93),
        title=f"{name} by {called(driver.column)}",
        severity=Severity.NOTICE,
        view=View(
            name=f"{outcome.name}_by_{driver.name}",
            title=sentence(f"{drawn} by {called(driver.column)}")[:-1],
            mark=Mark.SCATTER,
            sql=_scatter(frame, driver, outcome, aggregate),
            x=Axis(field=driver.name, title=called(driver.column), kind="number", unit=units[0]),
            y=Axis(field=outcome.name, title=drawn, kind="number", unit=units[1]),
        ),
    )


def told_by_bracket(telling: Telling, driver: Column, column: str, stated: Callable[[str, int], str]) -> str:
    """How a figure moves with a measure, in the rows of brackets."""
    last = len(telling.rows) - 1
    levels = [telling.value(column, row) for row in range(last + 1)]
    verb = "rises" if levels == sorted(levels) else "falls" if levels == sorted(levels, reverse=True) else "changes"
    edges = [telling.edge("below", driver.unit, row) for row in range(last)]
    between = [f"{stated(column, row)} between {edges[row - 1]} and {edges[row]}" for row in range(1, last)]
    told = [f"{stated(column, 0)} below {edges[0]}", *between, f"{stated(column, last)} from {edges[-1]} on"]
    return f"{verb} with {called(driver)}: {', '.join(told)}"


def _median_varies(driver: Measure, outcome: Measure, brackets: tuple[float, ...]) -> bool:
    held = driver.known & outcome.known
    parts = np.searchsorted(np.asarray(brackets), driver.values[held], side="right")
    values = outcome.values[held]
    medians = [float(np.median(values[parts == part])) for part in range(len(brackets) + 1) if (parts == part).any()]
    return len(set(medians)) == len(brackets) + 1


def bracket_sql(
    frame: Frame, driver: Measure, outcome: Measure, brackets: tuple[float, ...], aggregate: str, where: str = ""
) -> str:
    """The typical outcome between edges of the driver, ``below`` naming the upper one."""
    x, y = identifier(driver.name), identifier(outcome.name)
    cases = " ".join(f"WHEN {x} < {edge:.10g} THEN {edge:.10g}" for edge in brackets)
    condition = known(driver.column, outcome.column) + (f" AND {where}" if where else "")
    return (
        f"SELECT CASE {cases} END AS below, {aggregate}({y}) AS typical, count(*) AS records\n"
        f"FROM {frame.source}\nWHERE {condition}\nGROUP BY 1\nORDER BY 1 NULLS LAST"
    )


def _is_drawn_by_row(frame: Frame) -> bool:
    return frame.table.dataset.rows <= _MOST_POINTS


def _scatter(frame: Frame, driver: Measure, outcome: Measure, aggregate: str) -> str:
    """Values where there are few, else what is typical of the second in some forty steps of the first."""
    x, y = identifier(driver.name), identifier(outcome.name)
    if _is_drawn_by_row(frame):
        return f"SELECT {x}, {y}\nFROM {frame.source}\nWHERE {known(driver.column, outcome.column)}\nORDER BY {x}, {y}"
    low, high = (float(value) for value in np.quantile(driver.ordered, [0.005, 0.995]))
    width = float(f"{max(high - low, 1e-9) / 40:.2g}")
    return (
        f"SELECT round({x} / {width:.10g}) * {width:.10g} AS {x}, {aggregate}({y}) AS {y}, count(*) AS records\n"
        f"FROM {frame.source}\nWHERE {known(driver.column, outcome.column)}\n"
        f"AND {x} BETWEEN {low:.10g} AND {high:.10g}\nGROUP BY 1\nORDER BY 1"
    )


def _none(frame: Frame, driver: Measure, outcome: Measure) -> Claim:
    held = driver.known & outcome.known
    edges = sorted({float(f"{edge:.3g}") for edge in quantiles(driver.values[held], [1 / 3, 2 / 3])})
    name = average_name(outcome.column)
    unit = outcome.column.unit

    def tell(telling: Telling) -> str | None:
        last = len(telling.rows) - 1
        if last < 1:
            return None
        return sentence(
            f"{name} does not depend on {called(driver.column)}: {telling.quantity('typical', unit)} below "
            f"{telling.edge('below', driver.column.unit)}, {telling.quantity('typical', unit, last)} from "
            f"{telling.edge('below', driver.column.unit, last - 1)} on"
        )

    return Claim(
        kind="no_association",
        columns=(outcome.name, driver.name),
        sql=bracket_sql(frame, driver, outcome, tuple(edges), "avg"),
        tell=tell,
        strength=0.3 if outcome.column.formula is not None else 0.24,
        title=f"{name} by {called(driver.column)}",
    )
