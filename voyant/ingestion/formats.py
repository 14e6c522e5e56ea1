"""What a file is, found from its first bytes: the content decides, the name only where the content leaves it open."""

from __future__ import annotations

import codecs
import json
import re
import zipfile
from pathlib import Path

from msgspec import Struct

from voyant.domain.source import Compression, Format

HEAD_BYTES = 64 * 1024


class Recognised(Struct, frozen=True, kw_only=True):
    """What the first bytes say.

    Attributes:
        unsupported: What the file is, where that is no table, such as ``a PDF document``.
        confidence: 0 to 1.
    """

    format: Format | None = None
    compression: Compression | None = None
    unsupported: str | None = None
    confidence: float = 1.0


_COMPRESSIONS = {
    b"\x1f\x8b": Compression.GZIP,
    b"\x28\xb5\x2f\xfd": Compression.ZSTD,
    b"BZh": Compression.BZIP2,
    b"\xfd7zXZ\x00": Compression.XZ,
}

_BINARY_FORMATS = {
    b"PAR1": Format.PARQUET,
    b"ARROW1\x00\x00": Format.ARROW,
    b"FEA1": Format.ARROW,
    b"\xff\xff\xff\xff": Format.ARROW,  # the continuation mark that begins an IPC stream
    b"SQLite format 3\x00": Format.SQLITE,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Format.EXCEL,  # the compound file around xls
}

_UNSUPPORTED = {
    b"%PDF": "a PDF document",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"RDX": "an R data file",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}

_MARKUP = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(!doctype html|html|\?xml|!doctype|svg)", re.IGNORECASE | re.DOTALL)

# Control characters that text files do not hold; tab, line ends, form feed, SUB, separators and Hive's \x01 they do.
_CONTROL = re.compile(r"[\x00\x02-\x08\x0b\x0e-\x19\x1b\x7f\ufffd]")
_CONTROL_SHARE = 0.05

_JSON_SUFFIXES = {".json", ".geojson"}
_NDJSON_SUFFIXES = {".ndjson", ".jsonl"}


def recognise(path: Path) -> Recognised:
    """What the file is; ``Format.CSV`` with a low confidence for text of which no more can be said."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _recognise_zip(path)
    return recognise_head(head, path.name)


def recognise_head(head: bytes, name: str = "") -> Recognised:
    """What a file with these first bytes is, apart from what stands in a zip archive."""
    for magic, compression in _COMPRESSIONS.items():
        if head.startswith(magic):
            return Recognised(compression=compression)
    for magic, format_ in _BINARY_FORMATS.items():
        if head.startswith(magic):
            return Recognised(format=format_)
    if head[8:12] == b"DUCK":
        return Recognised(format=Format.DUCKDB)
    for magic, kind in _UNSUPPORTED.items():
        if head.startswith(magic):
            return Recognised(unsupported=kind)
    if head[257:262] == b"ustar":
        return Recognised(unsupported="a tar archive")
    if head[4:12] == b"ftypheic" or head[8:12] == b"WEBP":
        return Recognised(unsupported="an image")
    if markup := _MARKUP.match(head):
        kind = "a web page" if b"html" in markup[1].lower() else "an XML document"
        return Recognised(unsupported=kind)
    return _recognise_text(head, Path(name).suffix.lower())


def _recognise_zip(path: Path) -> Recognised:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return Recognised(compression=Compression.ZIP, confidence=0.5)
    if any(name.startswith("xl/") for name in names):
        return Recognised(format=Format.EXCEL)
    if any(name.startswith("word/") for name in names):
        return Recognised(unsupported="a Word document")
    if any(name.startswith("ppt/") for name in names):
        return Recognised(unsupported="a PowerPoint presentation")
    if "content.xml" in names and "mimetype" in names:
        return Recognised(format=Format.ODS)
    return Recognised(compression=Compression.ZIP)


def _recognise_text(head: bytes, suffix: str) -> Recognised:
    text = head_text(head)
    if text is None:
        return Recognised(unsupported="binary data of an unknown kind", confidence=0.5)
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith(("{", "[")):
        complete = len(head) < HEAD_BYTES
        if format_ := _json_kind(stripped, suffix, complete=complete):
            return Recognised(format=format_, confidence=0.95)
    return Recognised(format=Format.CSV, confidence=0.6 if stripped else 0.1)


def head_text(head: bytes) -> str | None:
    """The first bytes as text, roughly decoded, or None where they are no text."""
    encoding = "utf-8"
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            encoding = name
            break
    else:
        encoding = utf16_without_mark(head) or "utf-8"
    if encoding == "utf-8":
        try:
            text = codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            text = head.decode("latin-1")
            # windows-1252 has letters and signs in 0x80–0x9f, random bytes fill the ASCII controls as well
    else:
        text = head.decode(encoding, errors="replace")
    sample = text.rstrip("\x00")  # a crash can leave a tail of NULs behind good lines
    if len(_CONTROL.findall(sample)) > _CONTROL_SHARE * len(sample) + 2:
        return None
    return text


_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def byte_order_mark(head: bytes) -> str | None:
    """The encoding that the first bytes declare."""
    return next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)


def utf16_without_mark(head: bytes) -> str | None:
    """UTF-16's name with its byte order, where NULs fill one half of each pair of bytes as they do for ASCII text."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    zeros = (head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0))
    for filled, bare, name in ((zeros[1], zeros[0], "utf-16-le"), (zeros[0], zeros[1], "utf-16-be")):
        if filled > 0.3 * pairs and bare < 0.02 * pairs:
            return name
    return None


def _json_kind(text: str, suffix: str, *, complete: bool) -> Format | None:
    first, _, rest = text.partition("\n")
    if _is_json(first) and rest.lstrip().startswith(first[0]):
        return Format.NDJSON
    if suffix in _NDJSON_SUFFIXES:
        return Format.NDJSON
    if suffix in _JSON_SUFFIXES:
        return Format.JSON
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        # Cut off by the end of the head it is JSON; wrong before that, JSON only where nothing else begins so.
        cut = not complete and error.pos > len(text) - 4096
        return Format.JSON if cut or re.match(r'(\[\s*)?\{\s*"', text) else None
    except RecursionError:
        return Format.JSON
    return Format.JSON


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
