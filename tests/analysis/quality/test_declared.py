"""Each kind of rule finds the rows that break it, and what cannot run says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median_low, stdev
from typing import Any

import pytest

from tests.analysis.quality.declaring import declared, judge, judged, kept_rows, rule
from tests.analysis.quality.staff import AGE, CLOSED, COST, COUNTRY, EMAIL, NUMBER, OPENED, sound_rows
from voyant.domain.finding import Severity
from voyant.domain.normalization import Change, ChangeKind, Normalization
from voyant.domain.quality import Check
from voyant.domain.rule import DeclaredRule


def broken(*cells: tuple[int, int, Any]) -> list[list[Any]]:
    rows = sound_rows()
    for row, place, value in cells:
        rows[row][place] = value
    return rows


AGES = [row[AGE] for row in sound_rows()]
COSTS = [row[COST] for row in sound_rows()]
MIDDLE = median_low(AGES)
BROKEN = broken(
    (1, COUNTRY, "Mars"),
    (2, COST, -5),
    (3, AGE, None),
    (4, NUMBER, "INC00005"),
    (6, EMAIL, "nobody"),
    (7, CLOSED, date(2020, 1, 1)),
)


@pytest.mark.parametrize(
    ("given", "checked", "rows"),
    [
        (rule("missing", "age"), 200, {4}),
        (rule("missing", "age", "country"), 200, {4}),
        (rule("unique", "number"), 200, {5, 6}),
        (rule("unique", "number", "cost"), 200, set()),
        (rule("range", "cost", minimum=0), 200, {3}),
        (rule("range", "cost", minimum=-5, exclusive_minimum=True), 200, {3}),
        (rule("range", "closed_at", minimum="2023-01-01", maximum="2030-01-01"), 200, {8}),
        (rule("length", "number", minimum=8, maximum=8), 200, set()),
        (rule("length", "country", minimum=5, when="country = 'Mars'"), 1, {2}),
        (rule("pattern", "country", pattern="[A-Z][a-z]+a"), 200, {2, *range(5, 201, 3)}),
        (rule("values", "country", values=("Kenya", "Peru", "Malta")), 200, {2}),
        (rule("format", "email", format="email"), 200, {7}),
        (rule("type", "number", type="integer"), 200, set(range(1, 201))),
        (rule("type", "cost", type="decimal"), 200, set()),
        (rule("reference", "country", reference="countries", reference_columns=("name",)), 200, {2}),
        (rule("monotonic", "number", strict=True), 200, {6}),
        (rule("monotonic", "number", by="cost", direction="decreasing"), 200, None),
        (rule("comparison", "opened_at", "closed_at", operator="<="), 200, {8}),
        (rule("condition", condition="COST >= 0 OR age > 1000", name="c"), 200, {3}),
        (rule("condition", condition="age > 0", name="known"), 199, set()),
        (rule("condition", condition="cost > 0", when="country = 'Malta'", name="w"), 66, {3}),
        (rule("sql", sql="SELECT * FROM ${table} WHERE cost < 0", name="plain"), 200, {3}),
        (
            rule(
                "sql",
                sql="SELECT t.* FROM trial AS t LEFT JOIN countries AS c ON t.country = c.name WHERE c.name IS NULL",
                name="joined",
            ),
            200,
            {2},
        ),
        (
            rule(
                "sql",
                sql="SELECT number FROM trial QUALIFY count(*) OVER (PARTITION BY number) > 1",
                name="windowed",
            ),
            200,
            {5, 6},
        ),
    ],
    ids=lambda value: value.id if isinstance(value, DeclaredRule) else "",
)
def test_rows_that_break_a_rule_are_counted_kept_and_named(
    given: DeclaredRule, checked: int, rows: set[int] | None
) -> None:
    check = judge(BROKEN, given)
    assert check.error is None
    with judged(BROKEN, given) as (table, quality):
        kept = kept_rows(table, quality)
        check = declared(quality)[given.id]
    assert set.union(set(), *kept.values()) <= {given.id}
    if rows is None:
        rows = set(kept)
    assert (check.checked, check.failed, set(kept)) == (checked, len(rows), rows)
    assert [row["_row"] for row in check.sample] == sorted(rows)[:5]


@pytest.mark.parametrize(
    ("given", "observed", "holds"),
    [
        (rule("row_count", minimum=100, maximum=200), 200, True),
        (rule("row_count", maximum=99, when="cost > 100"), sum(cost > 100 for cost in COSTS), False),
        (rule("distribution", "age", statistic="mean", minimum=40, maximum=45), fmean(AGES), True),
        (rule("distribution", "cost", statistic="sum", maximum=1), sum(COSTS), False),
        (rule("distribution", "age", statistic="sd", maximum=10), stdev(AGES), False),
        (rule("distribution", "age", statistic="maximum", maximum=64), 64, True),
        (rule("distribution", "age", statistic="quantile", quantile=0.5, minimum=MIDDLE, maximum=MIDDLE), None, True),
        (rule("distribution", "age", statistic="quantile", quantile=0.5, maximum=MIDDLE - 0.1), None, False),
        (rule("distribution", "state", statistic="share", value="closed", maximum=0.4), 0.5, False),
        (rule("distribution", "state", statistic="distinct", minimum=2, maximum=2), 2, True),
        (rule("volume"), 200, True),
        (rule("freshness", "opened_at", within_seconds=86400.0), "2023-04-10", True),
        (rule("freshness", "opened_at", within_seconds=3600.0), "2023-04-10", False),
    ],
    ids=lambda value: value.id if isinstance(value, DeclaredRule) else "",
)
def test_a_figure_of_the_table_holds_or_fails_as_one(given: DeclaredRule, observed: Any, holds: bool) -> None:
    check = judge(
        sound_rows(), given, earlier_rows=(190, 195, 200, 205, 210), moment=datetime(2023, 4, 10, 2, tzinfo=UTC)
    )
    assert check.error is None
    assert (check.checked, check.failed, check.unit) == (1, 0 if holds else 1, "tables")
    assert check.observed == pytest.approx(observed) if isinstance(observed, float) else check.observed == observed


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (rule("range", "nope", minimum=0), "'nope'"),
        (rule("range", "country", minimum=0), "of the type text"),
        (rule("range", "cost", minimum="many"), "'many'"),
        (rule("pattern", "cost", pattern="a"), "about text"),
        (rule("values", "cost", values=("a",)), "'a'"),
        (rule("format", "cost", format="email"), "about text"),
        (rule("comparison", "cost", "country", operator="<"), "do not compare"),
        (rule("reference", "country", reference="planets"), "'planets'"),
        (rule("reference", "cost", reference="countries", reference_columns=("name",)), "of the type"),
        (rule("freshness", "cost", within_seconds=1), "dates or times"),
        (rule("freshness", "opened_at", within_seconds=1), "no moment"),
        (rule("volume"), "0 earlier snapshots of the table, and 5 are needed"),
        (rule("condition", condition="cost + 1", name="c"), "neither true nor false"),
        (rule("condition", condition="nope > 1", name="c"), "'nope'"),
        (rule("condition", condition="cost > 1", when="nope = 1", name="c"), "'nope'"),
        (rule("sql", sql="SELECT * FROM trial, secrets", name="s"), "secrets"),
        (rule("distribution", "country", statistic="mean", minimum=0), "of numbers"),
    ],
    ids=lambda value: value.id if isinstance(value, DeclaredRule) else "",
)
def test_what_cannot_run_says_why_and_the_others_run(given: DeclaredRule, reason: str) -> None:
    with judged(BROKEN, given, rule("missing", "age", name="other")) as (_, quality):
        checks = declared(quality)
    assert reason in (checks[given.id].error or "")
    assert not checks[given.id].passed
    assert checks["other"].failed == 1
    assert any(given.id in warning for warning in quality.warnings)


def test_an_error_shows_no_personal_value() -> None:
    check = judge(BROKEN, rule("condition", condition="CAST(email AS INTEGER) > 1", name="c"))
    assert "Could not convert" in (check.error or "")
    assert "person" not in (check.error or "")
    assert "nobody" not in (check.error or "")


def test_samples_mask_personal_values() -> None:
    check = judge(BROKEN, rule("format", "email", format="email"))
    assert check.sample == ({"_row": 7, "email": "•••"},)


def test_sql_that_does_not_end_is_stopped() -> None:
    endless = rule(
        "sql", sql="WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", name="endless"
    )
    started = datetime.now(UTC)
    check = judge(BROKEN, endless, sql_seconds=0.3)
    assert "longer than 0.3 s" in (check.error or "")
    assert datetime.now(UTC) - started < timedelta(seconds=20)


def test_groups_that_a_select_gives_are_counted_and_no_row_is_blamed() -> None:
    grouped = rule("sql", sql="SELECT country FROM trial GROUP BY country HAVING count(*) < 10", name="rare")
    check = judge(BROKEN, grouped)
    assert (check.checked, check.failed, check.condition, check.sample) == (200, 1, None, ())


def test_cells_that_could_not_be_read_as_the_type_fail_it() -> None:
    change = Change(column="cost", kind=ChangeKind.REJECTED, text="", cells=3)
    with judged(sound_rows(), rule("type", "cost", type="integer")) as (table, _):
        normalization = Normalization(dataset=table.dataset, changes=(change,), rejected_cells=3)
    check = judge(sound_rows(), rule("type", "cost", type="integer"), normalization=normalization)
    assert (check.checked, check.failed) == (203, 3)


def test_what_is_tolerated_passes_and_is_kept_all_the_same() -> None:
    given = rule("range", "cost", minimum=0, tolerance=0.01)
    with judged(BROKEN, given) as (table, quality):
        check = declared(quality)[given.id]
        assert (check.passed, check.failed, check.severity) == (True, 1, Severity.INFO)
        assert kept_rows(table, quality) == {3: {given.id}}


def test_severity_is_the_weight_and_what_is_critical_is_told_first() -> None:
    scores = {}
    for severity in Severity:
        given = rule("condition", condition="country <> 'Peru'", name="r", severity=severity)
        with judged(sound_rows(), given) as (_, quality):
            scores[severity] = next(part.score for part in quality.parts if part.dimension == "consistency")
    assert list(scores.values()) == pytest.approx([1 - weight * 67 / 200 for weight in (0.25, 0.5, 1, 2)], abs=1e-6)
    assert quality.warnings[0] == "The critical rule r fails: 67 of 200 rows."
    assert quality.broken_rules[0].id == "r"


def test_a_declared_rule_stands_in_place_of_the_check_of_its_name() -> None:
    with judged(BROKEN, rule("missing", "age", tolerance=0.5)) as (_, quality):
        checks: list[Check] = [check for check in quality.checks if check.id == "missing:age"]
    assert [check.tolerance for check in checks] == [0.5]


def test_original_names_name_columns_too() -> None:
    assert judge(BROKEN, rule("range", "COST", minimum=0)).columns == ("cost",)


def test_rows_of_one_moment_have_no_order_to_break() -> None:
    rows = sound_rows(4)
    for row, (opened, cost) in zip(rows, [(1, 5), (1, 3), (2, 5), (3, 4)], strict=True):
        row[OPENED], row[COST] = date(2024, 1, opened), cost
    assert judge(rows, rule("monotonic", "cost", by="opened_at")).failed == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_little_or_nothing_can_be_judged(rows: int) -> None:
    rules = (rule("missing", "age"), rule("unique", "number"), rule("row_count", minimum=1), rule("monotonic", "cost"))
    with judged(sound_rows(rows), *rules) as (_, quality):
        checks = declared(quality)
    assert [check.error for check in checks.values()] == [None] * 4
    assert checks["row_count"].passed == bool(rows)
    assert checks["missing:age"].checked == rows
