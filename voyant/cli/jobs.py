"""``voyant job``: the jobs of this home."""

from __future__ import annotations

import typer

from voyant.cli.session import console, open_session, write_json

app = typer.Typer(help="List and show jobs.", no_args_is_help=True)

JSON = typer.Option(False, "--json", help="Print as JSON.")
LIMIT = typer.Option(20, "--limit", min=1, max=500, help="Jobs on a page.")
CURSOR = typer.Option(None, "--cursor", help="Where the page before said that the next one begins.", show_default=False)
JOB = typer.Argument(..., metavar="JOB", help="A job id.")


@app.command(name="list")
def list_(limit: int = LIMIT, cursor: str | None = CURSOR, as_json: bool = JSON) -> None:
    """List jobs, newest first."""
    caller = open_session()
    from voyant.services.jobs import list_jobs

    page = list_jobs(caller, limit=limit, cursor=cursor)
    if as_json:
        write_json(page)
        return
    from voyant.cli.summary import print_jobs

    print_jobs(page)


@app.command()
def show(job: str = JOB, as_json: bool = JSON) -> None:
    """Show a job: its result when it is completed, else how far it is or why it failed."""
    caller = open_session()
    from voyant.domain.job import Status
    from voyant.services.artifacts import local_path
    from voyant.services.budget import MAX_TOKENS
    from voyant.services.jobs import show_job, steps_of
    from voyant.services.results import read_result

    shown = show_job(caller, job)
    if as_json:
        result = read_result(caller, job) if shown.status is Status.COMPLETED else None
        write_json({"job": shown, "steps": steps_of(caller, job), "result": result})
        return
    from voyant.cli.summary import print_job, print_summary

    print_job(shown, steps_of(caller, job))
    if shown.status is Status.COMPLETED:
        console().print()
        print_summary(read_result(caller, job, max_tokens=MAX_TOKENS), local_path(caller, job, "report.html"))
