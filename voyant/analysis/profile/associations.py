"""How strongly every two columns go together, on one scale whatever their kinds.

Ranks are integers and sums of their products stay below 2⁵³, so the rank measures are exact in any order of adding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from voyant.analysis.profile.coding import Kind
from voyant.analysis.profile.sample import SampledColumn
from voyant.domain.profile import Association
from voyant.domain.table import Column, ColumnType, Role

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_COLUMNS = 60
MOST_LEVELS = 256
"""Of a category; rarer values beyond them count as one."""
FEWEST_ROWS = 5
_LEVELS_OF_A_NUMBER = 50
"""A numeric column with the role of a dimension is taken as a category up to so many values."""
_ASSOCIATED_ROLES = {Role.MEASURE, Role.TIME, Role.DIMENSION, Role.GEOGRAPHY}


def can_associate(column: Column) -> bool:
    """Whether a column takes part: ids, prose, constants and personal data say nothing by going together."""
    return column.role in _ASSOCIATED_ROLES and column.personal is None and column.type is not ColumnType.BINARY


class _Side(Struct, frozen=True):
    """A column as a side of its pairs.

    Attributes:
        levels: The category of each row, -1 where missing; None for numbers and times.
        ranks: Twice the average rank, centred, 0 where missing; None for categories without an order.
        values: Standardised, 0 where missing; None unless a number.
        present: 1 where the row has a value, else 0.
    """

    name: str
    levels: Array | None
    number_of_levels: int
    ranks: Array | None
    values: Array | None
    present: Array


def associate(columns: Sequence[SampledColumn], *, exact: bool) -> tuple[Association, ...]:
    """Every pair of these columns, strongest first; pairs without spread or with hardly any rows are left out."""
    sides = [_as_side(column) for column in columns if len(column.counts.codes) > 1]
    found = [
        association
        for a, b in combinations(sides, 2)
        if (association := _associate(a, b, exact=exact)) is not None
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.strength, each.a, each.b)))


def _associate(a: _Side, b: _Side, *, exact: bool) -> Association | None:
    n = int((a.present * b.present).sum())
    if n < FEWEST_ROWS:
        return None
    if a.levels is not None and b.levels is not None:
        measure, result = "cramers_v", _cramers_v(a, b)
    elif a.levels is None and b.levels is None:
        measure, result = "spearman", _spearman(a, b, n)
    else:
        measure, result = "eta", _eta(*((a, b) if a.levels is not None else (b, a)))
    if result is None:
        return None
    strength, p_value = result
    pearson = None if a.values is None or b.values is None else _correlation(a, b, a.values, b.values)
    return Association(
        a=a.name,
        b=b.name,
        measure=measure,
        strength=round(strength, 6),
        direction=_direction(a, b, strength),
        p_value=float(f"{p_value:.6g}"),
        n=n,
        exact=exact,
        pearson=None if pearson is None else round(pearson, 6),
    )


def _as_side(column: SampledColumn) -> _Side:
    import numpy as np

    coding, codes, places = column.coding, column.counts.codes, column.places
    is_category = not coding.has_order or coding.column.type is ColumnType.BOOLEAN
    if coding.is_number and coding.column.role in {Role.DIMENSION, Role.GEOGRAPHY}:
        is_category = len(codes) <= _LEVELS_OF_A_NUMBER
    is_measured = coding.kind is not Kind.INSTANT and not is_category
    return _Side(
        name=coding.column.name,
        levels=_levels(column) if is_category else None,
        number_of_levels=min(len(codes), MOST_LEVELS),
        ranks=_spread(_double_ranks(column), places) if coding.has_order else None,
        values=_spread(_standardised(column), places) if is_measured else None,
        present=(places >= 0).astype(np.float64),
    )


def _levels(column: SampledColumn) -> Array:
    """The place of each value among the most frequent ones; all others share the last level."""
    import numpy as np

    if len(column.counts.codes) <= MOST_LEVELS:
        return column.places
    order = sorted(range(len(column.counts.codes)), key=lambda place: (-column.counts.counts[place], place))
    level_of = np.full(len(order) + 1, MOST_LEVELS - 1, dtype=np.int32)
    level_of[order[: MOST_LEVELS - 1]] = np.arange(MOST_LEVELS - 1)
    level_of[-1] = -1  # where places are -1
    levels: Array = level_of[column.places]
    return levels


def _double_ranks(column: SampledColumn) -> Array:
    """Twice the average rank of each distinct value, less that of the middle: an integer."""
    import numpy as np

    counts = np.array(column.counts.counts, dtype=np.float64)
    upto = np.cumsum(counts)
    ranks: Array = 2 * upto - counts - upto[-1]
    return ranks


def _standardised(column: SampledColumn) -> Array:
    import numpy as np

    codes = np.array(column.counts.codes, dtype=np.float64)
    counts = np.array(column.counts.counts, dtype=np.float64)
    codes = codes / (np.abs(codes).max() or 1.0)
    codes -= (codes * counts).sum() / counts.sum()
    codes /= math.sqrt(float((codes * codes * counts).sum() / counts.sum())) or 1.0
    return codes


def _spread(of_values: Array, places: Array) -> Array:
    """From one figure a distinct value to one a row; 0 where the row has no value."""
    import numpy as np

    return np.append(of_values, 0.0)[places]


def _correlation(a: _Side, b: _Side, x: Array, y: Array) -> float | None:
    """Pearson's correlation over the rows where both have a value."""
    # Plain sums, not matrix products: how those split work depends on the machine's number of cores.
    n = float((a.present * b.present).sum())
    sum_x, sum_y = float((x * b.present).sum()), float((y * a.present).sum())
    spread_x = n * float((x * x * b.present).sum()) - sum_x**2
    spread_y = n * float((y * y * a.present).sum()) - sum_y**2
    if spread_x <= 0 or spread_y <= 0:
        return None
    return max(-1.0, min(1.0, (n * float((x * y).sum()) - sum_x * sum_y) / math.sqrt(spread_x) / math.sqrt(spread_y)))


