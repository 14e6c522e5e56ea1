"""What a job reads, taken into the lake and pinned: its source, those of other brands, and tables that rules name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from voyant.domain.contract import Contract
from voyant.domain.manifest import ManifestInput
from voyant.domain.normalization import Normalization
from voyant.domain.parameters import JobParameters
from voyant.domain.rule import RuleKind
from voyant.domain.source import Source, SourceKind
from voyant.errors import InvalidInput
from voyant.workflows.context import StepContext
from voyant.workflows.contracts import Candidate, Enforcement, candidates_of, enforce, stored_candidate
from voyant.workflows.intake import Incoming, changes_of, read_in
from voyant.workflows.staged import write_rows

if TYPE_CHECKING:
    from voyant.lake.engine import Engine
    from voyant.lake.snapshot import Snapshot


def take_in(context: StepContext, parameters: JobParameters) -> ManifestInput:
    """The table of the job's source, with what stands beside it, all as they were when they were looked at."""
    shares = _shares(context, 1 + len(parameters.brands))
    if parameters.source.kind is SourceKind.TABLE:
        pinned = _pin(context, parameters)
    else:
        owner, contract = context.job.source_id, parameters.contract
        pinned = _read(context, parameters.source, owner, next(shares), contract=contract)
    brands = tuple(
        _of_brand(context, brand, source, share)
        for (brand, source), share in zip(parameters.brands.items(), shares, strict=False)
    )
    _refuse_twins(pinned, brands)
    return _with_what_rules_name(context, parameters, replace(pinned, references=brands))


def _shares(context: StepContext, sources: int) -> Iterator[Callable[[float], None]]:
    """Of each source the place to tell how much of it is read."""
    for place in range(sources):
        yield partial(_tell, context, place, sources)


def _tell(context: StepContext, place: int, sources: int, share: float) -> None:
    context.progress((place + share) / sources)


def _of_brand(context: StepContext, brand: str, source: Source, progress: Callable[[float], None]) -> ManifestInput:
    """The table of another brand; what its reading made stands in a folder named after it."""
    job = context.job
    if source.kind is SourceKind.TABLE:
        found = _as_input(job.lake.snapshot(job.tenant, source.location), source.location)
    else:
        found = _read(context, source, job.owner_of(source), progress, is_own=False)
    return replace(found, reference=brand)


def _refuse_twins(pinned: ManifestInput, brands: tuple[ManifestInput, ...]) -> None:
    """Whoever compares a table with itself, or takes one for two brands, has named the wrong one."""
    held = {pinned.table: "the brand itself"}
    for one in brands:
        if one.table in held:
            raise InvalidInput(
                f"{one.table} is the table of {held[one.table]}, and cannot be that of {one.reference} too.",
                remedy="Give each brand a source of its own.",
                data={"table": one.table, "brand": one.reference},
            )
        held[one.table] = str(one.reference)


def _with_what_rules_name(context: StepContext, parameters: JobParameters, pinned: ManifestInput) -> ManifestInput:
    """Pins the tables that rules look values up in, and keeps the history that rules ask for: both may go on."""
    if not parameters.rules:
        return pinned
    from voyant.analysis.quality.declared import tables_named

    lake, tenant = context.job.lake, context.job.tenant
    there = set(lake.tables(tenant)) - {pinned.table, *(one.table for one in pinned.references)}
    named = [name for name in dict.fromkeys(tables_named(parameters.rules)) if name in there]
    asks_history = any(rule.kind is RuleKind.VOLUME for rule in parameters.rules)
    return replace(
        pinned,
        references=(*pinned.references, *(_as_input(lake.snapshot(tenant, name), name) for name in named)),
        earlier_rows=lake.earlier_rows(tenant, pinned.table, pinned.snapshot) if asks_history else (),
    )


