"""What was measured of a column, before all columns together decide what counts."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.drift.counting import Keys
from voyant.analysis.drift.distances import Measured
from voyant.analysis.drift.subjects import Pair, Subject
from voyant.analysis.rounding import rounded
from voyant.domain.drift import Distance, Share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAJOR_SHIFT = 0.25
"""A population stability index from which credit scoring speaks of a major shift (Siddiqi 2006)."""


class Cells(Struct, frozen=True):
    """The bins or values that a change is explained by.

    Attributes:
        keys: Of values their hash or number; of bins their lower edge.
        parts: Of each cell its part of the divergence.
        ends: Of bins their upper edge; None of values.
    """

    keys: Keys
    before: Ints
    after: Ints
    parts: Floats
    ends: Floats | None = None


class Measure(Struct, frozen=True):
    """A distance with its name, and from where it counts."""

    name: str
    measured: Measured
    threshold: float | None = None

    def distance(self, q_value: float | None = None) -> Distance:
        """As it is shown."""
        found = self.measured
        return Distance(
            measure=self.name,
            value=rounded(found.value),
            threshold=self.threshold,
            p_value=None if found.p is None else rounded(found.p),
            q_value=None if q_value is None else rounded(q_value),
            # Rounding to ten digits must not make the bound smaller.
            error=0.0 if found.error == 0 else rounded(found.error * (1 + 1e-9)),
            noise=None if found.noise is None else rounded(found.noise),
        )


class Draft(Struct, frozen=True):
    """A column measured.

    Attributes:
        subject: What was compared: numbers with few values are compared as values; None where nothing could be.
        measures: The deciding one first.
        usual: Whether the deciding measure's usual rule says that the column drifted.
        part: The part of a time whose rhythm decides, such as ``isodow``.
        shares: Of terms, which have no cells.
    """

    pair: Pair
    subject: Subject | None
    measures: tuple[Measure, ...] = ()
    usual: bool = False
    cells: Cells | None = None
    part: str | None = None
    shares: tuple[Share, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def p(self) -> float:
        """Of the deciding measure."""
        p = self.measures[0].measured.p
        return 1.0 if p is None or math.isnan(p) else p

    @property
    def is_large(self) -> bool:
        """Whether the deciding measure reaches its threshold, where it has one."""
        threshold = self.measures[0].threshold
        return threshold is None or self.measures[0].measured.value >= threshold

    @property
    def moved_unseen(self) -> bool:
        """Whether most values moved far and the deciding measure, which outliers widen, does not show it."""
        deciding = self.measures[0] if self.measures else None
        if deciding is None or deciding.name != "wasserstein_normed" or self.is_large:
            return False
        index = next((each.measured for each in self.measures if each.name == "psi"), None)
        return index is not None and index.value - (index.noise or 0.0) >= MAJOR_SHIFT
