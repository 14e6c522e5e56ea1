"""``voyant analyze`` and its parts, and ``voyant estimate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from voyant.cli.contracts import named_contract
from voyant.cli.errors import DONE, GATE_FAILED, show_kept
from voyant.cli.progress import shown_progress
from voyant.cli.session import open_session, write_json
from voyant.cli.template_arguments import calls
from voyant.errors import Code, InvalidInput

if TYPE_CHECKING:
    from voyant.domain.result import Result

SOURCE = typer.Argument(
    ...,
    metavar="SOURCE",
    help="A path, glob, folder, URL, database URL, - for standard input, a source id, or a table of this home.",
)
TABLE = typer.Option(None, "--table", help="Of a source with several tables: the one to analyse.", show_default=False)
QUERY = typer.Option(
    None, "--query", metavar="SELECT", help="Of a database: the rows that this SELECT gives.", show_default=False
)
KPI = typer.Option(
    [], "--kpi", metavar="NAME=SQL", help="A key figure, such as revenue='sum(amount)'. May be repeated."
)
TEMPLATE = typer.Option(
    [],
    "--template",
    metavar="NAME[:PARAM=VALUE,…]",
    help="A KPI template, such as revenue_growth or moving_average:window=7,grain=day; see: voyant template list. "
    "May be repeated.",
)
TIME = typer.Option(None, "--time", metavar="COL", help="The column that periods are formed by.", show_default=False)
COMPARE = typer.Option(
    [],
    "--compare",
    metavar="PERIOD",
    help="Given twice, the earlier first: say what key figures changed by between these, such as 2013-Q1 and 2014-Q1. "
    "The last two periods where not given.",
)
RULES = typer.Option(
    None, "--rules", metavar="FILE", help="Rules to judge the table by, as YAML or JSON.", show_default=False
)
FAIL_UNDER = typer.Option(
    None,
    "--fail-under",
    metavar="SCORE",
    min=0,
    max=1,
    help="Leave with exit code 3 where the quality score is lower, or a rule could not run.",
    show_default=False,
)
CONTRACT = typer.Option(
    None,
    "--contract",
    metavar="FILE|ID[@VERSION]",
    help="Hold the source against this contract; the one in force for its table where not given.",
    show_default=False,
)
BASELINE = typer.Option(
    None,
    "--baseline",
    metavar="REF",
    help="What to compare with: a baseline, last, window:N, a job, a table, TABLE@SNAPSHOT or a file. "
    "The last good run where not given.",
    show_default=False,
)
OUT = typer.Option(None, "--out", metavar="DIR", help="Copy the artifacts there as well.", show_default=False)
JSON = typer.Option(False, "--json", help="Print the result as JSON.")
MAX_TOKENS = typer.Option(
    None,
    "--max-tokens",
    min=200,
    max=10_000,
    help="Room that the result may take: 2000 tokens as JSON, 10000 for people where not given.",
    show_default=False,
)


def analyze(
    source: str = SOURCE,
    table: str | None = TABLE,
    query: str | None = QUERY,
    kpi: list[str] = KPI,
    template: list[str] = TEMPLATE,
    time: str | None = TIME,
    compare: list[str] = COMPARE,
    rules: Path | None = RULES,
    fail_under: float | None = FAIL_UNDER,
    contract: str | None = CONTRACT,
    baseline: str | None = BASELINE,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Analyse a source: summary here, report, charts and artifacts in VOYANT_HOME."""
    figures = {"kpis": _declared(kpi), "templates": calls(template), "compare": compare}
    asked: dict[str, Any] = {**figures, "time_column": time, "rules": rules, "fail_under": fail_under}
    compared: dict[str, Any] = {"contract": contract, "baseline": baseline}
    return gated(run("analyze", source, table, query, out, as_json, max_tokens, **compared, **asked))


