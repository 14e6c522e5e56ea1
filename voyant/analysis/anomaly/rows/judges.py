"""Who says how odd a row is, and why: all detectors with bounds from tails, a forest alone, or named fences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows import bounds as limits
from voyant.analysis.anomaly.rows.bounds import Bounds
from voyant.analysis.anomaly.rows.columns import Chosen
from voyant.analysis.anomaly.rows.detectors import Points, require_library
from voyant.analysis.anomaly.rows.ensemble import assemble
from voyant.analysis.anomaly.rows.evidence import LEVEL, Evidence, Reason
from voyant.analysis.anomaly.rows.matrix import Rarity, Rows, Scale, drawn_in, sample, scale_of, scaled
from voyant.analysis.anomaly.rows.tails import upper_bound
from voyant.analysis.anomaly.rows.wording import told
from voyant.analysis.insights.ranks import Floats
from voyant.analysis.wording import called, listed, number
from voyant.domain.anomaly import AnomalyMethod, Detector, Oddity
from voyant.domain.profile import Profile
from voyant.domain.table import Table

_MOST_NAMED = 3


class Grounds(Struct, frozen=True, kw_only=True):
    """What a judgement rests on.

    Attributes:
        share: Of the level, left for combinations of categories; None where these are not looked at.
    """

    sample: int
    level: float | None = None
    share: float | None = None
    detectors: tuple[Detector, ...] = ()
    bounds: tuple[Bounds, ...] = ()


class Judge(Protocol):
    """What has been made for a table, and tells of any of its rows."""

    @property
    def grounds(self) -> Grounds: ...

    def of(self, rows: Rows) -> tuple[Floats, list[Reason]]:
        """The score of each row, and the reasons for which some are odd."""
        ...


def judge(table: Table, profile: Profile, chosen: Chosen, method: AnomalyMethod) -> Judge:
    """The judge that a method asks for.

    Raises:
        InvalidInput: The library of its detectors is not installed.
    """
    if method in {AnomalyMethod.IQR, AnomalyMethod.Z_SCORE, AnomalyMethod.MAD}:
        return Fences(table, chosen, method)
    require_library()
    if method is AnomalyMethod.ISOLATION_FOREST:
        return ForestAlone(table, chosen)
    return Together(table, profile, chosen)


class _Points:
    """The rows of a table as detectors see them, by scales that a sample gives.

    No column is seen by its logarithm here: where most values are small, that tells small ones apart rather than the
    large ones.
    """

    def __init__(self, chosen: Chosen, rows: Rows) -> None:
        self.scales: tuple[Scale, ...] = tuple(
            scale_of(column, rows.numbers[:, place], may_log=False) for place, column in enumerate(chosen.numbers)
        )
        self._rarity = Rarity(rows)

    def of(self, rows: Rows) -> Points:
        return Points(drawn_in(scaled(rows.numbers, self.scales)), self._rarity.of(rows))


class Together:
    """All detectors that the table speaks for, their scores as one, and bounds that clean data do not cross."""

    def __init__(self, table: Table, profile: Profile, chosen: Chosen) -> None:
        rows = sample(table, chosen)
        self._points = _Points(chosen, rows)
        self._ensemble = assemble(self._points.of(rows))
        self._evidence = Evidence(chosen, profile, table.dataset.rows, rows)
        self.grounds = Grounds(
            sample=len(rows.places),
            level=LEVEL,
            share=self._evidence.share,
            detectors=self._ensemble.detectors,
            bounds=tuple(self._evidence.values),
        )

    def of(self, rows: Rows) -> tuple[Floats, list[Reason]]:
        return self._ensemble.score(self._points.of(rows)), self._evidence.of(rows)


class ForestAlone:
    """The isolation forest with its own score; odd is what lies beyond the tail of the others' scores."""

    def __init__(self, table: Table, chosen: Chosen) -> None:
        rows = sample(table, chosen)
        self._chosen = chosen
        self._points = _Points(chosen, rows)
        ensemble = assemble(self._points.of(rows), ("isolation forest",))
        self._forest = ensemble.members[0]
        self._bound = upper_bound(self._forest.usual, LEVEL / max(1, table.dataset.rows))
        self.grounds = Grounds(sample=len(rows.places), level=LEVEL, detectors=ensemble.detectors)

    def of(self, rows: Rows) -> tuple[Floats, list[Reason]]:
        points = self._points.of(rows)
        scores = self._forest.fitted.score(points)
        odd = np.flatnonzero(scores > self._bound)
        return scores, [self._reason(rows, points, float(scores[place]), int(place)) for place in odd]

    def _reason(self, rows: Rows, points: Points, score: float, place: int) -> Reason:
        away = np.where(np.isfinite(rows.numbers[place]), np.abs(points.numbers[place]), -1.0)
        leading = [int(index) for index in np.argsort(-away, kind="stable")[:_MOST_NAMED]]
        columns = [self._chosen.numbers[index] for index in leading if away[index] > 1]
        values = [float(rows.numbers[place, index]) for index in leading if away[index] > 1]
        named = [f"{called(column)} {told(column, value)}" for column, value in zip(columns, values, strict=True)]
        text = f"few cuts set it apart (score {number(score)})"
        return Reason(
            place,
            Oddity.APART,
            tuple(column.name for column in columns) or self._chosen.names[:1],
            f"{text}, by {listed(named)}" if named else text,
            ("apart",),
            number=values[0] if values else None,
        )


