"""What speaks for a row being odd, beyond its score: bounds that rows of clean data do not cross.

All bounds of a table together are crossed by a row of clean data with at most the chance ``LEVEL`` (Bonferroni over
rows and bounds), however odd its oddest row is: clean data have no odd rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows import bounds as limits
from voyant.analysis.anomaly.rows import groups
from voyant.analysis.anomaly.rows.bounds import Bounds
from voyant.analysis.anomaly.rows.columns import Chosen
from voyant.analysis.anomaly.rows.detectors import Covariance, NearNeighbours, Points, too_alike, too_narrow
from voyant.analysis.anomaly.rows.groups import Within
from voyant.analysis.anomaly.rows.matrix import Rows, drawn_in, drawn_out, scale_of, scaled
from voyant.analysis.anomaly.rows.tails import upper_bound
from voyant.analysis.anomaly.rows.wording import told
from voyant.analysis.insights.ranks import Floats
from voyant.analysis.wording import called, listed, percent, readable, shown
from voyant.domain.anomaly import Oddity
from voyant.domain.profile import Profile

LEVEL = 0.01
_MOST_NAMED = 3


class Reason(Struct, frozen=True):
    """Why one row is odd.

    Attributes:
        place: Of the row among those looked at.
        key: Rows with the same key are odd for the same pattern.
        number: What the first column holds, and ``usual`` what it is held against.
    """

    place: int
    kind: Oddity
    columns: tuple[str, ...]
    text: str
    key: tuple[str, ...]
    number: float | None = None
    usual: float | None = None


class Evidence:
    """The bounds of a table, learnt from a sample."""

    def __init__(self, chosen: Chosen, profile: Profile, rows: int, sample: Rows) -> None:
        self._chosen = chosen
        self._scales = tuple(scale_of(column, sample.numbers[:, place]) for place, column in enumerate(chosen.numbers))
        points = self._placed(sample)
        pairs = groups.pairs(chosen, profile)
        learners = [
            made for made, unfit in ((Covariance, too_narrow), (NearNeighbours, too_alike)) if not unfit(points)
        ]
        self.share = LEVEL / (len(self._scales) + len(pairs) + len(learners) + 1)
        """Of the level, for each set of bounds; one is left for combinations of categories."""
        chance = self.share / max(1, rows)
        self.values = [
            limits.of_tails(scale, sample.numbers[:, place], chance) for place, scale in enumerate(self._scales)
        ]
        self._ends = [_ends(sample.numbers[:, place]) for place in range(len(self._scales))]
        self._within = [
            groups.learn(sample, self._scales[number], number, category, chance) for number, category in pairs
        ]
        joint = [made(points) for made in learners]
        self._joint = [(fitted, upper_bound(fitted.score(points), chance)) for fitted in joint]

    def of(self, rows: Rows) -> list[Reason]:
        """Why rows are odd; those with none of them are not."""
        reasons = [*self._by_value(rows), *self._by_group(rows)]
        explained = {reason.place for reason in reasons}
        points = self._placed(rows)
        for fitted, bound in self._joint:
            places = [int(place) for place in np.flatnonzero(fitted.score(points) > bound) if place not in explained]
            if isinstance(fitted, Covariance):
                reasons += self._together(fitted, rows, points, places)
            else:
                reasons += self._apart(fitted, rows, points, places)
            explained |= set(places)
        return reasons

    def _placed(self, rows: Rows) -> Points:
        """Rows on the scales of bounds, of which skewed columns are logarithmic: there tails are short, bounds near."""
        return Points(drawn_in(scaled(rows.numbers, self._scales)), np.zeros((len(rows.places), 0)))

    def _by_value(self, rows: Rows) -> Iterator[Reason]:
        for index, found in enumerate(self.values):
            values = rows.numbers[:, index]
            for place in np.flatnonzero(found.beyond(values) > 0):
                yield beyond(found, float(values[place]), int(place), self._ends[index])

    def _by_group(self, rows: Rows) -> Iterator[Reason]:
        for within in self._within:
            for place in np.flatnonzero(within.beyond(rows)):
                yield self._in_group(within, rows, int(place))

    def _in_group(self, within: Within, rows: Rows, place: int) -> Reason:
        number, category = self._chosen.numbers[within.number], self._chosen.categories[within.category]
        label = rows.categories[within.category][place].as_py()
        value = float(rows.numbers[place, within.number])
        usual = within.scale.back(within.groups[label].middle)
        group = f"{readable(category.name)} {'(withheld)' if category.personal else shown(label)}"
        return Reason(
            place,
            Oddity.WITHIN,
            (number.name, category.name),
            f"{called(number)} {told(number, value)} with {group}, where the median is {told(number, usual)}",
            ("within", number.name, category.name),
            number=value,
            usual=usual,
        )

    def _together(self, fitted: Covariance, rows: Rows, points: Points, places: list[int]) -> Iterator[Reason]:
        if not places:
            return
        expected, away = fitted.expected(points.numbers[places])
        for place, expectations, distances in zip(places, expected, np.abs(away), strict=True):
            known = np.where(np.isfinite(rows.numbers[place]), distances, -1.0)
            index = int(np.argmax(known))
            column, value = self._chosen.numbers[index], float(rows.numbers[place, index])
            usual = self._scales[index].back(drawn_out(float(expectations[index])))
            leads = f"where the other columns lead one to expect {told(column, usual)}"
            yield Reason(
                place,
                Oddity.TOGETHER,
                (column.name,),
                f"{called(column)} {told(column, value)}, {leads}",
                ("together",),
                number=value,
                usual=usual if math.isfinite(usual) else None,
            )

    def _apart(self, fitted: NearNeighbours, rows: Rows, points: Points, places: list[int]) -> Iterator[Reason]:
        if not places:
            return
        _, nearest = fitted.nearest(points.some(places))
        for place, neighbours in zip(places, nearest, strict=True):
            away = np.abs(points.numbers[place] - fitted.reference[neighbours].mean(axis=0))
            away = np.where(np.isfinite(rows.numbers[place]), away, -1.0)
            order = [int(index) for index in np.argsort(-away, kind="stable")[:_MOST_NAMED]]
            leading = [index for index in order if away[index] >= away[order[0]] / 2]
            yield self._alone(rows, place, leading)

    def _alone(self, rows: Rows, place: int, leading: list[int]) -> Reason:
        columns = [self._chosen.numbers[index] for index in leading]
        values = [float(rows.numbers[place, index]) for index in leading]
        named = listed(
            [f"{called(column)} {told(column, value)}" for column, value in zip(columns, values, strict=True)]
        )
        return Reason(
            place,
            Oddity.APART,
            tuple(column.name for column in columns),
            f"no other row is near {named}",
            ("apart",),
            number=values[0],
        )


class Ends(Struct, frozen=True):
    """Quantiles near the ends of a column, and the share of its values between the end and each, in percent."""

    low: float
    high: float
    share: float


def _ends(values: Floats) -> Ends:
    known = values[np.isfinite(values)]
    share = 99.9 if len(known) >= 5_000 else 99.0
    if not len(known):
        return Ends(math.nan, math.nan, share)
    low, high = np.quantile(known, [1 - share / 100, share / 100], method="inverted_cdf")
    return Ends(float(low), float(high), share)


def beyond(found: Bounds, value: float, place: int, ends: Ends) -> Reason:
    """Why a value beyond its column's bounds is odd."""
    above = value > found.high
    side, usual = ("at most", ends.high) if above else ("at least", ends.low)
    if (usual >= value) if above else (usual <= value):
        side, usual = "around", found.middle
    where = (
        f"where the median is {told(found.column, usual)}"
        if side == "around"
        else f"where {percent(ends.share)} of the values are {side} {told(found.column, usual)}"
    )
    return Reason(
        place,
        Oddity.VALUE,
        (found.column.name,),
        f"{called(found.column)} {told(found.column, value)}, {where}",
        ("value", found.column.name, "above" if above else "below"),
        number=value,
        usual=usual,
    )
