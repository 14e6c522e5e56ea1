"""What an analysis would take."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import READING, described
from voyant.api.router import Router
from voyant.api.schemas import SourceRequest
from voyant.domain.caller import Caller
from voyant.errors import Code
from voyant.services.estimation import Estimate, estimate
from voyant.services.sources import source_from
from voyant.services.threads import with_data

router = Router(tags=["estimate"])


@router.post(
    "/estimate",
    response=Estimate,
    openapi_extra=described(
        *(Code.UNSUPPORTED_MEDIA_TYPE, Code.NOT_ENOUGH_DATA, Code.UNREADABLE, *READING),
        examples={200: examples.ESTIMATE},
    ),
)
async def create(request: HttpRequest, body: SourceRequest) -> HttpResponse:
    """Say what an analysis would take. That is rows, bytes, seconds and tokens, before it is run."""
    return answer(await with_data(_estimate, caller_of(request), body))


def _estimate(caller: Caller, body: SourceRequest) -> Estimate:
    return estimate(caller, source_from(caller, body.source, table=body.table, query=body.query))
