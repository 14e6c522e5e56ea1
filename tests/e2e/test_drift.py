"""``voyant drift``, ``voyant baseline`` and ``voyant source history`` from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import Shell
from tests.services.deliveries import deliver


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def orders(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source that was analysed, pinned, and then delivered anew and analysed again."""
    path = deliver(tmp_path_factory.mktemp("data") / "orders.csv")
    first = shell("analyze", path, "--json").json
    assert first["drift"] is None
    assert shell("baseline", "pin", "january", first["job_id"]).code == 0
    told = shell("analyze", deliver(path, factor=4))
    assert "Compared with the last good run" in told.out
    assert "VYNT-7003" in told.out
    return path


def test_a_gate_stays_shut_for_data_that_drifted(shell: Shell, orders: Path) -> None:
    told = shell("drift", orders, "--baseline", "january", "--fail-on-drift", "--json")
    assert (told.code, told.json["drift"]["reference"]) == (3, "january")
    assert "VYNT-7005" in told.err
    assert shell("drift", orders, "--baseline", "january").code == 0
    stable = shell("drift", "orders", "--baseline", "orders", "--fail-on-drift")
    assert (stable.code, stable.err) == (0, "")


def test_what_is_not_there_is_refused(shell: Shell, orders: Path) -> None:
    refused = shell("drift", orders, "--baseline", "february")
    assert refused.code == 2
    assert "VYNT-2004" in refused.err
    assert shell("analyze", orders, "--baseline", "no_such.csv").code == 2
    assert shell("baseline", "pin", "january", "orders").code == 2
    assert shell("baseline", "show", "february").code == 2
    assert shell("source", "history", "never.csv").code == 2


def test_the_history_shows_both_scores(shell: Shell, orders: Path, tmp_path: Path) -> None:
    assert shell("drift", orders, "--baseline", "january").code == 0  # a course takes two scores
    runs = shell("source", "history", orders, "--json").json["items"]
    analysed = [run for run in runs if run["kind"] == "analyze"]
    assert [run["drift"] is None for run in analysed] == [False, True]
    assert all(run["quality"] > 0.5 for run in analysed)
    picture = tmp_path / "history.svg"
    told = shell("source", "history", "orders", "--chart", picture)
    assert "quality  " in told.out
    assert "drift    " in told.out
    assert picture.read_text().startswith("<svg")


def test_a_baseline_is_listed_shown_and_removed(shell: Shell, orders: Path) -> None:
    assert shell("baseline", "pin", "now", "orders").code == 0
    assert [kept["name"] for kept in shell("baseline", "list", "--json").json["items"]] == ["now", "january"]
    assert "240 with 3 columns" in shell("baseline", "show", "january").out
    assert shell("baseline", "remove", "now").code == 0
    assert "january" in shell("baseline", "list").out
