"""Round ranges of numbers, as SQL that puts each value into the right one."""

from __future__ import annotations

import math


def width(low: float, high: float, *, most: int, whole: bool = False) -> float:
    """The smallest round width (1, 2 or 5 times a power of ten) at which at most ``most`` bins reach from low to high;
    at least 1 for whole numbers.

    >>> width(0, 2586, most=28)
    100.0
    >>> width(1, 12, most=28, whole=True)
    1.0
    """
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if (high - low) / (power * factor) <= most)
    return max(step, 1.0) if whole else step


def edges(column: str, step: float) -> tuple[str, str]:
    """The SQL of the lower and the upper edge of a value's bin.

    A width below one divides by multiplying with a whole number, which is exact for decimals: 0.3 / 0.1 is not 3.

    >>> edges('"x"', 20.0)
    ('floor("x" / 20) * 20', '(floor("x" / 20) + 1) * 20')
    >>> edges('"x"', 0.05)
    ('floor("x" * 20) / 20.0', '(floor("x" * 20) + 1) / 20.0')
    """
    if step >= 1:
        return f"floor({column} / {step:.15g}) * {step:.15g}", f"(floor({column} / {step:.15g}) + 1) * {step:.15g}"
    per_unit = round(1 / step)
    return f"floor({column} * {per_unit}) / {per_unit}.0", f"(floor({column} * {per_unit}) + 1) / {per_unit}.0"