def _read(
    context: StepContext,
    source: Source,
    owner: str,
    progress: Callable[[float], None],
    *,
    contract: Contract | None = None,
    is_own: bool = True,
) -> ManifestInput:
    """Reads all tables of a source and holds them against their contracts, before any of them can be seen.

    Args:
        owner: The source's row, whose tables they will be.
        contract: That was named for it.
        is_own: Whether it is the source that the job is about.
    """
    job = context.job
    with job.engine() as engine:
        incoming = read_in(
            source,
            engine,
            job.scratch if is_own else job.scratch / owner,
            limits=job.limits,
            name_for=lambda name: job.lake.name_for(job.tenant, name, owner),
            progress=progress,
        )
        candidates = candidates_of(incoming, lambda table: changes_of(table, job.lake, job.tenant))
        enforcement = _enforce(context, candidates, engine, owner, contract)
        tables = [_without_quarantined(table, enforcement) for table in incoming]
        taken = {table.name: _store(context, source, owner, table, engine) for table in tables}
        main = next(table for table in tables if table.is_main)
        record = replace(
            main.normalized.record,
            dataset=main.dataset,
            other_tables=tuple(name for name in taken if name != main.name),
            schema_changes=enforcement.changes[main.name],
        )
        folder = "" if is_own else folder_of(main.name)
        context.write_json(f"{folder}normalize.json", "normalize", record)
        context.write_query(f"{folder}rejects.parquet", "normalize", engine, main.normalized.rejects)
        enforcement.write(context, main.name, engine, folder)
    return taken[main.name]


def folder_of(table: str) -> str:
    """Where what the reading of another brand's table made stands among the artifacts."""
    return f"brands/{table}/"


def _pin(context: StepContext, parameters: JobParameters) -> ManifestInput:
    """A table that the lake holds already, as it is: nothing is read again, nothing can be rejected."""
    from voyant.analysis.normalize import NO_REJECTS

    name = parameters.source.location
    snapshot = context.job.lake.snapshot(context.job.tenant, name)
    normalization = Normalization(
        dataset=snapshot.dataset, changes=(), rejected_cells=0, notes=("read from a table of the lake",)
    )
    with context.job.engine() as engine:
        owner, contract = context.job.source_id, parameters.contract
        enforcement = _enforce(context, [stored_candidate(snapshot)], engine, owner, contract)
        context.write_json("normalize.json", "normalize", normalization)
        context.write_query("rejects.parquet", "normalize", engine, NO_REJECTS)
        enforcement.write(context, name, engine)
    return _as_input(snapshot, name)


def _as_input(snapshot: Snapshot, name: str) -> ManifestInput:
    from voyant.ingestion.fingerprint import fingerprint

    return ManifestInput(
        source=name,
        fingerprint=fingerprint(snapshot.files),
        table=name,
        snapshot=snapshot.id,
        rows=snapshot.rows,
        columns=len(snapshot.columns),
    )


def _enforce(
    context: StepContext, tables: list[Candidate], engine: Engine, owner: str, contract: Contract | None
) -> Enforcement:
    job = context.job
    return enforce(
        tables,
        engine,
        job.lake,
        job.tenant,
        named=contract,
        active=partial(job.active_contract, owner),
        now=job.moment or datetime.now(UTC),
    )


def _without_quarantined(table: Incoming, enforcement: Enforcement) -> Incoming:
    quarantine = enforcement.quarantines.get(table.name)
    if quarantine is None:
        return table
    return replace(table, kept=quarantine.kept, rows=quarantine.rows, apart=quarantine.digest)


def _store(context: StepContext, source: Source, owner: str, table: Incoming, engine: Engine) -> ManifestInput:
    job, columns = context.job, table.normalized.dataset.columns

    def write(path: Path) -> None:
        if table.kept is not None:
            engine.copy_to_parquet(table.kept, path)
        else:
            write_rows(path, table.staged, table.normalized, engine)

    snapshot = job.lake.replace(
        job.tenant,
        table.name,
        write,
        owner=owner,
        content=table.content,
        columns=columns,
        scratch=job.scratch,
    )
    return ManifestInput(
        source=source.display_name,
        fingerprint=table.fingerprint,
        table=table.name,
        snapshot=snapshot.id,
        rows=snapshot.rows,
        columns=len(columns),
    )
