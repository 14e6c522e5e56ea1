"""The answer to what is odd in a table."""

from __future__ import annotations

from collections.abc import Callable

from voyant.analysis.anomaly.rows import odd_rows
from voyant.analysis.wording import count, sentence
from voyant.domain.anomaly import Anomalies, AnomalyMethod, AnomalyRequest, RowAnomalies
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile
from voyant.domain.table import Table


def anomalies(
    table: Table,
    profile: Profile,
    request: AnomalyRequest,
    time_column: str | None,
    *,
    progress: Callable[[float], None] = lambda _: None,
) -> Answer[Anomalies]:
    """The odd rows of a table, with what makes each odd.

    Memory is bounded: what usual rows look like is learnt from at most 50,000 of them, and all are then held against
    it, 50,000 at a time.

    Raises:
        InvalidInput: There are too few rows or no fit column, a column is not there, or a library is missing.
    """
    found, rows = odd_rows(table, profile, request, progress=progress)
    return Answer(
        result=Anomalies(table=table.dataset.name, rows=found, notes=_notes(found)),
        rows=rows,
    )


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
