"""Key figures of a table: their values over time, how they changed, and what the change consists of.

Figures add up as they are written: with ``Decimal(repr(x))`` of each float, ``value - base`` is exactly ``absolute``,
and the effects of a breakdown's parts, ``other`` included, sum exactly to it.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Grain(StrEnum):
    """Length of a period."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # ISO 8601: from Monday
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class KpiKind(StrEnum):
    """How a key figure is made, which decides how its change can be taken apart."""

    COUNT = "count"  # rows
    TOTAL = "total"  # a sum
    AVERAGE = "average"  # a sum over a count
    RATE = "rate"  # the share of rows with some property, in percent
    RATIO = "ratio"  # one sum over another
    OTHER = "other"  # declared; cannot be taken apart


class DeclaredKpi(Struct, frozen=True, kw_only=True):
    """A key figure that the user asks for: an aggregate such as ``sum(amount)``, or a SELECT."""

    name: str
    sql: str


class Period(Struct, frozen=True, kw_only=True):
    """One period of the calendar.

    Attributes:
        label: ``2013-12-24T18``, ``2013-12-24``, ``2013-W52``, ``2013-12``, ``2013-Q4`` or ``2013``.
        start: First moment, ISO 8601.
        end: First moment after it.
        complete: Whether the data reach over the whole period, as far as one can tell.
    """

    label: str
    start: str
    end: str
    complete: bool


class Point(Struct, frozen=True, kw_only=True):
    """A figure in one period.

    Attributes:
        value: None where a mean or ratio has nothing to stand on.
        rows: Rows of the table in the period; None in the series of a declared SELECT.
    """

    period: str
    value: float | None
    rows: int | None
    complete: bool = True


class Contribution(Struct, frozen=True, kw_only=True):
    """What one value of a dimension has added to a change.

    Attributes:
        value: As text; None for rows without a value.
        before: The figure of these rows in the base period; ``after`` in the current one.
        effect: What it adds to the change of the whole; effects of all parts sum exactly to the change.
        rate_effect: The piece of ``effect`` from the figure itself changing within these rows (of a total: the amount
            of a row); ``mix_effect`` the piece from these rows becoming a larger or smaller share of all (averages and
            ratios only; Bennet 1920); ``volume_effect`` the piece from there being more or fewer rows (totals only).
        share_before: Of the base period: of its total where no part of that is negative, else of its rows; for averages
            and ratios of what the figure is divided by. ``share_after`` is the same of the current period.
    """

    value: str | None
    before: float | None
    after: float | None
    effect: float
    rate_effect: float | None = None
    mix_effect: float | None = None
    volume_effect: float | None = None
    share_before: float
    share_after: float


class Breakdown(Struct, frozen=True, kw_only=True):
    """A change taken apart by one dimension, or by a pair of them.

    Attributes:
        dimension: Its column; of a pair ``a × b``, as its values are.
        columns: The one column or the two.
        parts: Largest effect first, ties by value.
        other: The effect of the ``other_values`` values not listed.
        concentration: How far one value moved beyond its share: the largest excess, over values that moved the way of
            the whole, of a value's share of all movement above its share of the base period; 0 to 1. Breakdowns are
            ranked by it.
        rate_effect: Of all values, as of one part; so are ``mix_effect`` and ``volume_effect``. Those there are sum
            exactly to the change.
        sql: Gives ``value``, ``period`` and ``figure`` for each value of the dimension in both periods.
        effects_sql: Gives ``value``, ``before``, ``after``, ``effect`` and its pieces.
    """

    dimension: str
    columns: tuple[str, ...]
    parts: tuple[Contribution, ...]
    other: float
    other_values: int
    concentration: float
    rate_effect: float | None = None
    mix_effect: float | None = None
    volume_effect: float | None = None
    sql: str
    effects_sql: str


