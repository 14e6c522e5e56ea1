"""``voyant verify`` and ``voyant replay``."""

from __future__ import annotations

import typer

from voyant.cli.errors import DONE, GATE_FAILED
from voyant.cli.progress import shown_progress
from voyant.cli.session import open_session, write_json

MANIFEST = typer.Argument(..., metavar="MANIFEST", help="A manifest.json, the folder it stands in, or a job id.")
JSON = typer.Option(False, "--json", help="Print as JSON.")


def verify(manifest: str = MANIFEST, as_json: bool = JSON) -> int:
    """Compare the hash of every artifact with the manifest. Exit code 3 when one differs."""
    caller = open_session()
    from voyant.cli.summary import print_verdict
    from voyant.services.verification import verify as run

    verdict = run(caller, manifest)
    write_json(verdict) if as_json else print_verdict(verdict, "as the manifest says")
    return DONE if verdict.holds else GATE_FAILED


def replay(manifest: str = MANIFEST, as_json: bool = JSON) -> int:
    """Compute the analysis again from its pinned snapshot and compare every byte. Exit code 3 when one differs."""
    caller = open_session()
    from voyant.cli.summary import print_verdict
    from voyant.services.verification import replay as run

    with shown_progress() as progress:
        verdict = run(caller, manifest, on_progress=progress)
    write_json(verdict) if as_json else print_verdict(verdict, "the same, byte by byte, when computed again")
    return DONE if verdict.holds else GATE_FAILED