def ingest(
    source: str = SOURCE,
    table: str | None = TABLE,
    query: str | None = QUERY,
    contract: str | None = CONTRACT,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Only take a source in as a table, with types and names mended, and held against its contract."""
    return gated(run("ingest", source, table, query, out, as_json, max_tokens, contract=contract))


def profile(
    source: str = SOURCE,
    table: str | None = TABLE,
    query: str | None = QUERY,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Only describe the columns of a source."""
    return gated(run("profile", source, table, query, out, as_json, max_tokens))


def quality(
    source: str = SOURCE,
    table: str | None = TABLE,
    query: str | None = QUERY,
    rules: Path | None = RULES,
    fail_under: float | None = FAIL_UNDER,
    contract: str | None = CONTRACT,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Only check whether a source is fit for use, by what its data suggest and by rules."""
    asked: dict[str, Any] = {"rules": rules, "fail_under": fail_under, "contract": contract}
    return gated(run("quality", source, table, query, out, as_json, max_tokens, **asked))


def kpi(
    source: str = SOURCE,
    table: str | None = TABLE,
    query: str | None = QUERY,
    kpi: list[str] = KPI,
    template: list[str] = TEMPLATE,
    time: str | None = TIME,
    compare: list[str] = COMPARE,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Only compute key figures by period."""
    asked = {"kpis": _declared(kpi), "templates": calls(template), "compare": compare, "time_column": time}
    return gated(run("kpi", source, table, query, out, as_json, max_tokens, **asked))


def estimate(source: str = SOURCE, table: str | None = TABLE, as_json: bool = JSON) -> None:
    """Say what an analysis would take: rows, bytes, seconds, tokens."""
    caller = open_session()
    from voyant.services.estimation import estimate as run
    from voyant.services.sources import source_from

    estimated = run(caller, source_from(caller, source, table=table))
    if as_json:
        write_json(estimated)
        return
    from voyant.cli.summary import print_estimate

    print_estimate(estimated)


def run(
    kind: str,
    source: str,
    table: str | None,
    query: str | None,
    out: Path | None,
    as_json: bool,
    max_tokens: int | None,
    **asked: Any,
) -> Result:
    """Runs a job of that kind and prints what it found."""
    from voyant.services.budget import DEFAULT_TOKENS

    result = compute(kind, source, table, query, out, max_tokens or (DEFAULT_TOKENS if as_json else None), **asked)
    if as_json:
        write_json(result)
    else:
        from voyant.cli.summary import print_summary
        from voyant.services.artifacts import local_path

        caller = open_session()
        has_report = any(artifact.name == "report.html" for artifact in result.artifacts)
        report = out / "report.html" if out is not None else local_path(caller, result.job_id, "report.html")
        print_summary(result, report if has_report else None)
    return result


def compute(
    kind: str,
    source: str,
    table: str | None,
    query: str | None,
    out: Path | None,
    max_tokens: int | None,
    *,
    rules: Path | None = None,
    contract: str | None = None,
    **asked: Any,
) -> Result:
    """Runs a job of that kind; its result takes as much room as there is at most, where none is said."""
    from voyant.workflows import preloading
    from voyant.workflows.pipelines import pipeline_of

    preloading.is_lean = True
    preloading.warm_up(pipeline_of(kind))  # before all else: what is then imported here leaves a core to it
    caller = open_session()
    from voyant.services.analysis import analyze as run_job
    from voyant.services.artifacts import export_artifacts
    from voyant.services.budget import MAX_TOKENS as MAX_TOKENS_OF_A_RESULT
    from voyant.services.results import read_result
    from voyant.services.rules import read_rules
    from voyant.services.sources import source_from

    if rules is not None:
        asked["rules"] = read_rules(rules)
    found = source_from(caller, source, table=table, query=query)
    promised = named_contract(caller, contract)
    with shown_progress() as progress:
        job_id = run_job(caller, found, kind=kind, contract=promised, on_progress=progress, **asked)
    if out is not None:
        export_artifacts(caller, job_id, out)
    return read_result(caller, job_id, max_tokens=max_tokens or MAX_TOKENS_OF_A_RESULT)


def gated(result: Result) -> int:
    """The exit code."""
    if result.gate is None or result.gate.passed or result.gate.error is None:
        return DONE
    # Beside the result, not in place of it: the job has completed.
    show_kept(result.gate.error)
    return GATE_FAILED


def _declared(given: list[str]) -> dict[str, str]:
    declared: dict[str, str] = {}
    for entry in given:
        name, separator, sql = entry.partition("=")
        if not separator or not name.strip() or not sql.strip():
            raise InvalidInput(f"--kpi must be NAME=SQL; this is {entry!r}.", code=Code.BAD_KPI)
        declared[name.strip()] = sql.strip()
    return declared
