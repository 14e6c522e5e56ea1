"""What is not said: noise, what follows by construction, personal data, more than the data bear."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from tests.analysis.insights.tables import (
    START,
    choice,
    column,
    draw,
    findings,
    hidden,
    insights_of,
    table,
    tickets,
    times,
)
from voyant.analysis.insights import find
from voyant.analysis.insights.ranking import is_absence
from voyant.analysis.profile import profile
from voyant.domain.serialization import to_json

ROWS = 600


def test_in_noise_something_is_found_about_as_rarely_as_promised() -> None:
    """Without any signal the false discovery rate is the chance of any finding: at 5 %, 30 tables give 1.5 on average
    and more than 6 once in a thousand times."""
    tables_with_findings = 0
    for seed in range(30):
        rng = draw(seed)
        given = table(
            "noise",
            [
                column("happened", "time"),
                column("colour", "dimension"),
                column("branch", "dimension"),
                column("amount", "sum"),
                column("level", "mean"),
                column("remark", "text"),
            ],
            {
                "happened": times(rng, ROWS),
                "colour": choice(rng, ["red", "green", "blue", "grey"], ROWS, [0.4, 0.3, 0.2, 0.1]),
                "branch": choice(rng, [f"B{n}" for n in "abcdefgh"], ROWS),
                "amount": rng.lognormal(5, 1, ROWS).round(2),
                "level": rng.normal(50, 10, ROWS).round(3),
                "remark": [" ".join(rng.choice(["alpha", "bravo", "delta", "echo", "golf"], 3)) for _ in range(ROWS)],
            },
        )
        tested = [f for f in insights_of(given).findings if f.test is not None and not is_absence(f.kind)]
        tables_with_findings += any(finding.kind != "dominance" for finding in tested)
    assert tables_with_findings <= 6


def test_large_noise_gives_no_tiny_findings() -> None:
    rng = draw()
    rows = 120_000
    group = np.asarray(choice(rng, ["red", "green", "blue"], rows))
    level = rng.normal(50, 10, rows) + np.where(group == "red", 0.3, 0)  # significant, and of no consequence
    given = table(
        "t",
        [column("colour", "dimension"), column("level", "mean")],
        {"colour": [str(each) for each in group], "level": level.round(3)},
    )
    assert not findings(given, "difference")


def test_columns_that_mirror_each_other_are_named_once() -> None:
    rng = draw()
    code = choice(rng, ["A", "B", "C"], ROWS)
    name = [{"A": "Alpha", "B": "Bravo", "C": "Charly"}[each] for each in code]
    given = table(
        "t",
        [column("code", "dimension"), column("name_of_code", "dimension"), column("level", "mean")],
        {"code": code, "name_of_code": name, "level": rng.normal(5, 1, ROWS).round(3)},
    )
    found = insights_of(given)
    assert not any("name_of_code" in finding.columns for finding in found.findings)
    assert any("mirrors code" in text for text in found.skipped)


@pytest.mark.parametrize(
    "kind", ["city_and_country", "rare_group", "one_of_many", "threshold", "total", "weighted_mean", "logarithm"]
)
def test_what_follows_by_construction_is_no_finding(kind: str) -> None:
    rng = draw()
    a, b = rng.uniform(1, 100, ROWS).round(2), rng.uniform(1, 100, ROWS).round(2)
    if kind == "city_and_country":
        city = choice(rng, ["Rome", "Milan", "Paris", "Lyon"], ROWS)
        country = ["Italy" if each in {"Rome", "Milan"} else "France" for each in city]
        columns, values = (
            [column("city", "dimension"), column("country", "dimension")],
            {"city": city, "country": country},
        )
    elif kind == "rare_group":
        school = choice(rng, ["none", "college", "high", "graduate"], ROWS, [0.88, 0.04, 0.04, 0.04])
        columns = [column("school", "dimension"), column("asked", "flag")]
        values = {"school": school, "asked": [each != "none" for each in school]}
    elif kind == "one_of_many":
        region = choice(rng, ["north", "south", "west"], ROWS)
        columns = [column(name, "flag") for name in ("north", "south", "west")]
        values = {name: [each == name for each in region] for name in ("north", "south", "west")}
    elif kind == "weighted_mean":
        columns = [column("a", "mean"), column("b", "mean"), column("middle", "mean")]
        values = {"a": a, "b": b, "middle": ((a + 1.08 * b) / 2).round(2)}
    elif kind == "threshold":
        columns = [column("a", "sum"), column("size", "dimension")]
        values = {"a": a, "size": ["big" if each > 60 else "small" for each in a]}
    elif kind == "total":
        columns = [column("a", "sum"), column("b", "sum"), column("total", "sum")]
        values = {"a": a, "b": b, "total": (a + b).round(2)}
    else:
        columns = [column("a", "sum"), column("log_a", "mean")]
        values = {"a": a, "log_a": np.log(a).round(3)}
    found = insights_of(table("t", columns, values)).findings
    assert not [f for f in found if f.kind in {"association", "difference", "share_difference"}]


def test_parts_of_the_date_are_no_groupings() -> None:
    rng = draw()
    at = times(rng, ROWS)
    month = column("month_name", "dimension")
    given = table(
        "t",
        [column("happened", "time"), month, column("level", "mean")],
        {"happened": at, "month_name": [f"{each:%B}" for each in at], "level": rng.normal(5, 1, ROWS).round(3)},
    )
    assert not any("month_name" in finding.columns for finding in insights_of(given).findings)


def test_records_taken_at_regular_times_are_not_counted() -> None:
    rng = draw()
    given = table(
        "t",
        [column("happened", "time"), column("station", "dimension"), column("level", "mean")],
        {
            "happened": [START + timedelta(hours=n // 2) for n in range(1200)],
            "station": ["East", "West"] * 600,
            "level": rng.normal(5, 1, 1200).round(3),
        },
    )
    found = insights_of(given).findings
    assert not any(finding.text.startswith("Records ") for finding in found)
    assert not any(finding.kind in {"even_distribution", "surge", "dominance"} for finding in found)


@pytest.mark.parametrize("value", ["None", "n/a", "not_applicable", "Unknown"])
def test_that_nothing_is_frequent_is_no_finding(value: str) -> None:
    rng = draw()
    company = [value if rng.random() < 0.8 else f"Firm {rng.integers(100)}" for _ in range(ROWS)]
    reason = choice(rng, [value, "Price", "Time"], ROWS, [0.8, 0.1, 0.1])
    columns = [column("company", "dimension"), column("reason", "dimension")]
    found = insights_of(table("t", columns, {"company": company, "reason": reason})).findings
    assert not [f for f in found if f.kind in {"dominance", "concentration"}]


def test_unevenness_beyond_chance_is_not_called_even() -> None:
    colour = ["red"] * 2680 + ["green"] * 3430 + ["blue"] * 3750
    assert not findings(table("t", [column("colour", "dimension")], {"colour": colour}), "even_distribution")


def test_amounts_of_nothing_are_no_repetition() -> None:
    rng = draw()
    amount = np.where(rng.random(ROWS) < 0.3, 0, rng.uniform(1, 9000, ROWS).round(2))
    user = choice(rng, [f"user {number}" for number in range(20)], ROWS, [0.43, *[0.03] * 19])
    given = table("t", [column("user", "dimension"), column("amount", "sum")], {"user": user, "amount": amount})
    assert not findings(given, "repetition")


def test_what_wanders_is_not_called_flat() -> None:
    at = [datetime(2012 + month // 12, month % 12 + 1, 1) for month in range(120)]
    level = 100 + 2 * np.sin(2 * np.pi * np.arange(120) / 60) + draw().normal(0, 0.1, 120)
    given = table("t", [column("at", "time"), column("level", "mean")], {"at": at, "level": level})
    assert not findings(given, "no_trend")


def test_personal_values_appear_nowhere() -> None:
    given = tickets()
    secret = replace(
        given,
        dataset=replace(
            given.dataset, columns=tuple(hidden(c.name) if c.name == "agent" else c for c in given.dataset.columns)
        ),
    )
    rng = draw()
    claims = table(
        "claims",
        [hidden("claimant"), column("amount", "sum")],
        {
            "claimant": [
                *choice(rng, [f"Person {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUV"], 600),
                *["Person Q"] * 400,
            ],
            "amount": [*rng.uniform(1, 9999, 600).round(2), *[512.85] * 400],
        },
    )
    written = [to_json(insights_of(each)).decode() for each in (secret, claims)]
    assert "Agent " not in written[0]
    assert "Person " not in written[1]
    assert "one claimant" in written[1].lower()


def test_a_missing_end_that_never_comes_is_no_backlog() -> None:
    rng = draw()
    opened = times(rng, ROWS)
    never = rng.random(ROWS) < 0.4
    closed = [None if lost else at + timedelta(days=2) for lost, at in zip(never, opened, strict=True)]
    from tests.analysis.insights.tables import duration

    given = table(
        "t",
        [column("opened_at", "time"), column("closed_at", "time"), duration("taken", "opened_at", "closed_at")],
        {"opened_at": opened, "closed_at": closed},
    )
    assert not findings(given, "backlog")


@pytest.mark.parametrize("rows", [1, 2, 5, 12])
def test_tiny_tables_are_no_trouble(rows: int) -> None:
    rng = draw()
    given = table(
        "t",
        [column("happened", "time"), column("colour", "dimension"), column("level", "mean"), column("note", "text")],
        {
            "happened": times(rng, rows),
            "colour": choice(rng, ["red", "green"], rows),
            "level": rng.normal(5, 1, rows).round(3),
            "note": ["word here"] * rows,
        },
    )
    assert not [
        f
        for f in insights_of(given).findings
        if f.test is not None and f.test.q_value > 0.05 and not is_absence(f.kind)
    ]


def test_columns_without_values_are_no_trouble() -> None:
    given = table(
        "t",
        [column("happened", "time"), column("colour", "dimension"), column("level", "mean")],
        {
            "happened": [datetime(2023, 1, 1)] * 40,
            "colour": ["red"] * 40,
            "level": [None] * 39 + [1.5],
        },
    )
    assert insights_of(given).findings == ()


def test_names_and_values_that_look_like_sql_or_markup() -> None:
    rng = draw()
    group = np.asarray(choice(rng, ["it's", 'a "b"', "'; DROP TABLE x; --", "50 %"], ROWS))
    level = rng.normal(10, 1, ROWS) + np.where(group == "it's", 5, 0)
    given = table(
        'odd "name"',
        [column('colour "x"', "dimension"), column("level; select", "mean")],
        {'colour "x"': [str(each) for each in group], "level; select": level.round(3)},
    )
    (difference,) = findings(given, "difference")
    assert "“it's”" in difference.text


def test_a_sample_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.analysis.insights.frame.MOST_ROWS", 300)
    given = tickets()
    found = find(given, profile(given))
    assert found.sample is not None
    assert 150 < found.sample < 450
    assert found.findings


def test_columns_beyond_the_bounds_are_named() -> None:
    rng = draw()
    names = [f"m{number}" for number in range(14)]
    given = table(
        "t", [column(name, "mean") for name in names], {name: rng.normal(5, 1, 200).round(3) for name in names}
    )
    assert any("14 measures" in text for text in insights_of(given).skipped)
