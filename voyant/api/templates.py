"""KPI templates: listed, shown, rendered."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import ConfigDict, Field

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import described
from voyant.api.router import Router
from voyant.api.schemas import Body, Text
from voyant.domain.caller import Caller
from voyant.domain.page import Page
from voyant.domain.template import RenderedTemplate, Template, TemplateSummary
from voyant.errors import Code
from voyant.services.templates import list_templates, render_template, show_template
from voyant.services.threads import with_data

router = Router(tags=["kpi-templates"])

Name = Annotated[str, Path(description="A template's name.", example="revenue_growth", pattern=r"^[\w-]{1,100}$")]


class RenderRequest(Body):
    """Which statement is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"table": "orders", "parameters": {"grain": "month", "as_of": "2011-11-30"}}]}
    )

    table: Text | None = Field(
        None,
        description="A table that was taken in: columns are checked, and those that are left out are found by their "
        "roles. Left out: columns are taken at their word.",
    )
    parameters: dict[Text, Any] = Field(
        default_factory=dict, max_length=50, description="By name, as the template lists them."
    )


@router.get(
    "",
    response=Page[TemplateSummary],
    openapi_extra=described(Code.NO_TABLE, Code.NOT_ENOUGH_DATA, examples={200: examples.TEMPLATES}),
)
async def list_(
    request: HttpRequest,
    table: Annotated[
        str | None,
        Query(
            None,
            description="A table that was analysed before: `fit` then says whether each template fits it, and with "
            "which parameters, or what it lacks.",
            pattern=r"^[^\x00]{1,1000}$",
        ),
    ],
) -> HttpResponse:
    """List the KPI templates. All of them stand on one page."""
    found = await with_data(list_templates, caller_of(request), table=table)
    return answer(Page(items=found, next_cursor=None))


@router.get(
    "/{template}", response=Template, openapi_extra=described(Code.NO_TEMPLATE, examples={200: examples.TEMPLATE})
)
async def show(request: HttpRequest, template: Name) -> HttpResponse:
    """Show what a template takes, what it gives, and how it counts."""
    return answer(await with_data(show_template, caller_of(request), template))


@router.post(
    "/{template}/render",
    response=RenderedTemplate,
    openapi_extra=described(
        *(Code.NO_TEMPLATE, Code.NO_TABLE, Code.UNSUPPORTED_MEDIA_TYPE, Code.UNKNOWN_COLUMN, Code.MISSING_PARAMETER),
        Code.BAD_KPI,
        examples={200: examples.RENDERED},
    ),
)
async def render(request: HttpRequest, template: Name, body: RenderRequest) -> HttpResponse:
    """Make a template into SQL. Nothing is run: ask for a job `kpi` with it in `templates`, or run it as any SQL."""
    return answer(await with_data(_rendered, caller_of(request), template, body))


def _rendered(caller: Caller, name: str, body: RenderRequest) -> RenderedTemplate:
    return render_template(caller, name, table=body.table, parameters=body.parameters)
