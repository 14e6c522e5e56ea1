"""Contracts, held against data before anybody can see them and before anything is computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.domain.contract import Action, Contract, ContractCheck, ContractChecks, TableCheck
from voyant.domain.drift import SchemaChange
from voyant.domain.table import ROW, Dataset
from voyant.errors import NotFound
from voyant.lake.sql import identifier, literal

if TYPE_CHECKING:
    from voyant.governance.contracts import Findings, Terms
    from voyant.lake.engine import Engine
    from voyant.lake.lake import Lake
    from voyant.lake.snapshot import Snapshot
    from voyant.lake.table import EngineTable
    from voyant.workflows.context import StepContext
    from voyant.workflows.intake import Incoming

CONTRACT_YAML, CONTRACT_JSON = "contract.yaml", "contract.json"
YAML = "application/yaml"
BETWEEN = "---\n"
QUARANTINE = "quarantined_rows.parquet"
_ROW = identifier(ROW)


class Candidate(Struct, frozen=True, kw_only=True):
    """A table that contracts may be about.

    Attributes:
        wanted: What its source calls it; ``name`` differs where the lake has a table of another source called so.
        numbered: Gives its rows, with their number before the other columns.
        rejects: Of its cells; see ``Subject``.
        is_stored: It stands in the lake already, so that no row of it can be kept apart.
    """

    name: str
    wanted: str
    dataset: Dataset
    numbered: str
    as_text: bool
    rejects: str | None
    changes: tuple[SchemaChange, ...]
    is_main: bool
    is_stored: bool = False


class Quarantine(Struct, frozen=True, kw_only=True):
    """Rows of a table that are kept apart.

    Attributes:
        kept: Gives the others.
        rows: How many others there are.
        apart: Gives the rows themselves, with their numbers and the clauses that each breaks.
        digest: Says which they are.
    """

    kept: str
    rows: int
    apart: str
    digest: str


class Enforcement(Struct, kw_only=True):
    """What contracts come to for the tables of a load.

    Attributes:
        changes: Of the columns of each table, judged by its contract where it has one.
        notes: What was held against no contract although one might have been meant.
    """

    contracts: list[Contract] = field(default_factory=list)
    checks: list[ContractCheck] = field(default_factory=list)
    quarantines: dict[str, Quarantine] = field(default_factory=dict)
    changes: dict[str, tuple[SchemaChange, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def write(self, context: StepContext, main: str, engine: Engine, folder: str = "") -> None:
        """Writes which contracts were used and what came of it, into that folder; nothing where none was."""
        if self.contracts:
            from voyant.governance.contracts import yaml_of

            written = BETWEEN.join(map(yaml_of, self.contracts)).encode()
            context.write(f"{folder}{CONTRACT_YAML}", "contract", YAML, written)
        if self.contracts or self.notes:
            checks = ContractChecks(checks=tuple(self.checks), notes=tuple(self.notes))
            context.write_json(f"{folder}{CONTRACT_JSON}", "contract", checks)
        for table, quarantine in self.quarantines.items():
            name = QUARANTINE if table == main else f"quarantined_rows/{table}.parquet"
            context.write_query(f"{folder}{name}", "contract", engine, quarantine.apart)


def enforce(
    tables: Sequence[Candidate],
    engine: Engine,
    lake: Lake,
    tenant: str,
    *,
    named: Contract | None,
    active: Callable[[str], Contract | None],
    now: datetime,
) -> Enforcement:
    """Holds the tables against the contract that was named, and those that it is not about against the one in force.

    Raises:
        GateFailed: A contract is broken whose action does not let the data pass.
        InvalidInput: The contract that was named is about none of the tables.
    """
    enforcement = Enforcement(changes={table.name: table.changes for table in tables})
    checking = _Checking(tables, engine, lake, tenant, now)
    left = list(tables)
    if named is not None:
        held = checking.hold_against(named, left, enforcement, named=True)
        left = [table for table in left if table.name not in held]
    for contract, candidates in _in_force(left, active):
        checking.hold_against(contract, candidates, enforcement, named=False)
    enforcement.notes += _of_namesakes(left, active)
    return enforcement


def _of_namesakes(tables: Iterable[Candidate], active: Callable[[str], Contract | None]) -> Iterator[str]:
    """Of tables that would be held against a contract if no table of another source had their name already."""
    for table in tables:
        contract = active(table.wanted) if table.wanted != table.name and active(table.name) is None else None
        if contract is not None:
            yield (
                f"{table.name} was not held against the contract {contract.id} {contract.version}, which is in force "
                f"for {table.wanted}: that is a table of another source. If it is meant for this one too, name it as "
                "the contract of the job."
            )


def _in_force(
    tables: Sequence[Candidate], active: Callable[[str], Contract | None]
) -> list[tuple[Contract, list[Candidate]]]:
    """The contracts in force, each with the tables that it is for."""
    found: dict[tuple[str, str], tuple[Contract, list[Candidate]]] = {}
    for table in tables:
        contract = active(table.name)
        if contract is not None:
            found.setdefault((contract.id, contract.version), (contract, []))[1].append(table)
    return list(found.values())


class _Checking:
    def __init__(self, tables: Sequence[Candidate], engine: Engine, lake: Lake, tenant: str, now: datetime) -> None:
        self._tables, self._engine, self._lake, self._tenant, self._now = tables, engine, lake, tenant, now
        self._views: dict[str, EngineTable] = {}

    def hold_against(
        self, contract: Contract, tables: Sequence[Candidate], enforcement: Enforcement, *, named: bool
    ) -> set[str]:
        """The names of the tables that the contract is about, each of which keeps it or may break it."""
        from voyant.governance.contracts import checked, stopping, terms_of, violated

        terms = terms_of(contract, now=self._now)
        objects = self._objects(contract, terms, tables)
        found = {table.name: self._findings(terms, object_, table, objects) for table, object_ in objects}
        stops = [(table, result) for table in found for result in stopping(contract, found[table])]
        if stops:
            raise violated(contract, stops, sum(len(findings.results) for findings in found.values()))
        told = [
            self._conclude(contract, terms, table, object_, found[table.name], enforcement)
            for table, object_ in objects
        ]
        enforcement.contracts.append(contract)
        notes = [note for findings in found.values() for note in findings.notes]
        notes += _notes(contract, [object_ for _, object_ in objects], [table for table, _ in objects])
        enforcement.checks.append(checked(contract, terms, told, named=named, notes=notes))
        return set(found)

    def _objects(self, contract: Contract, terms: Terms, tables: Sequence[Candidate]) -> list[tuple[Candidate, str]]:
        from voyant.governance.contracts import object_for, require_object

        pairs = [
            (table, object_for(contract, terms, table.name, is_only=table.is_main or len(tables) == 1))
            for table in tables
        ]
        found = [(table, object_) for table, object_ in pairs if object_ is not None]
        if not found:
            main = next((table for table in tables if table.is_main), tables[0])
            require_object(contract, None, main.name)
        return found

    def _findings(
        self, terms: Terms, object_: str, table: Candidate, objects: Sequence[tuple[Candidate, str]]
    ) -> Findings:
        from voyant.analysis.quality.declared import tables_named
        from voyant.governance.contracts import Subject, check

        rules = [clause.rule for clause in terms.of(object_) if clause.rule is not None]
        subject = Subject(
            table=self._view(table, terms, object_),
            as_text=table.as_text,
            rejects=table.rejects,
            others=self._others(tables_named(rules), terms, objects),
        )
        return check(terms, object_, subject, now=self._now)

    def _view(self, table: Candidate, terms: Terms, object_: str) -> EngineTable:
        """The rows of a table under the name that it will have, and with their numbers under another."""
        from voyant.governance.contracts import as_promised
        from voyant.lake.table import EngineTable

        if table.name not in self._views:
            dataset = as_promised(terms, object_, table.dataset, as_text=table.as_text)
            dataset = replace(dataset, name=self._free_name(table.name))
            columns = "".join(
                f", CAST({identifier(column.name)} AS {column.engine_type}) AS {identifier(column.name)}"
                if column != table.dataset.column(column.name)
                else f", {identifier(column.name)}"
                for column in dataset.columns
            )
            numbered = f"{dataset.name} {ROW}"  # no table is called so: their names have no spaces
            self._engine.execute(
                f"CREATE TEMP VIEW {identifier(numbered)} AS SELECT {_ROW}{columns} FROM ({table.numbered})"
            )
            self._engine.execute(
                f"CREATE TEMP VIEW {identifier(dataset.name)} AS SELECT * EXCLUDE ({_ROW}) FROM {identifier(numbered)}"
            )
            self._views[table.name] = EngineTable(self._engine, dataset, numbered)
        return self._views[table.name]

    def _free_name(self, name: str) -> str:
        """The name itself, unless what is staged in the engine is called so, such as ``raw_0``."""
        known = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views()"
        taken = {str(found).lower() for (found,) in self._engine.tuples(known)}
        return f"{name}_incoming" if name.lower() in taken else name

    def _others(
        self, wanted: Iterable[str], terms: Terms, objects: Sequence[tuple[Candidate, str]]
    ) -> Mapping[str, EngineTable]:
        """Tables that references lead to: of the same load where it has them, else of the lake."""
        from voyant.lake.table import EngineTable
        from voyant.lake.views import add_view

        found: dict[str, EngineTable] = {}
        for name in wanted:
            own = next((table for table, object_ in objects if object_ == name), None)
            if own is not None:
                found[name] = self._view(own, terms, name)
                continue
            for alias in terms.aliases.get(name, (name,)):
                try:
                    snapshot = self._lake.snapshot(self._tenant, alias)
                except NotFound:
                    continue
                if alias not in self._views:
                    dataset = replace(snapshot.dataset, name=self._free_name(alias))
                    add_view(self._engine, snapshot, dataset.name)
                    self._views[alias] = EngineTable(self._engine, dataset)
                found[name] = self._views[alias]
                break
        return found

    def _conclude(
        self,
        contract: Contract,
        terms: Terms,
        table: Candidate,
        object_: str,
        findings: Findings,
        enforcement: Enforcement,
    ) -> TableCheck:
        from voyant.governance.contracts import judged, to_quarantine

        changes = judged(table.changes, terms, object_, findings)
        enforcement.changes[table.name] = changes
        apart = 0
        blamed = to_quarantine(contract, findings)
        if blamed:
            quarantine = self._keep_apart(contract, table, blamed)
            enforcement.quarantines[table.name] = quarantine
            apart = 0 if table.is_stored else table.dataset.rows - quarantine.rows
        return TableCheck(
            table=table.name,
            object=object_,
            rows=table.dataset.rows,
            rows_loaded=table.dataset.rows - apart,
            rows_quarantined=apart,
            clauses=findings.results,
            undeclared=findings.undeclared,
            schema_changes=changes,
        )

    def _keep_apart(self, contract: Contract, table: Candidate, blamed: Mapping[str, str]) -> Quarantine:
        from voyant.analysis.quality.failing import masked
        from voyant.governance.contracts import nothing_left

        bad, checked = self._engine.new_name("quarantined"), self._views[table.name].numbered
        each = " UNION ALL ".join(
            f"SELECT {_ROW} AS number, {literal(clause)} AS clause FROM {checked} WHERE {condition}"
            for clause, condition in blamed.items()
        )
        self._engine.execute(
            f"CREATE TEMP TABLE {bad} AS SELECT number, string_agg(clause, ', ' ORDER BY clause) AS clauses "
            f"FROM ({each}) GROUP BY number"
        )
        [(rows, numbers)] = self._engine.tuples(
            f"SELECT count(*), sha256(string_agg(CAST(number AS VARCHAR), ',' ORDER BY number)) FROM {bad}"
        )
        stored = [column for column in table.dataset.columns if column.formula is None]
        # Rows that stand in the table need no second place for what is personal in them.
        cells = ", ".join(masked(column) if table.is_stored else identifier(column.name) for column in stored)
        if rows == table.dataset.rows and not table.is_stored:
            raise nothing_left(contract, table.name, rows)
        return Quarantine(
            kept=f"SELECT * EXCLUDE ({_ROW}) FROM ({table.numbered}) AS whole "
            f"WHERE {_ROW} NOT IN (SELECT number FROM {bad}) ORDER BY {_ROW}",
            rows=table.dataset.rows - rows,
            apart=f"SELECT {_ROW}, clauses AS _clauses, {cells} FROM ({table.numbered}) AS whole "
            f"JOIN {bad} ON number = {_ROW} ORDER BY {_ROW}",
            digest=numbers,
        )


def _notes(contract: Contract, objects: Sequence[str], tables: Sequence[Candidate]) -> list[str]:
    absent = [name for name in contract.tables if name not in objects]
    notes = (
        [f"Of the contract {contract.id} these tables were not looked at: {', '.join(absent[:20])}."] if absent else []
    )
    if any(table.is_stored for table in tables) and contract.action is Action.QUARANTINE:
        notes.append("The table stood in the lake already: rows that break the contract are listed, and still in it.")
    return notes


def candidates_of(
    incoming: Iterable[Incoming], changes: Callable[[Incoming], tuple[SchemaChange, ...]]
) -> list[Candidate]:
    """Tables that were read, as contracts look at them."""
    return [
        Candidate(
            name=table.name,
            wanted=table.staged.name,
            dataset=table.dataset,
            numbered=table.normalized.numbered,
            as_text=table.staged.text,
            rejects=table.normalized.rejects,
            changes=changes(table),
            is_main=table.is_main,
        )
        for table in incoming
    ]


def stored_candidate(snapshot: Snapshot) -> Candidate:
    """A table of the lake, as contracts look at it."""
    files = ", ".join(literal(str(file)) for file in snapshot.files)
    number = "file_row_number + 1" if len(snapshot.files) == 1 else "row_number() OVER ()"
    columns = "".join(f", {identifier(column.name)}" for column in snapshot.columns if column.formula is None)
    return Candidate(
        name=snapshot.table,
        wanted=snapshot.table,
        dataset=snapshot.dataset,
        numbered=f"SELECT {number} AS {_ROW}{columns} FROM read_parquet([{files}], file_row_number = true)",
        as_text=True,  # whether the types were found in text is no longer known
        rejects=None,
        changes=(),
        is_main=True,
        is_stored=True,
    )
