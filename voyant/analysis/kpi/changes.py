"""What a change consists of: the effect of each value of a dimension, exactly.

For a total the effect of a value is its own difference. With n rows and m = A_i/n it has two pieces,

    rate:   (n0 + n1)/2 · (m1 - m0)      the amount of a row changed
    volume: (n1 - n0) · (m0 + m1)/2      there are more or fewer rows

For a quotient M = ΣA/ΣB between periods 0 and 1, with
w = B_i/ΣB and m = A_i/B_i, the effect of a value is

    rate: (w0 + w1)/2 · (m1 - m0)      its own figure changed
    mix:  (w1 - w0) · ((m0 + m1)/2 - (M0 + M1)/2)      it became a larger or smaller share of all

which add up to M1 - M0 without a remainder (T. L. Bennet, The theory of measurement of changes in cost of living,
Journal of the Royal Statistical Society 83, 1920).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from voyant.analysis.kpi.exact import as_quotient, as_sum, grid, put, settle, significant, wide, written
from voyant.analysis.kpi.figures import Dimension
from voyant.domain.kpi import Breakdown, Change, Contribution

MOST_BREAKDOWNS = 3
MOST_PAIRS = 2
MOST_PARTS = 5
_LEAST_OVERLAP = Decimal("0.5")
_LEAST_GAIN = Decimal("0.05")
"""In concentration, of a pair over each of its two dimensions."""

ZERO = Decimal(0)


class Cell(Struct, frozen=True):
    """What the rows of one value in one period add up to; ``denominator`` is None for totals.

    Attributes:
        empty: The numerator adds up nothing at all: a total is then 0, but a quotient has no value.
    """

    numerator: Decimal
    denominator: Decimal | None
    rows: int
    empty: bool = False

    @property
    def figure(self) -> Decimal | None:
        with wide():
            if self.denominator is None:
                return as_sum(self.numerator)
            return None if self.empty else as_quotient(self.numerator, self.denominator)


Cells = Mapping[str | None, Cell]


class Split(Struct, frozen=True):
    """The cells of one dimension in the base period and in the current one, and the statements that show them and
    their effects."""

    dimension: Dimension
    before: Cells
    after: Cells
    sql: str
    effects_sql: str


class _Effect(Struct, frozen=True):
    value: str | None
    before: Decimal | None
    after: Decimal | None
    effect: Decimal
    rate: Decimal
    share_before: Decimal
    share_after: Decimal


def change(
    period: str, after: Cell, base_period: str, before: Cell, splits: Sequence[Split], *, signed: bool
) -> Change | None:
    """The change with the dimensions that explain most of it; None where a period has no figure.

    Args:
        signed: The figure can be of either sign: a change relative to it means nothing.
    """
    with wide():
        value, base = after.figure, before.figure
        if value is None or base is None:
            return None
        is_sum = after.denominator is None
        effects = {split.dimension: _effects(split, before, after) for split in splits if _overlaps(split)}
        total = value - base
        telling = {dimension: _concentration(found, total) for dimension, found in effects.items()}
        ordered = sorted(telling, key=lambda dimension: (-telling[dimension], dimension.name)) if total else []
        singles = [dimension for dimension in ordered if len(dimension.columns) == 1][:MOST_BREAKDOWNS]
        pairs = [dimension for dimension in ordered if _says_more(dimension, telling)][:MOST_PAIRS]
        shown = [effect.effect for dimension in (*singles, *pairs) for effect in effects[dimension]]
        step = grid(is_sum, [value, base, *shown])
        value, base = put(value, step), put(base, step)
        by_dimension = {split.dimension: split for split in splits}

        def taken_apart(dimensions: Sequence[Dimension]) -> tuple[Breakdown, ...]:
            return tuple(_breakdown(by_dimension[one], effects[one], value - base, step) for one in dimensions)

        return Change(
            period=period,
            base_period=base_period,
            value=written(value) or 0.0,
            base=written(base) or 0.0,
            absolute=written(value - base) or 0.0,
            relative=written(significant((value - base) / base, 10)) if base > 0 and not signed else None,
            breakdowns=taken_apart(singles),
            pairs=taken_apart(pairs),
        )


def _says_more(dimension: Dimension, telling: Mapping[Dimension, Decimal]) -> bool:
    """Whether a pair singles out something that neither of its columns does alone."""
    singles = [telling.get(Dimension((name,)), ZERO) for name in dimension.columns]
    return len(singles) > 1 and telling[dimension] >= max(singles) + _LEAST_GAIN


def _overlaps(split: Split) -> bool:
    """Whether most rows have a value that both periods know: a column that only tells the periods apart, such as the
    number of the month, explains nothing."""
    both = split.before.keys() & split.after.keys()
    rows = sum(cell.rows for cells in (split.before, split.after) for cell in cells.values())
    common = sum(cells[value].rows for cells in (split.before, split.after) for value in both)
    return len(split.before.keys() | split.after.keys()) > 1 and common >= _LEAST_OVERLAP * rows


def _effects(split: Split, before: Cell, after: Cell) -> list[_Effect]:
    values = sorted(split.before.keys() | split.after.keys(), key=lambda value: (value is None, value or ""))
    if after.denominator is None or before.denominator is None:
        return _effects_on_sum(split, values)
    return [_effect_on_quotient(value, split, before, after) for value in values]


def _effects_on_sum(split: Split, values: list[str | None]) -> list[_Effect]:
    none = Cell(ZERO, None, 0)
    cells = [(value, split.before.get(value, none), split.after.get(value, none)) for value in values]
    shares_before = _shares([old for _, old, _ in cells])
    shares_after = _shares([new for _, _, new in cells])
    return [
        _Effect(
            value=value,
            before=as_sum(old.numerator),
            after=as_sum(new.numerator),
            effect=as_sum(new.numerator) - as_sum(old.numerator),
            rate=_rate_of_sum(old, new),
            share_before=share_before,
            share_after=share_after,
        )
        for (value, old, new), share_before, share_after in zip(cells, shares_before, shares_after, strict=True)
    ]


def _rate_of_sum(old: Cell, new: Cell) -> Decimal:
    if not old.rows or not new.rows:
        return ZERO
    return (new.numerator / new.rows - old.numerator / old.rows) * (old.rows + new.rows) / 2


def _shares(cells: list[Cell]) -> list[Decimal]:
    """Of the total where no part of it is negative, else of the rows."""
    amounts = [cell.numerator for cell in cells]
    if min(amounts) < 0 or not any(amounts):
        amounts = [Decimal(cell.rows) for cell in cells]
    total = sum(amounts, ZERO)
    return [amount / total if total else ZERO for amount in amounts]


def _effect_on_quotient(value: str | None, split: Split, before: Cell, after: Cell) -> _Effect:
    none = Cell(ZERO, ZERO, 0)
    old, new = split.before.get(value, none), split.after.get(value, none)
    whole_before, whole_after = before.denominator or ZERO, after.denominator or ZERO
    weight_before = (old.denominator or ZERO) / whole_before
    weight_after = (new.denominator or ZERO) / whole_after
    middle = (before.numerator / whole_before + after.numerator / whole_after) / 2
    effect = new.numerator / whole_after - old.numerator / whole_before - middle * (weight_after - weight_before)
    rate = ZERO
    if old.denominator and new.denominator:
        own_change = new.numerator / new.denominator - old.numerator / old.denominator
        rate = (weight_before + weight_after) / 2 * own_change
    return _Effect(
        value=value,
        before=old.figure,
        after=new.figure,
        effect=effect,
        rate=rate,
        share_before=weight_before,
        share_after=weight_after,
    )


def _concentration(effects: list[_Effect], total: Decimal) -> Decimal:
    movement = sum((abs(effect.effect) for effect in effects), ZERO)
    if not movement:
        return ZERO
    excesses = [abs(effect.effect) / movement - effect.share_before for effect in effects if effect.effect * total > 0]
    return max([ZERO, *excesses])


def _breakdown(split: Split, effects: list[_Effect], total: Decimal, step: Decimal) -> Breakdown:
    settled = settle(total, [effect.effect for effect in effects], step)
    pairs = sorted(
        zip(effects, settled, strict=True),
        key=lambda pair: (-abs(pair[1]), pair[0].value is None, pair[0].value or ""),
    )
    listed, left_out = pairs[:MOST_PARTS], pairs[MOST_PARTS:]
    is_sum = all(cell.denominator is None for cell in (*split.before.values(), *split.after.values()))
    rate = sum((put(effect.rate, step) for effect in effects), ZERO)
    return Breakdown(
        dimension=split.dimension.name,
        columns=split.dimension.columns,
        parts=tuple(_contribution(effect, amount, step, is_sum) for effect, amount in listed),
        other=written(sum((amount for _, amount in left_out), ZERO)) or 0.0,
        other_values=len(left_out),
        concentration=round(float(_concentration(effects, total)), 6),
        rate_effect=written(rate),
        mix_effect=None if is_sum else written(total - rate),
        volume_effect=written(total - rate) if is_sum else None,
        sql=split.sql,
        effects_sql=split.effects_sql,
    )


def _contribution(effect: _Effect, amount: Decimal, step: Decimal, is_sum: bool) -> Contribution:
    rate = put(effect.rate, step)
    return Contribution(
        value=effect.value,
        before=written(effect.before),
        after=written(effect.after),
        effect=written(amount) or 0.0,
        rate_effect=written(rate),
        mix_effect=None if is_sum else written(amount - rate),
        volume_effect=written(amount - rate) if is_sum else None,
        share_before=round(float(effect.share_before), 10),
        share_after=round(float(effect.share_after), 10),
    )
