"""Templates of customers, with figures computed by hand."""

from __future__ import annotations

from tests.analysis.kpi.templates.tables import AMOUNT, CUSTOMER, DAY, ORDER, asked, money, on, rows_of, said


def test_new_customers_are_those_without_an_earlier_row() -> None:
    rows = [
        (on("2024-01-01"), "a"),
        (on("2024-01-02"), "a"),
        (on("2024-01-31"), "b"),
        (on("2024-03-01"), "a"),
        (on("2024-03-31"), "c"),
        (on("2024-03-31"), None),
    ]
    result = asked("customer_count_by_period", [DAY, CUSTOMER], rows, grain="month")
    assert rows_of(result, "period", "customers", "new_customers", "returning_customers") == [
        ("2024-01-01", 2, 2, 0),
        ("2024-02-01", 0, 0, 0),
        ("2024-03-01", 2, 1, 1),
    ]
    assert said(result) == "2 customers came in March 2024, 1 of them for the first time."


def test_customers_are_split_into_groups_of_equal_size() -> None:
    rows = [("a", money(50)), ("b", money(20)), ("b", money(10)), ("c", money(15)), ("d", money(5)), ("e", None)]
    rows += [(None, money(1000))]
    result = asked("customer_revenue_distribution", [CUSTOMER, AMOUNT], rows, groups=2)
    names = ("customer_group", "customers", "revenue", "share_percent", "cumulative_percent")
    assert rows_of(result, *names) == [(1, 3, 95, 95.0, 95.0), (2, 2, 5, 5.0, 100.0)]  # 50 + 30 + 15, and 5 + 0
    assert rows_of(result, "average_revenue", "least_revenue", "most_revenue") == [
        (31.66666667, 15, 50),
        (2.5, 0, 5),
    ]
    assert said(result) == "The 3 customers who bring in most account for 95 % of amount, among 5."


# Five customers, so that each fifth is one of them: a bought last, most often and for the most.
BOUGHT = [
    *((on("2024-06-30"), "a", order, money(10)) for order in range(1, 6)),  # 5 orders, 50
    *((on("2024-06-20"), "b", order, money(10)) for order in range(11, 15)),  # 4 orders, 40
    *((on("2024-05-01"), "c", order, money(10)) for order in range(21, 24)),  # 3 orders, 30
    *((on("2024-03-01"), "d", order, money(10)) for order in range(31, 33)),  # 2 orders, 20
    (on("2024-01-01"), "e", 41, money(10)),  # 1 order, 10
    (on("2024-06-30"), "e", 42, money(-3)),  # a return is no purchase, and is subtracted
    (on("2024-06-30"), "f", 51, money(-3)),  # who never bought is no customer
]


def test_customers_are_scored_by_fifths() -> None:
    result = asked("rfm_segments", [DAY, CUSTOMER, ORDER, AMOUNT], BOUGHT, rows="customers")
    names = ("customer", "recency_days", "frequency", "revenue", "recency_score", "frequency_score", "revenue_score")
    assert rows_of(result, *names, "segment") == [  # days to 30 June 2024
        ("a", 0, 5, 50, 5, 5, 5, "champions"),
        ("b", 10, 4, 40, 4, 4, 4, "loyal"),
        ("c", 60, 3, 30, 3, 3, 3, "need attention"),
        ("d", 121, 2, 20, 2, 2, 2, "hibernating"),
        ("e", 181, 1, 7, 1, 1, 1, "hibernating"),
    ]
    assert result.findings == ()


def test_segments_are_counted_and_described() -> None:
    result = asked("rfm_segments", [DAY, CUSTOMER, ORDER, AMOUNT], BOUGHT)
    names = ("segment", "customers", "share_percent", "revenue", "average_recency_days", "average_frequency")
    assert rows_of(result, *names)[:2] == [
        ("hibernating", 2, 40.0, 27, 151.0, 1.5),  # (121 + 181) / 2, (2 + 1) / 2
        ("champions", 1, 20.0, 50, 0.0, 5.0),
    ]
    assert said(result) == (
        "The largest group of customers by recency and frequency is “hibernating”: 2 of 5, with 18.4 % of amount."
    )  # 27 / 147


def test_customers_who_are_alike_get_the_same_score() -> None:
    rows = [(on("2024-06-30"), name, number, money(10)) for number, name in enumerate("abcdefg")]
    result = asked("rfm_segments", [DAY, CUSTOMER, ORDER, AMOUNT], rows, rows="customers", time="day")
    assert set(rows_of(result, "recency_score", "frequency_score", "revenue_score")) == {(1, 1, 1)}


def test_recency_is_counted_to_the_day_that_is_given() -> None:
    result = asked("rfm_segments", [DAY, CUSTOMER, ORDER, AMOUNT], BOUGHT, rows="customers", as_of="2024-06-25")
    assert rows_of(result, "customer", "recency_days")[0] == ("b", 5)  # what came later does not count
    assert "a" not in [name for (name,) in rows_of(result, "customer")]
