"""What holds whatever was sold."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.benchmark.brands import compared, month, sales
from voyant.analysis.benchmark.shares import STEP, flows, ranks, shares
from voyant.domain.benchmark import Benchmark
from voyant.domain.serialization import from_json, to_json

amounts = st.decimals(min_value=0, max_value=10**12, places=2)


@given(st.lists(amounts, min_size=1, max_size=12))
def test_shares_add_up_to_one(values: list[Decimal]) -> None:
    found = shares(values)
    if sum(values) == 0:
        assert found is None
        return
    assert found is not None
    assert sum(found) == 1
    for share, value in zip(found, values, strict=True):
        assert 0 <= share <= 1
        assert abs(share - value / sum(values)) < STEP
        assert Decimal(repr(float(share))) == share


@given(st.lists(amounts, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_flows_add_up_to_the_change_of_the_shares(values: list[Decimal], random: st.DataObject) -> None:
    later = list(values)
    random.shuffle(later)  # type: ignore[attr-defined]
    before, after = shares(values), shares(later)
    if before is None or after is None:
        return
    changes = [one - other for one, other in zip(after, before, strict=True)]
    drawn = flows(changes)
    assert all(amount > 0 for amount in drawn.values())
    for place, change in enumerate(changes):
        won = sum((amount for (_, target), amount in drawn.items() if target == place), Decimal(0))
        lost = sum((amount for (source, _), amount in drawn.items() if source == place), Decimal(0))
        assert won - lost == change
        assert not (won and lost)


@given(st.lists(st.none() | amounts, min_size=1, max_size=12), st.booleans())
def test_ranks_agree_with_the_order(values: list[Decimal | None], lower: bool) -> None:
    placed = ranks(values, lower_is_better=lower)
    known = sorted(
        ((rank, value) for rank, value in zip(placed, values, strict=True) if rank is not None and value is not None),
    )
    assert len(known) == sum(value is not None for value in values)
    if known:
        assert known[0][0] == 1
    for (rank, value), (next_rank, next_value) in pairwise(known):
        assert (rank == next_rank) is (value == next_value)
        assert value == next_value or (value < next_value) is lower


cell = st.tuples(st.integers(0, 9), st.sampled_from("ABCD"), st.sampled_from(["North", "South"]), st.integers(0, 50))


@settings(max_examples=25, deadline=None)
@given(st.lists(cell, min_size=1, max_size=60))
def test_a_whole_benchmark_is_consistent(cells: list[tuple[int, str, str, int]]) -> None:
    rows = [[month(place), brand, region, units, 2 * units] for place, brand, region, units in cells]
    with sales(rows) as table:
        found = compared(table, metrics=("units",))
    assert from_json(to_json(found), Benchmark) == found
    held = [one for one in found.standings if one.metric == "units"]
    written = [Decimal(repr(one.share)) for one in held if one.share is not None]
    assert sum(written) == 1 if written else not any(row[3] for row in rows)
    for one in held:
        assert one.value == sum(units for _, brand, _, units in cells if brand == one.brand)
    for concentration in found.concentration:
        if concentration.hhi is not None and concentration.cr4 is not None:
            assert 1 / concentration.brands - 1e-9 <= concentration.hhi <= 1
            assert concentration.cr4 <= 1
    gained = math.fsum(flow.share for flow in found.flows if flow.target == found.brand)
    lost = math.fsum(flow.share for flow in found.flows if flow.source == found.brand)
    for shift in found.shifts:
        assert Decimal(repr(shift.change)) == Decimal(repr(shift.after)) - Decimal(repr(shift.before))
        if shift.brand == found.brand:
            assert abs(gained - lost - shift.change) < 1e-12
