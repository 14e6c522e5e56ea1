"""Churn and the value of customers: what is known of a customer comes before, what is held against it after."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from voyant.domain.caller import Caller
from voyant.domain.kpi import Kpi, Kpis
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput
from voyant.services.analysis import analyze
from voyant.services.artifacts import export_artifacts, read_artifact
from voyant.services.sources import source_from

FIRST, HORIZON = date(2024, 1, 1), 30
DAYS = {"steady": range(0, 181, 10), "gone": range(5, 95, 10), "new": range(150, 181, 15), "rare": (0, 100)}
"""On which a customer buys, each time for 10; the last day there is, is the 180th."""


@pytest.fixture(scope="module")
def purchases(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("data") / "orders.csv"
    lines = [f"{FIRST + timedelta(day)},{who},10.00" for who, days in DAYS.items() for day in days]
    lines += [f"{FIRST + timedelta(day)},returner,-5.00" for day in range(0, 180, 20)]
    path.write_text("day,customer_id,revenue\n" + "\n".join(lines) + "\n")
    return str(path)


def run(caller: Caller, kind: str, source: str, folder: Path, **arguments: Any) -> tuple[list[dict[str, Any]], Kpis]:
    """The rows of the derived table, and the key figures."""
    job_id = analyze(caller, source_from(caller, source), kind=kind, arguments=arguments)
    export_artifacts(caller, job_id, folder)
    kpis = from_json(b"".join(read_artifact(caller, job_id, "kpis.json")), Kpis)
    return pq.read_table(folder / "orders_customers.parquet").to_pylist(), kpis


def named(kpis: Kpis, name: str) -> Kpi:
    return next(kpi for kpi in kpis.kpis if kpi.name == name)


def bought(who: str, after: int, until: int) -> Iterator[int]:
    """The days on which a customer bought."""
    return (day for day in DAYS[who] if after < day <= until)


def test_features_come_before_a_moment_and_outcomes_after_it(caller: Caller, purchases: str, tmp_path: Path) -> None:
    rows, kpis = run(caller, "customer.churn_analysis", purchases, tmp_path, horizon=HORIZON)
    moments = sorted({(row["as_of"] - FIRST).days for row in rows})
    assert moments == [30, 60, 90, 120, 150, 180]
    for row in rows:
        who, moment = row["customer"], (row["as_of"] - FIRST).days
        before = list(bought(who, -1, moment))
        assert (row["purchases"], row["days_since_last"]) == (len(before), moment - before[-1])
        assert row["spent"] == 10 * len(before)
        assert row["purchases_lately"] == len(list(bought(who, moment - HORIZON, moment))) > 0
        stays = any(bought(who, moment, moment + HORIZON))
        assert row["outcome"] == (None if moment == 180 else "stayed" if stays else "stopped")
    assert "returner" not in {row["customer"] for row in rows}

    stopped = named(kpis, "stopped in percent")
    labelled = [row for row in rows if row["as_of"] == FIRST + timedelta(90)]
    assert {row["customer"] for row in labelled} == {"steady", "gone"}
    assert {point.period: point.value for point in stopped.series}["2024-03-31"] == 50.0
    assert named(kpis, "days looked ahead").value == HORIZON


def test_without_a_horizon_it_is_the_time_in_which_nine_of_ten_came_back(
    caller: Caller, purchases: str, tmp_path: Path
) -> None:
    _, kpis = run(caller, "customer.churn_analysis", purchases, tmp_path)
    gaps = sorted(later - day for days in DAYS.values() for day, later in zip(days, list(days)[1:], strict=False))
    assert named(kpis, "days looked ahead").value == math.ceil(np.quantile(gaps, 0.9)) == 11


def test_what_is_expected_uses_earlier_moments_only(caller: Caller, purchases: str, tmp_path: Path) -> None:
    rows, kpis = run(caller, "customer.ltv_prediction", purchases, tmp_path, horizon=HORIZON)
    first = [row for row in rows if (row["as_of"] - FIRST).days == 30]
    assert [row["expected"] for row in first] == [None] * len(first)  # nothing is over yet to learn from
    known = {row["customer"]: (row["purchases_lately"], row["later_spend"] / 10) for row in first}
    assert known == {"steady": (3, 3), "gone": (3, 3), "rare": (0, 0)}
    # So much is known by the sixtieth day: whoever bought lately will three times, at 10 each, and the others not.
    second = {row["customer"]: row["expected"] for row in rows if (row["as_of"] - FIRST).days == 60}
    assert second == {"steady": 30, "gone": 30, "rare": 0}
    errors = named(kpis, "mean error of a customer")
    last = max((row for row in rows if row["later_spend"] is not None), key=lambda row: row["as_of"])["as_of"]
    judged = [row for row in rows if row["as_of"] == last and row["expected"] is not None]
    error = sum(abs(row["expected"] - float(row["later_spend"])) for row in judged) / len(judged)
    assert errors.value == pytest.approx(error)
    assert errors.period == str(last)


def test_a_table_without_customers_that_come_back_is_refused(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "once.csv"
    path.write_text("day,customer_id,revenue\n" + "".join(f"2024-01-{1 + n % 28:02},C{n},{n}\n" for n in range(60)))
    with pytest.raises(InvalidInput, match="needs customer") as refused:
        analyze(caller, source_from(caller, str(path)), kind="customer.churn_analysis")
    assert refused.value.code is Code.NOT_ENOUGH_DATA
