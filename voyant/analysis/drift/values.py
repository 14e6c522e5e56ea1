"""Values compared: by the shares of the rows that hold each.

What decides follows Evidently 0.7: beyond a thousand values in the reference the Jensen-Shannon distance, up to it
Pearson's test. Evidently takes the reference's shares as known without error where there are more than two values;
here both sides are samples, and the p-value of the usual rule is shown beside.
"""

from __future__ import annotations

from voyant.analysis.drift.counting import Counted, Key, aligned
from voyant.analysis.drift.distances import (
    Measured,
    chi_square,
    chi_square_fit,
    jensen_shannon,
    population_stability,
)
from voyant.analysis.drift.drafts import Cells, Draft, Measure
from voyant.analysis.drift.subjects import Pair, Subject, value_sql
from voyant.domain.drift import Thresholds

MOST_VALUES = 200_000
_BUCKETS = 65_536


def keys_of(pair: Pair) -> tuple[Key, Key]:
    """What rows are counted by on both sides: hashes of values, or of very many values a part of the hash."""
    sqls = [value_sql(column) for column in (pair.before, pair.after)]
    if is_bucketed(pair):
        earlier, later = (Key(f"({sql}) % {_BUCKETS}", _BUCKETS) for sql in sqls)
    else:
        earlier, later = (Key(sql, pair.most_distinct) for sql in sqls)
    return earlier, later


def is_bucketed(pair: Pair) -> bool:
    """Whether there are too many values to count each."""
    return pair.subject is Subject.VALUES and pair.most_distinct > MOST_VALUES


def compare_values(pair: Pair, before: Counted, after: Counted, thresholds: Thresholds) -> Draft:
    """The distances between two sets of counted values."""
    keys, earlier, later = aligned(before, after)
    apart, parts = jensen_shannon(earlier, later)
    test = chi_square(earlier, later)
    notes = () if not is_bucketed(pair) else (
        f"More than {MOST_VALUES:,} values, counted in {_BUCKETS:,} groups by their hash: the distances are no larger "
        "than the exact ones.",
    )  # fmt: skip
    if int(earlier.sum()) > thresholds.rows:
        tested = Measured(apart.value, test.p, noise=apart.noise)
        deciding = Measure("jensen_shannon", tested, thresholds.jensen_shannon)
        measures = [deciding, Measure("chi_square", test)]
        usual = apart.value >= thresholds.jensen_shannon
    else:
        measures = [Measure("chi_square", test), Measure("jensen_shannon", apart)]
        usual_p = test.p
        if len(keys) > 2:
            usual_p = chi_square_fit(earlier, later)
            measures.append(Measure("chi_square_fit", Measured(test.value, usual_p)))
        usual = usual_p is not None and usual_p < thresholds.significance
    measures.append(Measure("psi", population_stability(earlier, later)))
    return Draft(
        pair,
        Subject.LENGTHS if pair.subject is Subject.LENGTHS else Subject.VALUES,
        tuple(measures),
        usual=usual,
        cells=None if is_bucketed(pair) else Cells(keys, earlier, later, parts),
        notes=notes,
    )
