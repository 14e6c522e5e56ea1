"""What holds of the key figures of any table."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.kpi.orders import changes, measured, orders
from voyant.analysis.grains import as_moment
from voyant.domain.kpi import Change, KpiKind

DECLARED = (
    ("revenue", "sum(amount)"),
    ("orders", "count(*)"),
    ("mean rating", "avg(rating)"),
    ("revenue a point", "100 * sum(amount) / sum(rating)"),
    ("big", "count(*) FILTER (WHERE amount > 100)"),
    ("middle", "median(amount)"),
)

amounts = st.none() | st.decimals("-1e9", "1e9", places=2)
rows = st.lists(
    st.tuples(
        st.none() | st.integers(0, 500).map(lambda day: date(2022, 1, 1) + timedelta(days=day)),
        st.sampled_from(["a", "b", "c", None]),
        amounts,
        st.none() | st.integers(0, 5),
    ),
    min_size=1,
    max_size=60,
)
thorough = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def as_written(number: float | None) -> Decimal:
    assert number is not None
    return Decimal(repr(number))


def check_adds_up(change: Change) -> None:
    assert as_written(change.value) - as_written(change.base) == as_written(change.absolute)
    for breakdown in (*change.breakdowns, *change.pairs):
        effects = [as_written(part.effect) for part in breakdown.parts]
        assert sum(effects) + as_written(breakdown.other) == as_written(change.absolute)
        for part in breakdown.parts:
            pieces = [part.rate_effect, part.mix_effect, part.volume_effect]
            assert sum(as_written(piece) for piece in pieces if piece is not None) == as_written(part.effect)


@given(rows)
@thorough
def test_parts_add_up_and_statements_give_the_figures(table_rows: list[tuple[object, ...]]) -> None:
    with orders(table_rows) as table:
        kpis = measured(table, *DECLARED)
        for kpi in kpis.kpis:
            for change in changes(kpi):
                check_adds_up(change)
            assert plain(table.query(kpi.sql)[0]["value"]) == close(kpi.value)
            assert plain(table.query(kpi.overall_sql)[0]["value"]) == close(kpi.overall)
            if kpi.series_sql is not None:
                shown = {point.period: point.value for point in kpi.series if point.rows}
                again = [row["value"] for row in table.query(kpi.series_sql)]
                assert [plain(value or 0) for value in again] == [close(value or 0) for value in shown.values()]


def plain(value: Any) -> float | None:
    return None if value is None else float(value)


def close(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-6)


@given(rows)
@thorough
def test_periods_cover_every_row_that_has_a_time(table_rows: list[tuple[object, ...]]) -> None:
    with orders(table_rows) as table:
        kpis = measured(table, *DECLARED)
    counts = next(kpi for kpi in kpis.kpis if kpi.kind is KpiKind.COUNT)
    assert counts.overall == len(table_rows)
    if kpis.time_column is not None:
        untimed = sum(1 for row in table_rows if row[0] is None)
        outside = sum(int(note.split()[0]) for note in kpis.notes if "far from all others" in note)
        assert sum(point.rows or 0 for point in counts.series) == len(table_rows) - untimed - outside


@given(rows)
@settings(max_examples=20, deadline=None)
def test_statements_of_breakdowns_give_their_figures(table_rows: list[tuple[object, ...]]) -> None:
    with orders(table_rows) as table:
        for kpi in measured(table, *DECLARED).kpis:
            for change in changes(kpi):
                for breakdown in change.breakdowns:
                    again = {
                        (row["value"], as_moment(row["period"])): row["figure"] for row in table.query(breakdown.sql)
                    }
                    periods = sorted({period for _, period in again})
                    assert len(periods) <= 2
                    for part in breakdown.parts:
                        figures = [again.get((part.value, period)) for period in periods if len(periods) == 2]
                        for figure, shown in zip(figures, (part.before, part.after), strict=False):
                            assert plain(figure or 0) == close(shown or 0)
