"""Where data comes from."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict


class SourceKind(StrEnum):
    """What a location is."""

    FILE = "file"
    FILES = "files"  # a glob
    FOLDER = "folder"
    STDIN = "stdin"
    URL = "url"
    DATABASE = "database"
    TABLE = "table"  # of the lake


class Format(StrEnum):
    """How the rows of a file are written down; what is around them is a ``Compression``."""

    CSV = "csv"  # and kin: any delimiter
    JSON = "json"  # a document: an array of objects, or objects that hold such arrays
    NDJSON = "ndjson"
    PARQUET = "parquet"
    ARROW = "arrow"  # IPC file, IPC stream, Feather
    EXCEL = "excel"  # xlsx, xlsm, xlsb, xls
    ODS = "ods"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"


class Compression(StrEnum):
    """What a file is wrapped in."""

    GZIP = "gzip"
    ZSTD = "zstd"
    ZIP = "zip"
    BZIP2 = "bzip2"
    XZ = "xz"


class Source(Struct, frozen=True, kw_only=True):
    """A place that holds data, and which part of it is meant.

    Attributes:
        location: A path, glob, folder, URL, database URL or ``-`` for standard input.
        format: Given by the caller against what the content says; None to find it.
        table: Only this table, sheet or archive member, under its original or its staged name; None for all.
        query: A SELECT that the database runs; None for whole tables.
        display_name: What people see instead of the location; never holds a secret.
    """

    kind: SourceKind
    location: str
    format: Format | None = None
    table: str | None = None
    query: str | None = None
    display_name: str = ""

    def __repr__(self) -> str:
        """Without the location: a database URL holds a password."""
        shown = {name: value for name, value in asdict(self).items() if name != "location"}
        return f"Source({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @property
    def public_location(self) -> str:
        """The location without the credentials that an address may hold."""
        return without_credentials(self.location)

    @property
    def name(self) -> str:
        """The snake_case name that a table of this source gets where the source itself names none."""
        return table_name(self.display_name or self.location)


LEFT_OUT = "…"
"""Stands in an address for what may be secret."""

_SECRET_NAME = re.compile(r"(?i)user|pass|pwd|secret|token|key|sig|auth|credential|session|code|jwt")
# Long, and of letters and digits without a word's shape: signed links carry such values under any name.
_SECRET_VALUE = re.compile(r"(?=[^=]*\d)(?=[^=]*[A-Za-z])[\w.~%+/=-]{24,}")


def without_credentials(location: str) -> str:
    """The address without user, password and fragment, and with the values of parameters that may be secret left out.

    >>> without_credentials("postgresql://ann:secret@db.example/shop?sslkey=abc&table=orders")
    'postgresql://db.example/shop?sslkey=…&table=orders'
    """
    if "://" not in location:
        return location
    try:
        parts = urlsplit(location)
        _ = parts.port
    except ValueError:
        return f"{location.partition(':')[0]}://…"
    is_database = parts.scheme not in {"http", "https"}
    if is_database and "@" in parts.path + parts.query + parts.fragment:
        return f"{parts.scheme}://…"  # a password with an unquoted / ? or # has spilled over
    query = "&".join(map(_without_secret, parts.query.split("&"))) if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{query}" if query else "")


def _without_secret(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    if not equals:
        return LEFT_OUT  # it may be a token itself
    return f"{name}={LEFT_OUT}" if _SECRET_NAME.search(name) or _SECRET_VALUE.fullmatch(value) else parameter


# Ends of file names that say how the content is written, not what it is about.
_SUFFIXES = re.compile(
    r"(\.(csv|tsv|tab|txt|dat|psv|json|jsonl|ndjson|geojson|parquet|pq|arrow|feather|ipc|xlsx|xlsm|xlsb|xls|ods"
    r"|sqlite3?|db3?|duckdb|gz|gzip|zst|zstd|zip|bz2|xz))+$",
    re.IGNORECASE,
)


def table_name(text: str) -> str:
    """The last part of a path or URL as a snake_case name, without the ends that name a format.

    >>> table_name("data/Sales Report 2024.csv.gz")
    'sales_report_2024'
    >>> table_name("-")
    'data'
    """
    last = PurePosixPath(text.replace("\\", "/").split("?")[0]).name
    stem = _SUFFIXES.sub("", last)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem)
    name = re.sub(r"\W+", "_", words.replace("*", " ")).strip("_").lower()
    name = re.sub(r"__+", "_", name)
    if not name:
        return "data"
    return f"t_{name}" if name[0].isdigit() else name
