"""What the README's figures are measured with."""

from __future__ import annotations

import sys

import pytest

from benchmarks import results
from benchmarks.cases import CASES
from benchmarks.measuring import run

ALONE = (sys.executable, "-I", "-S", "-c")
MEBIBYTE = 2**20


def test_the_memory_of_a_command_is_its_own() -> None:
    held = bytearray(b"x") * (200 * MEBIBYTE)
    small, large = run([*ALONE, ""]), run([*ALONE, f"bytearray(b'x') * {100 * MEBIBYTE}"])
    assert held
    assert small.peak < 50
    assert 100 < large.peak < 150


def test_time_and_output_are_those_of_the_command() -> None:
    done = run(
        [*ALONE, "import os, time; time.sleep(0.2); print(os.environ['GIVEN'], flush=True); os.write(2, b'err')"],
        {"GIVEN": "out"},
    )
    assert done.output == "out\nerr"
    assert 0.2 <= done.seconds < 5


def test_a_command_that_fails_says_how() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3:\nbecause"):
        run([*ALONE, "print('because'); raise SystemExit(3)"])
    with pytest.raises(RuntimeError, match="no-such-command was not run"):
        run(["no-such-command"])


def test_the_page_is_that_of_what_is_kept() -> None:
    kept = results.results()
    assert results.PAGE.read_text("utf-8") == results.page(kept)
    assert kept.keys() <= CASES.keys()
