"""The one call: takes a source, gives what was found in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import msgspec

from voyant import __version__
from voyant.domain.artifact import JSON, Artifact
from voyant.domain.caller import Caller
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.manifest import MANIFEST_NAME, SCHEMA_VERSION, Manifest, ManifestInput, ManifestJob
from voyant.domain.normalization import Normalization
from voyant.domain.parameters import AnalyzeParameters
from voyant.domain.serialization import from_json, to_json
from voyant.domain.source import Source
from voyant.errors import InternalError, VoyantError, as_disk_full
from voyant.services.jobs import JobRecorder, Progress
from voyant.services.results import result_digest
from voyant.services.sources import remember
from voyant.services.wiring import artifact_store, lake, limits
from voyant.settings.configuration import settings
from voyant.store.models import Source as SourceRow
from voyant.workflows.context import JobContext
from voyant.workflows.pipelines import PIPELINES
from voyant.workflows.runner import Run, run_pipeline

KIND = "analyze"


def analyze(
    caller: Caller,
    source: Source,
    *,
    kpis: Mapping[str, str] | None = None,
    time_column: str | None = None,
    on_progress: Progress = lambda _stage, _share: None,
) -> str:
    """Runs the whole pipeline in this process; gives the id of the completed job.

    Args:
        kpis: SQL by name: an aggregate such as ``sum(amount)``, or a SELECT.
        time_column: That periods are formed by; None to find it.
        on_progress: Told the stage and the share of the job that is done.

    Raises:
        VoyantError: The job failed; it is kept with that error.
        KeyboardInterrupt: The job was cancelled; it is kept as such, without artifacts.
    """
    declared = tuple(DeclaredKpi(name=name, sql=sql) for name, sql in (kpis or {}).items())
    parameters = AnalyzeParameters(source=source, kpis=declared, time_column=time_column)
    pipeline = PIPELINES[KIND]
    row = remember(caller, source)
    recorder = JobRecorder.start(
        caller, KIND, parameters=shown(parameters), source=row, steps=len(pipeline.steps), on_progress=on_progress
    )
    scratch = settings().scratch_path / recorder.job_id
    context = JobContext(
        tenant=caller.tenant,
        job_id=recorder.job_id,
        source_id=row.id,
        lake=lake(),
        store=artifact_store(),
        scratch=scratch,
        limits=limits(),
        progress=recorder.progress,
    )
    try:
        with context:
            run = run_pipeline(pipeline, context, parameters, recorder, time_limit=settings().step_timeout_seconds)
            _complete(caller, context, parameters, run, recorder)
            _remember_reading(row, context)
    except KeyboardInterrupt:
        recorder.cancelled()
        artifact_store().remove(caller.tenant, recorder.job_id)
        raise
    except Exception as error:
        # First makes room: on a full disk nothing can be written down before.
        artifact_store().remove(caller.tenant, recorder.job_id)
        shutil.rmtree(scratch, ignore_errors=True)
        failure = _as_ours(error)
        recorder.failed(failure)
        raise failure from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return recorder.job_id


def _as_ours(error: Exception) -> VoyantError:
    if isinstance(error, VoyantError):
        return error
    return as_disk_full(error) or InternalError(f"{type(error).__name__}: {error}")


def _remember_reading(row: SourceRow, context: JobContext) -> None:
    normalization = from_json(context.store.read(context.tenant, context.job_id, "normalize.json"), Normalization)
    pinned = pinned_input(context)
    row.tables = sorted({*row.tables, pinned.table, *normalization.other_tables})
    row.fingerprint = pinned.fingerprint
    row.save(update_fields=["tables", "fingerprint", "updated_at"])


def shown(parameters: AnalyzeParameters) -> dict[str, Any]:
    """The parameters as job rows and manifests keep them: without credentials."""
    plain: dict[str, Any] = msgspec.to_builtins(parameters)
    plain["source"]["location"] = parameters.source.public_location
    return plain


def pinned_input(context: JobContext) -> ManifestInput:
    """The table that the pipeline has pinned."""
    if context.pinned is None:
        raise RuntimeError("the pipeline has pinned no table")
    return context.pinned


def _complete(
    caller: Caller, context: JobContext, parameters: AnalyzeParameters, run: Run, recorder: JobRecorder
) -> None:
    pinned = pinned_input(context)
    manifest = _manifest(caller, context, parameters, run, pinned)
    data = to_json(manifest)
    size, digest = context.store.write(context.tenant, context.job_id, MANIFEST_NAME, data)
    artifact = Artifact(
        name=MANIFEST_NAME, type="manifest", media_type=JSON, bytes=size, sha256=digest, step="manifest"
    )
    recorder.completed(pinned, run.degraded, (artifact,))


def _manifest(
    caller: Caller, context: JobContext, parameters: AnalyzeParameters, run: Run, pinned: ManifestInput
) -> Manifest:
    return Manifest(
        schema_version=SCHEMA_VERSION,
        job=ManifestJob(id=context.job_id, kind=KIND, tenant=caller.tenant, parameters=shown(parameters)),
        inputs=(pinned,),
        steps=run.steps,
        artifacts=tuple(sorted(context.artifacts.values(), key=lambda artifact: artifact.name)),
        result_sha256=result_digest(context, KIND, pinned, run),
        voyant_version=__version__,
    )
