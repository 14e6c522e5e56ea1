"""How the server is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from voyant import __version__
from voyant.api import examples
from voyant.api.answers import answer
from voyant.api.openapi import described
from voyant.api.router import Router
from voyant.errors import Code
from voyant.observability.metrics import TEXT_FORMAT
from voyant.services.health import Readiness, readiness
from voyant.services.metrics import metrics
from voyant.services.threads import with_rows

router = Router(tags=["system"])


class Health(Struct, frozen=True, kw_only=True):
    """The process is alive; whether it can serve says /ready."""

    status: str = "ok"


class Version(Struct, frozen=True, kw_only=True):
    """What answers here."""

    version: str = __version__
    api: str = "v1"


@router.get("/health", response=Health, openapi_extra=described(examples={200: {"status": "ok"}}))
async def health(request: HttpRequest) -> HttpResponse:
    """Say that this process is alive."""
    return answer(Health())


@router.get("/ready", response=Readiness, openapi_extra=described(Code.NOT_READY, examples={200: examples.READINESS}))
async def ready(request: HttpRequest) -> HttpResponse:
    """Say whether all that is needed answers, and how fast."""
    return answer(await with_rows(readiness))


@router.get("/version", response=Version, openapi_extra=described(examples={200: {"version": "0.1.0", "api": "v1"}}))
async def version(request: HttpRequest) -> HttpResponse:
    """Say which version answers."""
    return answer(Version())


@router.get(
    "/metrics",
    openapi_extra=described(
        responses={
            200: {
                "description": "The text format of Prometheus.",
                "content": {"text/plain": {"schema": {"type": "string"}, "example": examples.METRICS}},
            }
        }
    ),
)
async def measured(request: HttpRequest) -> HttpResponse:
    """Give the metrics as Prometheus reads them. Those of this process, and of jobs and workers."""
    return HttpResponse(await with_rows(metrics), content_type=TEXT_FORMAT)
