"""Shares, ranks and flows: arithmetic over what was counted, in which written figures still add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from voyant.analysis.kpi.changes import ZERO
from voyant.analysis.kpi.exact import QUOTIENT_DIGITS, significant, wide

STEP = Decimal(1).scaleb(-QUOTIENT_DIGITS)
"""What shares are written in units of."""


def shares(values: Sequence[Decimal | None]) -> list[Decimal] | None:
    """The share of each in their sum; they add up to exactly 1.

    None where there is nothing to share, or a part is negative, as where more was returned than sold.

    >>> shares([Decimal(2), Decimal(1), None])
    [Decimal('0.6666666667'), Decimal('0.3333333333'), Decimal('0E-10')]
    """
    amounts = [value or ZERO for value in values]
    with wide():
        total = sum(amounts, ZERO)
        if total <= 0 or min(amounts) < 0:
            return None
        # What is cut off goes, unit by unit, to those that lost most of one, so that no share is off by a whole unit.
        raw = [amount / total / STEP for amount in amounts]
        units = [int(share) for share in raw]
        missing = int(1 / STEP) - sum(units)
        order = sorted(range(len(raw)), key=lambda place: (units[place] - raw[place], place))
        for place in order[:missing]:
            units[place] += 1
        return [STEP * unit for unit in units]


def flows(changes: Sequence[Decimal]) -> dict[tuple[int, int], Decimal]:
    """Who lost how much to whom, by the places of loser and winner: proportional draw.

    Each winner draws on all losers in proportion to what they lost, so that ``loss · gain / total`` goes from one to
    the other. This is the matrix of flows closest to independence of the two (the maximum of entropy) for given gains
    and losses. All flows out of a loser are exactly its loss, all into a winner exactly its gain: what rounding leaves
    over is handed out in order.

    Args:
        changes: Of shares, in whole units of ``STEP``; they add up to 0.
    """
    units = [int(change / STEP) for change in changes]
    losses = {place: -unit for place, unit in enumerate(units) if unit < 0}
    gains = {place: unit for place, unit in enumerate(units) if unit > 0}
    total = sum(gains.values())
    drawn = {
        (source, target): loss * gain // total for source, loss in losses.items() for target, gain in gains.items()
    }
    for (source, target), amount in drawn.items():
        losses[source] -= amount
        gains[target] -= amount
    for source, target in drawn:
        rest = min(losses[source], gains[target])
        drawn[source, target] += rest
        losses[source] -= rest
        gains[target] -= rest
    return {pair: STEP * amount for pair, amount in drawn.items() if amount}


def ranks(values: Sequence[Decimal | None], *, lower_is_better: bool = False) -> list[int | None]:
    """The place of each, 1 for the best; equal values have the same place, and none has none."""
    known = [value for value in values if value is not None]

    def place(value: Decimal) -> int:
        return 1 + sum(other < value if lower_is_better else other > value for other in known)

    return [None if value is None else place(value) for value in values]


def leading(values: Sequence[Decimal | None], *, lower_is_better: bool = False) -> Decimal | None:
    """The value of the best."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return min(known) if lower_is_better else max(known)


def middle(values: Sequence[Decimal | None]) -> Decimal | None:
    """Their median."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def quotient(value: Decimal | None, base: Decimal | None) -> float | None:
    """Value over base, where that is positive."""
    if value is None or base is None or base <= 0:
        return None
    with wide():
        return float(significant(value / base, QUOTIENT_DIGITS)) + 0.0


def difference(value: Decimal | None, base: Decimal | None) -> float | None:
    """Value less base."""
    if value is None or base is None:
        return None
    with wide():
        return float(significant(value - base, QUOTIENT_DIGITS)) + 0.0


def growth(value: Decimal | None, base: Decimal | None) -> float | None:
    """By how much it grew, of the base."""
    grown = quotient(value, base)
    return None if grown is None else float(f"{grown - 1:.10g}") + 0.0
