"""NannyML's car loan data: two months before, and a first and a second half after, of which the second drifted."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

DRIFTED = {"car_value", "loan_length", "repaid_loan_on_prev_car", "salary_range"}
STABLE = {"debt_to_income_ratio", "driver_tenure", "size_of_downpayment"}
_FOLDER = Path(__file__).parent / "data"


def car_loan(part: str) -> dict[str, pa.ChunkedArray]:
    """The columns of ``reference``, ``first_half`` or ``second_half``."""
    with gzip.open(_FOLDER / f"car_loan_{part}.csv.gz") as file:
        found = pa.csv.read_csv(pa.BufferReader(file.read()))
    columns = {name: found[name] for name in found.column_names}
    return columns | {"timestamp": columns["timestamp"].cast(pa.timestamp("us"))}
