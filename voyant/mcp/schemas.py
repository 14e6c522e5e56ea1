"""What tools take and give, as their schemas tell it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from voyant.analysis.quality.declared import MOST_RULES
from voyant.domain.rule import RuleKind
from voyant.domain.template import TEMPLATE_NAMES
from voyant.errors import Code
from voyant.mcp.waiting import DEFAULT_WAIT
from voyant.services.budget import MAX_TOKENS
from voyant.services.schemas import with_dataclasses
from voyant.services.templates import MOST_CALLS
from voyant.services.waiting import LONGEST_WAIT

LEAST_TOKENS = 400
"""Below that not even the frame of a result fits."""
NO_NUL = r"^[^\x00]*$"
JOB_ID = r"^job_[0-9a-z]{1,40}$"

SourceHint = Annotated[
    str,
    Field(
        min_length=1,
        max_length=10_000,
        pattern=NO_NUL,
        description="A path, glob, folder, URL, database URL (postgresql://user@host/db), source id (src_…), or table "
        "that was taken in before. Over HTTP, paths only under the server's source roots.",
    ),
]
Table = Annotated[
    str | None,
    Field(
        max_length=10_000,
        pattern=NO_NUL,
        description="Of several tables, sheets or archive members the one that is meant; else the largest.",
    ),
]
Query = Annotated[
    str | None,
    Field(max_length=100_000, pattern=NO_NUL, description="Of a database: the rows of this SELECT instead."),
]
Kpis = Annotated[
    dict[str, str] | None,
    Field(
        max_length=100,
        description="Key figures by name, as SQL over the table's columns: an aggregate or a SELECT. "
        "Found without you where left out.",
        examples=[{"revenue": "sum(amount)", "orders": "count(*)"}],
    ),
]
Templates = Annotated[
    list[str | dict[str, Any]] | None,
    Field(
        max_length=MOST_CALLS,
        description=f"Figures under a name: {', '.join(TEMPLATE_NAMES)}. Columns, grain and dates are found without "
        'you; else give {"name": …, "parameters": {…}} instead of the name: one that cannot be says what it takes.',
        examples=[["revenue_growth", {"name": "moving_average", "parameters": {"window": 7, "grain": "day"}}]],
    ),
]
TimeColumn = Annotated[
    str | None,
    Field(
        max_length=10_000,
        pattern=NO_NUL,
        description="The column that periods are formed by; found where left out.",
    ),
]
Rules = Annotated[
    list[dict[str, Any]] | None,
    Field(
        max_length=MOST_RULES,
        description="What you expect of the table; those that fail are listed in the result with the rows. Each has a "
        f"kind ({', '.join(RuleKind)}), mostly columns, and the fields of its kind, such as minimum, maximum, pattern, "
        "values, format, reference, condition; also severity, tolerance, when, name, owner.",
        examples=[[{"kind": "range", "columns": ["amount"], "minimum": 0, "severity": "critical"}]],
    ),
]
FailUnder = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="The least quality score that passes: `gate` of the result tells. A rule that could not run fails "
        "it too.",
    ),
]
Contract = Annotated[
    str | None,
    Field(
        max_length=2_097_152,
        pattern=NO_NUL,
        description="A data contract (ODCS) that the data must keep: YAML, or the name of one that is kept, "
        f"ID[@VERSION]. Data that break it fail with {Code.CONTRACT_VIOLATED}, the clauses and some rows. The one in "
        "force for the table where left out.",
    ),
]
Baseline = Annotated[
    str | None,
    Field(
        max_length=10_000,
        pattern=NO_NUL,
        description="What to compare with: a baseline's name, `last` (the last good run), `window:N` (the last N "
        "together), a job id, a table, `table@snapshot`, or a source. `last`, if there is one, where left out.",
    ),
]
Compare = Annotated[
    list[str] | None,
    Field(
        max_length=2,
        description='Two periods of one length, the earlier first, such as ["2013-Q1", "2014-Q1"]: what the figures '
        "changed by between them, and what drove it. The last two where left out.",
    ),
]
Evidently = Annotated[
    bool, Field(description="Make Evidently's own report as well, evidently.html, where the server has that extra.")
]
Wait = Annotated[
    int,
    Field(
        ge=0,
        le=LONGEST_WAIT,
        description=f"Seconds to wait for the end before you get a handle instead; {DEFAULT_WAIT} suits clients that "
        "give up after a minute.",
    ),
]
MaxTokens = Annotated[
    int,
    Field(
        ge=LEAST_TOKENS,
        le=MAX_TOKENS,
        description="Room for the answer in your context; `omitted` counts what did not fit.",
    ),
]
JobId = Annotated[str, Field(pattern=JOB_ID, description="A job's id, as voyant_analyze and voyant_status give it.")]
AnyJobId = Annotated[str | None, Field(pattern=JOB_ID, description="A job's id. Left out: the list of jobs.")]
Cursor = Annotated[
    str | None, Field(max_length=100, pattern=NO_NUL, description="The `next_cursor` of the answer before.")
]

DESCRIPTIONS = {
    "against_naive": "Its error relative to that of repeating the last season; above 1 it is the worse one.",
    "amount_share": "Their share of the amount.",
    "answers": "What the job was asked for, by kind, in few figures; <kind>.json has all.",
    "arguments": "What to call it with.",
    "artifacts": "The files that stand behind the answer; read them with voyant_artifact or as resources.",
    "as_of": "The last day of the data, which recency is counted from.",
    "base": "Its value in the period before; null where there is none.",
    "base_period": "The period before.",
    "beats_baseline": "Whether it is better than the naive prediction beyond chance.",
    "brand": "The brand.",
    "brands": "The brand and its largest competitors.",
    "bytes": "Its size.",
    "caveat": "What to know of what it rests on: a promise that its data break, a handful of rows; null where nothing.",
    "change": "Relative to the period before; null where that would say nothing.",
    "checked": "How many were looked at.",
    "clusters": "How many groups there are; null where none stand apart.",
    "code": "Of Voyant's catalogue of errors.",
    "column": "The column.",
    "columns": "The columns, or how many there are.",
    "compression": "How it is compressed, if it is.",
    "confidence": "How sure that is, 0 to 1.",
    "content": "The text, or the part of it that fits.",
    "contracts": "Contracts that the data were held against, and what came of it.",
    "coverage": "How many percent of the values that came its interval held.",
    "created_at": "When it was made.",
    "data": "Details of the error, for programs.",
    "dataset": "The table that was analysed; the snapshot pins its rows.",
    "degraded": "Steps that failed although the job did not, each with its error.",
    "description": "What it tells.",
    "direction": "Which way predictions move with it: rises, falls, peaks, dips, varies or flat.",
    "disk_bytes": "That the server's disk fills by.",
    "drift": "How the table differs from what it was compared with; null where from nothing.",
    "drivers": "What the predictions need, most important first.",
    "end": "When it ended, or the data do.",
    "entities": "How many.",
    "entity": "What is grouped; null for rows.",
    "error": "Why it failed: code, message and remedy.",
    "evidence": "Where its numbers stand: artifact#/pointer, as voyant_artifact takes them.",
    "expected": "What was to be expected.",
    "explained": "Of the variance (classes: of the Brier score), in rows not learned from.",
    "fail_under": "The least score that passes.",
    "failed": "How many failed.",
    "file": "The artifact that holds every row.",
    "files": "How many files it consists of.",
    "findings": "What is worth knowing, the most important first.",
    "fingerprint": "Of the content that was read last.",
    "finished_at": "When it ended; null while it has not.",
    "format": "How its content is written.",
    "gate": "Whether the quality is what was asked for; null where no least score was.",
    "grain": "Length of a period.",
    "growth": "Relative to the span before.",
    "headline": "All of it in one sentence.",
    "hhi": "Concentration of the market, above 0 and at most 1.",
    "high": "Upper bound of the interval.",
    "hint": "What was asked about.",
    "holds": "Whether no column drifted at all, none lost values, and readers of the earlier columns can read these.",
    "horizon": "How many periods were forecast; points are the first of them.",
    "id": "Its id.",
    "importance": "What of the explained is lost without it.",
    "items": "The entries.",
    "job_id": "The job; every other tool takes it.",
    "jobs": "Made of it.",
    "kind": "What it is.",
    "kpis": "Key figures.",
    "lasting": "Whether it had not ended when the data did.",
    "leaks": "Columns left out since they give the target away.",
    "level": "Of the interval, percent.",
    "limits": "What it must not be used for.",
    "location": "Where it stands, without credentials.",
    "low": "Lower bound of the interval.",
    "manifest": "The file that hashes and dates everything.",
    "market": "The metric that shares are of; null where none adds up.",
    "media_type": "How its bytes are to be read.",
    "message": "What went wrong, with the value received.",
    "method": "The method, or the measure, that decides.",
    "model": "linear, boosting or baseline.",
    "name": "Its name.",
    "needs": "What reading it takes.",
    "next": "Calls that would follow naturally, as they stand.",
    "next_cursor": "Where the next entries begin; null at the end.",
    "next_offset": "Where the next part begins; null at the end.",
    "not_enforceable": "Promises of the contract that nothing checks; contract.json says why of each.",
    "notes": "What the reader should know of it.",
    "nullable": "Whether any row lacks a value; null where not known.",
    "number": "Its number.",
    "observed": "The figure that was looked at; null where the rule is about rows.",
    "odd_rows": "How many rows are odd; null where not looked for.",
    "odd_stretches": "How many stretches of time are odd; null where not looked for.",
    "offset": "Where this part begins.",
    "omitted": "How many of what were left out to fit, and under `how` the way to get them.",
    "original_name": "As the source writes it; null where not known.",
    "outcome": "kept, warned, quarantined or violated.",
    "owner": "Who answers for it; null where nobody was named.",
    "parameters": "What the job was asked for.",
    "parts": "The score of each part, 0 to 1.",
    "passed": "How many checks passed, or whether it did.",
    "period": "The period that the value is of.",
    "periods": "Whole periods that were compared.",
    "personal": "What personal data it holds; null where none is known.",
    "points": "The periods to come.",
    "price_index": "Its price in percent of the market's; null where there are no prices.",
    "problem": "What speaks against reading it; null where nothing does.",
    "progress": "How far the job is, 0 to 100.",
    "quality": "How sound the data is, 0 to 1, and of what that is made up.",
    "query": "The SELECT that its rows come from.",
    "queue_position": "How many jobs will start before it, plus one; null unless it waits.",
    "rank": "1 is the best.",
    "reason": "The verdict in a sentence, with its numbers.",
    "reasons": "What makes it odd.",
    "reference": "What it was compared with.",
    "remedy": "What to do next.",
    "requires": "Without which it cannot be run.",
    "retry_allowed": "Whether the same call may succeed later.",
    "rfm": "Customers by recency, frequency and amount.",
    "role": "What it is used for, such as time, measure or dimension; null where not known.",
    "row": "Its number in the table, from 1.",
    "rows": "The rows, or how many there are.",
    "rows_judged": "Rows judged by, none of them learned from.",
    "rows_quarantined": "Rows that are kept apart, and not in the table.",
    "rules": "The rules that fail or could not run, the most severe first.",
    "sample": "Some of the failing rows; failing_rows.parquet has all.",
    "score": "0 to 1.",
    "seconds": "How long.",
    "segments": "The groups, largest first.",
    "series": "Which series; empty where all rows are one.",
    "series_total": "How many series were forecast.",
    "severity": "info, notice, warning or critical.",
    "sha256": "The hash of its bytes.",
    "share": "Its share, 0 to 1.",
    "share_after": "Of the later span.",
    "share_before": "Of the earlier span.",
    "share_expected": "In the last period that is forecast; null where the past is too short.",
    "size": "How many belong to it.",
    "snapshot": "Pins the rows that were read.",
    "source": "Where the data came from.",
    "split": "How rows to judge by were kept apart: rolling, grouped or cross.",
    "sql": "The statement that recomputes its numbers, for voyant_sql with the job_id; null where left out to fit.",
    "stability": "Whether it comes back in resamples, 0 to 1; from 0.75 on it does.",
    "stage": "The step that runs.",
    "start": "When it began.",
    "started_at": "When it began to run; null while it waits.",
    "status": "queued, running, completed, failed or cancelled.",
    "step": "The step.",
    "steps": "The steps of the job so far.",
    "strengths": "Segments where the brand is strong.",
    "stretches": "The least probable odd stretches.",
    "summary": "What changed.",
    "table": "The table's name in voyant_sql.",
    "tables": "The tables that it was read into, for voyant_sql.",
    "takes": "By parameter: its kind, what it is, and what becomes of it where left out.",
    "target": "The column that is predicted.",
    "task": "number or classes.",
    "templates": "The KPI templates that were asked for, and what they came to.",
    "text": "One sentence with its numbers.",
    "threshold": "From which the measure counts as drift.",
    "title": "What kind of error it is.",
    "tokens": "That a result takes at most.",
    "tool": "The tool to call.",
    "total": "How many there are.",
    "total_rows": "How many rows there are in all.",
    "type": "Its type.",
    "unit": "What it is measured in; null where that is not known.",
    "units": "Rows or entities.",
    "uri": "Under which it is read as a resource.",
    "value": "The figure; null where there is none.",
    "verdict": "stable, drifted or not_comparable.",
    "version": "Its version.",
    "warnings": "What to know before relying on the rest.",
    "weaknesses": "Segments where the brand is weak.",
    "why": "What for.",
}
"""Of properties; one name means one thing, wherever it stands."""


def input_schema(made: dict[str, Any]) -> dict[str, Any]:
    """What an agent needs to know of what a tool takes: bounds that no sensible argument meets only fill its context.

    They are held all the same.
    """
    told = dict(made)
    if entries := made.get("properties"):
        told["properties"] = {name: _shown(entry) for name, entry in entries.items()}
    return told


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in entry.items() if key not in {"maxLength", "minLength", "title"}}
    if kept.get("pattern") == NO_NUL:
        del kept["pattern"]
    if kept.get("default", ...) is None:
        del kept["default"]
    if options := kept.pop("anyOf", None):
        kept["anyOf"] = [_shown(option) for option in options]
    if isinstance(kept.get("items"), dict):
        kept["items"] = _shown(kept["items"])
    return kept


def output_schema(kind: Any) -> dict[str, Any]:
    """The schema of what a tool gives: of a struct, or of a union of such."""
    schema: dict[str, Any] = TypeAdapter(with_dataclasses(kind)).json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("description", None)  # docstrings speak to those who read the code
        for name, entry in part.get("properties", {}).items():
            if described := DESCRIPTIONS.get(name):
                entry["description"] = described
            entry.pop("title", None)
    return {"type": "object"} | schema  # the older protocol wants the root to say so
