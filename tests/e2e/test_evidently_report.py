"""Evidently's own report beside ours, made by Evidently itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.command import Shell
from tests.fixtures.evidently import evidently_python, run

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def deliveries(tmp_path: Path) -> tuple[Path, Path]:
    """Two deliveries; a value of theirs looks like markup, and one column holds personal data."""
    paths = []
    for name, moved in (("before", 0), ("after", 40)):
        path = tmp_path / f"{name}.csv"
        rows = (f"{n % 90 + moved},{HOSTILE if n % 3 else 'plain'},person{n}@example.com" for n in range(400))
        path.write_text("amount,kind,email\n" + "\n".join(rows) + "\n")
        paths.append(path)
    return paths[0], paths[1]


@pytest.mark.slow
def test_its_report_is_an_artifact_beside_ours(
    deliveries: tuple[Path, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before, after = deliveries
    python = evidently_python(request.config.cache)  # type: ignore[arg-type]
    home = str(tmp_path / "home")
    command = (python, "-m", "voyant.cli")

    printed = run(*command, "drift", after, "--baseline", before, "--evidently", "--json", VOYANT_HOME=home)

    result = json.loads(printed)
    assert {"drift.json", "evidently.html"} <= {artifact["name"] for artifact in result["artifacts"]}
    page = run(*command, "artifact", "get", result["job_id"], "evidently.html", VOYANT_HOME=home)
    assert "drawDashboard" in page
    assert "amount" in page
    assert HOSTILE not in page
    assert "@example.com" not in page
    # Whoever computes it again gets the same bytes.
    run(*command, "replay", result["job_id"], VOYANT_HOME=home)


def test_who_has_not_got_it_is_told_what_to_install(deliveries: tuple[Path, Path], tmp_path: Path) -> None:
    before, after = deliveries
    told = Shell(tmp_path / "home")("drift", after, "--baseline", before, "--evidently")
    assert (told.code, told.out) == (2, "")
    assert "VYNT-8007" in told.err
    assert "voyant[evidently]" in told.err
