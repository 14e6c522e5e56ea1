"""From a raw file to data that are held back: infer, tighten, break, blocked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import Shell

ROWS = "".join(f"{n},{n % 9 + 1}.50,{'EUR' if n % 3 else 'USD'}\n" for n in range(1, 41))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_infer_tighten_break_blocked(shell: Shell, tmp_path: Path) -> None:
    orders, draft = tmp_path / "orders.csv", tmp_path / "orders.odcs.yaml"
    orders.write_text("order_id,amount,currency\n" + ROWS)
    shell("contract", "infer", orders, "--out", draft)
    assert shell("contract", "check", draft, orders).code == 0

    tightened = draft.read_text().replace(
        "- name: amount\n", "- name: amount\n        logicalTypeOptions:\n          minimum: 0\n"
    )
    draft.write_text(tightened)
    added = shell("contract", "add", draft, "--activate")
    assert added.out == "orders 1.0.0 is kept as active.\n"

    orders.write_text("order_id,amount,currency\n" + ROWS + "41,-3.00,EUR\n")
    checked = shell("contract", "check", "orders@1.0.0", orders)
    assert checked.code == 3
    assert "row 41: amount = -3" in checked.out
    blocked = shell("analyze", orders, "--json")
    assert blocked.code == 3
    error = blocked.json["error"]
    assert error["code"] == "VYNT-7001"
    assert {(entry["clause"], row["row"]) for entry in error["data"]["broken"] for row in entry["rows"]} == {
        ("orders.amount:range", 41)
    }
    assert shell("sql", "SELECT count(*) AS n FROM orders", "--json").json["rows"] == [[40]]

    changed = tmp_path / "next.odcs.yaml"
    changed.write_text(tightened.replace("minimum: 0", "minimum: -5"))
    told = shell("contract", "diff", "orders", changed).out
    assert "orders.amount minimum" in told
    assert "2.0.0 at least" in told
    changed.write_text(changed.read_text().replace("version: 1.0.0", "version: 2.0.0"))
    shell("contract", "add", changed, "--activate")
    assert shell("ingest", orders, "--json").json["contracts"][0]["outcome"] in {"kept", "warned"}
    listed = shell("contract", "list", "--json").json["items"]
    assert [(kept["version"], kept["status"]) for kept in listed] == [("2.0.0", "active"), ("1.0.0", "deprecated")]


def test_what_is_wrong_is_said_without_a_traceback(shell: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [")
    for arguments, code in (
        (("contract", "add", bad), "VYNT-1017"),
        (("contract", "add", tmp_path / "absent.yaml"), "VYNT-2005"),
        (("contract", "show", "orders"), "VYNT-2005"),
        (("contract", "activate", "orders"), "VYNT-1004"),
        (("contract", "remove", "orders@1.0.0"), "VYNT-2005"),
        (("contract", "diff", "orders", bad), "VYNT-2005"),
    ):
        done = shell(*arguments)
        assert done.code == 2
        assert code in done.err
        assert "Traceback" not in done.err
