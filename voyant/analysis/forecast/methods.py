"""The methods that compete: each gives the values to come from those there were.

A method sees the values alone, so that validation can hide as many of the last ones as it likes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from statsforecast import models

from voyant.analysis.forecast.adjustment import Adjusted, adjust
from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.forecast.work import EXOGENOUS

log = logging.getLogger(__name__)

SEASONAL_NAIVE, COMBINATION = "seasonal_naive", "combination"
_SANE = 5


class Past(Struct, frozen=True, dict=True):
    """What a method is given.

    Attributes:
        lengths: Of the seasons, shortest first.
        horizon: Values to give.
        columns: Known ahead: a row for each value, and for each to come; None where nothing is.
    """

    values: Floats
    lengths: tuple[int, ...]
    horizon: int
    columns: Floats | None = None

    @property
    def season(self) -> int:
        """For methods that can have one only: the shortest; 1 where there is none."""
        return self.lengths[0] if self.lengths else 1

    @cached_property
    def level(self) -> Adjusted:
        return adjust(self.values, self.lengths, self.horizon)

    @cached_property
    def logged(self) -> Adjusted:
        return adjust(np.log(self.values), self.lengths, self.horizon)


Forecaster = Callable[[Past], Floats]


def _seasonal_naive(past: Past) -> Floats:
    """The last season again; the last value where there is none.

    Of several the longest that holds the shorter ones whole, as the week does the day: a year, which is no number of
    weeks, would put Sundays on Saturdays, which anything beats.
    """
    whole = [length for length in past.lengths if all(length % other == 0 for other in past.lengths if other < length)]
    length = whole[-1] if whole else 1
    return np.resize(past.values[-length:], past.horizon)


def _drift(past: Past) -> Floats:
    rest = past.level.rest
    slope = (rest[-1] - rest[0]) / max(1, len(rest) - 1)
    return np.asarray(rest[-1] + slope * np.arange(1, past.horizon + 1) + past.level.ahead)


def _mean(past: Past) -> Floats:
    return np.full(past.horizon, past.values.mean())


def _given_by(model: Any, values: Floats, horizon: int) -> Floats:
    return np.asarray(model.forecast(values, horizon)["mean"], dtype=np.float64)


def _plain(make: Callable[[int], Any]) -> Forecaster:
    """A model of the values as they are, given their season."""
    return lambda past: _given_by(make(past.season), past.values, past.horizon)


def _beside_seasons(make: Callable[[], Any]) -> Forecaster:
    """A model of what is left without the seasons, which then are put back."""
    return lambda past: np.asarray(_given_by(make(), past.level.rest, past.horizon) + past.level.ahead)


def _in_logarithms(make: Callable[[], Any]) -> Forecaster:
    """The same of the logarithms, in which steady growth is a straight line."""
    return lambda past: np.asarray(np.exp(_given_by(make(), past.logged.rest, past.horizon) + past.logged.ahead))


def _damped() -> Any:
    return models.AutoETS(season_length=1, model="AAN", damped=True)


def _theta() -> Any:
    return models.DynamicOptimizedTheta(season_length=1)


def _ces() -> Any:
    return models.AutoCES(season_length=1)


FLOOR: Mapping[str, Forecaster] = {SEASONAL_NAIVE: _seasonal_naive, "drift": _drift}
"""What every other method has to beat."""

CORE: Mapping[str, Forecaster] = {
    "damped": _beside_seasons(_damped),
    "theta": _beside_seasons(_theta),
    "ces": _beside_seasons(_ces),
    "log_damped": _in_logarithms(_damped),
    "log_theta": _in_logarithms(_theta),
    "log_ces": _in_logarithms(_ces),
}
"""What the combination is made of, each quick and each with faults of its own: exponential smoothing with a damped
trend (Gardner and McKenzie 1985), the dynamic optimised Theta method (Fiorucci et al. 2016) and complex exponential
smoothing (Svetunkov, Kourentzes and Ord 2022), of the values and of their logarithms, seasons taken out by loess."""

THOROUGH: Mapping[str, Forecaster] = {
    "auto_ces": _plain(lambda season: models.AutoCES(season_length=season)),
    "mfles": _plain(lambda season: models.MFLES(season_length=season)),
    "auto_theta": _plain(lambda season: models.AutoTheta(season_length=season)),
    "auto_ets": _plain(lambda season: models.AutoETS(season_length=season)),
    "auto_arima": _plain(lambda season: models.AutoARIMA(season_length=season, approximation=True)),
}
"""Those that choose their own form; slower, so only where there is time."""

INTERMITTENT: Mapping[str, Forecaster] = {
    "croston": _plain(lambda _: models.CrostonSBA()),
    "tsb": _plain(lambda _: models.TSB(alpha_d=0.1, alpha_p=0.1)),
    "imapa": _plain(lambda _: models.IMAPA()),
    "adida": _plain(lambda _: models.ADIDA()),
    "mean": _mean,
}
"""Of demand that is mostly nothing: Croston's method as Syntetos and Boylan (2005) corrected it, that of Teunter,
Syntetos and Babai (2011), and two that forecast sums over longer periods (Petropoulos and Kourentzes 2015; Nikolopoulos
et al. 2011). What they give is the expected value of each period, not what will most often be seen."""


def effects(past: Past) -> Floats:
    """What a unit more of each column known ahead goes with, from the changes of both from one period to the next:
    levels that drift together by chance tell nothing there."""
    if past.columns is None:
        return np.zeros(0)
    changes = np.diff(past.columns[: len(past.values)], axis=0)
    weights, *_ = np.linalg.lstsq(changes, np.diff(past.level.rest), rcond=None)
    return np.asarray(weights)


def _exogenous(past: Past) -> Floats:
    """The combination of what the columns do not explain, and what they say of the time to come."""
    if past.columns is None:
        raise ValueError("no column is known ahead")
    explained = past.columns @ effects(past)
    n = len(past.values)
    unexplained = Past(past.values - explained[:n], past.lengths, past.horizon)
    return np.asarray(forecasts(unexplained, CORE)[COMBINATION] + explained[n : n + past.horizon])


METHODS: Mapping[str, Forecaster] = {**FLOOR, **CORE, **THOROUGH, **INTERMITTENT, EXOGENOUS: _exogenous}


def forecasts(past: Past, names: Iterable[str]) -> dict[str, Floats]:
    """What each method gives; the combination where its parts are among them. A method that fails is left out."""
    made: dict[str, Floats] = {}
    for name in names:
        if name.startswith("log_") and float(past.values.min()) <= 0:
            continue
        try:
            given = METHODS[name](past)
        except Exception as error:  # noqa: BLE001 - whatever a library makes of odd data, the other methods remain
            log.debug("%s cannot forecast %d values: %s", name, len(past.values), error)
            continue
        if np.isfinite(given).all():
            made[name] = given
    parts = [made[name] for name in made if name in CORE or name in INTERMITTENT]
    if len(parts) > 1:
        made[COMBINATION] = _combined(parts, float(np.ptp(past.values)))
    return made


def _combined(parts: list[Floats], extent: float) -> Floats:
    """The mean, without those that stray from the median of all by many times what the values ever differed.

    A simple mean of a few good methods is hard to beat (Makridakis and Hibon 2000; Petropoulos and Svetunkov 2020).
    """
    stacked = np.stack(parts)
    sane = np.abs(stacked - np.median(stacked, axis=0)).max(axis=1) <= max(_SANE * extent, 1e-9)
    return np.asarray(stacked[sane].mean(axis=0) if sane.any() else np.median(stacked, axis=0))
