"""What a hint is, before anything is read: kind, format, and what reading it takes."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from voyant.domain.source import Compression, Format, Source, SourceKind, without_credentials
from voyant.errors import Code, InvalidInput, NotFound
from voyant.ingestion.database_address import DATABASE_SCHEMES, DRIVERS, DatabaseAddress
from voyant.ingestion.files import check_name, local_files
from voyant.ingestion.formats import recognise

_FORMATS_BY_SUFFIX = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".json": Format.JSON,
    ".geojson": Format.JSON,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".parquet": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".xlsx": Format.EXCEL,
    ".xls": Format.EXCEL,
    ".xlsb": Format.EXCEL,
    ".ods": Format.ODS,
    ".sqlite": Format.SQLITE,
    ".db": Format.SQLITE,
    ".duckdb": Format.DUCKDB,
}
_COMPRESSIONS_BY_SUFFIX = {
    ".gz": Compression.GZIP,
    ".zst": Compression.ZSTD,
    ".zip": Compression.ZIP,
    ".bz2": Compression.BZIP2,
    ".xz": Compression.XZ,
}


class Discovery(Struct, frozen=True, kw_only=True):
    """What a hint is.

    Attributes:
        hint: Without credentials.
        confidence: 0 to 1: high where bytes say it, low where only a name does.
        needs: What reading it takes that is not known to be there: an extra, credentials, a permission.
        files: How many it means; of a folder or glob, ``format`` and ``compression`` are those of the first.
        bytes: Of all files; None where only reading would tell.
        problem: Why it cannot be read; None where nothing speaks against it.
    """

    hint: str
    kind: SourceKind | None
    format: Format | None = None
    compression: Compression | None = None
    confidence: float
    needs: tuple[str, ...] = ()
    files: int | None = None
    bytes: int | None = None
    problem: str | None = None


def discover(hint: str) -> Discovery:
    """What the hint is; looks at its wording and at most at the first bytes of the files it means.

    >>> discover("postgresql://db.example/shop").needs
    ('credentials', 'a table or a query')
    """
    kind = kind_of_hint(hint)
    if kind is SourceKind.STDIN:
        return Discovery(hint=hint, kind=kind, confidence=1.0)
    if kind is SourceKind.URL:
        return _from_name(hint)
    if kind is SourceKind.DATABASE:
        return _from_address(hint)
    return _from_files(hint, kind)


def kind_of_hint(hint: str) -> SourceKind:
    """What kind of place the hint names; a path that does not exist counts as a file.

    Raises:
        InvalidInput: It is empty, or an address of a kind that cannot be read.
        NotFound: No file can have such a name.
    """
    if not hint.strip():
        raise InvalidInput(
            "The source is empty.", code=Code.MISSING_PARAMETER, remedy="Name a file, folder or address."
        )
    if hint == "-":
        return SourceKind.STDIN
    address = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", hint)
    if address:
        scheme = address[1].lower()
        if scheme in {"http", "https"}:
            return SourceKind.URL
        if scheme.partition("+")[0] in DATABASE_SCHEMES:
            return SourceKind.DATABASE
        if scheme != "file":
            raise InvalidInput(
                f"Addresses with {scheme}:// cannot be read.",
                code=Code.UNSUPPORTED,
                remedy=f"Use http, https, file, {', '.join(DATABASE_SCHEMES)}, or a path.",
            )
    path = Path(os.path.expanduser(hint.removeprefix("file://")))  # noqa: PTH111 - unlike Path's, raises nothing
    check_name(path)
    if path.is_dir():
        return SourceKind.FOLDER
    if not path.exists() and any(mark in hint for mark in "*?["):
        return SourceKind.FILES
    return SourceKind.FILE


def source_of(hint: str, *, table: str | None = None, query: str | None = None) -> Source:
    """The source that a hint means, with the table or query of it that is wanted.

    Raises:
        InvalidInput: It is of no kind that can be read, or is asked for a query without being a database.
        NotFound: No file can have such a name.
    """
    kind = kind_of_hint(hint)
    if query is not None and kind is not SourceKind.DATABASE:
        raise InvalidInput(
            f"Only a database answers a query; {without_credentials(hint)!r} is a {kind}.",
            remedy="Name it by its address, such as sqlite:///orders.sqlite, or leave the query out.",
        )
    location = hint.removeprefix("file://")
    shown = {SourceKind.STDIN: "standard input", SourceKind.URL: without_credentials(hint)}
    if kind is SourceKind.DATABASE:
        shown[kind] = without_credentials(hint)
    return Source(kind=kind, location=location, table=table, query=query, display_name=shown.get(kind, location))


def _from_address(hint: str) -> Discovery:
    try:
        address = DatabaseAddress.parse(hint)
    except InvalidInput as error:
        return Discovery(
            hint=without_credentials(hint), kind=SourceKind.DATABASE, confidence=0.0, problem=error.message
        )
    needs = []
    driver = DRIVERS.get(address.system)
    if driver is not None and find_spec(driver) is None:
        needs.append(f"the extra {address.system!r}")
    if driver is not None and address.user is None:
        needs.append("credentials")
    if address.table is None:
        needs.append("a table or a query")
    return Discovery(hint=address.shown, kind=SourceKind.DATABASE, confidence=1.0, needs=tuple(needs))


def _from_name(hint: str) -> Discovery:
    path = Path(urlsplit(hint).path)
    compression = _COMPRESSIONS_BY_SUFFIX.get(path.suffix.lower())
    if compression is not None:
        path = path.with_suffix("")
    format_ = _FORMATS_BY_SUFFIX.get(path.suffix.lower())
    return Discovery(
        hint=without_credentials(hint),
        kind=SourceKind.URL,
        format=format_,
        compression=compression,
        confidence=0.7 if format_ or compression else 0.3,
    )


def _from_files(hint: str, kind: SourceKind) -> Discovery:
    try:
        paths = local_files(source_of(hint))
    except (NotFound, InvalidInput) as error:
        return Discovery(hint=hint, kind=kind, confidence=0.0, problem=error.message)
    size = sum(path.stat().st_size for path in paths)
    try:
        recognised = recognise(paths[0])
    except OSError as error:
        return Discovery(hint=hint, kind=kind, confidence=0.0, files=len(paths), bytes=size, problem=str(error))
    problem = f"{paths[0].name!r} is {recognised.unsupported}." if recognised.unsupported else None
    if not size:
        problem = f"{hint!r} is empty."
    return Discovery(
        hint=hint,
        kind=kind,
        format=recognised.format if size else None,
        compression=recognised.compression,
        confidence=recognised.confidence if size else 0.0,
        files=len(paths),
        bytes=size,
        problem=problem,
    )
