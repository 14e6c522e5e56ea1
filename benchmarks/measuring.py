"""Child processes timed from start to end, with the most memory they held."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KIBIBYTES_OF_A_MEBIBYTE = 1024
_SMALL_PARENT = Path(__file__).with_name("small_parent.py")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a child process; ``peak`` is in MiB."""

    seconds: float
    peak: float
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure and what it must reach.

    Attributes:
        measured: What was seen, in words and units.
        value: The number held against the bar.
        bar: The most that ``value`` may be.
        detail: What the measured figure is made of, for whoever wants to look closer.
    """

    what: str
    measured: str
    value: float
    bar: float
    detail: str = ""

    @property
    def is_met(self) -> bool:
        return self.value <= self.bar


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Run:
    """Runs a command to its end; RuntimeError with what it wrote where it fails."""
    words = [str(part) for part in command]
    with tempfile.TemporaryFile() as written:
        child = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "-I", "-S", _SMALL_PARENT, *words],
            stdout=subprocess.PIPE,
            stderr=written,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            check=False,
        )
        written.seek(0)
        output = written.read().decode(errors="replace")
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} was not run:\n{output[-3000:]}")
    seconds, kibibytes, code = child.stdout.split()
    if int(code) != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {int(code)}:\n{output[-3000:]}")
    return Run(float(seconds), int(kibibytes) / KIBIBYTES_OF_A_MEBIBYTE, output)


def interleaved(commands: Mapping[str, Sequence[str | Path]], times: int) -> dict[str, Run]:
    """Each command run so many times in turn, so that a busy moment of the machine meets all: the medians."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {name: median(each) for name, each in runs.items()}


def median(runs: Sequence[Run]) -> Run:
    """The median time and the largest peak."""
    return Run(statistics.median(each.seconds for each in runs), max(each.peak for each in runs), runs[-1].output)


def workload(name: str, *arguments: str | Path) -> list[str | Path]:
    """The command that runs a module of ``benchmarks.workloads`` in a process of its own."""
    return [sys.executable, "-m", f"benchmarks.workloads.{name}", *arguments]


def voyant_command() -> Path:
    """The ``voyant`` command of this environment."""
    return Path(sys.executable).parent / "voyant"


@contextmanager
def empty_home() -> Iterator[dict[str, str]]:
    """The environment of a home that nothing was ever written to."""
    with tempfile.TemporaryDirectory(prefix="voyant-benchmark-") as home:
        yield {"VOYANT_HOME": home}


def machine() -> str:
    """What the figures were measured on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {pages:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
