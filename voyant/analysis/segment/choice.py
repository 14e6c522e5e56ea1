"""How many segments there are, if any.

Two groups are segments of their own where a valley lies between them: along the line that tells them apart best, the
dip test has to reject that they are halves of one crowd (as in dip-means, Kalogeratos and Likas 2012). Of the numbers
at which this holds of every pair, and at which every group comes back when the data are drawn anew, the one with the
widest silhouettes is chosen. Between two values of a category there is always nothing: where groups are apart by their
categories only, they have to be tighter than those of the same columns with their rows shuffled, which hang together by
chance alone. Other criteria, which always prefer some number, are reported beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import combinations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.rounding import rounded
from voyant.analysis.segment.dip import chance, dip
from voyant.analysis.segment.features import Prepared, coordinates, smeared
from voyant.domain.segmentation import Candidate
from voyant.errors import Code, InvalidInput

Bools = NDArray[np.bool_]

FEWEST_UNITS = 20
MOST_CLUSTERS = 8
LEVEL = 0.01
SMALLEST_DIP = 0.02
"""A valley between two normal crowds of the same size whose centres lie three standard deviations apart."""
STABLE = 0.75

_SEED = 20_110_812
_SMALLEST_SEGMENT = 10
_STARTS = 10
_RESAMPLES = 20
_REFERENCES = 8
_SHUFFLES = 30
_BEYOND_CHANCE = 5.0
"""Standard deviations."""
_MOST_FOR_WIDTHS = 1_500
_SHRINKAGE = 0.1
_LARGE_D, _LARGE_V = 0.8, 0.5
_RARE = 1e-6


class Clustering(Struct, frozen=True):
    """The sample in so many groups.

    Attributes:
        labels: Of each unit the group, from 0.
        stabilities: Mean Jaccard similarity of each group over resamples.
    """

    candidate: Candidate
    labels: Ints
    centres: Floats
    stabilities: tuple[float, ...]


def clusterings(
    features: Sequence[Prepared], numbers: Sequence[int], progress: Callable[[float], None]
) -> list[Clustering]:
    """The sample in each number of groups, with what speaks for it.

    Raises:
        InvalidInput: ``COMPONENT_MISSING`` where scikit-learn is not installed.
    """
    with _single_thread()(limits=1):  # sums on several threads differ in their last digits
        return list(_clusterings(features, numbers, progress))


def _single_thread() -> Callable[..., AbstractContextManager[object]]:
    try:
        import sklearn  # noqa: F401 - only whether it is there
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise InvalidInput(
            "Segments need the extra 'learn', which is not installed.",
            code=Code.COMPONENT_MISSING,
            remedy="Install it: pip install 'voyant[learn]'",
        ) from error
    limits: Callable[..., AbstractContextManager[object]] = threadpool_limits
    return limits


def _clusterings(
    features: Sequence[Prepared], numbers: Sequence[int], progress: Callable[[float], None]
) -> Iterator[Clustering]:
    points = coordinates(features)
    blurred = smeared(features, np.random.default_rng(_SEED))
    references = list(_references(points))
    for done, number in enumerate(numbers):
        labels, centres, within = _grouped(points, number, _STARTS)
        stabilities = _stabilities(points, labels, number)
        valley, p, by_category = _valley(features, blurred, labels, number, len(numbers))
        width = _silhouette(points, labels)
        gap, error = _gap(within, references, number)
        sizes = np.bincount(labels, minlength=number)
        separated = (
            p <= LEVEL
            and valley >= SMALLEST_DIP
            and min(stabilities) >= STABLE
            and int(sizes.min()) >= min(_SMALLEST_SEGMENT, 0.1 * len(points))
            and not (by_category and _is_by_chance(features, number, width))
        )
        candidate = Candidate(
            clusters=number,
            separated=separated,
            dip=rounded(valley),
            p_value=rounded(p),
            stability=rounded(min(stabilities)),
            silhouette=rounded(width),
            gap=rounded(gap),
            gap_error=rounded(error),
            bic=rounded(_bic(points, sizes, within)),
            smallest=rounded(float(sizes.min()) / len(points)),
        )
        yield Clustering(candidate, labels, centres, stabilities)
        progress((done + 1) / len(numbers))


def _grouped(points: Floats, number: int, starts: int, seed: int = _SEED) -> tuple[Ints, Floats, float]:
    """k-means (Lloyd, k-means++ starts): groups, largest first, their centres, and the squares within them."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():  # fewer different points than groups: some stay empty, which the sizes show
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(number, n_init=starts, random_state=seed, max_iter=200).fit(points)
    sizes = np.bincount(found.labels_, minlength=number)
    order = sorted(range(number), key=lambda group: (-int(sizes[group]), tuple(found.cluster_centers_[group])))
    renumbered = np.empty(number, dtype=np.int64)
    renumbered[order] = np.arange(number)
    return renumbered[found.labels_], np.asarray(found.cluster_centers_[order]), float(found.inertia_)


