"""Artifacts as resources, read whole within a bound; and the view of the report."""

from __future__ import annotations

from fastmcp.exceptions import ResourceError
from fastmcp.resources import ResourceContent, ResourceResult

from voyant.domain.artifact import HTML, JSON, MARKDOWN, SVG, VEGA_LITE
from voyant.domain.caller import Caller
from voyant.errors import Code, InvalidInput
from voyant.mcp.errors import as_ours
from voyant.mcp.host import CALLER, Server
from voyant.mcp.view import REPORT_VIEW, VIEW_MIME, VIEW_UI, page
from voyant.services.artifacts import read_artifact, show_artifact
from voyant.services.threads import with_data

LARGEST_BYTES = 16 * 2**20
AS_TEXT = frozenset({HTML, JSON, MARKDOWN, SVG, VEGA_LITE})


def add_resources(server: Server) -> None:
    """Makes the artifacts of all jobs readable, and the report viewable."""
    server.resource(
        "voyant://jobs/{job_id}/artifacts/{name*}",
        name="artifact",
        title="Artifact of a job",
        description="A file that a job made, whole: JSON, Markdown, HTML and SVG as text, all else as bytes. "
        "voyant_artifact lists the names, and reads long ones in parts.",
        mime_type="application/octet-stream",
    )(artifact)
    server.resource(
        REPORT_VIEW,
        name="report",
        title="Report of an analysis",
        description="Shows the report of the job that a tool's result names.",
        mime_type=VIEW_MIME,
        meta={"ui": VIEW_UI},
    )(report)


async def artifact(job_id: str, name: str, caller: Caller = CALLER) -> ResourceResult:
    """An artifact's bytes, as what they are."""
    try:
        return await with_data(_read, caller, job_id, name)
    except Exception as error:  # noqa: BLE001 - the last place where anything can be answered
        ours = as_ours(error)
        # At this level nothing is logged again: what nobody expected was already.
        raise ResourceError(f"{ours.code} {ours.code.title}: {ours.message} {ours.remedy}", log_level=0) from ours


async def report() -> ResourceResult:
    return ResourceResult([ResourceContent(page(), VIEW_MIME, {"ui": VIEW_UI})])


def _read(caller: Caller, job_id: str, name: str) -> ResourceResult:
    found = show_artifact(caller, job_id, name)
    if found.bytes > LARGEST_BYTES:
        raise InvalidInput(
            f"{name} has {found.bytes:,} bytes, more than the {LARGEST_BYTES:,} that are read at once.",
            code=Code.TOO_LARGE,
            remedy="Read it in parts with voyant_artifact, or by GET /v1/artifacts/{job_id}/{name} over HTTP.",
        )
    data = b"".join(read_artifact(caller, job_id, name))
    content = data.decode() if found.media_type in AS_TEXT else data
    return ResourceResult([ResourceContent(content, found.media_type)])
