"""All rows of a table, a part at a time, before a judge that was made from a bounded number of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voyant.analysis.anomaly.rows.bounds import Bounds
from voyant.analysis.anomaly.rows.columns import Chosen, choose
from voyant.analysis.anomaly.rows.combinations import Rarity, rare
from voyant.analysis.anomaly.rows.evidence import Reason
from voyant.analysis.anomaly.rows.judges import Judge, columns_used, judge, needed
from voyant.analysis.anomaly.rows.kept import Kept
from voyant.analysis.anomaly.rows.matrix import read
from voyant.analysis.anomaly.rows.wording import told
from voyant.analysis.insights.ranks import Ints
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import called, readable, sentence
from voyant.domain.anomaly import AnomalyMethod, AnomalyRequest, Oddity, Pattern, RowAnomalies
from voyant.domain.profile import Profile
from voyant.domain.table import ROW, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    import pyarrow


def odd_rows(
    table: Table, profile: Profile, request: AnomalyRequest, *, progress: Callable[[float], None]
) -> tuple[RowAnomalies, dict[str, pyarrow.Table]]:
    """The odd rows of a table, and the rows behind: ``anomaly`` and, one a reason, ``anomaly_reasons``.

    Raises:
        InvalidInput: A column asked for is not there (``UNKNOWN_COLUMN``), there are too few rows or no column that
        could
            make one odd (``NOT_ENOUGH_DATA``), or the library of the detectors is missing (``COMPONENT_MISSING``).
    """
    chosen = choose(table.dataset, profile, request.columns)
    rows = table.dataset.rows
    if (lacking := needed(chosen, rows, request.method)) is not None:
        raise InvalidInput(
            lacking,
            code=Code.NOT_ENOUGH_DATA,
            remedy="Give a table of at least 20 rows with columns of numbers or of values that repeat.",
        )
    made = judge(table, profile, chosen, request.method)
    share = made.grounds.share
    rarities = [] if share is None else rare(table, chosen.categories, share)
    kept = _searched(table, chosen, made, rarities, progress)
    return _result(request.method, chosen, made, kept, rarities, rows), {
        "anomaly": kept.table(),
        "anomaly_reasons": kept.reasons(),
    }


def _searched(
    table: Table, chosen: Chosen, made: Judge, rarities: Sequence[Rarity], progress: Callable[[float], None]
) -> Kept:
    kept, total = Kept(table.dataset.rows), table.dataset.rows
    holders = [_holders(table, rarity) for rarity in rarities]
    for rows in read(table, chosen):
        scores, reasons = made.of(rows)
        for rarity, places in zip(rarities, holders, strict=True):
            reasons += _held(rarity, places, rows.places)
        kept.add(rows.places, scores, reasons)
        progress(float(rows.places[-1]) / total)
    return kept


def _holders(table: Table, rarity: Rarity) -> list[int]:
    """The numbers of the rows that hold rare values: as few as these are."""
    number = identifier(ROW)
    return [
        row[ROW] for row in table.query(f"SELECT {number} FROM {table.numbered} WHERE {rarity.condition} ORDER BY 1")
    ]


def _held(rarity: Rarity, holders: Sequence[int], places: Ints) -> list[Reason]:
    first = int(places[0])
    pattern = rarity.pattern
    return [
        Reason(holder - first, pattern.kind, pattern.columns, pattern.text, (rarity.condition,))
        for holder in holders
        if first <= holder <= int(places[-1])
    ]


def _result(
    method: AnomalyMethod, chosen: Chosen, made: Judge, kept: Kept, rarities: Sequence[Rarity], rows: int
) -> RowAnomalies:
    grounds = made.grounds
    patterns = [*_patterns(kept, grounds.bounds), *(rarity.pattern for rarity in rarities)]
    return RowAnomalies(
        method=method,
        rows=rows,
        columns=tuple(columns_used(chosen, method)),
        sample=grounds.sample,
        detectors=grounds.detectors,
        level=grounds.level,
        flagged=kept.flagged,
        kept=kept.rows,
        patterns=tuple(sorted(patterns, key=lambda pattern: (-pattern.rows, pattern.columns, pattern.text))),
        top=kept.top(),
        left_out=chosen.left_out,
    )


def _patterns(kept: Kept, bounds: Sequence[Bounds]) -> list[Pattern]:
    found = {bound.column.name: bound for bound in bounds}
    patterns = []
    for key, rows in sorted(kept.counts.items()):
        if key[0] == "value":
            patterns.append(_beyond(found[key[1]], key[2] == "above", rows))
        elif key[0] == "within":
            text = sentence(f"{readable(key[1])} far from what is usual with the same {readable(key[2])}")
            patterns.append(Pattern(kind=Oddity.WITHIN, columns=key[1:], rows=rows, text=text))
        elif key[0] == "together":
            text = "Numbers that do not go together as those of the other rows do."
            patterns.append(Pattern(kind=Oddity.TOGETHER, columns=(), rows=rows, text=text))
        elif key[0] == "apart":
            patterns.append(Pattern(kind=Oddity.APART, columns=(), rows=rows, text="No other row is near."))
    return patterns


def _beyond(found: Bounds, above: bool, rows: int) -> Pattern:
    bound, side = (found.high, "above") if above else (found.low, "below")
    return Pattern(
        kind=Oddity.VALUE,
        columns=(found.column.name,),
        rows=rows,
        text=sentence(f"{called(found.column)} {side} {told(found.column, bound)}"),
        bound=None if found.column.personal else rounded(bound),
        above=above,
    )
