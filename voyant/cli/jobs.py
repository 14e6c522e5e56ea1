"""``voyant job``: the jobs of this home."""

from __future__ import annotations

import typer

from voyant.cli.session import console, open_session, write_json

app = typer.Typer(help="List, show, follow, cancel and prune jobs.", no_args_is_help=True)

JSON = typer.Option(False, "--json", help="Print as JSON.")
LIMIT = typer.Option(20, "--limit", min=1, max=500, help="Jobs on a page.")
CURSOR = typer.Option(None, "--cursor", help="Where the page before said that the next one begins.", show_default=False)
FOLLOW = typer.Option(False, "--follow", "-f", help="Go on until the job has ended.")
OLDER = typer.Option(
    None, "--older-than", min=0.0, metavar="DAYS", help="VOYANT_RETENTION_DAYS where not given.", show_default=False
)
YES = typer.Option(False, "--yes", help="Remove them; without it only what would go is told.")
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


@app.command()
def cancel(job: str = JOB, as_json: bool = JSON) -> None:
    """Cancel a job; one that runs ends as soon as what runs it notices."""
    caller = open_session()
    from voyant.services.submission import cancel as call_off

    called_off = call_off(caller, job)
    if as_json:
        write_json(called_off)
        return
    state = "is cancelled" if called_off.status.is_final else "will end as soon as what runs it notices"
    console().print(f"{called_off.id} {state}.", markup=False)


@app.command()
def logs(job: str = JOB, follow: bool = FOLLOW, as_json: bool = JSON) -> None:
    """Show what happened to a job, a line for each event."""
    caller = open_session()
    from voyant.cli.summary import print_event
    from voyant.services.jobs import events_after, follow_events

    events = follow_events(caller, job) if follow else events_after(caller, job)
    for event in events:
        if as_json:
            write_json(event)
        else:
            print_event(event)


@app.command()
def prune(older_than: float | None = OLDER, yes: bool = YES, as_json: bool = JSON) -> None:
    """Remove jobs that ended long ago, with their artifacts and the snapshots that no job needs any more."""
    caller = open_session()
    from voyant.cli.summary import print_pruning
    from voyant.services.retention import prunable, retention_days
    from voyant.services.retention import prune as remove

    days = retention_days(older_than)
    pruning = remove(caller, days) if yes else prunable(caller, days)
    if as_json:
        write_json(pruning)
    else:
        print_pruning(pruning, done=yes)
