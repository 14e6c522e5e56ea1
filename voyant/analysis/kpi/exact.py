"""Arithmetic in which figures still add up once they are written down.

Everything is computed in ``Decimal`` and put on a grid of powers of ten of at most fifteen digits, so that the float
written for it reads back, as decimal text, to exactly the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

FLOAT_DIGITS = 15  # decimal digits that every double keeps
QUOTIENT_DIGITS = 10

_ENGINE_DIGITS = 60  # sums reach 38 digits; their products and quotients need room


@contextmanager
def wide() -> Iterator[None]:
    """Enough digits for everything an engine can sum."""
    with localcontext(prec=_ENGINE_DIGITS, rounding=ROUND_HALF_EVEN):
        yield


def exact(value: Any) -> Decimal | None:
    """What the engine gave, as a Decimal; None for NULL, NaN and infinities.

    Doubles are kept to 12 digits: their sums carry rounding errors beyond that.
    """
    if value is None:
        return None
    if isinstance(value, float):
        number = Decimal(repr(value))
        return significant(number, 12) if number.is_finite() else None
    return Decimal(value)


def magnitude(value: Decimal) -> int:
    """The power of ten of the first digit."""
    return value.adjusted() if value else 0


def significant(value: Decimal, digits: int) -> Decimal:
    """The value rounded to so many significant digits.

    >>> significant(Decimal("123.456"), 4)
    Decimal('123.5')
    """
    if not value:
        return Decimal(0)
    exponent = value.adjusted() - digits + 1
    if value.as_tuple().exponent >= exponent:  # type: ignore[operator]
        return value
    return value.quantize(Decimal(1).scaleb(exponent))


def as_sum(value: Decimal) -> Decimal:
    """A sum as it is written: exact unless it has more digits than a double keeps."""
    return significant(value, FLOAT_DIGITS)


def as_quotient(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """A quotient as it is written; None where there is nothing to divide by."""
    return significant(numerator / denominator, QUOTIENT_DIGITS) if denominator else None


def grid(sums: bool, values: Iterable[Decimal]) -> Decimal:
    """The step between numbers on which all of these can be written: the finest that any of them needs, but no finer
    than what a double keeps of the largest."""
    numbers = [value for value in values if value]
    if not numbers:
        return Decimal(1)
    largest = max(map(magnitude, numbers))
    if not sums:
        return Decimal(1).scaleb(largest - 11)
    finest = min(int(value.as_tuple().exponent) for value in numbers)
    return Decimal(1).scaleb(max(min(finest, 0), largest - FLOAT_DIGITS + 1))


def put(value: Decimal, step: Decimal) -> Decimal:
    """The nearest number of the grid."""
    return value.quantize(step)


def settle(total: Decimal, effects: list[Decimal], step: Decimal) -> list[Decimal]:
    """The effects on the grid, the largest taking up what rounding left over, so that they sum exactly to the total."""
    settled = [put(effect, step) for effect in effects]
    if settled:
        largest = max(range(len(settled)), key=lambda index: (abs(settled[index]), -index))
        settled[largest] += total - sum(settled, Decimal(0))
    return settled


def written(value: Decimal | None) -> float | None:
    """The float that stands for it in an artifact."""
    return None if value is None else float(value) + 0.0
