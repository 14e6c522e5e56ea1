"""``voyant preset``, and the same in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    path = tmp_path / "codes.csv"
    path.write_text("code_id,amount\n" + "".join(f"A{n:04},{n}\n" for n in range(50)))
    return path


def test_presets_are_listed_and_shown(shell: Shell) -> None:
    listed = shell("preset", "list")
    assert "financial.revenue_analysis" in listed.out
    assert "Needs time, revenue." in listed.out
    shown = shell("preset", "show", "financial.revenue_analysis")
    assert "the column that says when a row happened" in shown.out
    assert shell("preset", "show", "financial.revenue_analysis", "--json").json["name"] == "financial.revenue_analysis"


def test_a_preset_is_run_and_can_be_a_gate(shell: Shell, codes: Path) -> None:
    done = shell(
        "preset", "run", "quality.schema_validation", codes, "--param", "filled=code_id", "--param", "filled=amount"
    )
    assert done.code == 0, done.err
    assert "Quality scores 1.00 of 1" in done.out
    assert "Report" in done.out
    short = ("--param", "least_rows=100", "--fail-under", "0.99")
    gated = shell("preset", "run", "quality.schema_validation", codes, *short)
    assert gated.code == 3, gated.out


def test_mistakes_are_told_with_what_to_do(shell: Shell, codes: Path) -> None:
    unknown = shell("preset", "run", "quality.schema", codes)
    assert (unknown.code, "VYNT-2007" in unknown.err) == (2, True)
    for given in ("filled", "filled=", "=x"):
        wrong = shell("preset", "run", "quality.schema_validation", codes, "--param", given)
        assert (wrong.code, "--param must be NAME=VALUE" in wrong.err) == (2, True)
    missing = shell("preset", "run", "financial.revenue_analysis", codes)
    assert missing.code == 2
    assert "VYNT-7002" in missing.err
    assert "Traceback" not in missing.err + missing.out


def test_a_preset_reads_several_sources(shell: Shell, tmp_path: Path) -> None:
    paths = []
    for name, usual in (("alpen", 60), ("borea", 40), ("cirrus", 20)):
        rows = (
            f"{2022 + n // 12}-{n % 12 + 1:02}-{day:02},{usual + n % 5}\n" for n in range(18) for day in (1, 10, 28)
        )
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text("sold_on,units\n" + "".join(rows))
    own, *others = paths
    given = ("--param", f"others=Borea AG={others[0]}", "--param", f"others={others[1]}")
    done = shell("preset", "run", "benchmark.brand", own, "--param", "brand=Alpen", *given)
    assert done.code == 0, done.err
    assert "Alpen leads with" in done.out
    assert "ahead of Borea AG with" in done.out
    assert "! Each brand has a table of its own: Alpen in alpen, 54 rows; Borea AG in borea, 54 rows;" in done.out
    missing = shell("preset", "run", "benchmark.brand", own, "--param", "others=Borea=no_such.csv")
    assert (missing.code, "VYNT-2003" in missing.err, "Traceback" in missing.err) == (2, True, False)
