"""What every command owes: a whole result, or an error with its code and a remedy, and a home that is whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyarrow import parquet

from tests.e2e.warm import WarmOutcome, WarmShell
from voyant.errors import Code

MOST_MEMORY = 1_500_000_000
SECONDS = 30
ROWS = "id,amount\n" + "".join(f"{number},{number * 1.5}\n" for number in range(50))


@contextmanager
def whole_home(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[WarmShell]:
    """Commands on a home that must hold only what is whole when they are done."""
    shell = WarmShell(home, settings)
    try:
        yield shell
        assert_nothing_half_written(shell)
    finally:
        shell.stop()


def assert_nothing_half_written(shell: WarmShell) -> None:
    jobs = all_jobs(shell)
    assert {job["status"] for job in jobs} <= {"completed", "failed"}
    whole = {job["id"] for job in jobs if job["status"] == "completed"}
    artifacts = shell.home / "artifacts" / "default"
    kept = {folder.name for folder in artifacts.iterdir() if any(folder.rglob("*.*"))} if artifacts.exists() else set()
    assert kept == whole
    scratch = shell.home / "scratch"
    assert not scratch.exists() or not list(scratch.iterdir())
    for job_id in sorted(whole)[:5]:
        assert shell("verify", job_id).code == 0


def all_jobs(shell: WarmShell) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = []
    cursor: list[str] = []
    while True:
        page = shell("job", "list", "--json", *cursor).json
        items = page["items"] if isinstance(page, dict) else page
        jobs += items
        if not isinstance(page, dict) or not page.get("next_cursor"):
            return jobs
        cursor = ["--cursor", page["next_cursor"]]


def assert_refused(outcome: WarmOutcome, code: Code, exit_code: int = 2) -> dict[str, Any]:
    """The error, which is complete and no traceback."""
    assert "Traceback" not in outcome.out + outcome.err
    error: dict[str, Any] = outcome.json["error"]
    assert (outcome.code, error["code"]) == (exit_code, str(code)), error
    assert error["message"]
    assert error["remedy"]
    assert outcome.peak < MOST_MEMORY
    return error


def assert_analysed(outcome: WarmOutcome, rows: int) -> dict[str, Any]:
    """The result, whose every step went well."""
    result: dict[str, Any] = outcome.json
    assert outcome.code == 0, outcome.out
    assert result["degraded"] == []
    assert result["dataset"]["rows"] == rows
    assert outcome.peak < MOST_MEMORY
    return result


def rejects(shell: WarmShell, result: dict[str, Any]) -> list[dict[str, Any]]:
    path = shell.home / "artifacts" / "default" / result["job_id"] / "rejects.parquet"
    return parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]


def normalization(shell: WarmShell, result: dict[str, Any]) -> dict[str, Any]:
    return shell("artifact", "get", result["job_id"], "normalize.json").json  # type: ignore[no-any-return]


def zip_bytes(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