class Fences:
    """The bounds of a named method, column by column, from all rows."""

    def __init__(self, table: Table, chosen: Chosen, method: AnomalyMethod) -> None:
        self._places = {column.name: place for place, column in enumerate(chosen.numbers)}
        self._method = method
        bounds = tuple(limits.named(table, method, chosen.numbers))
        self.grounds = Grounds(sample=table.dataset.rows, bounds=bounds)

    def of(self, rows: Rows) -> tuple[Floats, list[Reason]]:
        scores = np.zeros(len(rows.places))
        reasons: list[Reason] = []
        for found in self.grounds.bounds:
            values = rows.numbers[:, self._places[found.column.name]]
            scores = np.fmax(scores, np.abs(values - found.middle) / found.unit)
            reasons += self._beyond(found, values)
        return scores, reasons

    def _beyond(self, found: Bounds, values: Floats) -> Iterator[Reason]:
        with np.errstate(invalid="ignore"):
            outside = np.flatnonzero((values > found.high) | (values < found.low))
        for place in outside:
            value = float(values[place])
            above = value > found.high
            side, bound = ("above", found.high) if above else ("below", found.low)
            yield Reason(
                int(place),
                Oddity.FENCE,
                (found.column.name,),
                f"{called(found.column)} {told(found.column, value)}, {side} the bound {told(found.column, bound)}",
                ("value", found.column.name, side),
                number=value,
                usual=found.middle,
            )


def needed(chosen: Chosen, rows: int, method: AnomalyMethod) -> str | None:
    """What a method lacks to judge the rows of a table, as a sentence; None where it lacks nothing."""
    from voyant.analysis.anomaly.rows.tails import FEWEST

    if rows < FEWEST:
        return f"Odd rows take at least {FEWEST} rows to stand out from; there {_are(rows)}."
    fences = method in {AnomalyMethod.IQR, AnomalyMethod.Z_SCORE, AnomalyMethod.MAD}
    if not (chosen.numbers if fences else chosen.names):
        return f"No column can make a row odd. {' '.join(chosen.left_out)}".strip()
    return None


def _are(rows: int) -> str:
    return "is 1" if rows == 1 else f"are {rows}"


def columns_used(chosen: Chosen, method: AnomalyMethod) -> Sequence[str]:
    """The names of the columns that a method looks at."""
    if method in {AnomalyMethod.IQR, AnomalyMethod.Z_SCORE, AnomalyMethod.MAD}:
        return [column.name for column in chosen.numbers]
    return chosen.names
