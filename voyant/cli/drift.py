"""``voyant drift``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from voyant.cli.analyze import CONTRACT, JSON, MAX_TOKENS, OUT, QUERY, SOURCE, TABLE, run
from voyant.cli.errors import DONE, GATE_FAILED, show_error
from voyant.domain.baseline import LAST
from voyant.errors import Code, VoyantError

if TYPE_CHECKING:
    from voyant.domain.result import Result

BASELINE = typer.Option(
    LAST,
    "--baseline",
    metavar="REF",
    help="What to compare with: a baseline, last (the last good run), window:N (the last N together), a job, a table, "
    "TABLE@SNAPSHOT or a file.",
)
EVIDENTLY = typer.Option(
    False, "--evidently", help="Make Evidently's own report as well, evidently.html (needs the extra of that name)."
)
FAIL = typer.Option(False, "--fail-on-drift", help="Leave with exit code 3 where any column drifted.")


def drift(
    source: str = SOURCE,
    baseline: str = BASELINE,
    table: str | None = TABLE,
    query: str | None = QUERY,
    fail_on_drift: bool = FAIL,
    evidently: bool = EVIDENTLY,
    contract: str | None = CONTRACT,
    out: Path | None = OUT,
    as_json: bool = JSON,
    max_tokens: int | None = MAX_TOKENS,
) -> int:
    """Compare a source or table with what it was, or with anything else that has columns of the same names."""
    asked: dict[str, Any] = {"contract": contract, "baseline": baseline, "evidently": evidently}
    result = run("drift", source, table, query, out, as_json, max_tokens, **asked)
    if fail_on_drift and (failed := _failed_gate(result)) is not None:
        show_error(failed, as_json=False)  # the result, which tells more, stands on standard output
        return GATE_FAILED
    return DONE


def _failed_gate(result: Result) -> VoyantError | None:
    """Why the gate stays shut; None where the data are as they were."""
    if result.drift is not None and result.drift.holds:
        return None
    if result.drift is None:
        why = "nothing could be compared; see the warnings."
    elif result.drift.columns or result.drift.verdict == "not_comparable":
        why = result.drift.reason
    else:
        why = "columns came, went, or have values in more or fewer rows; see the warnings."
    return VoyantError(
        f"--fail-on-drift: {why}",
        code=Code.GATE_FAILED,
        remedy="Look at drift.json; if the change is meant, pin the new state: voyant baseline pin NAME "
        f"{result.dataset.table}",
    )
