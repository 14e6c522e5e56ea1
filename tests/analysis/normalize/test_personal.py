"""Personal data is found by its values, and names that only sound like it are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.analysis.normalize.personal import is_card_number, is_iban
from voyant.domain.table import PersonalData

NAMES = [f"{first} {last}" for first in ("Anna", "John", "Maria", "Peter", "Zoltan", "Quirin") for last in
         ("Smith", "Garcia", "Okafor", "Novak", "Haddad", "Lindqvist", "Costa", "Meyer", "Ito", "Roy")]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("contact", ["a.b@example.org", "c_d@mail.co.uk", "x+y@firm.de"], PersonalData.EMAIL),
        ("phone", ["555 123 4567", "555 987 6543", "555 222 1111"], PersonalData.PHONE),
        ("x", ["+49 151 12345678", "+1 (212) 555-0199", "+44 20 7946 0958"], PersonalData.PHONE),
        ("x", ["(212) 555-0199", "(415) 555-0101", "(312) 555-0177", "(312) 555-0178"], PersonalData.PHONE),
        ("card", ["4111 1111 1111 1111", "5500 0055 5555 5559", "340000000000009"], PersonalData.CARD),
        ("x", ["DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606"],
         PersonalData.IBAN),
        ("x", ["123-45-6789", "219-09-9999", "457-55-5462"], PersonalData.NATIONAL_ID),
        ("nino", ["AB123456C", "JG 10 37 59 A", "CE123456D"], PersonalData.NATIONAL_ID),
        ("dni", ["12345678Z", "X1234567L", "00000000T"], PersonalData.NATIONAL_ID),
        ("cpf", ["529.982.247-25", "111.444.777-35", "123.456.789-09"], PersonalData.NATIONAL_ID),
        ("x", ["11010519491231002X", "440524188001010014", "34052419800101001X"], PersonalData.NATIONAL_ID),
        ("aadhaar", ["234123412346", "2341 2341 2346", "234123412346"], PersonalData.NATIONAL_ID),
        ("client", ["10.0.0.1", "192.168.7.20", "2001:db8::1"], PersonalData.IP),
        ("address", ["12 High Street", "7 Station Road, York", "221b Baker Street"], PersonalData.ADDRESS),
        ("x", ["12 High Street", "7 Station Road, York", "9 Park Avenue"], PersonalData.ADDRESS),
        ("anschrift", ["Hauptstraße 12", "Am Markt 3", "Lange Gasse 7"], PersonalData.ADDRESS),
        ("first_name", ["Ines", "Oleksandr", "Bo"], PersonalData.NAME),
        ("Customer Name", NAMES, PersonalData.NAME),
        ("assigned_to", NAMES, PersonalData.NAME),
        ("x", NAMES, PersonalData.NAME),
        ("Name", ["Braund, Mr. Owen Harris", "Heikkinen, Miss. Laina", "Futrelle, Mrs. Jacques Heath"],
         PersonalData.NAME),
    ],
)  # fmt: skip
def test_personal_data(read, name, values, kind):
    (column,) = read({name: values}).normalized.dataset.columns
    assert column.personal is kind


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("company_name", ["Acme Inc", "Globex Corp", "Initech Ltd"]),
        ("product_name", ["Blue Kettle", "Red Toaster", "Steel Pan"]),
        ("japan_sales", ["1.5", "2.5", "7.25"]),
        ("file_name", ["report.csv", "notes.txt", "plan.md"]),
        ("ip_rating", ["IP65", "IP67", "IP54"]),
        ("phone_model", ["Pixel 7", "iPhone 14", "Galaxy S22"]),
        ("has_email_address", ["yes", "no", "yes"]),
        ("email_opens", ["12", "7", "31"]),
        ("address_type", ["billing", "shipping", "billing"]),
        ("order_number", ["4111111111111112", "4111111111111113", "4111111111111114"]),
        ("version", ["1.2.3.4", "1.2.4.0", "2.0.0.1"]),
        ("city", ["San Jose", "New York", "Santa Clara"]),
        ("name", ["Lansdowne Airport", "Moton Field Municipal Airport", "Schaumburg Regional"]),
        ("model", ["Mazda RX4", "Hornet Sportabout", "Merc 240D"]),
        ("date", ["2023-01-02", "2023-01-03", "2023-01-04"]),
        ("amount", ["123456789", "219099999", "457555462"]),
    ],
)
def test_what_is_no_personal_data(read, name, values):
    (column,) = read({name: values}).normalized.dataset.columns
    assert column.personal is None, column.role_reason


def test_examples_never_come_from_personal_columns(read):
    outcome = read({"email": ["  a@example.org", "b@example.org"] * 3, "price": ["1,50", "2,25"] * 3})
    examples = {change.column: change.example for change in outcome.normalized.changes if change.example}
    assert examples.keys() == {"price"}


def test_rejects_of_personal_columns_keep_the_place_but_not_the_text(read):
    phones = [str(5551230000 + number) for number in range(300)]
    outcome = read({"phone": [*phones, "ask Ann Smith"]})
    assert outcome.column("phone").personal is PersonalData.PHONE
    assert "ask Ann Smith" not in str(outcome.rejects) + str(outcome.normalized.changes)


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_a_card_number_has_one_check_digit(number):
    body = f"4{number:014}"
    assert sum(is_card_number(f"{body}{digit}") for digit in range(10)) == 1


@given(st.text(alphabet="0123456789", min_size=18, max_size=18))
def test_an_iban_has_one_pair_of_check_digits(account):
    valid = [check for check in range(2, 99) if is_iban(f"DE{check:02}{account}")]
    assert len(valid) == 1
