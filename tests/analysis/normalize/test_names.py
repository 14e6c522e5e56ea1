from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.analysis.normalize.names import LONGEST_NAME, snake_case, unique_names


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("Order Date", "order_date"),
        ("customerID", "customer_id"),
        ("SibSp", "sib_sp"),
        ("gdpPercap", "gdp_percap"),
        ("HTTPStatusCode", "http_status_code"),
        ("Größe (cm)", "grosse_cm"),
        ("Année", "annee"),
        ("% of Total", "pct_of_total"),
        ("Amount ($)", "amount_usd"),
        ("Preis €", "preis_eur"),
        ("# Items", "number_items"),
        ("R&D", "r_and_d"),
        ("driver's age", "drivers_age"),
        ("address.city", "address_city"),
        ("🎉", "party_popper"),
        ("Sales 📈", "sales"),
        ("Warm ☀️ Days", "warm_days"),
        ("Count ♀", "count_female_sign"),
        ("Country 🇩🇪", "country_de"),
        ("🇩🇪🇫🇷", "de_fr"),
        ("2019", "_2019"),
        ("select", "select"),
        ('a"b;DROP TABLE x', "a_b_drop_table_x"),
        ("数量", "数量"),
        ("  ", ""),
    ],
)
def test_snake_case(original, name):
    assert snake_case(original) == name


@given(st.lists(st.text(max_size=80), min_size=1, max_size=20))
def test_names_are_unique_speakable_and_short(originals):
    names = unique_names(originals)
    assert len(names) == len(originals)
    assert len(set(names)) == len(names)
    for name in names:
        assert name
        assert len(name) <= LONGEST_NAME + 8
        assert name == name.lower()
        assert all(character.isalnum() or character == "_" for character in name)


@given(st.text(alphabet="abcXYZ019_ -", max_size=30))
def test_snake_case_leaves_its_own_names_alone(original):
    name = snake_case(original)
    assert snake_case(name) == name
