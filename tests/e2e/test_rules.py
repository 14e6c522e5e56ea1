"""``voyant quality --rules --fail-under``: what a pipeline of deliveries stops at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import Shell

RULES = """
- {kind: range, column: amount, minimum: 0, severity: critical, owner: sales}
- {kind: unique, column: id}
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return path


def orders(folder: Path, *amounts: int) -> Path:
    path = folder / "orders.csv"
    path.write_text("id,amount\n" + "".join(f"{number},{amount}\n" for number, amount in enumerate(amounts)))
    return path


def test_sound_data_pass_the_gate(shell: Shell, rules: Path, tmp_path: Path) -> None:
    done = shell("quality", orders(tmp_path, 1, 2, 3, 4), "--rules", rules, "--fail-under", "0.9")
    assert done.code == 0, done.err
    assert "VYNT" not in done.err


def test_broken_data_stop_with_the_rule_and_its_rows(shell: Shell, rules: Path, tmp_path: Path) -> None:
    done = shell("quality", orders(tmp_path, 1, -2, 3, -4), "--rules", rules, "--fail-under", "0.9")
    assert done.code == 3
    assert "VYNT-7005" in done.err
    assert "critical range:amount: 2 of 4 rows fail; rows 2, 4; sales answers for it" in done.out
    told = shell("quality", tmp_path / "orders.csv", "--rules", rules, "--fail-under", "0.9", "--json")
    assert told.code == 3
    assert told.json["gate"]["passed"] is False
    assert told.json["status"] == "completed"


def test_what_contradicts_itself_is_refused_before_anything_runs(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text("- {kind: range, column: amount, minimum: 2, maximum: 1, name: upside_down}")
    done = shell("analyze", orders(tmp_path, 1), "--rules", path)
    assert done.code == 2
    assert "VYNT-1016" in done.err
    assert "upside_down" in done.err
    assert "Traceback" not in done.err


def test_the_parts_of_an_analysis_are_commands(shell: Shell, tmp_path: Path) -> None:
    path = orders(tmp_path, 1, 2, 3, 4)
    assert shell("ingest", path, "--json").json["kind"] == "ingest"
    assert shell("profile", path, "--json").json["kind"] == "profile"
    told = shell("kpi", path, "--kpi", "total=sum(amount)", "--json").json
    assert [(kpi["name"], kpi["value"]) for kpi in told["kpis"]] == [("total", 10)]
