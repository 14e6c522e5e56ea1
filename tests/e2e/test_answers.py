"""What the shell prints of answers beside their sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import Shell

ROWS = "ordered_at,customer_id,country,amount\n" + "".join(
    f"2024-{1 + n // 30:02}-{1 + n % 28:02},c{n % 60},{'NL' if n % 3 else 'FR'},{20 + n * 7 % 11}.50\n"
    for n in range(360)
)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ROWS + "2024-12-28,c7,NL,9999\n")
    return path


def test_odd_rows_are_listed_each_with_its_reason(shell: Shell, orders: Path) -> None:
    told = shell("anomaly", orders, "--scope", "rows").out
    assert "\nOddest rows\n        361  Amount 9,999" in told


def test_customers_are_counted_by_group(shell: Shell, orders: Path) -> None:
    told = shell("segment", orders, "--entity", "customer_id").out
    _, _, table = told.partition("By recency and frequency, as of 2024-12-28")
    sizes = [line.split()[-5] for line in table.split("\n\n")[0].splitlines()[2:]]
    assert sum(map(int, sizes)) == 60
