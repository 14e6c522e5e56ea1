"""What is imported ahead is what steps need, and nothing of what libraries import besides."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from voyant.workflows import preloading

preloading.is_lean = True
preloading._import_all(["pyiceberg.io.pyarrow"])
assert "pyiceberg.io.pyarrow" in sys.modules
assert "pandas" not in sys.modules

import pyarrow as pa

assert pa.table({"a": [1]}).to_pandas().shape == (1, 1)
"""


def test_a_command_does_without_pandas_until_it_is_asked_for_a_data_frame() -> None:
    pytest.importorskip("pandas")
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
