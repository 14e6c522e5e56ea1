"""The periods that every table covers, where each brand has a table of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.benchmark.counting import Market
from voyant.analysis.benchmark.periods import Key, Periods
from voyant.analysis.periods import timeline
from voyant.analysis.wording import listed
from voyant.domain.profile import Profile
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import literal

_MOST_TOLD = 6


class _Reach(Struct, frozen=True):
    """The periods that a table has rows in, from the first to the last, and of them those that it covers whole."""

    touched: tuple[Key, ...]
    whole: tuple[Key, ...]


def where_all_are(market: Market, profile: Profile) -> tuple[Market, list[str]]:
    """The rows of the periods that every table covers whole, and which others are left out for which reason.

    Where a table ends, its brand has not stopped selling; and a quarter of which it has one month would show a third
    of its share. Each table is judged as a table by itself is; tables that all reach equally far are left as they are.

    Raises:
        InvalidInput: ``NOT_ENOUGH_DATA``: there is no such period.
    """
    periods = market.periods
    reach = _reach(market, periods, profile) if periods is not None else {}
    if periods is None or len(set(reach.values())) < 2:
        return market, []
    bare = next((brand for brand, one in reach.items() if not one.whole), None)
    if bare is not None:
        raise InvalidInput(
            f"The table of {bare} covers no {periods.grain} whole.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Ask for a finer grain, or leave the brand out.",
        )
    late = max(reach, key=lambda brand: reach[brand].whole[0])
    early = min(reach, key=lambda brand: reach[brand].whole[-1])
    first, last = reach[late].whole[0], reach[early].whole[-1]
    shared = periods.within(first, last)
    if not shared.keys:
        raise InvalidInput(
            f"The rows of {early} end before those of {late} begin: no period has both whole.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Give tables whose times overlap, or ask for a finer grain.",
        )
    condition = f"{periods.sql} BETWEEN {periods.literal(first)} AND {periods.literal(last)}"
    begun, ended = periods.written(first), periods.written(last)
    notes = [
        f"Only the time from {begun} to {ended} counts, which the tables of all brands cover whole.",
        *_left_out(periods, reach, shared),
    ]
    return replace(market, periods=shared, conditions=(*market.conditions, condition)), notes


def _reach(market: Market, periods: Periods, profile: Profile) -> dict[str, _Reach]:
    """Of each brand that has rows in some period."""
    rows = market.table.query(
        f"SELECT _brand AS brand, min(_period) AS first, max(_period) AS last FROM (\n{market.rows}\n) AS _rows "
        "WHERE _period IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    if periods.grain is None:  # a number is a period, and none of them is there in part
        spans = {row["brand"]: periods.within(periods.key(row["first"]), periods.key(row["last"])) for row in rows}
        return {brand: _Reach(span.keys, span.keys) for brand, span in spans.items()}
    return {row["brand"]: _of_calendar(market, periods, profile, row["brand"]) for row in rows}


def _of_calendar(market: Market, periods: Periods, profile: Profile, brand: str) -> _Reach:
    own = " AND ".join([f"{market.name} = {literal(brand)}", *market.conditions])
    found = timeline(market.table, profile.column(periods.column.name), periods.grain, own)
    if found is None:
        return _Reach((), ())
    whole = tuple(start for index, start in enumerate(found.starts) if found.complete(index))
    return _Reach(found.starts, whole)


def _left_out(periods: Periods, reach: Mapping[str, _Reach], shared: Periods) -> Iterator[str]:
    """The periods beyond those that count, those with one reason together."""
    touched = {key for one in reach.values() for key in one.touched}
    beyond = [key for key in periods.keys if key in touched and key not in shared.keys]
    told = [f"{_span(periods, list(keys))} ({why})" for why, keys in groupby(beyond, lambda key: _why(key, reach))]
    if told:
        more = f" and {len(told) - _MOST_TOLD} more spans" if len(told) > _MOST_TOLD else ""
        yield f"Left out, since not every table covers them whole: {'; '.join(told[:_MOST_TOLD])}{more}."


def _span(periods: Periods, keys: Sequence[Key]) -> str:
    first, last = periods.written(keys[0]), periods.written(keys[-1])
    return first if first == last else f"{first} to {last}"


def _why(key: Key, reach: Mapping[str, _Reach]) -> str:
    """Which tables cover the period in part, or not at all."""
    absent = [brand for brand, one in reach.items() if key not in one.touched]
    partial = [brand for brand, one in reach.items() if brand not in absent and key not in one.whole]
    reasons = [f"{_some(partial)} in part"] if partial else []
    return ", ".join([*reasons, f"{_some(absent)} without rows"] if absent else reasons)


def _some(brands: Sequence[str]) -> str:
    return listed(brands) if len(brands) <= 3 else f"{len(brands)} brands"
