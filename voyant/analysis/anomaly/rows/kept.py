"""The rows that are handed on: all of a small table, else the odd ones and those with the highest scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows.evidence import Reason
from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import sentence
from voyant.domain.anomaly import OddRow

if TYPE_CHECKING:
    import pyarrow

ALL_UP_TO = 100_000
MOST = 10_000
MOST_TOP = 50


class _Part(Struct, frozen=True):
    places: Ints
    scores: Floats
    odd: Ints


class Kept:
    """What is kept of the rows while they go by: at most ``MOST`` of a table of more than ``ALL_UP_TO``.

    Attributes:
        flagged: Odd rows that went by.
        counts: Rows by the key of what makes them odd.
    """

    def __init__(self, rows: int) -> None:
        self._most = rows if rows <= ALL_UP_TO else MOST
        self._part = _Part(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
        self._reasons: dict[int, list[Reason]] = {}
        self.flagged = 0
        self.counts: Counter[tuple[str, ...]] = Counter()

    def add(self, places: Ints, scores: Floats, reasons: Sequence[Reason]) -> None:
        """Takes in some rows; the place of a reason is that of its row among them."""
        odd = np.zeros(len(places), dtype=np.int64)
        for reason in reasons:
            odd[reason.place] = 1
            self._reasons.setdefault(int(places[reason.place]), []).append(reason)
        self.counts.update(key for _, key in {(reason.place, reason.key) for reason in reasons})
        self.flagged += int(odd.sum())
        joined = _Part(
            np.concatenate([self._part.places, places]),
            np.concatenate([self._part.scores, scores]),
            np.concatenate([self._part.odd, odd]),
        )
        order = np.lexsort((joined.places, -joined.scores, -joined.odd))[: self._most]
        self._part = _Part(joined.places[order], joined.scores[order], joined.odd[order])
        if len(self._reasons) > self._most:
            left = set(self._part.places.tolist())
            self._reasons = {place: found for place, found in self._reasons.items() if place in left}

    @property
    def rows(self) -> int:
        return len(self._part.places)

    def top(self) -> tuple[OddRow, ...]:
        """The oddest of the odd rows."""
        count = min(MOST_TOP, int(self._part.odd.sum()))
        return tuple(
            OddRow(row=row, score=rounded(score), reasons=tuple(sentence(r.text) for r in self._reasons[row]))
            for row, score in zip(self._part.places[:count].tolist(), self._part.scores[:count].tolist(), strict=True)
        )

    def table(self) -> pyarrow.Table:
        """The rows, odd ones first, by score: number, score, whether odd, the columns and the reasons in words."""
        import pyarrow as pa

        places = self._part.places.tolist()
        reasons = [self._reasons.get(place, []) for place in places]
        return pa.table(
            {
                "row_number": pa.array(places, pa.int64()),
                "score": pa.array([rounded(score) for score in self._part.scores.tolist()], pa.float64()),
                "flagged": pa.array(self._part.odd.astype(bool).tolist(), pa.bool_()),
                "columns": pa.array([_columns(found) for found in reasons], pa.string()),
                "reasons": pa.array(
                    [" ".join(sentence(r.text) for r in found) or None for found in reasons], pa.string()
                ),
            }
        )

    def reasons(self) -> pyarrow.Table:
        """One row a reason: of which row, of what kind, the column, what it holds and what it is held against."""
        import pyarrow as pa

        places = self._part.places[self._part.odd > 0].tolist()
        found = [(place, reason) for place in places for reason in self._reasons[place]]
        return pa.table(
            {
                "row_number": pa.array([place for place, _ in found], pa.int64()),
                "kind": pa.array([str(reason.kind) for _, reason in found], pa.string()),
                "column_name": pa.array([reason.columns[0] for _, reason in found], pa.string()),
                "value": pa.array([_number(reason.number) for _, reason in found], pa.float64()),
                "usual": pa.array([_number(reason.usual) for _, reason in found], pa.float64()),
                "reason": pa.array([sentence(reason.text) for _, reason in found], pa.string()),
            }
        )


def _columns(reasons: Sequence[Reason]) -> str | None:
    return ", ".join(dict.fromkeys(name for reason in reasons for name in reason.columns)) or None


def _number(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else rounded(value)
