"""Results as people read them in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from voyant.analysis import wording
from voyant.cli.answers_text import print_answers, print_limits
from voyant.cli.session import console
from voyant.cli.template_text import print_cells

if TYPE_CHECKING:
    from voyant.domain.job import JobEvent, JobSummary
    from voyant.domain.page import Page
    from voyant.domain.result import Result, ResultArtifact, ResultKpi, ResultRule
    from voyant.ingestion import Discovery
    from voyant.services.diagnosis import Check
    from voyant.services.estimation import Estimate
    from voyant.services.retention import Pruning
    from voyant.services.sources import SourceSummary
    from voyant.services.verification import Verdict

SEVERITY_STYLE = {"info": "", "notice": "", "warning": "yellow", "critical": "red"}


def print_summary(result: Result, report: Path | None) -> None:
    """Headline, key figures, findings, quality, and where the rest stands."""
    out = console()
    dataset = result.dataset
    out.print(Text(result.headline, style="bold"))
    out.print(
        Text(f"{dataset.table}: {dataset.rows:,} rows × {dataset.columns:,} columns from {dataset.source}", style="dim")
    )
    if result.kpis:
        out.print("\nKey figures", style="bold")
        for kpi in result.kpis:
            line = Text("  " + _kpi_line(kpi))
            if kpi.caveat:
                line.append(f". {kpi.caveat}", style="dim")
            out.print(line)
    _print_templates(result)
    if result.findings:
        out.print("\nFindings", style="bold")
        for number, finding in enumerate(result.findings, start=1):
            line = Text(f"{number:>2}. {finding.text}", style=SEVERITY_STYLE.get(finding.severity, ""))
            if finding.caveat:
                line.append(f" {finding.caveat}", style="dim")
            out.print(Padding(line, (0, 0, 0, 1)) if out.is_terminal else Text(" ") + line)
    print_answers(result)
    _print_quality(result)
    _print_contracts(result)
    _print_drift(result)
    for warning in result.warnings:
        out.print(Text(f"! {warning}", style="yellow"))
    print_limits(result)
    _print_omitted(result, "report" if report is not None else "job's artifacts")
    out.print()
    if report is not None:
        out.print(f"Report    {report}", markup=False)
    out.print(f"Job       {result.job_id}    voyant job show {result.job_id}", markup=False)
    out.print(f"Check it  voyant verify {result.job_id}    voyant replay {result.job_id}", markup=False)


def _print_templates(result: Result) -> None:
    out = console()
    for template in result.templates:
        out.print(f"\n{template.name}", style="bold")
        if template.text is not None:
            out.print(Text(f"  {template.text}"))
        print_cells(template.columns, template.rows)
        if template.total_rows > len(template.rows):
            out.print(f"  {template.total_rows:,} rows in all: {template.file}", style="dim", markup=False)


def _print_contracts(result: Result) -> None:
    for contract in result.contracts:
        unchecked = contract.not_enforceable
        console().print(
            f"\nContract {contract.id} {contract.version}: {contract.outcome}; {contract.passed:,} clauses kept, "
            f"{contract.failed:,} broken"
            + (f", {unchecked:,} not enforceable: see contract.json" if unchecked else ""),
            markup=False,
        )


def _kpi_line(kpi: ResultKpi) -> str:
    text = wording.figure(kpi.name, kpi.value, kpi.unit, kpi.period)
    if kpi.value is None or kpi.base is None or kpi.base_period is None:
        return text
    return f"{text}, {wording.moved(kpi.value - kpi.base, kpi.change, kpi.unit, kpi.base_period)}"


def _print_quality(result: Result) -> None:
    if result.quality is None:
        return
    parts = ", ".join(
        f"{name} {'not applicable' if score is None else format(score, '.3f')}"
        for name, score in result.quality.parts.items()
    )
    out = console()
    out.print("\nQuality", style="bold")
    score = "no score" if result.quality.score is None else f"{result.quality.score:.3f} of 1"
    out.print(
        f"  {score}: {parts}; {result.quality.passed} checks passed, {result.quality.failed} failed", markup=False
    )
    for rule in result.quality.rules:
        out.print(Text(f"  {_rule_line(rule)}", style=SEVERITY_STYLE.get(rule.severity, "")))


def _rule_line(rule: ResultRule) -> str:
    said = rule.error or f"{rule.failed:,} of {rule.checked:,} {rule.unit} fail"
    observed = "" if rule.observed is None else f", found {rule.observed}"
    rows = ", ".join(str(row["_row"]) for row in rule.sample)
    owner = f"; {rule.owner} answers for it" if rule.owner else ""
    return f"{rule.severity} {rule.name}: {said}{observed}{f'; rows {rows}' if rows else ''}{owner}"


def _print_drift(result: Result) -> None:
    if result.drift is None:
        return
    told = [] if result.drift.summary == result.headline else [result.drift.summary]
    told += [column.summary for column in result.drift.columns]
    out = console()
    if told:
        counts = ": the table counts as drifted" if result.drift.verdict == "drifted" else ""
        out.print(f"\nCompared with {result.drift.reference}{counts}", style="bold", markup=False)
    for line in told:
        out.print(Text(f"  {line}"))


def _print_omitted(result: Result, where: str) -> None:
    counts = [f"{count:,} {what}" for what, count in result.omitted.items() if isinstance(count, int) and count]
    if counts:
        console().print(f"Left out here: {', '.join(counts)}; all of it stands in the {where}.", style="dim")


def print_estimate(estimate: Estimate) -> None:
    """What an analysis would take."""
    out = console()
    rows = f"about {estimate.rows:,}" if estimate.rows is not None else "unknown"
    out.print(f"{estimate.source}: {estimate.bytes:,} bytes, {rows} rows", markup=False)
    if estimate.seconds is not None:
        out.print(f"An analysis takes about {estimate.seconds:.0f} s and {estimate.disk_bytes:,} bytes of disk.")
    out.print(f"The result takes at most {estimate.tokens:,} tokens.")
    for note in estimate.notes:
        out.print(note, style="dim", markup=False)


def print_jobs(page: Page[JobSummary]) -> None:
    """A line for each job."""
    table = Table(box=None, pad_edge=False)
    for title in ("id", "kind", "status", "source", "made"):
        table.add_column(title, no_wrap=title == "id")
    for job in page.items:
        made = f"{job.created_at:%Y-%m-%d %H:%M}"
        table.add_row(job.id, job.kind, job.status, escape(job.source or ""), made)
    print_page(table, page)


def print_job(job: JobSummary, steps: list[dict[str, Any]]) -> None:
    """How a job went, step by step."""
    out = console()
    out.print(f"{job.id}  {job.kind}  {job.status}", style="bold")
    for step in steps:
        seconds = "" if step["seconds"] is None else f"{step['seconds']:.2f} s"
        error = f"  {step['error']['code']} {step['error']['message']}" if step["error"] else ""
        out.print(f"  {step['name']:<10} {step['status']:<10} {seconds}{error}", markup=False)
    if job.error:
        out.print(f"{job.error['code']} {job.error['message']}", style="red", markup=False)
        out.print(f"  What to do: {job.error['remedy']}", markup=False)


def print_event(event: JobEvent) -> None:
    """One line: when, what, and what is to be known of it."""
    said = [str(event.data["step"])] if "step" in event.data else []
    if event.data.get("attempt", 1) > 1:
        said.append(f"attempt {event.data['attempt']}")
    if error := event.data.get("error"):
        said.append(f"{error['code']} {error['message']}")
    when, what = f"{event.created_at:%Y-%m-%d %H:%M:%S}", event.kind.replace("_", " ")
    console().print(f"{when}  {what:<14} {'  '.join(said)}".rstrip(), markup=False)


def print_pruning(pruning: Pruning, *, done: bool) -> None:
    """What went, or would go."""
    out = console()
    for job_id in pruning.jobs:
        out.print(job_id, markup=False)
    went = "Removed" if done else "Would remove"
    out.print(
        f"{went} {len(pruning.jobs):,} jobs with {pruning.artifact_bytes:,} bytes of artifacts, and "
        f"{pruning.snapshots:,} snapshots with {pruning.snapshot_bytes:,} bytes, "
        f"{pruning.stray_bytes:,} bytes that killed processes left.",
        markup=False,
    )
    if not done and (pruning.jobs or pruning.snapshots or pruning.stray_bytes):
        out.print("Nothing is removed without --yes.", style="dim")


def print_artifacts(artifacts: list[ResultArtifact]) -> None:
    """A line for each artifact."""
    table = Table(box=None, pad_edge=False)
    table.add_column("name")
    table.add_column("type")
    table.add_column("bytes", justify="right")
    table.add_column("sha256", no_wrap=True)
    for artifact in artifacts:
        table.add_row(escape(artifact.name), artifact.type, f"{artifact.bytes:,}", artifact.sha256[:16])
    console().print(table)


def print_sources(page: Page[SourceSummary]) -> None:
    """A line for each source."""
    table = Table(box=None, pad_edge=False)
    for title in ("id", "kind", "source", "tables"):
        table.add_column(title, no_wrap=title == "id")
    for source in page.items:
        table.add_row(source.id, source.kind, escape(source.name), escape(", ".join(source.tables)))
    print_page(table, page)


def print_discovery(found: Discovery) -> None:
    """What a hint is, what it takes to read it, and what speaks against it."""
    out = console()
    what = " ".join(part for part in (found.compression, found.format) if part)
    out.print(f"{found.hint}: {found.kind}" + (f", {what}" if what else ""), style="bold", markup=False)
    out.print(f"  confidence  {found.confidence:.2f}", markup=False)
    if found.files is not None:
        out.print(f"  files       {found.files:,} with {found.bytes or 0:,} bytes", markup=False)
    if found.needs:
        out.print(f"  needs       {', '.join(found.needs)}", markup=False)
    if found.problem:
        out.print(Text(f"  problem     {found.problem}", style="yellow"))


def print_source(source: SourceSummary) -> None:
    """What is known of one source."""
    out = console()
    out.print(f"{source.id}  {source.kind}", style="bold")
    out.print(f"  {source.name}", markup=False)
    out.print(f"  tables       {', '.join(source.tables)}", markup=False)
    out.print(f"  fingerprint  {source.fingerprint}", markup=False)
    out.print(f"  first read   {source.created_at:%Y-%m-%d %H:%M} UTC", markup=False)


def print_page(table: Table, page: Page[Any]) -> None:
    """The table of a page, and how to get the next."""
    out = console()
    out.print(table if page.items else "None yet.")
    if page.next_cursor:
        out.print(f"More: --cursor {page.next_cursor}", style="dim", markup=False)


def print_verdict(verdict: Verdict, claim: str) -> None:
    """What differs from the manifest, or that nothing does."""
    out = console()
    different = [comparison for comparison in verdict.comparisons if not comparison.same]
    for comparison in different:
        found = "is missing" if comparison.found is None else f"has {comparison.found}"
        out.print(f"{comparison.name} {found}, the manifest says {comparison.expected}", style="red", markup=False)
    total, same = len(verdict.comparisons), len(verdict.comparisons) - len(different)
    computed = sum(comparison.computed for comparison in verdict.comparisons)
    note = f" ({computed} computed, {total - computed} read)" if computed else ""
    out.print(f"{same} of {total} artifacts are {claim}{note}.")


def print_checks(checks: tuple[Check, ...]) -> None:
    """A line for each check, with what to do where it fails."""
    out = console()
    for check in checks:
        mark = Text("ok  ", style="green") if check.ok else Text("BAD ", style="red")
        out.print(mark + Text(f"{check.name}: {check.found}"))
        if check.remedy:
            out.print(f"      What to do: {check.remedy}", markup=False)
