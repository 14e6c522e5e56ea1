"""What the description of an operation says beside its types: every error it answers with, and an example."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import TypeAdapter

from voyant.api.errors import PROBLEM, Problem, problem_of
from voyant.domain.serialization import from_json
from voyant.errors import Code, VoyantError
from voyant.security.callers import TENANT
from voyant.services.schemas import with_dataclasses

ANYWHERE = (
    Code.UNTRUSTED_ORIGIN,
    Code.OTHER_TENANT,
    Code.TOO_LARGE,
    Code.INVALID_BODY,
    Code.INTERNAL,
    Code.DATABASE,
    Code.BUSY,
)
"""What any request may be answered with."""

READING = (
    *(Code.NO_SOURCE, Code.NO_TABLE, Code.LOCATION_NOT_ALLOWED, Code.MISSING_PARAMETER, Code.UNSUPPORTED),
    *(Code.COMPONENT_MISSING, Code.CONFIGURATION),
)
"""What naming a source may be answered with."""

RUNNING = (
    *(
        Code.NO_TEMPLATE,
        Code.NO_BASELINE,
        Code.JOB_CANCELLED,
        Code.UNKNOWN_COLUMN,
        Code.BAD_KPI,
        Code.SQL_REFUSED,
        Code.NOT_ENOUGH_DATA,
    ),
    *(Code.UNREADABLE, Code.ENCODING, Code.UNREACHABLE, Code.TIMEOUT, Code.STORAGE_FULL),
    *(Code.NO_CONTRACT, Code.BAD_CONTRACT, Code.CONTRACT_VIOLATED),
)
"""What a job may fail of."""

_NOUNS = {
    "analyze": "The one call.",
    "jobs": "What is being done, and what came of it.",
    "sources": "Where data comes from.",
    "baselines": "States of tables that others are compared with.",
    "presets": "Analyses under a name.",
    "artifacts": "The files behind a result.",
    "contracts": "What is promised of data.",
    "kpi-templates": "Figures under a name, made from the columns of a table.",
    "sql": "Questions of one's own to the tables that sources became.",
    "estimate": "What an analysis would take.",
    "system": "How the server is.",
}
_REQUEST_ID = {
    "in": "header",
    "name": "X-Request-ID",
    "required": False,
    "description": "Taken over into the answer, so that both can be found in logs; replaced where it is none.",
    "schema": {"type": "string"},
}
_TENANT_ID = {
    "in": "header",
    "name": "X-Tenant-ID",
    "required": False,
    "description": "The tenant, where the server lets callers choose it.",
    "schema": {"type": "string", "pattern": f"^{TENANT.pattern}$"},
}


def described(*codes: Code, examples: dict[int, Any] | None = None, **extra: Any) -> dict[str, Any]:
    """The ``openapi_extra`` of an operation.

    Args:
        codes: It may be answered with, besides those that any may be.
        examples: Of its answers, by status.
        extra: Other parts of its description.
    """
    responses: dict[int, Any] = _problems({*codes, *ANYWHERE})
    for status, example in (examples or {}).items():
        responses[status] = {"content": {"application/json": {"example": example}}}
    return {**extra, "responses": responses | extra.get("responses", {})}


def schema_of(api: NinjaAPI) -> OpenAPISchema:
    """The description of the whole interface."""
    schema = api.get_openapi_schema(path_prefix="")
    schema["components"]["schemas"]["Problem"] = TypeAdapter(with_dataclasses(Problem)).json_schema()
    schema["components"]["examples"] = {str(code): {"value": _example(code)} for code in Code}
    schema["tags"] = [{"name": name, "description": about} for name, about in _NOUNS.items()]
    for path in schema["paths"].values():
        for operation in path.values():
            operation["operationId"] = operation["operationId"].removeprefix("voyant_api_").rstrip("_")
            operation["summary"] = _first_sentence(operation["description"])
            operation["parameters"] += [_REQUEST_ID] if "system" in operation["tags"] else [_REQUEST_ID, _TENANT_ID]
            operation["responses"] = {
                str(status): {"description": HTTPStatus(int(status)).phrase} | response
                for status, response in sorted(operation["responses"].items())
            }
    return schema


def _first_sentence(text: str) -> str:
    """
    >>> _first_sentence("List jobs. The newest come first."), _first_sentence("List jobs.\\n\\nThe newest come first.")
    ('List jobs', 'List jobs')
    """
    return text.partition("\n")[0].partition(". ")[0].rstrip(".")


def _problems(codes: set[Code]) -> dict[int, Any]:
    by_status: dict[int, list[Code]] = defaultdict(list)
    for code in sorted(codes, key=lambda code: code.number):
        by_status[code.status].append(code)
    return {status: _problem(found) for status, found in by_status.items()}


def _problem(codes: list[Code]) -> dict[str, Any]:
    return {
        "description": "; ".join(f"`{code}` {code.title}" for code in codes),
        "content": {
            PROBLEM: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {str(code): {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def _example(code: Code) -> Any:
    error = VoyantError(code.title + ", said of what was received.", code=code)
    return from_json(problem_of(error, "req_01k9zdp0w2xj6v8m4c3n5q7r9t")[2], dict)