def _stabilities(points: Floats, labels: Ints, number: int) -> tuple[float, ...]:
    """For each group the mean, over bootstrap samples, of its Jaccard similarity with the most similar group there
    (Hennig 2007)."""
    rng = np.random.default_rng(_SEED)
    total = np.zeros(number)
    for _ in range(_RESAMPLES):
        drawn = np.unique(rng.integers(0, len(points), len(points)))
        others = _grouped(points[drawn], number, 3, int(rng.integers(2**31)))[0]
        both = np.zeros((number, number))
        np.add.at(both, (labels[drawn], others), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
        total += (both / np.maximum(either, 1)).max(axis=1)
    return tuple(rounded(float(value)) for value in total / _RESAMPLES)


def _valley(
    features: Sequence[Prepared], points: Floats, labels: Ints, number: int, tried: int
) -> tuple[float, float, bool]:
    """The smallest dip between two groups, the chance of it, and whether categories alone hold some groups apart.

    Every pair has to be apart, so that the largest chance counts, times the numbers tried.
    """
    within = np.zeros((points.shape[1], points.shape[1]))
    for group in range(number):
        inside = points[labels == group]
        within += (inside - inside.mean(axis=0)).T @ (inside - inside.mean(axis=0)) if len(inside) else 0.0
    within = within / len(points) + _SHRINKAGE * np.trace(within) / len(points) / len(within) * np.eye(len(within))
    numeric = np.asarray([axis.category is None for feature in features for axis in feature.axes])
    smallest, largest, by_category = 0.25, 0.0, False
    for one, other in combinations(range(number), 2):
        here, there = points[labels == one], points[labels == other]
        if not len(here) or not len(there):
            return 0.0, 1.0, False
        found, p = _between(here, there, within)
        if p * tried <= LEVEL and not _apart_in_numbers(here, there, within, numeric, tried):
            by_category = True
            if not _differ_twice(features, here, there):
                found, p = 0.0, 1.0
        smallest, largest = min(smallest, found), max(largest, p)
    return smallest, min(1.0, largest * tried), by_category


def _between(here: Floats, there: Floats, within: Floats) -> tuple[float, float]:
    apart = here.mean(axis=0) - there.mean(axis=0)
    if not apart.any():
        return 0.0, 1.0
    line = np.linalg.lstsq(within, apart, rcond=None)[0]
    along = np.concatenate([here, there]) @ line
    found = dip(along)
    return found, chance(found, len(along))


def _apart_in_numbers(here: Floats, there: Floats, within: Floats, numeric: Bools, tried: int) -> bool:
    if not numeric.any():
        return False
    _, p = _between(here[:, numeric], there[:, numeric], within[np.ix_(numeric, numeric)])
    return p * tried <= LEVEL


def _differ_twice(features: Sequence[Prepared], here: Floats, there: Floats) -> bool:
    """Whether two groups are more than two values of a category: they differ much in a second column as well."""
    different, place = 0, 0
    for feature in features:
        axes = slice(place, place + len(feature.axes))
        different += _differs(feature, here[:, axes], there[:, axes])
        place += len(feature.axes)
    return different > 1


def _is_by_chance(features: Sequence[Prepared], number: int, width: float) -> bool:
    """Whether columns whose rows are shuffled, each by itself, give groups nearly as tight."""
    rng = np.random.default_rng(_SEED)
    blocks = [np.column_stack([axis.values for axis in feature.axes]) for feature in features]
    widths = []
    for _ in range(_SHUFFLES):
        shuffled = np.column_stack([block[rng.permutation(len(block))] for block in blocks])
        widths.append(_silhouette(shuffled, _grouped(shuffled, number, 3)[0]))
    return bool(width < np.mean(widths) + _BEYOND_CHANCE * np.std(widths))


def _differs(feature: Prepared, here: Floats, there: Floats) -> bool:
    """Whether a column differs much: Cohen's d for numbers, Cramér's V for categories."""
    if not feature.feature.is_category:
        spread = np.sqrt((here.var() * len(here) + there.var() * len(there)) / (len(here) + len(there)))
        return bool(abs(here.mean() - there.mean()) > _LARGE_D * spread)
    part = len(here) / (len(here) + len(there))
    shares = np.asarray([axis.share for axis in feature.axes])
    mine, theirs = (points.mean(axis=0) / feature.axes[0].height + shares for points in (here, there))
    both = part * mine + (1 - part) * theirs
    held = both > _RARE
    return bool(part * (1 - part) * float(((mine - theirs)[held] ** 2 / both[held]).sum()) > _LARGE_V**2)


def _references(points: Floats) -> Iterator[Floats]:
    """Uniform points in a box along the principal axes."""
    rng = np.random.default_rng(_SEED)
    centred = points - points.mean(axis=0)
    turned = np.linalg.svd(centred, full_matrices=False)[2]
    scores = centred @ turned.T
    for _ in range(_REFERENCES):
        yield rng.uniform(scores.min(axis=0), scores.max(axis=0), scores.shape)


def _gap(within: float, references: Sequence[Floats], number: int) -> tuple[float, float]:
    logs = np.log([_grouped(reference, number, 2)[2] or 1.0 for reference in references])
    gap = float(logs.mean() - np.log(within)) if within > 0 else 0.0
    return gap, float(logs.std() * np.sqrt(1 + 1 / len(logs)))


def _silhouette(points: Floats, labels: Ints) -> float:
    from sklearn.metrics import silhouette_score

    step = -(-len(points) // _MOST_FOR_WIDTHS)
    some = labels[::step]
    groups = len(np.unique(some))
    return float(silhouette_score(points[::step], some)) if 1 < groups < len(some) else 0.0


def _bic(points: Floats, sizes: Ints, within: float) -> float:
    """Of spherical normal distributions of one width, as in X-means (Pelleg and Moore 2000)."""
    n, d = points.shape
    variance = max(within / (n * d), 1e-12)
    held = sizes[sizes > 0]
    likelihood = float((held * np.log(held / n)).sum()) - n * d / 2 * (float(np.log(2 * np.pi * variance)) + 1)
    return float(likelihood - (len(sizes) * (d + 1)) / 2 * np.log(n))


def chosen(found: Sequence[Clustering]) -> Clustering | None:
    """Of the numbers at which all segments stand apart and come back, the one with the widest silhouettes; None where
    there is none."""
    apart = [each for each in found if each.candidate.separated]
    return max(apart, key=lambda each: (each.candidate.silhouette, -each.candidate.clusters), default=None)
