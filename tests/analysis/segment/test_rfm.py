"""Recency, frequency and amount: scores by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

from tests.analysis.segment.people import grouped, purchases, rows, told
from voyant.analysis.rfm import RULES

LAST = datetime(2024, 6, 30, 18)


def test_every_pair_of_scores_has_exactly_one_name() -> None:
    for recency, frequency in product(range(1, 6), repeat=2):
        named = [
            rule.name
            for rule in RULES
            if rule.recency[0] <= recency <= rule.recency[1] and rule.frequency[0] <= frequency <= rule.frequency[1]
        ]
        assert len(named) == 1


def sold() -> list[tuple[str, str, datetime, str, float]]:
    """Customer n of 25 bought n times, last 10 * (25 - n) days before the end, for 100 each time; a purchase has two
    rows. One returned something, one never bought."""
    made = []
    for number in range(1, 26):
        for order in range(number):
            at = LAST - timedelta(days=10 * (25 - number) + order)
            made += [(f"C{number:02}", f"{number}-{order}", at, "NL", amount) for amount in (60.0, 40.0)]
    made.append(("C25", "25-0", LAST, "NL", -500.0))
    made.append(("C26", "26-0", LAST, "NL", -20.0))
    return made


def test_scores_are_quintiles_as_of_the_last_date() -> None:
    given = purchases(sold())
    answer = grouped(given, clusters=2)
    rfm = answer.result.rfm
    assert rfm is not None
    assert (rfm.as_of, rfm.order, rfm.entities, rfm.without_purchase, rfm.returns) == (
        "2024-06-30",
        "order_id",
        25,
        1,
        2,
    )
    by_customer = {row["customer_id"]: row for row in rows(given, answer, "segment_rfm")}
    assert len(by_customer) == 25
    for number in range(1, 26):
        row = by_customer[f"C{number:02}"]
        assert row["purchases"] == number
        assert row["days_since_last"] == 10 * (25 - number)
        assert row["recency"] == row["frequency"] == (number - 1) // 5 + 1
    assert float(by_customer["C25"]["amount"]) == 2500 - 500
    assert by_customer["C25"]["monetary"] == 4  # of 25 customers 19 spent less: the return took 500 off
    assert by_customer["C01"]["rfm_segment"] == "hibernating"
    assert by_customer["C25"]["rfm_segment"] == "champions"
    champions = next(segment for segment in rfm.segments if segment.name == "champions")
    assert (champions.entities, champions.share) == (5, 0.2)
    assert champions.amount == sum(100 * number for number in range(21, 26)) - 500


def test_equal_customers_have_equal_scores() -> None:
    made = [
        (f"C{number:02}", f"{number}", LAST - timedelta(days=number), "NL", 10.0 + number)
        for number in range(30)
        for _ in range(2)
    ]
    given = purchases(made)
    answer = grouped(given, clusters=2, columns=("amount",), entity="customer_id")
    assert {row["frequency"] for row in rows(given, answer, "segment_rfm")} == {1}


def test_the_sentences_name_those_who_matter() -> None:
    given = purchases(sold())
    texts = {finding.kind: finding.text for finding in told(given, grouped(given, clusters=2))}
    assert texts["rfm_segments"].startswith("20 % of the customers (5), the “champions” who bought lately and often")


def test_an_amount_may_be_an_expression() -> None:
    given = purchases(sold())
    rfm = grouped(given, clusters=2, entity="customer_id", amount="sum(amount * 2)").result.rfm
    assert rfm is not None
    assert sum(segment.amount for segment in rfm.segments) == 2 * (100 * 325 - 500)
