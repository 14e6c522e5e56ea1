"""``voyant template``, and the same from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import Shell

ROWS = "ordered_at,customer_id,country,amount\n" + "".join(
    f"2024-{1 + n // 28:02}-{1 + n % 28:02},c{n % 7},{'NL' if n % 3 else 'FR'},{n % 11}.50\n" for n in range(140)
)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def orders(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that was analysed before."""
    path = tmp_path_factory.mktemp("data") / "orders.csv"
    path.write_text(ROWS)
    assert shell("profile", path).code == 0
    return path


def test_templates_are_listed_shown_and_rendered(shell: Shell, orders: Path) -> None:
    assert len(shell("template", "list", "--json").json) == 15
    told = shell("template", "list", "--table", "orders").out
    assert "fits   rfm_segments  customer=customer_id, amount=amount, time=ordered_at" in told
    assert "lacks  lead_time_analysis  start: When it began" in told
    assert "How it counts" in shell("template", "show", "rfm_segments").out
    sql = shell("template", "render", "revenue_growth", "--table", "orders", "--param", "grain=week").out
    assert shell("sql", sql, "--json").json["columns"][0]["name"] == "period"
    trino = shell("template", "render", "revenue_growth", "--table", "orders", "--dialect", "trino").out
    assert "SEQUENCE(" in trino


def test_a_template_is_run_over_a_file(shell: Shell, orders: Path) -> None:
    done = shell("template", "run", "moving_average", orders, "--param", "window=7", "--param", "grain=day")
    assert done.code == 0, done.err
    assert done.out.startswith("Over the 7 days until 28 May 2024, amount was ")
    assert "Found: as_of is 2024-05-28 (the last day of ordered_at)" in done.out
    told = shell("template", "run", "null_rate_by_column", orders, "--param", "columns=amount", "--json").json
    assert told["rows"] == [["amount", 140, 0, 0.0]]


def test_an_analysis_takes_templates(shell: Shell, orders: Path) -> None:
    told = shell("kpi", orders, "--template", "moving_average:window=5,grain=week", "--json").json
    assert [template["name"] for template in told["templates"]] == ["moving_average"]
    assert "moving_average" in shell("kpi", orders, "--template", "moving_average").out


def test_what_is_wrong_is_said(shell: Shell, orders: Path) -> None:
    for arguments, code in (
        (["template", "show", "nix"], "VYNT-2007"),
        (["template", "run", "revenue_growth", orders, "--param", "amount=nix"], "VYNT-1002"),
        (["template", "run", "inventory_turnover", orders], "VYNT-1004"),
        (["template", "run", "revenue_growth", orders, "--param", "grain"], "VYNT-1005"),
        (["template", "render", "revenue_growth", "--table", "nix"], "VYNT-2006"),
        (["kpi", orders, "--template", "nix"], "VYNT-2007"),
    ):
        done = shell(*arguments)
        assert (done.code, done.err[:9]) == (2, code), done.err


def test_the_same_from_python(tmp_path: Path) -> None:
    import voyant

    path = tmp_path / "template_orders.csv"
    path.write_text(ROWS)
    result = voyant.analyze(path, templates=["revenue_by_segment"])
    assert [template.name for template in result.templates] == ["revenue_by_segment"]
    fits = {template.name: template.fit for template in voyant.templates("template_orders")}
    assert fits["rfm_segments"] is not None
    assert fits["rfm_segments"].fits
    assert voyant.render("revenue_growth", "template_orders", grain="week").parameters["grain"] == "week"
