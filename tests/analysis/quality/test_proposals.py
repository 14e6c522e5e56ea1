"""Rules are proposed where the data bear them out, none of them enforced, each as sure as the rows make it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tests.analysis.profile.tables import column, table_of
from tests.analysis.quality.declaring import declared, judged
from tests.analysis.quality.staff import AGE, COST, COUNTRY, EMAIL, NUMBER, sound_rows, staff
from voyant.analysis.profile import profile
from voyant.analysis.quality.declared import refuse_contradictions
from voyant.analysis.quality.proposals import confidence, propose
from voyant.domain.rule import ProposedRule, RuleKind
from voyant.domain.table import Dataset, Role


def proposed(rows: list[list[Any]], **surroundings: Any) -> dict[str, ProposedRule]:
    with staff(rows) as table:
        return {found.rule.id: found for found in propose(table, profile(table), **surroundings)}


def test_a_sound_table_suggests_what_it_keeps_to() -> None:
    found = proposed(sound_rows(500))
    assert found["values:country"].rule.values == ("Kenya", "Malta", "Peru")
    assert found["format:email"].rule.format == "email"
    assert found["range:cost"].rule.minimum == 0
    assert (found["range:age"].rule.minimum, found["range:age"].rule.maximum) == (0, 120)
    assert {"missing:age", "unique:number", "pattern:number", "comparison:opened_at,closed_at"} <= set(found)
    assert all(each.reason and 0 <= each.confidence < 1 for each in found.values())


def test_what_is_proposed_can_be_declared_and_holds() -> None:
    rules = [each.rule for each in proposed(sound_rows(500)).values()]
    refuse_contradictions(rules)
    with judged(sound_rows(500), *rules) as (_, quality):
        assert all(check.passed for check in declared(quality).values())


def test_what_the_data_break_is_not_proposed() -> None:
    rows = sound_rows(500)
    for row in rows[::20]:
        row[AGE], row[COST], row[EMAIL] = None, -1, "nobody"
    rows[3][NUMBER] = rows[4][NUMBER]
    found = proposed(rows)
    assert not {"missing:age", "unique:number", "format:email"} & set(found)
    assert found.get("range:cost") is None


def test_slips_are_tolerated_as_the_next_delivery_may_hold_them() -> None:
    rows = sound_rows(1000)
    rows[7][EMAIL] = "nobody"
    found = proposed(rows)["format:email"]
    assert 0.001 < found.rule.tolerance < 0.01
    assert found.confidence == pytest.approx(confidence(1, 1000), abs=1e-6)


def test_the_bounds_of_few_rows_are_no_range() -> None:
    generator = random.Random(1)
    rows = [[round(generator.gauss(0, 1), 3)] for _ in range(2000)]
    with table_of([column("change", "DOUBLE")], rows) as table:
        assert not [each for each in propose(table, profile(table)) if each.rule.kind is RuleKind.RANGE]


def test_few_rows_suggest_nothing() -> None:
    assert not proposed(sound_rows(20))


def test_columns_that_refer_to_another_table_are_found() -> None:
    shops = (column("id", "BIGINT", Role.IDENTIFIER), column("city", "VARCHAR"))
    orders = (column("shop_id", "BIGINT", Role.IDENTIFIER), column("day", "DATE", Role.TIME))
    with table_of(orders, [[place % 40, date(2024, 1, 1) + timedelta(days=place)] for place in range(200)]) as table:
        table.engine.execute("CREATE TABLE shops AS SELECT range AS id, 'city ' || range AS city FROM range(40)")
        dataset = Dataset(name="shops", rows=40, columns=shops)
        others = {"shops": (dataset, profile(type(table)(table.engine, dataset)))}
        [found] = [
            each.rule for each in propose(table, profile(table), others=others) if each.rule.kind is RuleKind.REFERENCE
        ]
    assert (found.columns, found.reference, found.reference_columns) == (("shop_id",), "shops", ("id",))


def test_history_suggests_the_volume() -> None:
    found = proposed(sound_rows(200), earlier_rows=(190, 195, 200, 205, 210))
    assert found["volume"].confidence == pytest.approx(0.4)
    assert "volume" not in proposed(sound_rows(200), earlier_rows=(190,))


def test_rare_values_are_no_closed_set() -> None:
    rows = sound_rows(500)
    for place, row in enumerate(rows[:30]):
        row[COUNTRY] = f"Land {place}"
    assert "values:country" not in proposed(rows)


@pytest.mark.parametrize(("failed", "checked"), [(0, 30), (0, 1000), (3, 1000), (50, 100)])
def test_confidence_is_no_more_than_the_share_seen(failed: int, checked: int) -> None:
    assert 0 <= confidence(failed, checked) < 1 - failed / checked + 1e-12