class Handful(Struct, frozen=True, kw_only=True):
    """The fewest rows without which less than half of a change is left.

    Attributes:
        rows: How many they are; ``among`` all rows of the two periods.
        value: The figure without them; ``base`` that of the period compared with.
        relative: As of the change, and so is ``absolute``.
        sql: Gives ``rows``, ``among``, ``base``, ``value``, ``absolute`` and, in percent, ``change``.
    """

    rows: int
    among: int
    value: float
    base: float
    absolute: float
    relative: float | None
    sql: str


class Change(Struct, frozen=True, kw_only=True):
    """A figure against an earlier period.

    Attributes:
        base_period: The period compared with; ``base`` is its figure.
        relative: ``absolute / base``; None where the base is not positive or the figure takes either sign, as a delay.
        breakdowns: The dimensions that explain most, most telling first.
        pairs: Pairs of dimensions that say more than either alone; only of a change that was asked for.
        rests_on: The few rows that most of it rests on; None where there are none, as where each row counts as one.
    """

    period: str
    base_period: str
    value: float
    base: float
    absolute: float
    relative: float | None
    breakdowns: tuple[Breakdown, ...] = ()
    pairs: tuple[Breakdown, ...] = ()
    rests_on: Handful | None = None


class Share(Struct, frozen=True, kw_only=True):
    """A figure for one value of a dimension, over all rows.

    Attributes:
        share: Of the whole, for counts and totals of amounts that are not negative; else None.
    """

    value: str | None
    figure: float | None
    rows: int
    share: float | None


class Composition(Struct, frozen=True, kw_only=True):
    """A figure over all rows, by one dimension.

    Attributes:
        parts: Most rows first for averages, else largest figure first, ties by value; ``other_values`` are not listed.
    """

    dimension: str
    parts: tuple[Share, ...]
    other_values: int
    sql: str


class Kpi(Struct, frozen=True, kw_only=True):
    """A key figure.

    Attributes:
        id: ``k1``, ``k2`` … in the order of the list.
        name: Readable, such as ``total amount`` or ``average opened_at to closed_at``.
        declared: Asked for by the user; otherwise found.
        expression: The SQL aggregate, or the user's SELECT.
        columns: The columns it is made of.
        unit: None where none is known; ``%`` for rates, which are then 0 to 100.
        value: In ``period``, the last complete one; over all rows where there is none.
        period: None where the figure is over all rows.
        overall: Over all rows; ``overall_sql`` gives it as ``value``.
        change: Against the period before; ``year_change`` against the same period a year earlier.
        asked_change: Between the two periods that were asked for; None where none were.
        series: By period, without holes: periods without rows have 0 for counts and totals, None for the others.
        compositions: By dimension; only where there is no earlier period to compare with.
        sql: Gives ``value``.
        series_sql: Gives ``period`` and ``value``, for periods with rows.
        goodness: 0 to 1, found figures are ranked by it; 1 for declared ones.
        reason: Why it was chosen.
    """

    id: str
    name: str
    kind: KpiKind
    declared: bool
    expression: str
    columns: tuple[str, ...]
    unit: str | None
    value: float | None
    period: str | None
    overall: float | None
    change: Change | None
    year_change: Change | None
    series: tuple[Point, ...]
    compositions: tuple[Composition, ...]
    sql: str
    overall_sql: str
    series_sql: str | None
    goodness: float
    reason: str
    notes: tuple[str, ...] = ()
    asked_change: Change | None = None


class Kpis(Struct, frozen=True, kw_only=True):
    """The key figures of a table.

    Attributes:
        time_column: The column that periods are made from; None where there is none.
        grain: The natural period.
        first: The first period of the data, ``last`` the last one.
        kpis: Declared ones first, then found ones by goodness.
        omitted: Figures that were left out, each with the reason.
        notes: What was assumed: the period, incomplete periods, rows without a time.
    """

    table: str
    time_column: str | None
    grain: Grain | None
    first: Period | None
    last: Period | None
    kpis: tuple[Kpi, ...]
    omitted: tuple[str, ...]
    notes: tuple[str, ...]
