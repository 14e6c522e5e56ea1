"""Ways of telling how odd a row is: each learns from a sample, then scores any rows; higher is odder."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from msgspec import Struct

from voyant.analysis.insights.ranks import Floats
from voyant.errors import Code, InvalidInput

SEED = 0
_TREES, _ROWS_OF_A_TREE = 200, 256
_DRAWS, _ROWS_OF_A_DRAW = 200, 16
_NEIGHBOURS = 20
_MOST_REFERENCES = 5_000
_MOST_FOR_CORE = 3_000
_CORE = 0.75
_FEWEST_ROWS_PER_COLUMN = 5
_SAME = 1e-6
_SAME_DRAWN = 1e-4  # squared, of numbers with half the digits
_ROWS_AT_ONCE = 1_024


class Points(Struct, frozen=True):
    """Rows as detectors see them.

    Attributes:
        numbers: On their scales, far ones drawn in, missing ones in the middle.
        rarity: Of the values of categories.
    """

    numbers: Floats
    rarity: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    def some(self, places: Any) -> Points:
        return Points(self.numbers[places], self.rarity[places])


class Fitted(Protocol):
    """What has learnt what usual rows look like."""

    def score(self, points: Points) -> Floats: ...


class Forest:
    """Isolation forest (Liu, Ting and Zhou 2008): rows that few random cuts set apart are odd."""

    def __init__(self, points: Points) -> None:
        from sklearn.ensemble import IsolationForest

        rows = min(_ROWS_OF_A_TREE, len(points))
        self._forest = IsolationForest(n_estimators=_TREES, max_samples=rows, random_state=SEED, n_jobs=1)
        self._forest.fit(self._joined(points))

    def score(self, points: Points) -> Floats:
        return -np.asarray(self._forest.score_samples(self._joined(points)), dtype=np.float64)

    @staticmethod
    def _joined(points: Points) -> Floats:
        return np.hstack([points.numbers, points.rarity])


class SampledNeighbours:
    """The distance to the nearest of a few rows drawn at random, on average over many draws (Sugiyama and Borgwardt
    2013).

    So few rows hardly ever hold an odd one, so that odd rows do not hide one another. A row that is drawn itself is
    held against the others of its draw; rows that repeat one another share what that changes, so that their scores
    are alike.
    """

    def __init__(self, points: Points) -> None:
        random = np.random.default_rng(SEED)
        size = min(_ROWS_OF_A_DRAW, max(2, len(points) // 2))
        drawn = np.concatenate([random.choice(len(points), size, replace=False) for _ in range(_DRAWS)])
        _, alike, counts = np.unique(points.numbers, axis=0, return_inverse=True, return_counts=True)
        self._drawn = points.numbers[drawn].astype(np.float32)  # half the memory to go through
        self._itself = (1 / counts[alike.ravel()[drawn]]).astype(np.float32)
        self._shape = (_DRAWS, size)

    def score(self, points: Points) -> Floats:
        scores = np.empty(len(points))
        for start in range(0, len(points), _ROWS_AT_ONCE):
            part = points.numbers[start : start + _ROWS_AT_ONCE].astype(np.float32)
            scores[start : start + _ROWS_AT_ONCE] = self._distances(part).mean(axis=1)
        return scores

    def _distances(self, numbers: Any) -> Any:
        """Of each row to the nearest of each draw; where it is drawn, by the chance that it is itself."""
        squared = (numbers**2).sum(axis=1)[:, None] - 2 * numbers @ self._drawn.T + (self._drawn**2).sum(axis=1)
        same = squared < _SAME_DRAWN
        squared[same] = np.inf
        others = np.sqrt(squared.reshape(len(numbers), *self._shape).min(axis=2))
        others[~np.isfinite(others)] = 0
        itself = np.where(same, self._itself, 0).reshape(len(numbers), *self._shape).max(axis=2)
        return np.where(itself > 0, others * itself, others)


class NearNeighbours:
    """The mean distance to the nearest other rows (Ramaswamy, Rastogi and Shim 2000; Angiulli and Pizzuti 2002).

    Rows that repeat one another count once, so that they have the same score.
    """

    def __init__(self, points: Points) -> None:
        from sklearn.neighbors import NearestNeighbors

        different = np.unique(points.numbers, axis=0)
        if len(different) > _MOST_REFERENCES:
            kept = np.random.default_rng(SEED).choice(len(different), _MOST_REFERENCES, replace=False)
            different = different[np.sort(kept)]
        self.reference = different
        self._count = min(_NEIGHBOURS, len(different) - 1)
        self._search = NearestNeighbors(n_neighbors=self._count + 1, n_jobs=1).fit(different)

    def score(self, points: Points) -> Floats:
        distances, _ = self.nearest(points)
        return np.asarray(distances.mean(axis=1))

    def nearest(self, points: Points) -> tuple[Floats, Any]:
        """Distances and places of the nearest other rows; a row that is itself among them is passed over."""
        distances, places = self._search.kneighbors(points.numbers)
        itself = distances[:, :1] < _SAME
        return (
            np.where(itself, distances[:, 1:], distances[:, :-1]),
            np.where(itself, places[:, 1:], places[:, :-1]),
        )


class Covariance:
    """Distance from the middle in the shape of the densest three quarters of the rows (the minimum covariance
    determinant; Rousseeuw and Van Driessen 1999)."""

    def __init__(self, points: Points) -> None:
        numbers = points.numbers
        self._middle = numbers.mean(axis=0)
        lengths, directions = np.linalg.eigh(np.cov(numbers.T).reshape(numbers.shape[1], -1))
        # Columns that follow from one another span fewer directions than there are columns.
        kept = lengths > _SAME * lengths.max()
        self._turn = directions[:, kept] / np.sqrt(lengths[kept])
        self._inner, shape = _core(self._turned(numbers))
        self._precision = np.linalg.pinv(shape)
        lost = directions[:, ~kept]
        self._full = self._turn @ self._precision @ self._turn.T + lost @ lost.T / (_SAME * lengths.max())
        self._center = self._middle + directions[:, kept] * np.sqrt(lengths[kept]) @ self._inner

    def score(self, points: Points) -> Floats:
        away = self._turned(points.numbers) - self._inner
        return np.asarray(np.sqrt(np.maximum(np.einsum("ij,ij->i", away @ self._precision, away), 0)))

    def expected(self, numbers: Floats) -> tuple[Floats, Floats]:
        """What each number would be, told from the other numbers of its row (the conditional mean of a normal), and how
        many conditional standard deviations it is away from that."""
        pull = (numbers - self._center) @ self._full
        own = np.maximum(np.diag(self._full), _SAME)
        return np.asarray(numbers - pull / own), np.asarray(pull / np.sqrt(own))

    def _turned(self, numbers: Floats) -> Floats:
        return np.asarray((numbers - self._middle) @ self._turn)


def _core(turned: Floats) -> tuple[Floats, Floats]:
    """Middle and covariance of the densest rows; of all rows where the densest have no volume."""
    from sklearn.covariance import MinCovDet

    if len(turned) > _MOST_FOR_CORE:
        turned = turned[np.random.default_rng(SEED).permutation(len(turned))[:_MOST_FOR_CORE]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where the densest rows have no volume, which is looked at here
        fitted = MinCovDet(support_fraction=_CORE, random_state=SEED).fit(turned)
    if np.isfinite(fitted.covariance_).all() and np.linalg.cond(fitted.covariance_) < 1 / _SAME:
        return np.asarray(fitted.location_), np.asarray(fitted.covariance_)
    return turned.mean(axis=0), np.cov(turned.T).reshape(turned.shape[1], -1)


class RareValues:
    """The sum of how rare the values of all categories are, as if they were independent (Goldstein and Dengel 2012)."""

    def __init__(self, points: Points) -> None:
        pass

    def score(self, points: Points) -> Floats:
        return np.asarray(points.rarity.sum(axis=1))


class Kind(Struct, frozen=True):
    """A detector before it has learnt anything; ``unfit`` tells why it cannot, as a phrase."""

    name: str
    fit: Callable[[Points], Fitted]
    unfit: Callable[[Points], str | None]


def _without_numbers(points: Points) -> str | None:
    return "there are no numbers to measure distances in" if points.numbers.shape[1] == 0 else None


def too_alike(points: Points) -> str | None:
    if lacking := _without_numbers(points):
        return lacking
    different = len(np.unique(points.numbers, axis=0))
    if different <= max(_NEIGHBOURS, len(points) / 2):
        return "most rows repeat one another in their numbers, so that near ones are at no distance"
    return None


def too_narrow(points: Points) -> str | None:
    columns = points.numbers.shape[1]
    if columns < 2:
        return "it takes two columns of numbers"
    if len(points) < _FEWEST_ROWS_PER_COLUMN * columns:
        return f"{columns} columns of numbers take at least {_FEWEST_ROWS_PER_COLUMN * columns} rows"
    return None


KINDS = (
    Kind("isolation forest", Forest, lambda points: None),
    Kind("sampled neighbours", SampledNeighbours, _without_numbers),
    Kind("robust covariance", Covariance, too_narrow),
    Kind("rare values", RareValues, lambda points: None if points.rarity.shape[1] else "there are no categories"),
)
NAMES = tuple(kind.name for kind in KINDS)


def require_library() -> None:
    """Makes sure that what detectors are made of is there.

    Raises:
        InvalidInput: It is not installed.
    """
    try:
        import sklearn  # noqa: F401 - whether it is there
    except ImportError:
        raise InvalidInput(
            "Detectors of odd rows need the extra 'learn', which is not installed.",
            code=Code.COMPONENT_MISSING,
            remedy="Install it: pip install 'voyant[learn]'; or ask for the method iqr, z_score or mad.",
        ) from None
