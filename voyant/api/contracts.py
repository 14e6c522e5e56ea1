"""Contracts: kept, listed, read, put in force, drafted, compared."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import Field

from voyant.api import examples
from voyant.api.answers import accepted, answer, caller_of
from voyant.api.jobs import begin
from voyant.api.openapi import READING, RUNNING, described
from voyant.api.router import Router
from voyant.api.schemas import JOB_ID, Body, IdempotencyKey, JobRequest, Limit, Prefer, Statement, Text
from voyant.api.schemas import Contract as AnyContract
from voyant.api.waiting import has_ended, seconds_to_wait
from voyant.domain.contract import Contract, ContractDiff, ContractStatus, Coverage
from voyant.domain.job import JobSummary
from voyant.domain.page import Page
from voyant.errors import Code, InvalidInput
from voyant.governance.contracts import yaml_of
from voyant.services import contract_checks, contracts
from voyant.services.contracts import ContractSummary
from voyant.services.jobs import show_job
from voyant.services.results import outcome_of
from voyant.services.threads import with_data, with_rows

YAML = "application/yaml"
YAML_TYPES = (YAML, "application/x-yaml", "text/yaml", "text/x-yaml")
DEFAULT_WAIT = 30
router = Router(tags=["contracts"])

ContractId = Annotated[str, Path(description="A contract's id.", example="orders")]
VersionOf = Annotated[str, Path(description="A version of it.", example="1.0.0")]
Version = Annotated[
    str | None,
    Query(
        None,
        description="A version of it; where left out the one in force, or else the latest.",
        pattern=r"^[0-9A-Za-z.+-]{1,100}$",
    ),
]
Cursor = Annotated[
    str | None, Query(None, description="The `next_cursor` of the page before.", pattern=r"^ctr_[0-9a-z]{1,40}$")
]
Given = Annotated[
    AnyContract,
    Field(description="A whole ODCS contract, as an object or as YAML, or the name of one that is kept: ID[@VERSION]."),
]
_DOCUMENT = {"type": "object", "description": "A contract of the Open Data Contract Standard."}
_AS_EITHER = {
    "application/json": {"schema": _DOCUMENT, "example": examples.CONTRACT_DOCUMENT},
    YAML: {"schema": {"type": "string"}},
}
_EITHER = {"requestBody": {"required": True, "content": _AS_EITHER}}
_ANSWERED = {"responses": {200: {"content": _AS_EITHER}}}


class InferRequest(Body):
    """What is to be drafted from: a job that has profiled a source, or a source, which is profiled first."""

    job_id: str | None = Field(None, pattern=JOB_ID, description="A completed job.")
    source: Text | None = Field(None, description="As every job takes it.")
    table: Text | None = Field(None, description="Of a source with several tables: the one that is meant.")
    query: Statement | None = Field(None, description="Of a database: the rows that this SELECT gives.")


class DiffRequest(Body):
    """Two contracts."""

    old: Given
    new: Given


@router.post(
    "",
    response={201: ContractSummary},
    openapi_extra=described(
        *(Code.BAD_CONTRACT, Code.CONTRACT_STANDS, Code.NO_SOURCE, Code.UNSUPPORTED_MEDIA_TYPE),
        examples={201: examples.CONTRACT},
        **_EITHER,
    ),
)
async def create(
    request: HttpRequest,
    source: Annotated[
        str | None,
        Query(
            None,
            description="The source that it is bound to, whatever its table is called.",
            pattern=r"^src_[0-9a-z]{1,40}$",
        ),
    ],
) -> HttpResponse:
    """Keep a version of a contract as a draft. It is sent as YAML or as JSON; the same again changes nothing."""
    kept = await with_data(contracts.create, caller_of(request), _document(request), source_id=source)
    return answer(kept, status=201, headers={"Location": f"/v1/contracts/{kept.id}?version={kept.version}"})


@router.get("", response=Page[ContractSummary], openapi_extra=described(examples={200: examples.CONTRACTS}))
async def list_(
    request: HttpRequest,
    limit: Limit,
    cursor: Cursor,
    status: Annotated[ContractStatus | None, Query(None, description="Only versions of this status.")],
) -> HttpResponse:
    """List contracts, the latest first. Each version is an entry."""
    page = await with_rows(contracts.list_contracts, caller_of(request), limit=limit, cursor=cursor, status=status)
    return answer(page)


@router.post(
    "/infer",
    response={200: dict[str, Any], 202: JobSummary},
    openapi_extra=described(
        *(Code.NO_JOB, Code.JOB_NOT_COMPLETED, Code.IDEMPOTENCY_KEY_REUSED, Code.UNSUPPORTED_MEDIA_TYPE),
        *(*READING, *RUNNING),
        examples={202: examples.JOB},
        **_ANSWERED,
    ),
)
async def infer(
    request: HttpRequest, body: InferRequest, prefer: Prefer, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Draft a contract that the data keep. Nothing of it is kept. As JSON, or as YAML where `Accept` asks for it.

    A source is profiled first, by a job. Where that takes longer than `Prefer` says it is answered with 202: ask again
    with its id once it is completed.
    """
    caller = caller_of(request)
    if (body.job_id is None) == (body.source is None):
        raise InvalidInput("Give either job_id or source.", code=Code.MISSING_PARAMETER)
    job_id = body.job_id
    if body.source is not None:
        asked = JobRequest(source=body.source, table=body.table, query=body.query)
        kind = contract_checks.KIND_TO_INFER_FROM
        job = (await begin(caller, kind, asked, idempotency_key)).job
        if not await has_ended(caller, job.id, seconds_to_wait(prefer, DEFAULT_WAIT)):
            return accepted(await with_rows(show_job, caller, job.id))
        await with_rows(outcome_of, caller, job.id)  # where it failed, that is the answer
        job_id = job.id
    return _contract(request, await with_data(contract_checks.infer_from, caller, str(job_id)))


