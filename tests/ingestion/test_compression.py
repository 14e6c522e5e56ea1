"""What is around a file comes off, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pytest

from tests.ingestion.conftest import Reader
from voyant.errors import Code, VoyantError

CSV = b"a,b\n1,x\n2,y\n"
ROWS = [("1", "x"), ("2", "y")]


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)  # type: ignore[no-any-return]


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda data: zipped({"folder/data.csv": data}),
    "gzip in zip": lambda data: zipped({"data.csv.gz": gzip.compress(data)}),
    "two gzip members": lambda data: gzip.compress(data[:6]) + gzip.compress(data[6:]),
}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
def test_takes_off_what_is_around(pack: Callable[[bytes], bytes], reader: Reader) -> None:
    staged = reader.one("orders.csv.gz", pack(CSV))
    assert staged.rows == ROWS
    assert staged.table.name == "orders"


@pytest.mark.parametrize("name", ["gzip", "zstd", "bzip2", "xz", "zip"])
@pytest.mark.parametrize("kept", [0.3, 0.95])
def test_a_file_that_is_cut_off(name: str, kept: float, reader: Reader) -> None:
    import random

    noise = random.Random(1)
    data = "".join(f"{noise.random()},{noise.random()}\n" for _ in range(20_000)).encode()
    packed = PACKERS[name](data)
    with pytest.raises(VoyantError) as caught:
        reader.one("data.csv.gz", packed[: int(len(packed) * kept)])
    assert caught.value.code is Code.UNREADABLE


def test_like_members_are_one_table(reader: Reader) -> None:
    members = {"jan.csv": CSV, "feb.csv": b"a,b\n3,z\n", "__MACOSX/._jan.csv": b"\0\5", "README.md": b"# About\n"}
    staged = reader.one("sales.zip", zipped(members))
    assert staged.table.name == "sales"
    assert staged.rows == [("3", "z"), *ROWS]
    assert any("README.md" in note for note in staged.table.notes)


def test_unlike_members_are_a_table_each(reader: Reader) -> None:
    path = reader.write("shop.zip", zipped({"orders.csv": CSV, "people.json": b'[{"name": "Ann"}]'}))
    assert {staged.table.name: staged.names for staged in reader.read(path)} == {
        "orders": ["a", "b"],
        "people": ["name"],
    }


def test_names_of_members_lead_nowhere(reader: Reader) -> None:
    path = reader.write("evil.zip", zipped({"../../evil.csv": CSV, "/etc/evil.csv": CSV}))
    assert len(reader.read(path)[0].rows) == 4
    assert not (reader.folder.parent / "evil.csv").exists()


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda data: zipped({"z": data})], ids=["gzip", "zstd", "zip"])
def test_a_bomb_is_stopped_by_its_size(pack: Callable[[bytes], bytes], reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("bomb", pack(b"0\n" * (5 << 20)), max_expanded_bytes=1 << 20)
    assert caught.value.code is Code.TOO_LARGE
    assert "max_expanded_bytes" in caught.value.message
    written = sum(path.stat().st_size for path in reader.folder.rglob("*") if path.is_file())
    assert written < 4 << 20


def test_a_bomb_is_stopped_by_its_ratio(reader: Reader) -> None:
    with pytest.raises(VoyantError) as caught:
        reader.one("bomb.gz", gzip.compress(bytes(10 << 20)) * 30)
    assert caught.value.code is Code.TOO_LARGE
    assert "max_expansion_ratio" in caught.value.message


def test_wrapped_too_often(reader: Reader) -> None:
    data = CSV
    for _ in range(6):
        data = gzip.compress(data)
    with pytest.raises(VoyantError) as caught:
        reader.one("data.gz", data)
    assert caught.value.code is Code.UNSUPPORTED


def test_an_archive_with_a_password(reader: Reader) -> None:
    data = bytearray(zipped({"a.csv": CSV}))
    data[6] |= 1  # the flag of encryption, in the member's own head and in the directory's entry
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(VoyantError) as caught:
        reader.one("a.zip", bytes(data))
    assert caught.value.code is Code.UNREADABLE
    assert "password" in caught.value.remedy
