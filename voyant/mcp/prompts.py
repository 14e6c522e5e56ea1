"""Prompts: the common questions, as a person picks them from a menu."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from voyant.mcp.host import Server

Source = Annotated[str, Field(description="A path, URL, database URL, source id (src_…) or table.")]
Earlier = Annotated[
    str, Field(description="The same data as it was before: a baseline, a source, or the id of a job (job_…).")
]

CITE = (
    "State only what the result says, with its numbers. After each statement name the finding's id and the job, as in "
    "(f3, job_…), and offer the SQL that recomputes it with that job. Say what was left out, and what the warnings "
    "mean for it."
)


def add_prompts(server: Server) -> None:
    """Offers the questions that people ask of data."""
    server.prompt(what_is_in_this_data, title="What is in this data?")
    server.prompt(is_this_data_fit_for_use, title="Is this data fit for use?")
    server.prompt(what_changed, title="What changed?")


def what_is_in_this_data(source: Source) -> str:
    """Analyse a source and tell what matters in it."""
    return (
        f"Analyse {source} with voyant_analyze. Begin with what the data is: what one row means, how many there are, "
        "over which time. Then tell the findings that matter most, in plain words, and the key figures. Where one "
        f"calls for a closer look, run its SQL, with the job_id, or a statement of your own with voyant_sql. {CITE}"
    )


def is_this_data_fit_for_use(source: Source, purpose: str = "analysis and reporting") -> str:
    """Judge the quality of a source for a purpose."""
    return (
        f"Judge whether {source} is fit for {purpose}. Call voyant_quality, then read quality.json with "
        "voyant_artifact, and the rows that fail in failing_rows.parquet where a check failed. Answer with yes, yes "
        "with care, or no; then the checks that decide it for this purpose, how many rows each concerns, and what "
        f"would mend it. {CITE}"
    )


def what_changed(source: Source, earlier: Earlier = "") -> str:
    """Tell what changed over time, or since an earlier state."""
    if not earlier:
        return (
            f"Analyse {source} with voyant_analyze and tell what changed over time: key figures by period with what "
            "their change consists of (kpis.json), trends, breaks, and groups that move differently. Tell real changes "
            f"from periods that are not complete yet. {CITE}"
        )
    return (
        f"Compare {source} with {earlier}: call voyant_analyze with baseline={earlier}, and read drift.json with "
        "voyant_artifact. Tell the verdict, then for each column that drifted what changed, how far, and which rows "
        "carry it; then what changed in the columns themselves, in missing values, quality and key figures. Look "
        f"behind a difference with voyant_sql. What is below its threshold is no change: say so. {CITE}"
    )