@router.post(
    "/diff",
    response=ContractDiff,
    openapi_extra=described(
        *(Code.BAD_CONTRACT, Code.NO_CONTRACT, Code.UNSUPPORTED_MEDIA_TYPE), examples={200: examples.CONTRACT_DIFF}
    ),
)
async def diff(request: HttpRequest, body: DiffRequest) -> HttpResponse:
    """Compare two contracts. Tells what readers may still rely on, and the version that the changes ask for."""
    return answer(await with_data(contracts.compare, caller_of(request), body.old, body.new))


@router.get("/{contract_id}", response=dict[str, Any], openapi_extra=described(Code.NO_CONTRACT, **_ANSWERED))
async def show(request: HttpRequest, contract_id: ContractId, version: Version) -> HttpResponse:
    """Read a contract. As JSON, or as YAML where `Accept` asks for it."""
    return _contract(request, await with_data(contracts.show, caller_of(request), contract_id, version))


@router.get(
    "/{contract_id}/coverage",
    response=Coverage,
    openapi_extra=described(Code.NO_CONTRACT, examples={200: examples.COVERAGE}),
)
async def coverage(request: HttpRequest, contract_id: ContractId, version: Version) -> HttpResponse:
    """Tell what enforces each element of a contract. Or why nothing does."""
    found = await with_data(contracts.show, caller_of(request), contract_id, version)
    return answer(await with_data(contracts.coverage_of, found))


@router.get(
    "/{contract_id}/versions",
    response=Page[ContractSummary],
    openapi_extra=described(Code.NO_CONTRACT, examples={200: examples.CONTRACTS}),
)
async def list_versions(request: HttpRequest, contract_id: ContractId) -> HttpResponse:
    """List the versions of a contract, the latest first."""
    found = await with_rows(contracts.versions_of, caller_of(request), contract_id)
    return answer(Page(items=found, next_cursor=None))


@router.post(
    "/{contract_id}/versions/{version}/activate",
    response=ContractSummary,
    openapi_extra=described(Code.NO_CONTRACT, Code.CONTRACT_STANDS, examples={200: examples.CONTRACT}),
)
async def activate(request: HttpRequest, contract_id: ContractId, version: VersionOf) -> HttpResponse:
    """Put a version in force, and deprecate the one before it."""
    return answer(await with_rows(contracts.activate, caller_of(request), contract_id, version))


@router.post(
    "/{contract_id}/versions/{version}/deprecate",
    response=ContractSummary,
    openapi_extra=described(Code.NO_CONTRACT, examples={200: examples.CONTRACT}),
)
async def deprecate(request: HttpRequest, contract_id: ContractId, version: VersionOf) -> HttpResponse:
    """Put a version out of force, for good."""
    return answer(await with_rows(contracts.deprecate, caller_of(request), contract_id, version))


@router.delete(
    "/{contract_id}/versions/{version}",
    response=ContractSummary,
    openapi_extra=described(Code.NO_CONTRACT, Code.CONTRACT_STANDS, examples={200: examples.CONTRACT}),
)
async def remove(request: HttpRequest, contract_id: ContractId, version: VersionOf) -> HttpResponse:
    """Remove a draft. Answers with what it was."""
    return answer(await with_rows(contracts.remove, caller_of(request), contract_id, version))


def _document(request: HttpRequest) -> bytes:
    """The body, which is JSON or YAML: every JSON text is YAML too."""
    if request.content_type not in {"application/json", *YAML_TYPES}:
        raise InvalidInput(
            f"The body is {(request.content_type or 'of no type')[:100]!r}.",
            code=Code.UNSUPPORTED_MEDIA_TYPE,
            remedy=f"Send a contract with the header Content-Type: {YAML}, or application/json",
        )
    return request.body


def _contract(request: HttpRequest, contract: Contract) -> HttpResponse:
    wanted = [part.split(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")]
    if next((kind for kind in wanted if kind in {"application/json", *YAML_TYPES}), "") in YAML_TYPES:
        return HttpResponse(yaml_of(contract), content_type=YAML)
    return answer(contract.document)
