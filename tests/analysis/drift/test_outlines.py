"""What comparing finds of a side in a few looks is what a whole profile says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from tests.analysis.drift.tables import Columns, table
from voyant.analysis.drift.outlines import SURELY_MANY, outline
from voyant.analysis.profile import profile
from voyant.domain.table import Role


def _columns(rows: int) -> Columns:
    random = np.random.default_rng(3)
    normal = random.normal(5, 2, rows)
    normal[::1000] = np.nan
    normal[1::1000] = np.inf
    start = datetime(2024, 1, 1)
    return {
        "normal": normal,
        "skewed": pa.array(random.lognormal(0, 3, rows), mask=random.random(rows) < 0.1),
        "few": random.integers(0, 9, rows) / 2,
        "whole": random.integers(-(10**9), 10**9, rows),
        "price": pa.array([Decimal(int(cents)) / 100 for cents in random.integers(0, 10**6, rows)]),
        "kind": random.choice(list("abc"), rows),
        "day": pa.array([start + timedelta(days=int(each)) for each in random.integers(0, 400, rows)]),
        "moment": pa.array([start + timedelta(minutes=int(each)) for each in random.integers(0, 10**6, rows)]),
        "nothing": pa.array([None] * rows, pa.float64()),
        "same": np.full(rows, 7.0),
    }


@pytest.mark.parametrize("rows", [1, 500, 30_000])
def test_an_outline_says_what_the_profile_says(rows: int) -> None:
    with table("orders", _columns(rows), {"whole": Role.IDENTIFIER}) as given:
        known, found = profile(given), outline(given, [column.name for column in given.dataset.columns])
    for column in known.columns:
        outlined = found.columns[column.name]
        assert (outlined.count, outlined.nulls) == (column.count, column.nulls)
        assert outlined.distinct == column.distinct
        if column.type.is_numeric or column.type.is_temporal:
            assert (outlined.minimum, outlined.maximum) == (column.minimum, column.maximum)
        if column.number is not None:
            for mine, known_one in ((outlined.mean, column.number.mean), (outlined.sd, column.number.sd)):
                assert mine == (None if known_one is None else pytest.approx(known_one, rel=1e-9, abs=1e-12))
        if column.time is not None:
            assert outlined.has_hours == (column.time.granularity == "minute")
        if outlined.quartiles:
            exact = [column.quantile(p) for p in (0.25, 0.5, 0.75)]
            near = 0 if rows <= 20_000 else 0.03 * (float(column.maximum or 0) - float(column.minimum or 0))
            for quartile, quantile in zip(outlined.quartiles, exact, strict=True):
                assert quantile is not None
                assert quartile == pytest.approx(quantile.value, rel=1e-12, abs=near + quantile.error)
    assert found.associations == known.associations


def test_a_measure_with_very_many_values_is_not_counted_value_by_value() -> None:
    random = np.random.default_rng(4)
    columns = {"many": random.normal(size=70_000), "fewer": random.integers(0, 30_000, 70_000).astype(float)}
    with table("orders", columns) as given:
        found = outline(given, columns).columns
    assert SURELY_MANY <= found["many"].distinct.value <= 70_000
    assert not found["many"].distinct.exact
    assert found["fewer"].distinct.exact
    assert found["fewer"].distinct.value == len(set(columns["fewer"]))