def _spearman(a: _Side, b: _Side, n: int) -> tuple[float, float] | None:
    """The rank correlation's size and its p-value by the t distribution (Kendall and Stuart, vol. 2, 31.19)."""
    from scipy.special import betainc

    if a.ranks is None or b.ranks is None:
        return None
    rho = _correlation(a, b, a.ranks, b.ranks)
    if rho is None:
        return None
    freedom = n - 2
    return abs(rho), float(betainc(freedom / 2, 0.5, 1 - rho * rho))


def _eta(category: _Side, number: _Side) -> tuple[float, float] | None:
    """The root of epsilon squared of ranks, and the p-value of Kruskal and Wallis (1952)."""
    import numpy as np
    from scipy.special import chdtrc

    if category.levels is None or number.ranks is None:
        return None
    both = (category.levels >= 0) & (number.present > 0)
    ranks, levels = number.ranks[both], category.levels[both]
    counts = np.bincount(levels, minlength=category.number_of_levels)
    sums = np.bincount(levels, weights=ranks, minlength=category.number_of_levels)
    groups, n = int((counts > 0).sum()), len(ranks)
    centre = ranks.sum() / n
    total = float((ranks * ranks).sum()) - n * centre**2
    if groups < 2 or n <= groups or total <= 0:
        return None
    between = float((sums[counts > 0] ** 2 / counts[counts > 0]).sum()) - n * centre**2
    eta_squared = min(1.0, max(0.0, between / total))
    epsilon_squared = 1 - (1 - eta_squared) * (n - 1) / (n - groups)
    return math.sqrt(max(0.0, epsilon_squared)), float(chdtrc(groups - 1, (n - 1) * eta_squared))


def _cramers_v(a: _Side, b: _Side) -> tuple[float, float] | None:
    """Bergsma's bias-corrected V, and the p-value of Pearson's chi-squared test."""
    import numpy as np
    from scipy.special import chdtrc

    if a.levels is None or b.levels is None:
        return None
    both = (a.levels >= 0) & (b.levels >= 0)
    cells = a.levels[both].astype(np.int64) * b.number_of_levels + b.levels[both]
    size = a.number_of_levels * b.number_of_levels
    table = np.bincount(cells, minlength=size).reshape(a.number_of_levels, b.number_of_levels)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    n, (rows, columns) = int(table.sum()), table.shape
    if rows < 2 or columns < 2:
        return None
    share = table * (table / table.sum(axis=1, keepdims=True) / table.sum(axis=0, keepdims=True))
    phi_squared = max(0.0, float(share.sum()) - 1)
    freedom = (rows - 1) * (columns - 1)
    corrected = max(0.0, phi_squared - freedom / (n - 1))
    smaller = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    strength = math.sqrt(min(1.0, corrected / smaller)) if smaller > 0 else 0.0
    return strength, float(chdtrc(freedom, n * phi_squared))


def _direction(a: _Side, b: _Side, strength: float) -> int:
    """The sign of the rank correlation, unless it explains too little of the strength to describe it."""
    if a.ranks is None or b.ranks is None:
        return 0
    rho = _correlation(a, b, a.ranks, b.ranks)
    if rho is None or rho == 0 or abs(rho) < strength / 2:
        return 0
    return 1 if rho > 0 else -1
