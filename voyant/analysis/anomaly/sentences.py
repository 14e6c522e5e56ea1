"""What is odd in a table: how many, beyond which values, in which combinations; or that nothing is."""

from __future__ import annotations

from voyant.analysis.anomaly.series import comparisons as of_series
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.rounding import rounded
from voyant.analysis.wording import called, listed, readable, sentence, shown
from voyant.domain.anomaly import Anomalies, AnomalyMethod, Oddity, Pattern, RowAnomalies
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import Column, ColumnType, Table
from voyant.lake.sql import identifier, literal

MOST_PATTERNS = 12
_COUNTED = "(SELECT count(*) FILTER (flagged) AS odd FROM job.anomaly)"
_KINDS = {
    Oddity.TOGETHER: "with numbers that do not go together as elsewhere",
    Oddity.APART: "with no other record near",
}
_METHODS = {
    AnomalyMethod.IQR: "odd: beyond Tukey's fences",
    AnomalyMethod.Z_SCORE: "odd: far from the mean in standard deviations",
    AnomalyMethod.MAD: "odd: far from the median in median absolute deviations",
    AnomalyMethod.ISOLATION_FOREST: "odd: the isolation forest sets them apart",
}


def comparisons(result: Anomalies, table: Table) -> list[Comparison]:
    """The sentences that a result gives, each with the SQL that recomputes its numbers."""
    of_rows = _of_rows(result.rows, table) if result.rows is not None else []
    return of_rows + (of_series(result.series, table) if result.series is not None else [])


def _of_rows(rows: RowAnomalies, table: Table) -> list[Comparison]:
    found = [_overall(rows, table) if rows.flagged else _none(rows, table)]
    for place, pattern in enumerate(rows.patterns[:MOST_PATTERNS]):
        claim = _claim(pattern, place, table)
        if claim is not None:
            found.append(Comparison(question=Question.OUTLIERS, n=rows.rows, claim=claim))
    return found


def _overall(rows: RowAnomalies, table: Table) -> Comparison:
    sql = (
        f"SELECT odd, records, 100.0 * odd / records AS share\nFROM {_COUNTED},\n"
        f"  (SELECT count(*) AS records FROM {identifier(table.dataset.name)})"
    )
    how = _METHODS.get(rows.method, "odd: farther out than chance explains")
    # A table of many odd rows keeps no more than the oddest; the count then stands in the result only.
    cut = rows.flagged > rows.kept

    def tell(telling: Telling) -> str | None:
        odd, records = telling.count("odd"), telling.count("records")
        if cut:
            return sentence(f"at least {odd} of {records} records are {how}")
        verb = "is" if telling.value("odd") == 1 else "are"
        return sentence(f"{odd} of {records} records ({telling.percent('share')}) {verb} {how}")

    by_column = (
        "SELECT column_name, count(DISTINCT row_number) AS records\nFROM job.anomaly_reasons\n"
        "GROUP BY 1\nORDER BY 2 DESC, 1\nLIMIT 20"
    )
    claim = Claim(
        kind="odd_rows",
        columns=tuple(dict.fromkeys(name for pattern in rows.patterns for name in pattern.columns))[:5],
        sql=sql,
        tell=tell,
        strength=0.9,
        title="Odd records",
        severity=Severity.NOTICE,
        evidence=("anomaly.json#/rows/top",),
        view=View(
            name="odd_rows_by_column",
            title="Odd records by the column that makes them odd",
            mark=Mark.BAR,
            sql=by_column,
            x=Axis(field="column_name", title="column", kind="category"),
            y=Axis(field="records", title="odd records", kind="number"),
        ),
    )
    return Comparison(question=Question.OUTLIERS, n=rows.rows, claim=claim)


def _none(rows: RowAnomalies, table: Table) -> Comparison:
    sql = f"SELECT odd, records\nFROM {_COUNTED},\n  (SELECT count(*) AS records FROM {identifier(table.dataset.name)})"

    def tell(telling: Telling) -> str | None:
        if telling.value("odd") > 0:
            return None
        return sentence(
            f"none of {telling.count('records')} records is odd: none lies farther out than chance explains"
        )

    claim = Claim(
        kind="no_odd_rows",
        columns=rows.columns[:5],
        sql=sql,
        tell=tell,
        strength=0.9,
        title="No odd records",
        evidence=("anomaly.json#/rows/detectors",),
    )
    return Comparison(question=Question.OUTLIERS, n=rows.rows, claim=claim)


def _claim(pattern: Pattern, place: int, table: Table) -> Claim | None:
    evidence = (f"anomaly.json#/rows/patterns/{place}",)
    columns = [table.dataset.column(name) for name in pattern.columns]
    if any(column.personal is not None for column in columns):
        return None
    match pattern.kind:
        case Oddity.VALUE | Oddity.FENCE:
            return _beyond(pattern, columns[0], table, evidence)
        case Oddity.COMBINATION:
            return _meeting(pattern, columns, table, evidence)
        case Oddity.RARE:
            return _rare(pattern, columns[0], table, evidence)
        case _:
            return _joint(pattern, columns, evidence)


