"""Text in any encoding comes in as the characters that were written."""

from __future__ import annotations

import codecs

import pytest

from tests.ingestion.conftest import Reader
from voyant.errors import Code, VoyantError

FRENCH = "id,nom,ville\n1,Éric Lefèvre,Orléans\n2,Zoé Brûlé,Besançon\n3,François,Nîmes\n"
GERMAN = "Name;Straße;Ort\nMüller;Hauptstraße 5;Köln\nGrößer;Bäckerweg 7;München\n"
POLISH = "miasto;liczba\nŁódź;3\nKraków;5\nGdańsk;2\nPoznań;7\nCzęstochowa;2\n"
RUSSIAN = "город,население\nМосква,12000\nСанкт-Петербург,5000\nКазань,1200\n"
GREEK = "πόλη,πληθυσμός\nΑθήνα,3\nΘεσσαλονίκη,1\nΠάτρα,2\n"
HEBREW = "עיר,אוכלוסייה\nירושלים,900\nחיפה,280\n"
JAPANESE = "都市,人口\n東京,1300\n大阪,880\n名古屋,230\n"
CHINESE = "城市,人口\n北京,2100\n上海,2400\n广州,1500\n深圳,1300\n"
TRADITIONAL = "城市,人口\n臺北,260\n高雄,270\n臺中,280\n"
KOREAN = "도시,인구\n서울,970\n부산,340\n대구,240\n"
SIGNS = "item,price\npen,€3\nbook,“£14” – new\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-32"),
        (FRENCH, "cp1252"),
        (FRENCH, "latin-1"),
        (GERMAN, "cp1252"),
        (SIGNS, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (HEBREW, "cp1255"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "utf-16"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (KOREAN, "euc_kr"),
        ("t,unit\n3,°C\n4,°C\n", "cp1252"),
        ("t;price\n1;5 €\n2;7 €\n", "cp1252"),
    ],
)
def test_reads_every_encoding(text: str, encoding: str, reader: Reader) -> None:
    staged = reader.one("data.csv", text.encode(encoding))
    delimiter = ";" if ";" in text else ","
    lines = [tuple(line.split(delimiter)) for line in text.splitlines()]
    assert tuple(staged.names) == lines[0]
    assert staged.rows == lines[1:]


def test_an_accent_far_behind_the_beginning_is_found(reader: Reader) -> None:
    plain = b"".join(b"%d,plain\n" % number for number in range(200_000))
    staged = reader.one("data.csv", b"id,name\n" + plain + "200000,Zoé\n".encode("cp1252"))
    assert staged.rows[-1] == ("200000", "Zoé")
    assert "encoding windows-1252" in staged.table.notes


def test_lines_of_two_encodings_are_each_read_in_their_own(reader: Reader) -> None:
    data = "name,n\nZoé,1\nMüller,2\n".encode() + "François,3\nKöln,4\n".encode("cp1252")
    staged = reader.one("data.csv", data)
    assert staged.rows == [("Zoé", "1"), ("Müller", "2"), ("François", "3"), ("Köln", "4")]
    assert "mixed encodings: UTF-8, other bytes read as windows-1252" in staged.table.notes


def test_bytes_of_no_meaning_stay_visible(reader: Reader) -> None:
    cities = ["東京都", "大阪府の中心", "名古屋はきれいです", "札幌", "福岡と北九州", "データ", "コーヒー"]
    rows = "".join(f"{number},{cities[number % 7]}\n" for number in range(300)).encode("shift_jis")
    staged = reader.one("data.csv", b"id,city\n" + rows + b"300,\x81 \n")
    assert staged.rows[-1] == ("300", "\\x81 ")
    assert staged.rows[0] == ("0", "東京都")
    assert any("kept as \\xNN" in note for note in staged.table.notes)


def test_a_utf16_file_that_is_cut_within_a_character(reader: Reader) -> None:
    staged = reader.one("data.csv", codecs.BOM_UTF16_LE + "a,b\n1,2\n".encode("utf-16-le") + b"3")
    assert staged.rows[0] == ("1", "2")


def test_json_in_utf16(reader: Reader) -> None:
    assert reader.one("data.json", '[{"a": "é"}]'.encode("utf-16")).rows == [("é",)]


def test_binary_data_is_refused(reader: Reader) -> None:
    import random

    noise = random.Random(7).randbytes(5000)
    with pytest.raises(VoyantError) as caught:
        reader.one("data.csv", b"\x00\x01" + noise)
    assert caught.value.code is Code.UNREADABLE


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_letter_at_the_end_of_a_part_is_read_with_what_follows(encoding: str, reader: Reader) -> None:
    """A file is looked over in parts of a mebibyte; all but this letter is ASCII, which needs no decoding."""
    row = "1,plain words\n"
    above = "id,words\n" + row * ((1 << 20) // len(row))
    above = above[: (1 << 20) - 5]
    above = above[: above.rindex("\n") + 1]
    letter = "2," + "e" * ((1 << 20) - len(above) - 3) + "é" + " end\n"
    content = (above + letter + row * 3).encode(encoding)
    assert content[(1 << 20) - 1] == "é".encode(encoding)[0]
    staged = reader.one("data.csv", content)
    assert [row[1].lstrip("e") for row in staged.rows if row[0] == "2"] == ["é end"]
