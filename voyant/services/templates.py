"""KPI templates: listed, shown, rendered, and asked for by jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voyant.domain.caller import Caller
from voyant.domain.profile import Profile
from voyant.domain.serialization import from_json
from voyant.domain.table import Dataset
from voyant.domain.template import (
    RenderedTemplate,
    Template,
    TemplateCall,
    TemplateFit,
    TemplateResults,
    TemplateSummary,
)
from voyant.errors import Code, InvalidInput
from voyant.security.sql_guard import unknown_table
from voyant.services.access import job_of
from voyant.services.sql import profile_of
from voyant.services.texts import require_text
from voyant.services.wiring import artifact_store, lake

MOST_CALLS = 30
"""Templates that one job can be asked for."""
RESULTS = "templates.json"

Call = TemplateCall | Mapping[str, Any] | str
"""A template as callers name it: by name alone, or with parameters."""


def list_templates(caller: Caller, *, table: str | None = None) -> tuple[TemplateSummary, ...]:
    """Every template; with a table also whether it fits that one.

    Raises:
        NotFound: The caller has no such table.
        InvalidInput: Nobody has analysed the table yet.
    """
    from voyant.analysis.kpi.templates import TEMPLATES

    fits = {fit.template: fit for fit in fitting_templates(caller, table)} if table is not None else {}
    return tuple(
        TemplateSummary(
            name=template.name, title=template.title, description=template.description, fit=fits.get(template.name)
        )
        for template in TEMPLATES
    )


def show_template(caller: Caller, name: str) -> Template:
    """What a template takes, what it gives, and how it counts.

    Raises:
        NotFound: There is none of that name.
    """
    from voyant.analysis.kpi.templates import definition_of

    return definition_of(name).template


def fitting_templates(caller: Caller, table: str) -> tuple[TemplateFit, ...]:
    """Every template, with the parameters that were found for it in the table, or what it lacks.

    Raises:
        NotFound: The caller has no such table.
        InvalidInput: Nobody has analysed the table yet.
    """
    from voyant.analysis.kpi.templates import fitting

    dataset, profile = _known(caller, table)
    if profile is None:
        raise InvalidInput(
            f"Nobody has analysed {dataset.name} yet, so that its columns have no statistics to be told apart by.",
            code=Code.NOT_ENOUGH_DATA,
            remedy=f"Analyse it first: voyant profile {dataset.name}",
            data={"table": dataset.name},
        )
    return tuple(fitting(dataset, profile))


def render_template(
    caller: Caller, name: str, *, table: str | None = None, parameters: Mapping[str, Any] | None = None
) -> RenderedTemplate:
    """The template as one SELECT, which is not run.

    Args:
        table: One of the caller's; parameters that are left out are then found in it, if it was analysed before. None
            to have the statement for columns that are taken at their word.

    Raises:
        NotFound: There is no such template, or table.
        InvalidInput: A parameter is missing, unknown, or cannot be what it is.
    """
    from voyant.analysis.kpi.templates import render

    [call] = templates_from([TemplateCall(name=name, parameters=dict(parameters or {}))])
    if table is None:
        return render(call)
    dataset, profile = _known(caller, table)
    return render(call, dataset, profile)


def _known(caller: Caller, table: str) -> tuple[Dataset, Profile | None]:
    """One of the caller's tables, and what the last analysis of its rows counted."""
    require_text(table=table)
    names = lake().tables(caller.tenant)
    name = next((name for name in names if name.lower() == table.lower()), None)
    if name is None:
        raise unknown_table(table, names, "")
    snapshot = lake().snapshot(caller.tenant, name)
    return snapshot.dataset, profile_of(caller, snapshot)


def templates_from(given: Iterable[Call]) -> tuple[TemplateCall, ...]:
    """The templates that a job is asked for, each checked as far as that goes without the table.

    Raises:
        NotFound: There is no template of a name.
        InvalidInput: There are too many, or a parameter is unknown or holds what it cannot.
    """
    calls = tuple(_call(entry) for entry in given)
    if len(calls) > MOST_CALLS:
        raise InvalidInput(
            f"{len(calls)} templates are asked for; a job makes {MOST_CALLS}.", code=Code.TOO_LARGE,
            remedy="Ask for the others in another job.",
        )  # fmt: skip
    if calls:
        from voyant.analysis.kpi.templates import check_call

        for call in calls:
            check_call(call)
    return calls


def _call(given: Call) -> TemplateCall:
    if isinstance(given, str):
        given = TemplateCall(name=given)
    if isinstance(given, Mapping):
        name, parameters = given.get("name"), given.get("parameters") or {}
        unknown = sorted(map(str, set(given) - {"name", "parameters"}))
        if not isinstance(name, str) or not isinstance(parameters, Mapping) or unknown:
            raise InvalidInput(
                f"A template is asked for by its name, or as a name with parameters; this is {dict(given)!r:.200}.",
                code=Code.BAD_KPI,
                remedy='Such as "revenue_growth", or {"name": "revenue_growth", "parameters": {"grain": "month"}}.',
            )
        given = TemplateCall(name=name, parameters=dict(parameters))
    require_text(template=given.name, parameters=given.parameters)
    return given


def template_results(caller: Caller, job_id: str) -> TemplateResults | None:
    """What the templates of a job came to; None where it was asked for none.

    Raises:
        NotFound: There is no such job.
    """
    job = job_of(caller, job_id)
    if not job.artifacts.filter(name=RESULTS).exists():
        return None
    return from_json(artifact_store().read(caller.tenant, job_id, RESULTS), TemplateResults)
