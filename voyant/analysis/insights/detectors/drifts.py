"""What changed since the state that the table is compared with: columns, values, gaps, rows.

The statement computes today's figures anew; what they are held against belongs to rows that may be elsewhere, so that
earlier figures stand in it as constants, and in ``drift.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from voyant.analysis import wording
from voyant.analysis.insights.clauses import share
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import average_name, listed, quantity, readable, sentence
from voyant.domain.drift import ColumnDrift, Drift, SchemaChange, Segment, Share, Verdict
from voyant.domain.finding import Severity
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier, literal

MOST_COLUMNS = 6
"""That drifted, and as many that lost values or changed their kind."""
MANY_ROWS = 0.5
"""From which change of their number on the rows are a finding."""
_USUAL_THRESHOLD = 0.1
_MOST_NAMED = 5
_OF_IDENTIFIERS = 0.5
"""For identifiers, whose values are new by nature."""
_MOST = 0.5
_LONGEST_LABEL = 60
_WEEKDAYS = {wording.weekday(day): day for day in range(1, 8)}

_WAYS = {"come": "new", "gone": "gone"}

Tell = Callable[[Telling], str | None]


def drifts(drift: Drift | None, dataset: Dataset) -> list[Comparison]:
    """What drifted, each recomputed as far as today's rows tell it; its tests are corrected where it was compared."""
    if drift is None or drift.verdict is Verdict.NOT_COMPARABLE:
        return []
    claims = [*_columns(drift, dataset), *_gaps(drift, dataset), *_schema(drift, dataset), *_rows(drift, dataset)]
    return [Comparison(question=Question.DRIFT, n=dataset.rows, claim=claim) for claim in claims]


def _columns(drift: Drift, dataset: Dataset) -> Iterator[Claim]:
    severity = Severity.WARNING if drift.verdict is Verdict.DRIFTED else Severity.NOTICE
    for place, found in enumerate(drift.drifted[:MOST_COLUMNS]):
        column = dataset.column(found.column)
        figures, tell = _told(found, column, drift.reference.label)
        deciding = found.distances[0]
        strength = 0.45 + 0.5 * saturating(deciding.value / (deciding.threshold or _USUAL_THRESHOLD), 3)
        yield Claim(
            kind="drift",
            columns=(column.name, *(segment.column for segment in found.segments[:1])),
            sql=_statement(figures, drift, dataset),
            tell=tell,
            strength=strength * (_OF_IDENTIFIERS if column.role is Role.IDENTIFIER else 1),
            title=f"{column.name} now and before",
            severity=severity,
            evidence=(f"drift.json#/columns/{place}",),
        )


def _told(found: ColumnDrift, column: Column, label: str) -> tuple[dict[str, str], Tell]:
    """The figures that tell the change, and the sentence: by the mean, else by the share that changed most."""
    changed = found.most_changed
    condition = _condition(found, column, changed) if changed is not None else None
    if _mean_moved(found, column):
        figures, tell = _mean(found, column, label)
    elif changed is not None and condition is not None:
        figures, tell = _share(column, changed, condition, label)
    elif found.come or found.gone:
        figures, tell = _turnover(found, column, label)
    else:
        figures, tell = _distance(found, column, label)
    segment = found.segments[0] if found.segments else None
    if segment is None:
        return figures, tell
    carried = _carried(segment)
    figures |= {"carried_by": literal(f"{segment.value}")}

    def tell_all(telling: Telling) -> str | None:
        told = tell(telling)
        return told and sentence(f"{told.rstrip('.')}; {carried}")

    return figures, tell_all


def _mean_moved(found: ColumnDrift, column: Column) -> bool:
    if found.mean_before is None or found.mean_after is None or column.aggregation is Aggregation.CIRCULAR:
        return False
    if column.type is ColumnType.TIME:
        return False
    return quantity(found.mean_before, column.unit) != quantity(found.mean_after, column.unit)


