"""What is imported ahead is what steps need, and nothing of what libraries import besides."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


IN_THREADS = """
import sys, threading

class Noted:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread().name.startswith("engine"):
            found.append(name)

found = []
sys.meta_path.insert(0, Noted())
import voyant

voyant.analyze(sys.argv[1])
assert any(name.startswith("voyant.analysis.insights") for name in sys.modules)
print(*found)
"""


def test_threads_that_look_at_a_table_at_once_import_nothing(tmp_path: Path) -> None:
    """Two that import parts of one library in different orders are handed half-made modules."""
    orders = Path(__file__).parents[2] / "examples" / "orders" / "orders.csv.gz"
    environment = os.environ | {"VOYANT_HOME": str(tmp_path)}
    command = [sys.executable, "-c", IN_THREADS, str(orders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == []


WHILE_WAITING = """
import sys
from voyant.services.home import open_home

open_home()
from voyant.workflows import preloading
from voyant.workflows.pipelines import pipeline_of

preloading.is_lean = True
preloading.warm_up = lambda _: None
preloading.prepare(pipeline_of("analyze"))
assert "voyant.report" not in sys.modules
preloading.load_while_waiting()
assert "voyant.report" in sys.modules
"""


def test_a_command_that_waits_brings_in_what_is_ours_meanwhile(tmp_path: Path) -> None:
    environment = os.environ | {"VOYANT_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", WHILE_WAITING], check=True, env=environment)