def _beyond(pattern: Pattern, column: Column, table: Table, evidence: tuple[str, ...]) -> Claim | None:
    if pattern.bound is None or column.type.is_temporal:
        return _joint(pattern, [column], evidence)
    name = identifier(column.name)
    end, sign = ("max", ">") if pattern.above else ("min", "<")
    # Infinite values make no row odd, and what is no number counts as larger than all.
    finite = f" AND isfinite({name})" if column.type is ColumnType.FLOAT else ""
    sql = (
        f"SELECT count(*) AS records, {end}({name}) AS extreme,\n"
        f"  (SELECT median({name}) FROM {identifier(table.dataset.name)}) AS usual\n"
        f"FROM {identifier(table.dataset.name)}\nWHERE {name} {sign} {pattern.bound!r}{finite}"
    )

    def tell(telling: Telling) -> str | None:
        if not telling.value("records") > 0:
            return None
        extreme, usual = telling.edge("extreme", column.unit), telling.edge("usual", column.unit)
        if telling.value("records") == 1:
            return sentence(
                f"one record has {called(column)} {extreme}, far out from all others; the median is {usual}"
            )
        side = "high" if pattern.above else "low"
        extent = "largest" if pattern.above else "smallest"
        return sentence(
            f"{telling.count('records')} records have an oddly {side} {called(column)}: the {extent} is {extreme}, the "
            f"median {usual}"
        )

    return Claim(
        kind="odd_value",
        columns=(column.name,),
        sql=sql,
        tell=tell,
        strength=0.55 + 0.1 * saturating(pattern.rows, 10),
        title=f"Odd values of {called(column)}",
        severity=Severity.NOTICE,
        evidence=evidence,
    )


def _meeting(pattern: Pattern, columns: list[Column], table: Table, evidence: tuple[str, ...]) -> Claim:
    conditions = [_is(column, value) for column, value in zip(columns, pattern.values, strict=True)]
    known = " AND ".join(f"{identifier(column.name)} IS NOT NULL" for column in columns)
    sql = (
        f"SELECT count(*) FILTER ({' AND '.join(conditions)}) AS together,\n"
        f"  count(*) FILTER ({conditions[0]}) AS first, count(*) FILTER ({conditions[1]}) AS second,\n"
        f"  1.0 * count(*) FILTER ({conditions[0]}) * count(*) FILTER ({conditions[1]}) / count(*) AS expected\n"
        f"FROM {identifier(table.dataset.name)}\nWHERE {known}"
    )
    named = [f"{readable(column.name)} {shown(value)}" for column, value in zip(columns, pattern.values, strict=True)]

    def tell(telling: Telling) -> str | None:
        records = "record" if telling.value("together") == 1 else "records"
        return sentence(
            f"{listed(named)} occur together in {telling.count('together')} {records}, where about "
            f"{telling.count('expected')} would if they were unrelated: {telling.count('first')} have the one and "
            f"{telling.count('second')} the other"
        )

    return Claim(
        kind="odd_combination",
        columns=pattern.columns,
        sql=sql,
        tell=tell,
        strength=0.6,
        title=f"A combination of {listed([readable(column.name) for column in columns])} that hardly occurs",
        focus=tuple(zip(pattern.columns, pattern.values, strict=True)),
        severity=Severity.NOTICE,
        evidence=evidence,
    )


def _rare(pattern: Pattern, column: Column, table: Table, evidence: tuple[str, ...]) -> Claim:
    name, value = identifier(column.name), pattern.values[0]
    sql = (
        f"WITH counted AS (SELECT {_is(column, value)} AS rare, count(*) AS n FROM {identifier(table.dataset.name)}\n"
        f"  WHERE {name} IS NOT NULL GROUP BY {name})\n"
        "SELECT sum(n) FILTER (rare) AS records, min(n) FILTER (NOT rare) AS others FROM counted"
    )

    def tell(telling: Telling) -> str | None:
        records = "record" if telling.value("records") == 1 else "records"
        return sentence(
            f"{readable(column.name)} {shown(value)} stands in {telling.count('records')} {records}, every other value "
            f"in at least {telling.count('others')}"
        )

    return Claim(
        kind="rare_value",
        columns=(column.name,),
        sql=sql,
        tell=tell,
        strength=0.5,
        title=f"A value of {readable(column.name)} that hardly occurs",
        focus=((column.name, value),),
        severity=Severity.NOTICE,
        evidence=evidence,
    )


def _joint(pattern: Pattern, columns: list[Column], evidence: tuple[str, ...]) -> Claim:
    """Of patterns whose rows no simple condition selects: the rows that were kept say why."""
    conditions = [f"kind = {literal(str(pattern.kind))}"]
    if columns:
        conditions.append(f"column_name = {literal(columns[0].name)}")
    sql = (
        "SELECT count(DISTINCT row_number) OVER () AS records, row_number, reason\nFROM job.anomaly_reasons\n"
        f"WHERE {' AND '.join(conditions)}\nORDER BY row_number\nLIMIT 10"
    )
    if pattern.kind is Oddity.WITHIN:
        how = f"with {called(columns[0])} far from what is usual with the same {called(columns[1])}"
    else:
        how = _KINDS.get(pattern.kind) or f"with an odd {listed([called(column) for column in columns])}"

    def tell(telling: Telling) -> str | None:
        if telling.value("records") == 1:
            return sentence(f"one record {how}: number {telling.count('row_number')}")
        records, first = telling.count("records"), telling.count("row_number")
        return sentence(f"{records} records {how}, such as number {first}")

    return Claim(
        kind="odd_together",
        columns=pattern.columns,
        sql=sql,
        tell=tell,
        strength=0.5 + 0.1 * saturating(rounded(pattern.rows), 10),
        title=sentence(pattern.text)[:-1],
        severity=Severity.NOTICE,
        evidence=evidence,
    )


def _is(column: Column, value: str) -> str:
    return f"CAST({identifier(column.name)} AS VARCHAR) = {literal(value)}"