def _mean(found: ColumnDrift, column: Column, label: str) -> tuple[dict[str, str], Tell]:
    figures = {"now": f"avg({_finite(column)})", "before": _constant(found.mean_before or 0)}

    def tell(telling: Telling) -> str | None:
        now, before = (telling.quantity(name, column.unit) for name in ("now", "before"))
        return sentence(f"{average_name(column)} is {now}, against {before} in {label}")

    return figures, tell


def _share(column: Column, changed: Share, condition: str, label: str) -> tuple[dict[str, str], Tell]:
    figures = {
        "now": share(condition, f"{_finite(column)} IS NOT NULL"),
        "before": _constant(100 * changed.before),
        "shown": literal(changed.label),
    }
    name, value = readable(column.name), wording.shown(changed.label)

    def tell(telling: Telling) -> str | None:
        now, before = telling.value("now"), telling.value("before")
        if now == 0:
            return sentence(f"{value} ({name}), {telling.percent('before')} of the values in {label}, is gone")
        if before == 0:
            return sentence(f"{value} ({name}) is new, with {telling.percent('now')} of the values: {label} had none")
        shares = telling.percent("now"), telling.percent("before")
        return sentence(f"{value} ({name}) has {shares[0]} of the values, against {shares[1]} in {label}")

    return figures, tell


def _turnover(found: ColumnDrift, column: Column, label: str) -> tuple[dict[str, str], Tell]:
    """For values of which none is frequent: how many came and went."""
    figures = {"records": f"count({identifier(column.name)})", "come": str(found.come), "gone": str(found.gone)}

    def tell(telling: Telling) -> str | None:
        told = [
            f"{telling.count(way)} {'is' if telling.value(way) == 1 else 'are'} {says}"
            for way, says in _WAYS.items()
            if telling.value(way) > 0
        ]
        return sentence(f"of the values of {readable(column.name)}, {listed(told)} since {label}")

    return figures, tell


def _distance(found: ColumnDrift, column: Column, label: str) -> tuple[dict[str, str], Tell]:
    """For values that cannot be shown or asked for: how far they moved."""
    figures = {
        "records": f"count({identifier(column.name)})",
        "distance": _constant(found.distances[0].value),
    }
    what = {"terms": "words", "lengths": "lengths", "rhythm": "times"}.get(found.compared or "", "values")

    def tell(telling: Telling) -> str | None:
        return sentence(
            f"the {what} of {readable(column.name)} are not those of {label}: the distance is "
            f"{telling.quantity('distance')} over {telling.count('records')} records"
        )

    return figures, tell


def _carried(segment: Segment) -> str:
    much = "most" if segment.contribution >= _MOST else "much"
    return f"{much} of the change lies with {wording.shown(segment.value)} ({readable(segment.column)})"


def _condition(found: ColumnDrift, column: Column, changed: Share) -> str | None:
    """The rows of a value or of a part of a time; None where it cannot be asked for so."""
    name = identifier(column.name)
    if found.compared == "rhythm":
        day = _WEEKDAYS.get(changed.label)
        hour = changed.label.removesuffix(":00")
        if day is None and not hour.isdigit():
            return None
        return f"extract(isodow FROM {name}) = {day}" if day else f"extract(hour FROM {name}) = {hour}"
    if found.compared != "values" or len(changed.label) > _LONGEST_LABEL:
        return None
    if changed.minimum is not None:
        return f"{name} = {changed.minimum!r}"
    return f"CAST({name} AS VARCHAR) = {literal(changed.label)}"


def _gaps(drift: Drift, dataset: Dataset) -> Iterator[Claim]:
    moved = [(place, column) for place, column in enumerate(drift.columns) if column.nulls_verdict is Verdict.DRIFTED]
    moved.sort(key=lambda each: (-abs(each[1].nulls_after - each[1].nulls_before), each[1].column))
    for place, found in moved[:MOST_COLUMNS]:
        name, label = identifier(found.column), drift.reference.label
        figures = {"missing": share(f"{name} IS NULL"), "missing_before": _constant(100 * found.nulls_before)}
        change = found.nulls_after - found.nulls_before
        yield Claim(
            kind="drift",
            columns=(found.column,),
            sql=_statement(figures, drift, dataset),
            tell=_gap(found.column, label),
            strength=0.5 + 0.35 * saturating(change, 0.2),
            title=f"Rows without {found.column}, now and before",
            severity=Severity.WARNING if change > 0 else Severity.NOTICE,
            evidence=(f"drift.json#/columns/{place}",),
        )


