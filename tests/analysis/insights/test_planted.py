"""What is planted in a table is found, said of the right values, with numbers close to those planted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.analysis.insights.tables import (
    START,
    choice,
    column,
    draw,
    duration,
    findings,
    insights_of,
    table,
    tickets,
    times,
)
from voyant.domain.finding import Finding
from voyant.domain.table import ColumnType

ROWS = 800
GROUPS = ["red", "green", "blue", "grey"]


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\.?\d*", text)]


def test_a_trend_of_a_measure() -> None:
    rng = draw()
    at = times(rng, ROWS)
    level = np.linspace(20, 40, ROWS) + rng.normal(0, 6, ROWS)
    given = table("t", [column("at_time", "time"), column("level", "mean")], {"at_time": at, "level": level.round(3)})
    (found,) = findings(given, "trend")
    assert found.text.startswith("Average level rises over time: from 2")
    assert found.test is not None
    assert found.test.q_value < 0.001


def test_a_step_is_told_as_a_step_with_its_month() -> None:
    rng = draw()
    at = times(rng, ROWS)
    level = np.where(np.asarray(at) < datetime(2023, 8, 1), 20, 32) + rng.normal(0, 5, ROWS)
    given = table("t", [column("at_time", "time"), column("level", "mean")], {"at_time": at, "level": level.round(3)})
    (found,) = findings(given, "break")
    assert "steps up in August 2023" in found.text
    before, after = (number for number in numbers(found.text) if number != 2023)
    assert before == pytest.approx(20, abs=1)
    assert after == pytest.approx(32, abs=1)


def test_that_there_is_no_trend_is_said_with_its_bound() -> None:
    rng = draw()
    given = table(
        "t",
        [column("at_time", "time"), column("level", "mean")],
        {"at_time": times(rng, ROWS), "level": rng.normal(30, 3, ROWS).round(3)},
    )
    told = findings(given, "no_trend")
    assert {finding.columns[0] for finding in told} == {"at_time", "level"}
    assert all(finding.test is not None and "95 %" in finding.test.note for finding in told)


def test_a_group_that_departs_from_the_others_and_since_when() -> None:
    rng = draw()
    at, group = times(rng, ROWS), choice(rng, GROUPS, ROWS)
    months = np.asarray([each.month for each in at])
    level = 20 + np.where(np.asarray(group) == "blue", 4.0 * np.maximum(0, months - 6), 0) + rng.normal(0, 3, ROWS)
    given = table(
        "t",
        [column("at_time", "time"), column("colour", "dimension"), column("level", "mean")],
        {"at_time": at, "colour": group, "level": level.round(3)},
    )
    found = findings(given, "group_trend")[0]
    assert "rises for “blue” (colour)" in found.text
    assert re.search(r"the two part in (June|July|August) 2023", found.text)


def test_a_surge_of_a_group_and_who_is_behind_it() -> None:
    rng = draw()
    at, group = times(rng, ROWS), choice(rng, GROUPS, ROWS)
    place = choice(rng, ["North", "South", "East"], ROWS)
    extra = [datetime(2023, 6, 1) + timedelta(minutes=int(m)) for m in rng.integers(0, 61 * 1440, 160)]
    given = table(
        "t",
        [column("at_time", "time"), column("colour", "dimension"), column("place", "dimension")],
        {
            "at_time": [*at, *extra],
            "colour": [*group, *["green"] * len(extra)],
            "place": [*place, *choice(rng, ["North", "South"], len(extra), [0.9, 0.1])],
        },
    )
    surges = [finding.text for finding in findings(given, "surge")]
    assert any(text.startswith("“green” (colour) records surge from June 2023 to July 2023") for text in surges)
    makeup = findings(given, "surge_makeup")[0]
    assert "surge of “green” (colour)" in makeup.text
    assert "North (place)" in makeup.text


def test_weekdays() -> None:
    rng = draw()
    at = []
    for day in range(365):
        count = rng.poisson(2 if (START + timedelta(days=day)).weekday() >= 5 else 8)
        at += [START + timedelta(days=day, minutes=int(minute)) for minute in rng.integers(0, 1440, count)]
    given = table("t", [column("at_time", "time")], {"at_time": at})
    weekdays = [finding.text for finding in findings(given, "season") if "day" in finding.text]
    assert weekdays
    assert re.search(r"the fewest on (Saturdays|Sundays)", weekdays[0])


def test_an_hour_that_hardly_occurs_is_the_one_with_fewest_records() -> None:
    rng = draw()
    hours = rng.choice([8, 9, 10, 11], 1200, p=[0.2, 0.2, 0.4, 0.2])
    hours[:2] = 5
    extra = rng.choice([12, 13, 14], 300)
    at = [START + timedelta(days=int(rng.integers(0, 60)), hours=int(hour)) for hour in [*hours, *extra]]
    found = [f.text for f in findings(table("t", [column("at_time", "time")], {"at_time": at}), "season")]
    assert any(re.match(r"Most records fall at 10:00 .*, the fewest at 5:00", text) for text in found)


def _monthly(values: np.ndarray, kind: str) -> list[Finding]:
    at = [datetime(2012 + month // 12, month % 12 + 1, 1) for month in range(len(values))]
    return findings(table("t", [column("at", "time"), column("level", "mean")], {"at": at, "level": values}), kind)


def test_months_of_whole_years_that_rise() -> None:
    month = np.arange(48)
    (found,) = _monthly(100 + month + 30 * np.sin(2 * np.pi * month / 12) + draw().normal(0, 2, 48), "season")
    assert re.match(
        r"Average level is highest in (March|April|May) .* and lowest in (September|October|November)", found.text
    )


def test_a_rise_within_each_year_is_no_season() -> None:
    assert not _monthly(100 * 1.03 ** np.arange(96) + draw().normal(0, 1, 96), "season")


def test_a_fall_that_turns_into_a_rise() -> None:
    month = np.arange(60)
    (found,) = _monthly(100 + np.abs(month - 24) + draw().normal(0, 0.3, 60), "turn")
    assert re.match(
        r"Average level falls from 12\d in \w+ 2012 to 100 in \w+ 201[34], then rises to 13\d in \w+ 2016", found.text
    )
    assert not _monthly(100 + np.abs(month - 24) + draw().normal(0, 0.3, 60), "no_trend")


@pytest.mark.parametrize("seed", range(20))
def test_noise_does_not_turn(seed: int) -> None:
    assert not _monthly(draw(seed).normal(100, 20, 60), "turn")


def test_dominance_and_evenness() -> None:
    rng = draw()
    given = table(
        "t",
        [column("colour", "dimension"), column("agent", "dimension"), column("shift", "dimension")],
        {
            "colour": choice(rng, GROUPS, ROWS, [0.7, 0.1, 0.1, 0.1]),
            "agent": choice(rng, ["Ann", "Bob", "Cid", "Dee"], ROWS),
            "shift": choice(rng, ["day", "night", "swing"], ROWS),
        },
    )
    (dominant,) = findings(given, "dominance")
    assert dominant.text.startswith("“red” is the most frequent colour")
    (even,) = findings(given, "even_distribution")
    assert set(even.columns) == {"agent", "shift"}


def test_groups_that_differ_and_groups_that_do_not() -> None:
    rng = draw()
    group, agent = choice(rng, GROUPS, ROWS), choice(rng, ["Ann", "Bob", "Cid"], ROWS)
    level = rng.normal(30, 5, ROWS) + np.where(np.asarray(group) == "grey", 6, 0)
    given = table(
        "t",
        [column("colour", "dimension"), column("agent", "dimension"), column("level", "mean", unit="days")],
        {"colour": group, "agent": agent, "level": level.round(3)},
    )
    (difference,) = findings(given, "difference")
    assert "average level is highest for “grey”" in difference.text
    assert numbers(difference.text)[1] == pytest.approx(36, abs=1)
    (same,) = findings(given, "no_difference")
    assert same.columns == ("level", "agent")


def test_a_few_large_values_do_not_make_a_group_the_highest() -> None:
    rng = draw()
    group = np.asarray(choice(rng, GROUPS, ROWS))
    amount = rng.lognormal(3, 0.4, ROWS) * np.where(group == "blue", 1.6, 1)
    amount[np.flatnonzero(group == "red")[:2]] = 50_000
    given = table(
        "t",
        [column("colour", "dimension"), column("amount", "sum")],
        {"colour": [str(each) for each in group], "amount": amount.round(2)},
    )
    (difference,) = findings(given, "difference")
    assert "median amount is highest for “blue”" in difference.text


def test_a_picture_draws_what_its_sentence_tells() -> None:
    rng = draw()
    pieces = rng.integers(1, 60, 2 * ROWS)
    price = (rng.lognormal(2, 1.3, 2 * ROWS) / pieces).round(4)
    columns = [column("pieces", "sum"), column("price", "mean")]
    given = table("t", columns, {"pieces": pieces, "price": price})
    (found,) = [each for each in findings(given, "association") if each.columns == ("price", "pieces")]
    assert found.text.startswith("Median price falls with pieces")
    assert found.view is not None
    assert found.view.title == "Median price by pieces"
    assert 'median("price")' in found.view.sql


def test_shares_are_told_of_the_outcome() -> None:
    rng = draw()
    kind = choice(rng, ["Travel", "Assets", "Services"], ROWS)
    declined = [rng.random() < (0.45 if each == "Travel" else 0.08) for each in kind]
    given = table(
        "t",
        [column("state", "dimension"), column("kind", "dimension")],
        {"state": ["Declined" if each else "Processed" for each in declined], "kind": kind},
    )
    (found,) = findings(given, "share_difference")
    assert found.text.startswith("By kind, the share of Declined (state) is highest for Travel")


@pytest.mark.parametrize("coded", [False, True])
def test_two_columns_of_yes_and_no_that_go_together(coded: bool) -> None:
    rng = draw()
    insured = rng.random(ROWS) < 0.3
    denied = rng.random(ROWS) < np.where(insured, 0.1, 0.4)
    more: dict[str, Any] = {"type": ColumnType.INTEGER, "engine_type": "BIGINT"} if coded else {}
    kind = "dimension" if coded else "flag"
    given = table(
        "t",
        [column("insured", kind, **more), column("denied", kind, **more)],
        {
            name: [int(v) if coded else bool(v) for v in each]
            for name, each in (("insured", insured), ("denied", denied))
        },
    )
    (found,) = findings(given, "share_difference")
    what, yes, no = ("denied 1", "1", "0") if coded else ("denied", "true", "false")
    assert re.match(
        rf"The share of {what} is 4\S* % where insured is {no}, against 1\S* % where it is {yes}", found.text
    )


def test_an_outcome_is_told_by_the_measure_it_depends_on() -> None:
    rng = draw()
    balance = rng.uniform(0, 2000, 2 * ROWS).round(0)
    default = rng.random(2 * ROWS) < np.where(balance >= 1500, 0.5, 0.05)
    columns = [column("default", "flag"), column("balance", "mean")]
    given = table("t", columns, {"default": [bool(each) for each in default], "balance": balance})
    found = insights_of(given).findings[0]
    assert re.match(
        r"The share of default rises with balance: [3-7]\S* % below 1,500, (4|5)\S* % from 1,500 on", found.text
    )


def test_numbers_that_name_groups_stand_with_their_column() -> None:
    rng = draw()
    level, month = rng.integers(1, 6, ROWS), rng.integers(1, 13, ROWS)
    whole: dict[str, Any] = {"type": ColumnType.INTEGER, "engine_type": "BIGINT"}
    given = table(
        "t",
        [column("level", "dimension", **whole), column("month", "dimension", **whole), column("pay", "mean")],
        {"level": level, "month": month, "pay": rng.normal(10, 1, ROWS) + 4 * (level == 5) + 4 * (month == 6)},
    )
    texts = [found.text for found in findings(given, "difference")]
    assert any(text.startswith("By level, average pay is highest for 5 (") for text in texts)
    assert any(text.startswith("By month, average pay is highest for June (") for text in texts)


def test_the_most_frequent_number_is_told_by_its_column() -> None:
    stars = draw().choice([1, 2, 3], ROWS, p=[0.8, 0.1, 0.1])
    given = table("t", [column("stars", "dimension", type=ColumnType.INTEGER, engine_type="BIGINT")], {"stars": stars})
    (found,) = findings(given, "dominance")
    assert re.match(r"The most frequent stars by far is 1: 6\d\d records, ", found.text)


def test_two_groupings_that_only_together_matter() -> None:
    rng = draw()
    group, place = np.asarray(choice(rng, GROUPS, ROWS)), np.asarray(choice(rng, ["North", "South"], ROWS))
    level = rng.normal(10, 2, ROWS) + np.where((group == "red") & (place == "South"), 8, 0)
    given = table(
        "t",
        [column("colour", "dimension"), column("place", "dimension"), column("level", "mean")],
        {"colour": [str(g) for g in group], "place": [str(p) for p in place], "level": level.round(3)},
    )
    found = findings(given, "interaction")[0]
    assert "“red” (colour)" in found.text
    assert "South (place)" in found.text


def test_brackets_stand_where_the_steps_are() -> None:
    rng = draw()
    amount = rng.uniform(0, 1000, ROWS)
    days = np.where(amount < 100, 0, np.where(amount < 500, 2, 5)) + rng.uniform(0, 0.5, ROWS)
    given = table(
        "t",
        [column("amount", "sum", unit="USD"), column("duration", "mean", unit="days")],
        {"amount": amount.round(2), "duration": days.round(3)},
    )
    (found,) = findings(given, "association")
    assert "below $100," in found.text
    assert "between $100 and $500" in found.text
    assert "from $500 on" in found.text


def test_a_link_that_a_third_column_explains() -> None:
    rng = draw()
    size = np.asarray(choice(rng, ["small", "medium", "large"], ROWS))
    base = np.select([size == "small", size == "medium"], [10.0, 20.0], 30.0)
    given = table(
        "t",
        [column("size", "dimension"), column("weight", "mean"), column("score", "mean")],
        {
            "size": [str(each) for each in size],
            "weight": (base + rng.normal(0, 3, ROWS)).round(3),
            "score": (base + rng.normal(0, 3, ROWS)).round(3),
        },
    )
    (found,) = findings(given, "association")
    assert found.text.endswith("within each size little of it is left.")


def test_simpsons_paradox_is_named() -> None:
    rng = draw()
    size = np.asarray(choice(rng, ["small", "medium", "large"], ROWS))
    base = np.select([size == "small", size == "medium"], [10.0, 20.0], 30.0)
    inside = rng.normal(0, 3, ROWS)
    given = table(
        "t",
        [column("size", "dimension"), column("weight", "mean"), column("score", "mean")],
        {
            "size": [str(each) for each in size],
            "weight": (base + inside).round(3),
            "score": (base - inside + rng.normal(0, 1, ROWS)).round(3),
        },
    )
    assert any("it is the other way round" in finding.text for finding in findings(given, "association"))


def test_a_link_within_one_group_only() -> None:
    rng = draw()
    group = np.asarray(choice(rng, GROUPS, ROWS))
    cost = rng.uniform(10, 100, ROWS)
    span = np.where(group == "green", cost / 4, 12.0) + rng.normal(0, 3, ROWS)
    given = table(
        "t",
        [column("colour", "dimension"), column("cost", "sum"), column("span", "mean")],
        {"colour": [str(g) for g in group], "cost": cost.round(2), "span": span.round(3)},
    )
    found = findings(given, "group_association")[0]
    assert "Among “green” (colour) records" in found.text


def test_an_outlier_is_named_by_its_row() -> None:
    rng = draw()
    level = rng.normal(100, 5, ROWS).round(3)
    level[11] = 1048
    given = table(
        "t",
        [column("code", "id"), column("level", "mean")],
        {"code": [f"C{number}" for number in range(ROWS)], "level": level},
    )
    (found,) = findings(given, "outliers")
    assert "1,048" in found.text
    assert "C11" in found.text


def test_a_long_tail_is_no_outlier() -> None:
    rng = draw()
    given = table("t", [column("amount", "sum")], {"amount": rng.lognormal(3, 1, 5000).round(2)})
    assert not findings(given, "outliers")


def test_repeated_claims_of_one_actor() -> None:
    rng = draw()
    actors = [f"user{number}" for number in range(40)]
    given = table(
        "t",
        [column("claimant", "dimension"), column("kind", "dimension"), column("amount", "sum")],
        {
            "claimant": [*choice(rng, actors, ROWS), *["user7"] * 30],
            "kind": [*choice(rng, ["Travel", "Meals", "Other"], ROWS), *["Meals"] * 30],
            "amount": [*rng.uniform(1, 9999, ROWS).round(2), *[512.85] * 30],
        },
    )
    (found,) = findings(given, "repetition")
    assert "30" in found.text
    assert "user7" in found.text
    assert "Meals" in found.text


def test_concentration_on_one_actor() -> None:
    rng = draw()
    names = [f"user{number}" for number in range(150)]
    given = table("t", [column("customer", "dimension")], {"customer": [*choice(rng, names, ROWS), *["user3"] * 200]})
    (found,) = findings(given, "concentration")
    assert "user3" in found.text


def test_words_and_ids_of_texts() -> None:
    given = tickets()
    ids = findings(given, "repeated_id")
    assert [finding.text.split("”")[0] for finding in ids] == ["“pump417"]
    marking = [finding.text for finding in findings(given, "marking_term")]
    assert any("Field (team)" in text and "pump" in text for text in marking)


def test_values_missing_in_one_group() -> None:
    rng = draw()
    place = choice(rng, ["North", "South", "East"], ROWS)
    level = [None if each == "East" and rng.random() < 0.6 else float(rng.normal(5, 1)) for each in place]
    given = table("t", [column("place", "dimension"), column("level", "mean")], {"place": place, "level": level})
    (found,) = findings(given, "missing_by_group")
    assert "records without level is highest for East" in found.text


def test_records_that_pile_up() -> None:
    rng = draw()
    opened = times(rng, ROWS)
    slow = [timedelta(days=float(rng.uniform(1, 90 if 7 <= at.month <= 8 else 6))) for at in opened]
    given = table(
        "t",
        [column("opened_at", "time"), column("closed_at", "time"), duration("taken", "opened_at", "closed_at")],
        {"opened_at": opened, "closed_at": [at + span for at, span in zip(opened, slow, strict=True)]},
    )
    (found,) = findings(given, "backlog")
    assert re.search(r"rise to \d+ at the end of (July|August|September) 2023", found.text)


def test_findings_are_ranked_and_numbered() -> None:
    given = insights_of(tickets())
    assert [finding.id for finding in given.findings] == [f"f{n}" for n in range(1, len(given.findings) + 1)]
    scores = [finding.score for finding in given.findings]
    assert scores == sorted(scores, reverse=True)
    assert len({finding.text for finding in given.findings}) == len(given.findings)
