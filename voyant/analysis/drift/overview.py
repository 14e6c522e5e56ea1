"""A comparison in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from voyant.analysis.wording import count, listed, percent, sentence
from voyant.domain.drift import Drift, Verdict

_MOST_NAMED = 5
_FATES = {
    "added": ("is new", "are new"),
    "removed": ("is gone", "are gone"),
    "renamed": ("perhaps has another name", "perhaps have other names"),
    "retyped": ("has another type", "have another type"),
    "unit": ("has another unit", "have another unit"),
}


def overview(drift: Drift) -> str:
    """What drifted, which columns came, went or lost values, and how many rows there are: in that order."""
    label = drift.reference.label
    if drift.verdict is Verdict.NOT_COMPARABLE:
        return f"Nothing could be compared with {label}: {drift.reason}"
    compared = sum(column.verdict is not Verdict.NOT_COMPARABLE for column in drift.columns)
    columns = f"{count(compared)} column{'' if compared == 1 else 's'}"
    if drift.identical:
        return f"Nothing has changed from {label}: {columns} compared, {count(drift.current.rows)} rows as before."
    parts = [*_drifted(drift, columns), *_gaps(drift), *_schema(drift)]
    if not parts:
        return f"Nothing drifted from {label}: {columns} compared, {_rows(drift)}."
    return sentence(f"against {label}, {'; '.join([*parts, _rows(drift)])}")


def _drifted(drift: Drift, columns: str) -> list[str]:
    names = [column.column for column in drift.drifted]
    return [f"{count(len(names))} of {columns} drifted ({_named(names)})"] if names else []


def _gaps(drift: Drift) -> list[str]:
    moved = [column for column in drift.columns if column.nulls_verdict is Verdict.DRIFTED]
    more = [column.column for column in moved if column.nulls_after > column.nulls_before]
    fewer = [column.column for column in moved if column.nulls_after < column.nulls_before]
    told = [(more, "fewer"), (fewer, "more")]
    return [f"{_named(names)} {_verb(names, 'has', 'have')} {how} values" for names, how in told if names]


def _schema(drift: Drift) -> list[str]:
    told = []
    for kind, fates in _FATES.items():
        names = [change.column for change in drift.schema if change.kind == kind]
        if names:
            told.append(f"{_named(names)} {_verb(names, *fates)}")
    return told


def _rows(drift: Drift) -> str:
    before, after = drift.reference.rows, drift.current.rows
    if before == after:
        return f"{count(after)} rows as before"
    share = percent(round(100 * abs(drift.rows_change or 0), 1))
    far = f" ({share} {'more' if after > before else 'fewer'})" if share != "0 %" else ""
    return f"{count(after)} rows, {count(before)} before{far}"


def _named(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED + 1:
        return listed(names)
    more = len(names) - _MOST_NAMED
    return listed([*names[:_MOST_NAMED], f"{count(more)} more"])


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many