def _gap(column: str, label: str) -> Tell:
    def tell(telling: Telling) -> str | None:
        now, before = telling.percent("missing"), telling.percent("missing_before")
        return sentence(f"{now} of the records lack {readable(column)}, against {before} in {label}")

    return tell


def _schema(drift: Drift, dataset: Dataset) -> Iterator[Claim]:
    """Each change that breaks readers, and all others together."""
    breaking = [(place, change) for place, change in enumerate(drift.schema) if not change.compatible]
    for place, change in breaking[:MOST_COLUMNS]:
        yield _schema_claim(drift, dataset, [(place, change)], _fate(change, drift.reference.label), Severity.WARNING)
    added = [(place, change) for place, change in enumerate(drift.schema) if change.kind == "added"]
    if added:
        names = [readable(change.column) for _, change in added[:_MOST_NAMED]]
        names += ["others"] if len(added) > _MOST_NAMED else []
        told = f"{listed(names)} {'are' if len(names) > 1 else 'is'} new: {drift.reference.label} had no such column"
        yield _schema_claim(drift, dataset, added, told, Severity.NOTICE)


def _schema_claim(
    drift: Drift, dataset: Dataset, changes: list[tuple[int, SchemaChange]], told: str, severity: Severity
) -> Claim:
    first = changes[0][1]
    figures = {
        "records": "count(*)",
        "changed": literal(", ".join(change.column for _, change in changes[:_MOST_NAMED])),
        "was": literal(first.before or ""),
        "became": literal(first.after or ""),
    }
    return Claim(
        kind="drift",
        columns=tuple(change.column for _, change in changes[:_MOST_NAMED]),
        sql=_statement(figures, drift, dataset),
        tell=lambda _: sentence(told),
        strength=0.62 if severity is Severity.WARNING else 0.45,
        title="Columns that came, went or hold something else",
        severity=severity,
        evidence=tuple(f"drift.json#/schema/{place}" for place, _ in changes[:_MOST_NAMED]),
    )


def _fate(change: SchemaChange, label: str) -> str:
    name = readable(change.column)
    return {
        "removed": f"{name} is gone, which {label} has",
        "renamed": f"{name} is new and perhaps what {label} calls {change.before}",
        "unit": f"{name} is in {change.after}, in {label} in {change.before}",
    }.get(change.kind, f"{name} is {change.after}, in {label} {change.before}")


def _rows(drift: Drift, dataset: Dataset) -> Iterator[Claim]:
    if drift.rows_change is None or abs(drift.rows_change) < MANY_ROWS:
        return
    figures = {"records": "count(*)", "records_before": str(drift.reference.rows)}

    def tell(telling: Telling) -> str | None:
        now, before = telling.count("records"), telling.count("records_before")
        return sentence(f"there are {now} records, against {before} in {drift.reference.label}")

    yield Claim(
        kind="drift",
        columns=(),
        sql=_statement(figures, drift, dataset),
        tell=tell,
        strength=0.4 + 0.4 * saturating(drift.rows_change, 1),
        title="Records now and before",
        severity=Severity.WARNING,
        evidence=("drift.json#/rows_change",),
    )


def _statement(figures: dict[str, str], drift: Drift, dataset: Dataset) -> str:
    named = {**figures, "compared_with": literal(drift.reference.label)}
    cells = ",\n       ".join(f"{figure} AS {name}" for name, figure in named.items())
    return f"SELECT {cells}\nFROM {identifier(dataset.name)}"


def _finite(column: Column) -> str:
    name = identifier(column.name)
    return f"CASE WHEN isfinite({name}) THEN {name} END" if column.type is ColumnType.FLOAT else name


def _constant(value: float) -> str:
    # As a double: a decimal of so many digits would be compared with and rounded as one.
    return f"CAST({rounded(value)!r} AS DOUBLE)"
