"""The process that commands are tried in tells of its own memory, not of that of the tests."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.warm import WarmShell

MUCH = 300 * 2**20


def test_the_memory_of_the_tests_is_not_that_of_the_command(tmp_path: Path) -> None:
    held = bytearray(b"x") * MUCH
    shell = WarmShell(tmp_path / "home")
    peak = shell("--version").peak
    shell.stop()
    assert len(held) == MUCH
    assert 10 * 2**20 < peak < MUCH
