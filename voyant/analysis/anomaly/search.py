"""The answer to what is odd in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from voyant.analysis.anomaly.rows import odd_rows
from voyant.analysis.anomaly.series import odd_stretches
from voyant.analysis.wording import count, sentence
from voyant.domain.anomaly import Anomalies, AnomalyMethod, AnomalyRequest, AnomalyScope, RowAnomalies
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput

Progress = Callable[[float], None]


def anomalies(
    table: Table,
    profile: Profile,
    request: AnomalyRequest,
    time_column: str | None,
    *,
    progress: Progress = lambda _: None,
) -> Answer[Anomalies]:
    """The odd rows of a table and the odd stretches of its series, each with what makes it odd.

    Memory is bounded: what usual rows look like is learnt from at most 50,000 of them, and all are then held against
    it, 50,000 at a time. Where both are asked for, one that the table cannot give is a note.

    Raises:
        InvalidInput: There are too few rows or no fit column, a column is not there, or a library is missing.
    """
    wanted = _WANTED[request.scope]
    rows: dict[str, Any] = {}
    found: dict[str, Any] = {}
    notes: list[str] = []
    refusal: InvalidInput | None = None
    for place, search in enumerate(wanted):
        try:
            made = search(table, profile, request, time_column, _part(progress, place, len(wanted)))
        except InvalidInput as error:
            if error.code is not Code.NOT_ENOUGH_DATA or len(wanted) == 1:
                raise
            refusal = refusal or error
            notes.append(error.message)
            continue
        rows |= made.rows
        found |= made.found
        notes += made.notes
    if refusal is not None and not found:
        raise refusal
    result = Anomalies(table=table.dataset.name, rows=found.get("rows"), series=found.get("series"), notes=tuple(notes))
    return Answer(result=result, rows=rows)


class _Found(Struct, frozen=True):
    """What one of the searches brings home."""

    found: dict[str, Any]
    rows: Mapping[str, Any]
    notes: tuple[str, ...]


def _rows(
    table: Table, profile: Profile, request: AnomalyRequest, _time_column: str | None, progress: Progress
) -> _Found:
    found, rows = odd_rows(table, profile, request, progress=progress)
    return _Found({"rows": found}, rows, _notes(found))


def _series(
    table: Table, profile: Profile, request: AnomalyRequest, time_column: str | None, progress: Progress
) -> _Found:
    answer = odd_stretches(table, profile, request, time_column, progress=progress)
    return _Found({"series": answer.result}, answer.rows, answer.result.notes)


_WANTED = {
    AnomalyScope.ROWS: (_rows,),
    AnomalyScope.SERIES: (_series,),
    AnomalyScope.BOTH: (_rows, _series),
}


def _part(progress: Progress, place: int, parts: int) -> Progress:
    """Tells of one of several parts."""
    return lambda share: progress((place + share) / parts)


_FENCES = {
    AnomalyMethod.IQR: "1.5 interquartile ranges beyond the quartiles lie 0.7 % of the values of a normal column",
    AnomalyMethod.Z_SCORE: "three standard deviations from the mean lie 0.3 % of the values of a normal column",
    AnomalyMethod.MAD: "3.5 median absolute deviations from the median lie 0.05 % of the values of a normal column",
}


def _notes(found: RowAnomalies) -> tuple[str, ...]:
    notes = list(found.left_out)
    if found.method in _FENCES:
        notes.append(
            f"The method {found.method} calls a share of any table odd: {_FENCES[found.method]}, more of others."
        )
    if found.sample < found.rows:
        notes.append(
            f"What is usual was learnt from {count(found.sample)} of {count(found.rows)} rows, chosen by a hash of "
            "their number; all rows were held against it."
        )
    if found.kept < found.rows:
        notes.append(
            f"anomaly.parquet holds {count(found.kept)} of {count(found.rows)} rows: the odd ones, then those with the "
            "highest scores."
        )
    used = [detector.name for detector in found.detectors if detector.used]
    left = [f"{detector.name} ({detector.reason})" for detector in found.detectors if not detector.used]
    if used:
        notes.append(sentence(f"detectors used: {', '.join(used)}"))
    if left:
        notes.append(sentence(f"detectors not used: {'; '.join(left)}"))
    if found.level is not None:
        notes.append(
            "Bounds are set so that clean data of this size would have any odd row with a chance of "
            f"{100 * found.level:g} %."
        )
    return tuple(notes)
