"""Figures without the noise of the arithmetic behind them: sums of doubles differ in their last digits."""

from __future__ import annotations

import math


def rounded(value: float) -> float:
    """To ten significant digits.

    >>> rounded(0.1 + 0.2)
    0.3
    """
    shortened = float(f"{value:.10g}")
    return shortened if math.isfinite(shortened) else value


def rounded_if_finite(value: float | None) -> float | None:
    """The same for figures that may not exist, or lie beyond what doubles hold: None for these."""
    return None if value is None or not math.isfinite(value) else rounded(value)
