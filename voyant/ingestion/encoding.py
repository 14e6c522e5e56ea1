"""Text files as UTF-8, with what a reader must know of their lines; every byte is looked at once."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from voyant.errors import Code, InvalidInput
from voyant.ingestion.formats import HEAD_BYTES, byte_order_mark, utf16_without_mark
from voyant.ingestion.protocol import Progress

_CHUNK_BYTES = 1 << 20
_DETECTOR_BYTES = 256 * 1024
_MIN_EVIDENCE = 8  # bytes beyond ASCII; with fewer, no detector can tell


class TextFile(Struct, frozen=True, kw_only=True):
    """A text file that is UTF-8, perhaps after rewriting it.

    Attributes:
        path: Of the UTF-8 text, with or without a byte order mark.
        uniform: All lines end in ``\\n``, or all in ``\\r\\n``.
        newline: How to open it so that lines are told apart: ``""`` for any end, ``"\\n"`` where carriage returns that
            stand alone are rare and so belong to cells.
        lines: Line ends counted, plus one where the last line has none.
        short_lines: Every MiB has a line end.
        notes: About the encoding, where it is not plain UTF-8.
    """

    path: Path
    uniform: bool
    newline: str
    lines: int
    short_lines: bool
    nuls: int
    notes: tuple[str, ...] = ()


def open_text(path: Path, folder: Path, progress: Progress) -> TextFile:
    """The file as UTF-8: itself where it is that already, else a copy in the folder.

    Raises:
        InvalidInput: ``Code.ENCODING`` where the bytes are text in no encoding that can be told.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    marked = byte_order_mark(head)
    if marked in {None, "utf-8-sig"} and not utf16_without_mark(head):
        scanned = _scan(path, progress)
        if scanned is not None:
            return scanned
    encoding, second, notes = _encoding_of(path, head, marked)
    copy = folder / f"{path.name}.utf8"
    broken = _rewrite(path, copy, encoding, second)
    scanned = _scan(copy, progress)
    assert scanned is not None, "the copy is UTF-8"  # noqa: S101
    if broken:
        notes = (*notes, f"{broken:,} bytes that are not {encoding} kept as \\xNN")
    return replace(scanned, notes=notes)


def _scan(path: Path, progress: Progress) -> TextFile | None:
    """What there is to know of the lines of a UTF-8 file; None where it is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = max(path.stat().st_size, 1)
    done = feeds = returns = pairs = nuls = 0
    short_lines = True
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if not chunk.isascii() or decoder.getstate()[0]:  # of most files nothing needs decoding
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return None
            feeds += chunk.count(b"\n")
            # Looking for a byte is ten times faster than counting it.
            if b"\r" in chunk:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
            if b"\0" in chunk:
                nuls += chunk.count(b"\0")
            if len(chunk) == _CHUNK_BYTES and b"\n" not in chunk:
                short_lines = False
            last = chunk[-1:]
            done += len(chunk)
            progress(done / size)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    alone = returns - pairs
    return TextFile(
        path=path,
        uniform=returns == 0 or returns == pairs == feeds,
        newline="\n" if 0 < alone < feeds / 10 else "",
        lines=feeds + alone + (last not in {b"", b"\n", b"\r"}),
        short_lines=short_lines,
        nuls=nuls,
    )


def _encoding_of(path: Path, head: bytes, marked: str | None) -> tuple[str, str | None, tuple[str, ...]]:
    """The encoding, a second one for bytes that are not of it, and what to note."""
    wide = marked if marked not in {None, "utf-8-sig"} else utf16_without_mark(head)
    if wide is not None:
        return wide, None, (f"encoding {wide.upper()}",)
    foreign, utf8_lines, foreign_lines = _foreign_lines(path)
    encoding = _detect(foreign)
    if encoding is None:
        raise InvalidInput(
            f"{path.name!r} is not UTF-8, and its bytes are text in no encoding that can be told.", code=Code.ENCODING
        )
    label = _label(encoding)
    # In a single-byte encoding of Western text, a line is UTF-8 by accident about never; two-byte ones hit it at times.
    if utf8_lines and (encoding in _SINGLE_BYTE or utf8_lines >= foreign_lines):
        return "utf-8", encoding, (f"mixed encodings: UTF-8, other bytes read as {label}",)
    return encoding, None, (f"encoding {label}",)


_HIGH = re.compile(rb"[\x80-\xff]")


def _foreign_lines(path: Path) -> tuple[bytes, int, int]:
    """A sample of the lines that are not UTF-8, how many lines are UTF-8 beyond ASCII, and how many are not UTF-8."""
    sample = bytearray()
    utf8 = foreign = 0
    with path.open("rb") as file:
        while line := file.readline(_CHUNK_BYTES):
            if not _HIGH.search(line):
                continue
            try:
                line.decode("utf-8")
                utf8 += 1
            except UnicodeDecodeError:
                foreign += 1
                if len(sample) < _DETECTOR_BYTES:
                    sample += line
    return bytes(sample), utf8, foreign


_TWO_BYTE = {"cp932", "gb18030", "big5", "euc_jp", "cp949"}
_SINGLE_BYTE = {"cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "latin-1"} | {
    f"iso8859-{part}" for part in range(2, 17)
}
_SUPERSETS = {
    "iso-8859-1": "cp1252",  # browsers read it so too: what it adds are signs where the other has unused controls
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "euc-jp": "euc_jp",
    "big5-hkscs": "big5",
    "utf-8": "cp1252",  # the sample is known not to be
}


def _detect(sample: bytes) -> str | None:
    import chardet

    western = _looks_single_byte(sample)
    if len(_HIGH.findall(sample)) < _MIN_EVIDENCE and _is_plain_western(sample):
        return "cp1252"
    eras = chardet.EncodingEra.MODERN_WEB | chardet.EncodingEra.LEGACY_ISO
    guesses = [guess for piece in _pieces(sample) for guess in chardet.detect_all(piece, encoding_era=eras)]
    guesses.sort(key=lambda guess: -guess["confidence"])
    names = [_python_name(guess["encoding"]) for guess in guesses]
    candidates = [name for name in names if name is not None and not (western and name in _TWO_BYTE)]
    for encoding in [*dict.fromkeys(candidates), "cp1252", "latin-1"]:
        text = sample.decode(encoding, errors="replace")
        strange = sum(character == "\ufffd" or _is_control(character) for character in text)
        if strange <= 0.01 * len(text):
            return encoding
    return None


def _pieces(sample: bytes) -> list[bytes]:
    """The sample, and its halves where it is long: one broken byte takes an encoding out of the detector's choice."""
    lines = sample.splitlines(keepends=True)
    if len(lines) < 20:
        return [sample]
    half = len(lines) // 2
    return [sample, b"".join(lines[:half]), b"".join(lines[half:])]


