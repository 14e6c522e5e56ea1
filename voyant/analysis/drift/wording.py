"""A drifted column in one sentence."""

from __future__ import annotations

from voyant.analysis.drift.drafts import Draft
from voyant.analysis.drift.explain import Explained
from voyant.analysis.drift.subjects import Subject
from voyant.analysis.wording import count, number, percent, quantity, shown
from voyant.domain.drift import LEAST_SHARE, Distance, Segment, Share

_MOSTLY = 0.5
"""From this share of the distance on the step of the mean is what changed."""
_NAMES = {
    "wasserstein_normed": "distance",
    "ks": "largest distance of the distribution functions",
    "jensen_shannon": "Jensen–Shannon distance",
    "chi_square": "Cramér's V",
    "terms": "told apart by its words",
}


def summary(draft: Draft, deciding: Distance, explained: Explained) -> str:
    """What changed, by how much, and where, in plain words with the numbers."""
    parts = [_moved(draft) or _distance(deciding)]
    # Of very many values none may change enough to be seen.
    listed = [
        share
        for share in explained.shares
        if share.label
        and _percent(share.before) != _percent(share.after)
        and max(share.before, share.after) >= LEAST_SHARE
    ]
    if listed:
        parts.append(_most_changed(draft.subject or Subject.VALUES, listed[0]))
    is_told = bool(listed) and explained.come + explained.gone == 1 and 0 in (listed[0].before, listed[0].after)
    if (explained.come or explained.gone) and not is_told:
        parts.append(_values(explained.come, explained.gone))
    if explained.segments:
        parts.append(_carried(explained.segments[0]))
    return f"{draft.pair.name}: {'; '.join(parts)}."


def _moved(draft: Draft) -> str | None:
    """The mean on both sides, of numbers; where that is not what changed, their standard deviation as well."""
    pair = draft.pair
    earlier, later = pair.sides
    if draft.subject is not Subject.NUMBERS or earlier.mean is None or later.mean is None:
        return None
    unit = pair.before.unit if pair.before.unit == pair.after.unit else None
    before, after = (quantity(mean, unit) for mean in (earlier.mean, later.mean))
    moved = "" if before == after else f"mean {before} → {after}"
    if not earlier.sd or later.sd is None:
        return moved or None
    change = (later.mean - earlier.mean) / earlier.sd
    if moved:
        moved += f" ({'+' if change > 0 else ''}{number(change)} sd)"
    distance = next((each.measured.value for each in draft.measures if each.name == "wasserstein_normed"), 0.0)
    if abs(change) >= _MOSTLY * distance:
        return moved or None
    # The area between the distribution functions is far larger than the step of the mean: the shape changed.
    spread = [quantity(sd, unit) for sd in (earlier.sd, later.sd)]
    widened = "" if spread[0] == spread[1] else f"sd {spread[0]} → {spread[1]}"
    return ", ".join(part for part in (moved, widened, f"{_NAMES['wasserstein_normed']} {number(distance)}") if part)


def _distance(deciding: Distance) -> str:
    return f"{_NAMES[deciding.measure]} {number(deciding.value)}"


def _most_changed(subject: Subject, share: Share) -> str:
    what = {
        Subject.NUMBERS: f"the bin {share.label}",
        Subject.VALUES: share.label if share.minimum is not None else shown(share.label),
        Subject.LENGTHS: f"texts of {share.label} characters",
        Subject.RHYTHM: share.label,
        Subject.TERMS: f"texts with “{share.label}”",
    }[subject]
    if share.after == 0:
        return f"{what} gone, {_percent(share.before)} before"
    if share.before == 0:
        return f"{what} new, {_percent(share.after)} of the rows"
    verb = "grew" if share.after > share.before else "shrank"
    return f"{what} {verb} from {_percent(share.before)} to {_percent(share.after)}"


def _values(come: int, gone: int) -> str:
    new = f"{count(come)} new {'value' if come == 1 else 'values'}" if come else ""
    what = "" if come else "value " if gone == 1 else "values "
    lost = f"{count(gone)} {what}vanished" if gone else ""
    return ", ".join(part for part in (new, lost) if part)


def _carried(segment: Segment) -> str:
    rows = f"{percent(round(100 * min(1.0, segment.contribution)))} of the change"
    return f"{rows} comes from {segment.column} = {segment.value}"


def _percent(share: float) -> str:
    return percent(round(100 * share, 1))
