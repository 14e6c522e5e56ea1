"""Formats in the engine's SQL accept what the standards' own readers in Python accept."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.normalize.personal import is_card_number, is_iban
from voyant.analysis.quality.declared.formats import FORMATS, misfit

COLUMN = column("cell", "VARCHAR")


def accepted(texts: list[str], name: str) -> list[bool]:
    with table_of([COLUMN], [[text] for text in texts]) as table:
        return [not row["bad"] for row in table.query(f"SELECT {misfit(COLUMN, name)} AS bad FROM trial")]


def reads(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    def can(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return can


hexadecimal = st.text("0123456789abcdefABCDEF", max_size=5)
LIKE_IPV6 = st.lists(st.sampled_from([":", "::", "1", "ab", "12345", "1.2.3.4"]) | hexadecimal, max_size=17).map(
    "".join
) | st.ip_addresses(v=6).map(str)
LIKE_IPV4 = st.lists(st.integers(0, 300).map(str) | st.just("01"), min_size=3, max_size=5).map(".".join)
LIKE_IBAN = st.sampled_from(["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300"]).flatmap(
    lambda iban: st.tuples(st.just(iban), st.integers(0, len(iban) - 1), st.sampled_from("0A9Z ")).map(
        lambda given: given[0][: given[1]] + given[2] + given[0][given[1] + 1 :]
    )
)
LIKE_CARD = st.integers(4 * 10**15, 4 * 10**15 + 10**6).map(str)


@pytest.mark.parametrize(
    ("name", "texts", "oracle"),
    [
        ("ipv6", LIKE_IPV6, reads(ipaddress.IPv6Address)),
        ("ipv4", LIKE_IPV4, reads(ipaddress.IPv4Address)),
        ("iban", LIKE_IBAN, is_iban),
        ("card", LIKE_CARD, is_card_number),
        ("date", st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]", fullmatch=True), reads(date.fromisoformat)),
    ],
)
def test_the_engine_and_python_agree(name: str, texts: st.SearchStrategy[str], oracle: Callable[[str], bool]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(st.lists(texts, min_size=20, max_size=60))
    def agree(found: list[str]) -> None:
        # The calendar of Python begins with the year 1.
        found = [text for text in found if not (name == "date" and text.startswith("0000"))]
        assert dict(zip(found, accepted(found, name), strict=True)) == {text: oracle(text) for text in found}

    agree()


GOOD = {
    "card": ["4111 1111 1111 1111"],
    "country": ["NL", "NO"],
    "country3": ["NLD"],
    "currency": ["EUR", "XAU"],
    "date": ["2024-02-29"],
    "datetime": ["2024-02-29T10:00:00Z", "2024-02-29 10:00:00.5+01:00"],
    "e164": ["+31201234567"],
    "email": ["a.b+c@example.org"],
    "hostname": ["example.org", "localhost"],
    "iban": ["GB82 WEST 1234 5698 7654 32"],
    "ip": ["127.0.0.1", "::1"],
    "ipv4": ["127.0.0.1"],
    "ipv6": ["2001:db8::1", "::ffff:1.2.3.4"],
    "language": ["nl"],
    "phone": ["+31 20 123 4567"],
    "time": ["23:59", "23:59:59.999"],
    "uri": ["mailto:a@b.org"],
    "url": ["https://example.org/a?b#c"],
    "uuid": [str(UUID(int=7))],
}
BAD = {
    "card": ["4111 1111 1111 1112", ""],
    "country": ["UK", "nl"],
    "country3": ["NL"],
    "currency": ["EURO"],
    "date": ["2023-02-29", "29.02.2024"],
    "datetime": ["2024-02-30T10:00:00", "2024-02-29"],
    "e164": ["0201234567"],
    "email": ["a@b", "a b@c.de"],
    "hostname": ["-a.org", "a..b"],
    "iban": ["GB82 WEST 1234 5698 7654 33"],
    "ip": ["256.1.1.1", "1::2::3"],
    "ipv4": ["::1"],
    "ipv6": ["127.0.0.1", "12345::"],
    "language": ["dutch"],
    "phone": ["hello"],
    "time": ["24:01", "9:00"],
    "uri": ["no scheme"],
    "url": ["example.org", "https:///path"],
    "uuid": ["7"],
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_tells_good_from_bad(name: str) -> None:
    assert all(accepted(GOOD[name], name))
    assert not any(accepted(BAD[name], name))


def test_dates_of_any_form() -> None:
    assert accepted(["29.02.2024", "30.02.2024", "2024-02-29"], "date:%d.%m.%Y") == [True, False, False]


def test_moments_are_read_as_python_reads_them() -> None:
    texts = ["2024-02-29T10:00:00+01:00", "2024-02-29T25:00:00", "2024-13-01T10:00"]
    assert accepted(texts, "datetime") == [reads(datetime.fromisoformat)(text) for text in texts]
