"""Taking seasons out of a series, and putting them back onto what is forecast of the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from statsmodels.tsa.seasonal import STL

from voyant.analysis.forecast.seasons import Floats, moving_average

_NARROWEST_WINDOW, _WIDER = 11, 4
"""Of the seasonal smoother, in cycles, for the shortest season; each longer one gets four more, as in MSTL."""
_ROUNDS = 2
_LONG, _MANY_CYCLES = 26, 8
_MOST_HARMONICS = 6


class Adjusted(Struct, frozen=True):
    """A series taken apart.

    Attributes:
        rest: The series without its seasons.
        seasonal: One row for each season, over the series.
        ahead: The sum of the seasons over the horizon.
    """

    rest: Floats
    seasonal: Floats
    ahead: Floats


def adjust(values: Floats, lengths: Sequence[int], horizon: int) -> Adjusted:
    """The series without seasons of these lengths, shortest first.

    By loess, round by round where there are several (STL: Cleveland et al. 1990; MSTL: Bandara, Hyndman and Bergmeir
    2021). A long season of few cycles gets a few harmonics instead, their number chosen by BIC: a mean for each of
    365 days from three values each would be mostly noise.
    """
    n = len(values)
    seasonal = np.zeros((len(lengths), n))
    ahead = np.zeros((len(lengths), horizon))
    rest = values
    for _ in range(_ROUNDS if len(lengths) > 1 else 1):
        for place, length in enumerate(lengths):
            rest = rest + seasonal[place]
            if length > _LONG and n < _MANY_CYCLES * length:
                seasonal[place], ahead[place] = _harmonic(rest, length, horizon)
            else:
                window = _NARROWEST_WINDOW + _WIDER * place
                jump = max(1, length // 10)
                fitted = STL(
                    rest, period=length, seasonal=window, seasonal_deg=0, trend_jump=jump, low_pass_jump=jump
                ).fit()
                seasonal[place] = fitted.seasonal
                ahead[place] = np.resize(seasonal[place][n - length :], horizon)
            rest = rest - seasonal[place]
    return Adjusted(rest=rest, seasonal=seasonal, ahead=ahead.sum(axis=0))


def _harmonic(values: Floats, length: int, horizon: int) -> tuple[Floats, Floats]:
    """The season as a sum of harmonics, over the series and ahead of it."""
    n = len(values)
    detrended = values - moving_average(values, length)
    best: tuple[float, Floats] | None = None
    for harmonics in range(1, _MOST_HARMONICS + 1):
        waves = _waves(np.arange(n + horizon, dtype=np.float64), length, harmonics)
        weights, *_ = np.linalg.lstsq(waves[:n], detrended, rcond=None)
        fitted = waves @ weights
        error = float(np.mean((detrended - fitted[:n]) ** 2))
        criterion = n * np.log(max(error, 1e-300)) + 2 * harmonics * np.log(n)
        if best is None or criterion < best[0]:
            best = criterion, fitted
    assert best is not None  # noqa: S101 - one harmonic at least was tried
    return best[1][:n], best[1][n:]


def _waves(places: Floats, length: int, harmonics: int) -> Floats:
    angles = 2 * np.pi * np.outer(places, np.arange(1, harmonics + 1)) / length
    return np.hstack([np.sin(angles), np.cos(angles)])
