"""The Python that our pages show runs as it stands, and prints what it promises."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDERS = ROOT / "examples" / "orders" / "orders.csv.gz"


@pytest.mark.parametrize("page", ["README.md", "docs/guide/python.md"])
def test_the_first_program_of_a_page_prints_each_finding_with_its_sql(page: str, tmp_path: Path) -> None:
    program = re.search(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert program is not None
    (tmp_path / "orders.csv").write_bytes(gzip.decompress(ORDERS.read_bytes()))
    environment = os.environ | {"VOYANT_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program[1]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Records per month rise over time")
    assert done.stdout.count("SELECT") >= 10
    assert not re.search(r"\bNone$", done.stdout, re.MULTILINE)
