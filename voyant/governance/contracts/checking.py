"""Holding a table against the clauses of a contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.expressions import NotUsable
from voyant.analysis.quality.declared import Expectations, bind
from voyant.analysis.quality.declared.expectations import SQL_SECONDS
from voyant.analysis.quality.rules import MASK, run
from voyant.domain.contract import Clause, ClauseKind, ClauseResult, Violation
from voyant.domain.quality import Check
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.table import ROW, Column, ColumnType, Dataset, Table
from voyant.errors import VoyantError
from voyant.governance.contracts.clauses import Terms, by_name
from voyant.governance.contracts.statements import prepared
from voyant.governance.contracts.types import holds
from voyant.lake.json_values import json_values
from voyant.lake.sql import identifier, literal

ROWS_SHOWN = 5
_ROW = identifier(ROW)

_ENGINE_TYPES: dict[str, str] = {
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.TIME: "TIME",
    ColumnType.BOOLEAN: "BOOLEAN",
}


class Subject(Struct, frozen=True, kw_only=True):
    """A table that is held against a contract.

    Attributes:
        table: As the contract sees it: see ``as_promised``.
        as_text: Its types were found in text; see ``types.holds``.
        rejects: SQL that gives ``row``, ``column`` (as the source has it), ``raw`` and ``reason`` of cells that did not
            fit their column's type and are missing in the table; None where none can be.
        others: Other tables that references may lead to, by every name that the contract has for them.
    """

    table: Table
    as_text: bool
    rejects: str | None = None
    others: Mapping[str, Table]


class Findings(Struct, frozen=True, kw_only=True):
    """How the clauses were kept.

    Attributes:
        blamed: By clause that was broken, SQL that is true for the rows without which it would be kept.
        undeclared: Columns that the contract does not name.
        notes: What was not checked, and why.
    """

    results: tuple[ClauseResult, ...]
    blamed: dict[str, str]
    undeclared: tuple[str, ...]
    notes: tuple[str, ...] = ()


def as_promised(terms: Terms, object_: str, dataset: Dataset, *, as_text: bool) -> Dataset:
    """The stored columns, those as text that are promised as text and were read as something else.

    Nothing is lost by it: what has leading zeros, such as ``00501``, normalizing leaves as text.
    """
    known = by_name(dataset)
    texts = {
        found.name
        for clause in terms.of(object_)
        if as_text and ColumnType.TEXT in clause.accepts
        if (found := terms.column(object_, clause.columns[0], known)) is not None and found.type not in clause.accepts
    }
    return replace(
        dataset,
        columns=tuple(
            replace(column, type=ColumnType.TEXT, engine_type="VARCHAR") if column.name in texts else column
            for column in dataset.columns
            if column.formula is None
        ),
    )


def check(terms: Terms, object_: str, subject: Subject, *, now: datetime) -> Findings:
    """Holds a table against the clauses about one table of a contract.

    Clauses about columns that are missing or of another type are left out: the clause that says so says it all.

    Args:
        object_: The table's name in the contract.
        now: That ages are measured from.
    """
    return _Checking(terms, object_, subject, now).findings()


class _Checking:
    def __init__(self, terms: Terms, object_: str, subject: Subject, now: datetime) -> None:
        self._object = object_
        self._subject, self._table = subject, subject.table
        self._now = now
        self._clauses = terms.of(object_)
        self._terms = terms
        self._known = by_name(self._table.dataset)
        self._source = identifier(self._table.dataset.name)
        self._columns = {
            name: column
            for name in {name for clause in self._clauses for name in clause.columns}
            if (column := self._found(name)) is not None
        }
        self._blamed: dict[str, str] = {}
        self._rejected = self._count_rejected()

    def findings(self) -> Findings:
        of_schema = [clause for clause in self._clauses if clause.kind is ClauseKind.SCHEMA]
        results = {
            clause.id: self._schema(clause)
            for clause in of_schema
            if not clause.accepts or clause.columns[0] in self._columns
        }
        unfit = {
            column
            for clause in self._clauses
            if (result := results.get(clause.id)) is not None and result.reason is not None
            for column in clause.columns
        }
        usable = [
            clause
            for clause in self._clauses
            if clause.kind is not ClauseKind.SCHEMA
            and all(name in self._columns and name not in unfit for name in clause.columns)
        ]
        results |= {clause.id: _result(clause, passed=False, reason=why) for clause, why in self._homeless()}
        lost = {clause.id: name for clause in usable if (name := self._lost_reference(clause)) is not None}
        counted = [clause for clause in usable if clause.rule is not None and clause.id not in lost]
        results |= {
            clause.id: self._counted(clause, self._without_rejected(clause, check))
            for clause, check in zip(counted, self._count(counted), strict=True)
        }
        results |= {clause.id: self._figure(clause) for clause in usable if clause.rule is None}
        known = {column.name for column in self._columns.values()}
        stored = (column.name for column in self._table.dataset.columns if column.formula is None)
        return Findings(
            results=tuple(results[clause.id] for clause in self._clauses if clause.id in results),
            blamed=self._blamed,
            undeclared=tuple(name for name in stored if name not in known),
            notes=tuple(f"{name} was not checked: here is no table {table!r}." for name, table in lost.items()),
        )

    def _homeless(self) -> Iterator[tuple[Clause, str]]:
        """Clauses about columns that are not here and that the contract's schema lacks too: no other clause tells."""
        named = {name for clause in self._clauses if clause.kind is ClauseKind.SCHEMA for name in clause.columns}
        for clause in self._clauses:
            missing = [name for name in clause.columns if name not in self._columns and name not in named]
            if missing:
                yield clause, f"There is no column {missing[0]}; the table has {self._column_names()}."

    def _column_names(self) -> str:
        return ", ".join(column.name for column in self._table.dataset.columns[:40])

    def _lost_reference(self, clause: Clause) -> str | None:
        """The table that it refers to, where that is not here: who holds it must check it."""
        reference = clause.rule.reference if clause.rule is not None else None
        return None if reference is None or reference in self._subject.others else reference

    def _found(self, name: str) -> Column | None:
        return self._terms.column(self._object, name, self._known)

    def _count(self, clauses: Sequence[Clause]) -> list[Check]:
        """How many rows break each clause, counted together."""
        others = {table.dataset.name: table.dataset for table in self._subject.others.values()}
        rules = tuple(self._meant(clause, clause.rule) for clause in clauses if clause.rule is not None)
        expectations = Expectations(rules=rules, tables=others, moment=self._now)
        found = {check.id: check for check in run(bind(expectations, self._table), self._table)}
        return [found[clause.id] for clause in clauses]

    def _meant(self, clause: Clause, rule: DeclaredRule) -> DeclaredRule:
        """The rule over the columns and tables as they are named here; how much may fail the clause says."""
        by = self._found(rule.by) if rule.by else None
        other = self._subject.others.get(rule.reference) if rule.reference else None
        return replace(
            rule,
            name=clause.id,
            tolerance=0.0,
            columns=tuple(self._columns[name].name for name in clause.columns),
            by=by.name if by else rule.by,
            reference=other.dataset.name if other else rule.reference,
        )

    def _count_rejected(self) -> dict[str, int]:
        if self._subject.rejects is None:
            return {}
        rows = self._table.query(
            f'SELECT "column" AS name, count(*) AS cells FROM ({self._subject.rejects}) AS rejects '
            'WHERE "column" IS NOT NULL GROUP BY ALL'
        )
        return {row["name"]: row["cells"] for row in rows}

    def _schema(self, clause: Clause) -> ClauseResult:
        column = self._columns.get(clause.columns[0])
        if column is None:
            return _result(clause, passed=False, reason=f"There is none; the table has {self._column_names()}.")
        if not clause.accepts:
            return _result(clause, passed=True)
        if not holds(clause.accepts, column, as_text=self._subject.as_text):
            reason = f"It is of the type {column.type} ({column.engine_type})."
            return _result(clause, passed=False, reason=reason, **self._misfits(clause, column))
        return self._rejects_of(clause, column)

    def _misfits(self, clause: Clause, column: Column) -> dict[str, Any]:
        """Which rows show that the column is not what is promised, where its cells are text; see ``ClauseResult``."""
        kind = next((_ENGINE_TYPES[wanted] for wanted in reversed(clause.accepts) if wanted in _ENGINE_TYPES), None)
        if column.type is not ColumnType.TEXT or kind is None:
            return {}
        name = identifier(column.name)
        misfit = f"{name} IS NOT NULL AND TRY_CAST({name} AS {kind}) IS NULL"
        [row] = self._table.query(f"SELECT count(*) AS failed FROM {self._source} WHERE {misfit}")
        rows = self._table.dataset.rows
        return {"checked": rows, "failed": row["failed"], "violations": self._rows(misfit, [column])}

    def _rejects_of(self, clause: Clause, column: Column) -> ClauseResult:
        """Cells that did not fit the type are missing in the table: that they were there is known from the rejects."""
        failed = self._rejected.get(column.original_name, 0)
        if not failed:
            return _result(clause, passed=True, checked=self._table.dataset.rows)
        cells = f'({self._subject.rejects}) AS rejects WHERE "column" = {literal(column.original_name)}'
        rows = self._table.query(f'SELECT "row", raw FROM {cells} ORDER BY "row" LIMIT {ROWS_SHOWN}')
        self._blamed[clause.id] = f'{_ROW} IN (SELECT "row" FROM {cells})'
        return replace(
            _result(clause, passed=False, checked=self._table.dataset.rows, failed=failed),
            kind=ClauseKind.ROWS,
            violations=tuple(Violation(row=row["row"], values={column.name: row["raw"]}) for row in rows),
        )

    def _without_rejected(self, clause: Clause, check: Check) -> Check:
        """Of missing values those that are missing in the source too: what did not fit its type breaks that promise."""
        if check.kind != RuleKind.MISSING or check.condition is None or not self._rejected:
            return check
        source = self._columns[clause.columns[0]].original_name
        told = any(each.accepts and each.columns == clause.columns for each in self._clauses)
        if not told or source not in self._rejected:
            return check
        rejected = f'SELECT "row" FROM ({self._subject.rejects}) AS rejects WHERE "column" = {literal(source)}'
        condition = f"({check.condition}) AND {_ROW} NOT IN ({rejected})"
        [row] = self._table.query(f"SELECT count(*) AS failed FROM {self._table.numbered} WHERE {condition}")
        return replace(check, failed=row["failed"], condition=condition)

    def _counted(self, clause: Clause, check: Check) -> ClauseResult:
        if check.error is not None:
            return _result(clause, passed=False, reason=_unchecked(check.error), sql=check.sql)
        if check.unit == "tables":
            reason = f"It is {check.observed}." if check.failed and check.observed is not None else None
            passed = not check.failed
            return _result(clause, passed=passed, checked=self._table.dataset.rows, reason=reason, sql=check.sql)
        share = 100 * check.failed / check.checked if check.checked else 0.0
        measured = share if clause.expected.unit == "percent" else float(check.failed)
        passed = clause.expected.hold(measured)
        violations: tuple[Violation, ...] = ()
        if not passed and check.condition is not None and clause.expected.hold(0):
            self._blamed[clause.id] = check.condition
            violations = self._rows(check.condition, [self._columns[name] for name in clause.columns])
        return _result(
            clause,
            passed=passed,
            checked=check.checked,
            failed=check.failed,
            measured=measured,
            sql=check.sql,
            violations=violations,
        )

    def _figure(self, clause: Clause) -> ClauseResult:
        rows = self._table.dataset.rows
        if clause.query is None:
            sql = f"SELECT count(*) FROM {self._source}"
            return _result(clause, passed=clause.expected.hold(rows), checked=rows, measured=float(rows), sql=sql)
        try:
            sql = prepared(clause.query, self._terms.aliases[self._object], self._table.dataset)
            with self._table.time_limit(SQL_SECONDS):
                found = self._table.query(sql)
        except (NotUsable, VoyantError) as error:
            return _result(clause, passed=False, reason=_unchecked(error), sql=clause.query)
        figures = [value for row in found for value in row.values()]
        if len(figures) != 1 or figures[0] is None or isinstance(figures[0], str | bytes):
            return _result(clause, passed=False, reason="Its statement gives no single number.", sql=sql)
        try:
            figure = float(figures[0])
        except (TypeError, ValueError):
            return _result(clause, passed=False, reason="Its statement gives no single number.", sql=sql)
        return _result(clause, passed=clause.expected.hold(figure), checked=rows, measured=figure, sql=sql)

    def _rows(self, condition: str, columns: Sequence[Column]) -> tuple[Violation, ...]:
        shown = list(columns) or [column for column in self._table.dataset.columns if column.formula is None][:10]
        names = ", ".join(identifier(column.name) for column in shown)
        found = self._table.arrow(
            f"SELECT {_ROW}, {names} FROM {self._table.numbered} WHERE {condition} ORDER BY {_ROW} LIMIT {ROWS_SHOWN}"
        )
        values = {column.name: _shown(json_values(found[column.name].combine_chunks()), column) for column in shown}
        return tuple(
            Violation(row=row, values={name: cells[number] for name, cells in values.items()})
            for number, row in enumerate(found[ROW].to_pylist())
        )


def _shown(cells: list[Any], column: Column) -> list[Any]:
    return cells if column.personal is None else [None if cell is None else MASK for cell in cells]


def _unchecked(error: object) -> str:
    return f"It could not be checked: {str(error).rstrip('.')}."


def _result(clause: Clause, *, passed: bool, **found: Any) -> ClauseResult:
    return ClauseResult(
        clause=clause.id,
        path=clause.path,
        kind=clause.kind,
        columns=clause.columns,
        text=clause.text,
        severity=clause.severity,
        passed=passed,
        expected="" if clause.kind is ClauseKind.SCHEMA else str(clause.expected),
        **found,
    )
