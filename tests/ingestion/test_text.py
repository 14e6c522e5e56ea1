"""Delimited text: every peculiarity comes in with the values as written, and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.ingestion.conftest import Reader


@dataclass(frozen=True)
class Case:
    data: bytes
    names: list[str]
    rows: list[tuple[str | None, ...]]
    rejected: list[tuple[int, str]] = field(default_factory=list)  # row and raw text
    notes: tuple[str, ...] = ()  # some of them


PEOPLE = ["name", "age", "city"]
ANN_BOB = [("Ann", "31", "Rome"), ("Bob", "42", "Oslo")]

CASES = {
    "commas": Case(b"name,age,city\nAnn,31,Rome\nBob,42,Oslo\n", PEOPLE, ANN_BOB),
    "no line end at the end": Case(b"name,age,city\nAnn,31,Rome\nBob,42,Oslo", PEOPLE, ANN_BOB),
    "Windows line ends": Case(b"name,age,city\r\nAnn,31,Rome\r\nBob,42,Oslo\r\n", PEOPLE, ANN_BOB),
    "old Mac line ends": Case(b"name,age,city\rAnn,31,Rome\rBob,42,Oslo\r", PEOPLE, ANN_BOB),
    "mixed line ends": Case(b"name,age,city\r\nAnn,31,Rome\nBob,42,Oslo\r\n", PEOPLE, ANN_BOB),
    "semicolons": Case(b"name;age;city\nAnn;31;Rome\nBob;42;Oslo\n", PEOPLE, ANN_BOB, notes=("delimiter ';'",)),
    "tabs": Case(b"name\tage\tcity\nAnn\t31\tRome\nBob\t42\tOslo\n", PEOPLE, ANN_BOB, notes=("delimiter tab",)),
    "pipes": Case(b"name|age|city\nAnn|31|Rome\nBob|42|Oslo\n", PEOPLE, ANN_BOB),
    "carets": Case(b"name^age^city\nAnn^31^Rome\nBob^42^Oslo\n", PEOPLE, ANN_BOB),
    "tildes": Case(b"name~age~city\nAnn~31~Rome\nBob~42~Oslo\n", PEOPLE, ANN_BOB),
    "colons": Case(b"name:age:city\nAnn:31:Rome\nBob:42:Oslo\n", PEOPLE, ANN_BOB),
    "unit separators": Case(b"name\x1fage\x1fcity\nAnn\x1f31\x1fRome\nBob\x1f42\x1fOslo\n", PEOPLE, ANN_BOB),
    "control A as Hive writes": Case(b"name\x01age\x01city\nAnn\x0131\x01Rome\nBob\x0142\x01Oslo\n", PEOPLE, ANN_BOB),
    "section signs": Case("name§age§city\nAnn§31§Rome\nBob§42§Oslo\n".encode(), PEOPLE, ANN_BOB),
    "two colons": Case(
        b"1::1193::5\n1::661::3\n2::914::4\n", ["", "", ""], [("1", "1193", "5"), ("1", "661", "3"), ("2", "914", "4")]
    ),
    "two pipes": Case(b"name||age||city\nAnn||31||Rome\nBob||42||Oslo\n", PEOPLE, ANN_BOB),
    "aligned with blanks": Case(b"name  age  city\nAnn    31  Rome\nBob    42  Oslo\n", PEOPLE, ANN_BOB),
    "blanks after commas": Case(
        b'name, age, city\nAnn, 31, "Rome, Italy"\nBob, 42, "Oslo"\n',
        PEOPLE,
        [("Ann", "31", "Rome, Italy"), ("Bob", "42", "Oslo")],
    ),
    "a delimiter declared as Excel wants it": Case(
        b"sep=;\nname;age;city\nAnn;31;Rome\nBob;42;Oslo\n", PEOPLE, ANN_BOB
    ),
    "decimal commas": Case(
        b"x;y\n1,5;2,25\n3,75;4,5\n5,0;6,1\n", ["x", "y"], [("1,5", "2,25"), ("3,75", "4,5"), ("5,0", "6,1")]
    ),
    "decimal commas in one column": Case(b"price\n1,5\n3,75\n5,0\n", ["price"], [("1,5",), ("3,75",), ("5,0",)]),
    "times in one column": Case(
        b"at\n10:00:00\n11:30:00\n12:15:00\n", ["at"], [("10:00:00",), ("11:30:00",), ("12:15:00",)]
    ),
    "sentences in one column": Case(
        b"note\nGood, but late\nNever again\nI loved it, thanks, all\n",
        ["note"],
        [("Good, but late",), ("Never again",), ("I loved it, thanks, all",)],
    ),
    "quotes around all": Case(b'"name","age","city"\n"Ann","31","Rome"\n"Bob","42","Oslo"\n', PEOPLE, ANN_BOB),
    "quoted delimiter, doubled quote, line end": Case(
        b'id,note\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,"cr\r\nlf"\n',
        ["id", "note"],
        [("1", "a, b"), ("2", 'say "hi"'), ("3", "two\nlines"), ("4", "cr\r\nlf")],
    ),
    "quoted blank lines": Case(b'id,note\n1,"a\n\n\nb"\n\n2,c\n', ["id", "note"], [("1", "a\n\n\nb"), ("2", "c")]),
    "single quotes": Case(
        b"id,note\n1,'a, b'\n2,'c, d'\n3,'it''s'\n",
        ["id", "note"],
        [("1", "a, b"), ("2", "c, d"), ("3", "it's")],
        notes=('quote "\'"',),
    ),
    "apostrophes are no quotes": Case(
        b"id,name\n1,O'Brien\n2,'t Hooft\n3,D'Arcy\n",
        ["id", "name"],
        [("1", "O'Brien"), ("2", "'t Hooft"), ("3", "D'Arcy")],
    ),
    "backslashed quotes": Case(
        b'id,note\n1,"say \\"hi\\", ok"\n2,"C:\\\\new\\table"\n3,"x"\n',
        ["id", "note"],
        [("1", 'say "hi", ok'), ("2", "C:\\new\\table"), ("3", "x")],
        notes=("quotes escaped by backslashes",),
    ),
    "backslashes without escapes": Case(
        b"id,path\n1,C:\\new\\\n2,D:\\x\n", ["id", "path"], [("1", "C:\\new\\"), ("2", "D:\\x")]
    ),
    "a quote within a cell": Case(
        b'id,size,note\n1,5" pipe,x\n2,6" pipe,y\n',
        ["id", "size", "note"],
        [("1", '5" pipe', "x"), ("2", '6" pipe', "y")],
    ),
    "quotes within quotes, not doubled": Case(
        b'id,note,n\n1,"the "big" one",4\n2,"b",5\n',
        ["id", "note", "n"],
        [("1", 'the "big" one', "4"), ("2", "b", "5")],
    ),
    "a quote that never closes": Case(
        b'id,note,n\n1,"open,4\n2,b,5\n3,c,6\n',
        ["id", "note", "n"],
        [("1", '"open', "4"), ("2", "b", "5"), ("3", "c", "6")],
    ),
    "empty and quoted empty": Case(b'a,b,c\n1,,x\n2,"",y\n', ["a", "b", "c"], [("1", None, "x"), ("2", None, "y")]),
    "words for null stay": Case(b"a,b\n1,NA\n2,NULL\n3,\\N\n", ["a", "b"], [("1", "NA"), ("2", "NULL"), ("3", "\\N")]),
    "blanks around values stay": Case(b"a,b\n 1 ,x \n 2 , y\n", ["a", "b"], [(" 1 ", "x "), (" 2 ", " y")]),
    "blank lines": Case(b"\n\nname,age,city\n\nAnn,31,Rome\n   \nBob,42,Oslo\n\n\n", PEOPLE, ANN_BOB),
    "blank lines in one column": Case(b"v\n1\n\n3\n\n\n", ["v"], [("1",), (None,), ("3",)]),
    "a title above": Case(
        b"Sales report\nMade in 2024\n\nname,age,city\nAnn,31,Rome\nBob,42,Oslo\n",
        PEOPLE,
        ANN_BOB,
        notes=("2 lines above the table skipped",),
    ),
    "a title above, padded by Excel": Case(
        b"Sales report,,\n,,\nname,age,city\nAnn,31,Rome\nBob,42,Oslo\n", PEOPLE, ANN_BOB
    ),
    "comments above": Case(
        b"# made by a tool, version 2\n# on a day\nname,age,city\nAnn,31,Rome\nBob,42,Oslo\n",
        PEOPLE,
        ANN_BOB,
        notes=("2 lines above the table skipped",),
    ),
    "comments within": Case(
        b"# a\nname,age,city\nAnn,31,Rome\n# b\nBob,42,Oslo\n",
        PEOPLE,
        ANN_BOB,
        notes=("1 comment line within the table skipped",),
    ),
    "the header in a comment": Case(
        b"##tool=3\n#pos\tref\tqual\n12\tA\t3.5\n15\tC\t4.5\n",
        ["pos", "ref", "qual"],
        [("12", "A", "3.5"), ("15", "C", "4.5")],
    ),
    "number signs are values": Case(b"tag,n\n#a,1\n#b,2\n", ["tag", "n"], [("#a", "1"), ("#b", "2")]),
    "no header": Case(
        b"5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,2.8,virginica\n",
        ["", "", ""],
        [("5.1", "3.5", "setosa"), ("4.9", "3.0", "setosa"), ("6.1", "2.8", "virginica")],
        notes=("no header row",),
    ),
    "years as names": Case(
        b"country,2019,2020,2021\nPeru,1.5,2.5,3.5\nChad,4.5,5.5,6.5\n",
        ["country", "2019", "2020", "2021"],
        [("Peru", "1.5", "2.5", "3.5"), ("Chad", "4.5", "5.5", "6.5")],
    ),
    "years far to the right, as the World Bank writes": Case(
        b"Country Name,Country Code,Indicator,1960,1961,1962\n"
        b'Aruba,ABW,"Births, total",4.8,4.7,\nChad,TCD,Births,6.2,6.3,6.3\n',
        ["Country Name", "Country Code", "Indicator", "1960", "1961", "1962"],
        [("Aruba", "ABW", "Births, total", "4.8", "4.7", None), ("Chad", "TCD", "Births", "6.2", "6.3", "6.3")],
    ),
    "an index without a name above, as pandas writes": Case(
        b",co2\n1958-03-29,316.1\n1958-04-05,317.3\n", ["", "co2"], [("1958-03-29", "316.1"), ("1958-04-05", "317.3")]
    ),
    "numbers apart by blanks": Case(
        b"1.10000 0.34\n0.50000 -0.19\n1.20000 0.41\n",
        ["", ""],
        [("1.10000", "0.34"), ("0.50000", "-0.19"), ("1.20000", "0.41")],
    ),
    "remarks within": Case(
        b"a,b,c\n# first part\n1,2,3\n# second\n4,5,6\n#7,8,9\n",
        ["a", "b", "c"],
        [("1", "2", "3"), ("4", "5", "6"), ("#7", "8", "9")],
        notes=("2 comment lines within the table skipped",),
    ),
    "quotes that open on one line and close on another by chance": Case(
        b'id\tnote\n1\t"Big" one\n2\tsmall\n3\tthe "last"\n4\tx\n',
        ["id", "note"],
        [("1", '"Big" one'), ("2", "small"), ("3", 'the "last"'), ("4", "x")],
    ),
    "inner quotes in a cell of two lines": Case(
        b'id,note,n\n1,"so ""x"" and\nmore",2\n3,"he "said" it\nloud",4\n',
        ["id", "note", "n"],
        [("1", 'so "x" and\nmore', "2"), ("3", 'he "said" it\nloud', "4")],
    ),
    "a header of texts above texts": Case(
        b"name,city\nAnn,Rome\nBob,Oslo\n", ["name", "city"], [("Ann", "Rome"), ("Bob", "Oslo")]
    ),
    "duplicate and empty names": Case(
        b"id,id,,x\n1,2,3,4\n5,6,7,8\n", ["id", "id", "", "x"], [("1", "2", "3", "4"), ("5", "6", "7", "8")]
    ),
    "strange names": Case(
        '"a ""b""",c.d,😀,"x; DROP TABLE y --"\n1,2,3,4\n'.encode(),
        ['a "b"', "c.d", "😀", "x; DROP TABLE y --"],
        [("1", "2", "3", "4")],
    ),
    "row names without a name, as R writes": Case(
        b'"mpg","cyl"\n"Mazda",21,6\n"Fiat",32.4,4\n', ["", "mpg", "cyl"], [("Mazda", "21", "6"), ("Fiat", "32.4", "4")]
    ),
    "delimiters at row ends": Case(b"a,b\n1,2,\n3,4,\n", ["a", "b"], [("1", "2"), ("3", "4")]),
    "delimiters at all ends": Case(b"a,b,\n1,2,\n3,4,\n", ["a", "b"], [("1", "2"), ("3", "4")]),
    "short rows": Case(
        b"a,b,c\n1,2,3\n4,5\n6\n7,8,9\n",
        ["a", "b", "c"],
        [("1", "2", "3"), ("4", "5", None), ("6", None, None), ("7", "8", "9")],
        notes=("2 short records filled with nulls: 2, 3",),
    ),
    "long rows": Case(b"a,b\n1,2\n3,4,5\n6,7\n8,9\n", ["a", "b"], [("1", "2"), ("6", "7"), ("8", "9")], [(2, "3,4,5")]),
    "most rows longer than the header": Case(
        b"a,b\n1,2,3\n1,4,5\n6,7,8\n", ["a", "b", ""], [("1", "2", "3"), ("1", "4", "5"), ("6", "7", "8")]
    ),
    "a total below": Case(
        b"a,b,c\n1,2,3\n4,5,6\n7,8,9\nTotal: 3 rows\n",
        ["a", "b", "c"],
        [("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("Total: 3 rows", None, None)],
    ),
    "rows of empty cells": Case(b"a,b\n1,2\n,\n3,4\n", ["a", "b"], [("1", "2"), (None, None), ("3", "4")]),
    "NULs": Case(b"a,b\n1,x\x00y\n2,z\n", ["a", "b"], [("1", "x\x00y"), ("2", "z")]),
    "one column": Case(b"v\n1\n2\n", ["v"], [("1",), ("2",)], notes=("one column, no delimiter",)),
    "one row": Case(b"a,b\n1,2\n", ["a", "b"], [("1", "2")]),
    "one value": Case(b"5\n", [""], [("5",)]),
    "numbers beyond 64 bits": Case(
        b"a,b\n123456789012345678901234567890,1e999\n2,NaN\n",
        ["a", "b"],
        [("123456789012345678901234567890", "1e999"), ("2", "NaN")],
    ),
    "a substitute character at the end, as DOS wrote": Case(b"a,b\n1,2\n\x1a", ["a", "b"], [("1", "2")]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_reads(case: Case, reader: Reader) -> None:
    staged = reader.one("data.csv", case.data)
    assert staged.names == case.names
    assert staged.rows == case.rows
    assert [(row, raw) for row, _, raw, _ in staged.rejects] == case.rejected
    assert set(case.notes) <= set(staged.table.notes)
    assert staged.table.text
