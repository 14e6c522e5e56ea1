"""JSON: every value of every record comes in, as it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingestion.conftest import Reader, Staged
from voyant.errors import Code, VoyantError

TWO = [("1", "x"), ("2", "y")]


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]',
        '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n',
        '{"a": 1, "b": "x"}\r\n\r\n{"a": 2, "b": "y"}',
        '{\n "a": 1,\n "b": "x"\n}\n{\n "a": 2,\n "b": "y"\n}',
        '{"page": 1, "data": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}',
        '{"response": {"items": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}, "ok": true}',
        '{"a": [1, 2], "b": ["x", "y"]}',
        '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}',
        '{"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}',
        '[["a", "b"], [1, "x"], [2, "y"]]',
    ],
)
def test_shapes_of_the_same_table(text: str, reader: Reader) -> None:
    staged = reader.one("data.json", text.encode())
    assert staged.names == ["a", "b"]
    assert staged.rows == TWO


def test_records_by_key(reader: Reader) -> None:
    staged = reader.one("data.json", b'{"p": {"a": 1, "b": 2}, "q": {"a": 3, "b": 4}, "r": {"a": 5}}')
    assert staged.names == ["key", "a", "b"]
    assert staged.rows == [("p", "1", "2"), ("q", "3", "4"), ("r", "5", None)]


def test_numbers_keep_all_digits(reader: Reader) -> None:
    written = ["0.1234567890123456789", "123456789012345678901234567890", "1.10", "1E5", "-0", "1e400"]
    data = "[" + ",".join(f'{{"n": {number}}}' for number in written) + "]"
    assert [row[0] for row in reader.one("data.json", data.encode()).rows] == written


def test_empty_texts_are_not_null(reader: Reader) -> None:
    staged = reader.one("data.json", b'[{"a": "", "b": null}, {"a": "x", "b": true}, {"b": false}]')
    assert staged.rows == [("", None), ("x", "true"), (None, "false")]


def test_objects_become_dotted_columns(reader: Reader) -> None:
    data = b'[{"id": 1, "at": {"lat": 1.5, "lon": 2}}, {"id": 2, "at": {"lat": 3, "alt": {"m": 4}}}]'
    staged = reader.one("data.json", data)
    assert staged.names == ["id", "at.lat", "at.lon", "at.alt.m"]
    assert staged.rows == [("1", "1.5", "2", None), ("2", "3", None, "4")]


def test_a_dot_within_a_key_is_no_object(reader: Reader) -> None:
    staged = reader.one("data.json", b'[{"a.b": 1, "a": {"b": 2}}]')
    assert staged.names == ["a.b", "a.b"]
    assert staged.rows == [("1", "2")]


def test_a_key_that_occurs_twice_loses_nothing(reader: Reader) -> None:
    assert reader.one("data.json", b'[{"a": 1, "a": 2}]').rows == [("1", "2")]


def test_arrays_of_values_stay_json(reader: Reader) -> None:
    staged = reader.one("data.json", '[{"tags": ["é", 1.50, null, [2]], "none": []}]'.encode())
    assert staged.rows == [('["é",1.50,null,[2]]', "[]")]


ORDERS = (
    b'[{"id": "A", "items": [{"sku": 1, "taxes": [{"rate": 7}, {"rate": 9}]}, {"sku": 2}]},'
    b' {"id": "B", "items": []}, {"id": "C", "items": [{"sku": 1, "taxes": [{"rate": 8}]}]}]'
)


def test_arrays_of_objects_become_child_tables(reader: Reader) -> None:
    orders, items, taxes = reader.read(reader.write("orders.json", ORDERS))
    assert [staged.table.name for staged in (orders, items, taxes)] == ["orders", "orders_items", "orders_items_taxes"]
    assert [staged.table.parent for staged in (orders, items, taxes)] == [None, "orders", "orders_items"]
    assert orders.names[0] == "id"
    assert items.names == ["orders.id", "sku", "record_number"]
    assert items.rows == [("A", "1", "1"), ("A", "2", "2"), ("C", "1", "3")]
    assert taxes.names == ["orders_items.record_number", "rate"]
    assert taxes.rows == [("1", "7"), ("1", "9"), ("3", "8")]


def test_children_refer_to_the_record_number_where_ids_repeat(reader: Reader) -> None:
    data = b'{"id": 1, "items": [{"x": 1}]}\n{"id": 1, "items": [{"x": 2}, {"x": 3}]}\n'
    parent, child = reader.read(reader.write("data.ndjson", data))
    assert parent.names == ["id", "record_number"]
    assert child.rows == [("1", "1"), ("2", "2"), ("2", "3")]


def test_columns_that_come_late(reader: Reader) -> None:
    lines = [json.dumps({"a": number}) for number in range(12_000)]
    lines[11_500] = json.dumps({"a": 11_500, "late": "x"})
    staged = reader.one("data.ndjson", "\n".join(lines).encode())
    assert staged.names == ["a", "late"]
    assert staged.rows[11_500] == ("11500", "x")
    assert staged.rows[0] == ("0", None)


def test_keys_that_differ_from_record_to_record(reader: Reader) -> None:
    keys = [f"early_{row % 400}" if row < 6000 else f"late_{row % 300}" for row in range(8000)]
    lines = [json.dumps({key: row}) for row, key in enumerate(keys)]
    staged = reader.one("data.ndjson", "\n".join(lines).encode())
    assert len(staged.names) == 700
    present = [[(name, cell) for name, cell in zip(staged.names, row, strict=True) if cell] for row in staged.rows]
    assert present == [[(key, str(row))] for row, key in enumerate(keys)]


def test_lines_that_are_no_json_are_rejected(reader: Reader) -> None:
    staged = reader.one("data.ndjson", b'{"a": 1}\n{"a": 2\n{"a": 3}\nnull\n')
    assert staged.rows == [("1", None), ("3", None), (None, None)]
    assert [(row, raw) for row, _, raw, _ in staged.rejects] == [(2, '{"a": 2')]


def test_half_of_a_surrogate_pair_stays_visible(reader: Reader) -> None:
    assert reader.one("data.json", b'[{"a": "\\ud83d"}, {"a": "\\ud83d\\ude00"}]').rows == [("\\ud83d",), ("😀",)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'[{"a": 1}, {"a": 2', Code.UNREADABLE),
        (b'[{"a": 1} {"a": 2}]', Code.UNREADABLE),
        (b'[{"a": 1}] trailing', Code.UNREADABLE),
        (b'{"a": 1,}', Code.UNREADABLE),
        (b"[]", Code.NOT_ENOUGH_DATA),
        (b"[{}, {}]", Code.NOT_ENOUGH_DATA),
        (b"[" * 100_000 + b"]" * 100_000, Code.UNREADABLE),
    ],
)
def test_broken_documents(data: bytes, code: Code, reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("data.json", data)
    assert caught.value.code is code


def test_a_long_document_is_read_piece_by_piece(reader: Reader) -> None:
    records = [{"n": number, "text": "x" * 50} for number in range(2000)]
    data = json.dumps({"meta": {"v": 1}, "rows": records}).encode()
    staged = reader.one("data.json", data, max_record_bytes=10_000)
    assert len(staged.rows) == 2000
    assert staged.rows[1999][0] == "1999"


VALUES = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), min_size=2, max_size=20)


def _texts(staged: Staged) -> list[dict[str, str]]:
    return [
        {name: value for name, value in zip(staged.names, row, strict=True) if value is not None} for row in staged.rows
    ]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, lines=st.booleans(), ascii_only=st.booleans())
def test_every_flat_record_comes_back(
    records: list[dict[str, Any]], lines: bool, ascii_only: bool, reader: Reader
) -> None:
    written = [json.dumps(record, ensure_ascii=ascii_only) for record in records]
    text = "\n".join(written) if lines else "[" + ",\n".join(written) + "]"
    staged = reader.one("data.ndjson" if lines else "data.json", text.encode())
    expected = [{key: _as_text(value) for key, value in record.items() if value is not None} for record in records]
    assert _texts(staged) == expected