def _is_plain_western(sample: bytes) -> bool:
    """Whether it makes sense as windows-1252, the most common by far: accents stand alone, signs not within words."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return not _UNLIKELY.search(text)


# Two letters or signs beyond ASCII in a row, signs that are rare, signs that touch a word where no language has them.
_UNLIKELY = re.compile(
    r"[À-ÿ][À-ÿ][À-ÿ]|[ƒˆ‰‹›†‡¤¦¨¬¯¶¸]|[^\W\d_][¡£¥§¹¼½¾¿µ]|[^\W\d_]{2}[²³]|[¢£¥¼½¾¹²³][^\W\d_]|[a-z][«»“„©®±][a-z]"
)


def _is_control(character: str) -> bool:
    return "\x7f" <= character <= "\x9f" or (character < " " and character not in "\t\n\r\f\x1a\x1c\x1d\x1e\x1f\x00")


def _looks_single_byte(sample: bytes) -> bool:
    """Whether most bytes beyond ASCII stand alone and from 0xA0 up, as the accents of Western text do; those of
    two-byte encodings come in pairs or have a low lead."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    alone = sum(1 for run in runs if len(run) == 1 and run[0] >= 0xA0)
    return alone >= 0.7 * len(runs)


def _python_name(detected: str | None) -> str | None:
    if detected is None:
        return None
    name = _SUPERSETS.get(detected.lower(), detected)
    try:
        return {"shift_jis": "cp932", "euc_kr": "cp949"}.get(codecs.lookup(name).name, codecs.lookup(name).name)
    except LookupError:
        return None


def _label(encoding: str) -> str:
    if encoding.startswith("cp125"):
        return f"windows-{encoding[2:]}"
    return {"cp932": "Shift-JIS", "gb18030": "GB18030", "cp949": "EUC-KR", "big5": "Big5", "euc_jp": "EUC-JP"}.get(
        encoding, encoding.upper()
    )


def _rewrite(path: Path, copy: Path, encoding: str, second: str | None) -> int:
    """Writes the UTF-8 copy; gives the number of bytes that are of no encoding, kept as ``\\xNN``."""
    broken = 0
    with copy.open("wb") as target:
        for text in _decoded(path, encoding, _MARK if second is None else _read_as(second)):
            kept, count = _MARKED.subn(lambda mark: f"\\x{ord(mark[0]) - 0xDC00:02x}", text)
            broken += count
            target.write(kept.encode("utf-8"))
    return broken


_MARK = "voyant-mark"
_MARKED = re.compile("[\udc00-\udcff]")


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Bytes of no meaning as lone surrogates, which no decoded text holds (``surrogateescape`` leaves out ASCII)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARK, _mark)


@cache
def _read_as(encoding: str) -> str:
    """The name of an error handler that reads bytes in a second encoding."""

    def read(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return error.object[error.start : error.end].decode(encoding, errors="backslashreplace"), error.end

    name = f"voyant-{encoding}"
    codecs.register_error(name, read)
    return name


def _decoded(path: Path, encoding: str, handler: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors=handler)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
