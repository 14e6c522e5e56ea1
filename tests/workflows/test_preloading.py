"""What is imported ahead is what steps need, and nothing of what libraries import besides."""

from __future__ import annotations

import subprocess
import sys

import pytest

from voyant.workflows import preloading
from voyant.workflows.pipelines import pipeline_of

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


def test_a_process_with_other_threads_has_all_modules_before_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that import parts of one package in different orders are handed half-made modules."""
    named = [module for step in pipeline_of("analyze").steps for module in step.modules]
    monkeypatch.setattr(preloading, "warm_up", lambda _: None)
    preloading.prepare(pipeline_of("analyze"))
    assert set(named) <= sys.modules.keys()


def test_a_command_brings_in_beside_its_work_only_what_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr(preloading, "is_lean", True)
    monkeypatch.setattr(preloading, "warm_up", lambda _: None)
    monkeypatch.setattr(preloading, "preload", begun.extend)
    preloading.prepare(pipeline_of("analyze"))
    assert begun
    assert not [module for module in begun if module.startswith("voyant")]
