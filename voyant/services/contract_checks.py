"""Contracts and data: a draft from what is known of a table, and a check without taking anything in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from voyant.domain.caller import Caller
from voyant.domain.contract import Action, Contract, ContractCheck, Outcome
from voyant.domain.ids import new_id
from voyant.domain.job import Status
from voyant.domain.manifest import ManifestInput
from voyant.domain.normalization import Normalization
from voyant.domain.profile import Profile
from voyant.domain.serialization import from_builtins, from_json
from voyant.domain.source import Source, SourceKind
from voyant.errors import Code, Conflict, InvalidInput
from voyant.services.access import job_of
from voyant.services.analysis import analyze
from voyant.services.recording import Progress, ignore_progress
from voyant.services.wiring import artifact_store, lake, limits
from voyant.settings.configuration import settings

KIND_TO_INFER_FROM = "profile"


def infer(caller: Caller, source: Source, *, on_progress: Progress = ignore_progress) -> Contract:
    """A draft for a source, which is profiled by a job of its own."""
    return infer_from(caller, analyze(caller, source, kind=KIND_TO_INFER_FROM, on_progress=on_progress))


def infer_from(caller: Caller, job_id: str) -> Contract:
    """A draft for the table of a job.

    Raises:
        NotFound: There is no such job.
        Conflict: It has not completed.
        InvalidInput: It has profiled nothing.
    """
    from voyant.analysis.quality.proposals import propose
    from voyant.governance.contracts import infer as draft

    job = job_of(caller, job_id)
    if job.status != Status.COMPLETED:
        raise Conflict(
            f"The job {job_id} is {job.status}: there is nothing to draft from.", code=Code.JOB_NOT_COMPLETED
        )
    if not job.artifacts.filter(name="profile.json").exists():
        raise InvalidInput(
            f"The job {job_id} is of the kind {job.kind!r}, which profiles nothing.",
            remedy=f"Give a job of the kind {KIND_TO_INFER_FROM} or analyze.",
        )
    store = artifact_store()
    normalization = from_json(store.read(caller.tenant, job_id, "normalize.json"), Normalization)
    profile = from_json(store.read(caller.tenant, job_id, "profile.json"), Profile)
    pinned = from_builtins(job.pinned, ManifestInput)
    snapshot = lake().snapshot(caller.tenant, pinned.table, pinned.snapshot)
    with lake().open(snapshot, normalization.dataset) as table:
        return draft(normalization, profile, propose(table, profile))


def check(
    caller: Caller, contract: Contract, source: Source, *, on_progress: Progress = ignore_progress
) -> ContractCheck:
    """Holds a source, or a table of the lake, against a contract; nothing is taken in and nothing kept.

    Raises:
        InvalidInput: The contract is about other tables.
    """
    from voyant.workflows.contracts import candidates_of, enforce, stored_candidate
    from voyant.workflows.intake import read_in

    name = new_id("check")
    scratch = settings().scratch_path / name
    with lake().engine() as engine, _removed_afterwards(scratch):
        if source.kind is SourceKind.TABLE:
            candidates = [stored_candidate(lake().snapshot(caller.tenant, source.location))]
        else:
            incoming = read_in(
                source,
                engine,
                scratch,
                limits=limits(is_local=caller.may_read_files),
                name_for=lambda wanted: wanted,
                progress=lambda share: on_progress("check", share),
            )
            candidates = candidates_of(incoming, lambda _table: ())
        enforcement = enforce(
            candidates,
            engine,
            lake(),
            caller.tenant,
            named=replace(contract, action=Action.WARN),
            active=lambda _table: None,
            now=datetime.now(UTC),
        )
    [found] = enforcement.checks
    broken = any(result.stops for result in found.broken)
    return replace(found, action=contract.action, outcome=Outcome.VIOLATED if broken else found.outcome)


@contextmanager
def _removed_afterwards(folder: Path) -> Iterator[None]:
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
