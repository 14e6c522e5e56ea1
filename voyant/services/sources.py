"""Sources: remembered once they were read, listed, removed with what was made of them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.page import Page, page_of
from voyant.domain.source import LEFT_OUT, Format, Source, SourceKind, without_credentials
from voyant.errors import Code, InvalidInput, NotFound, VoyantError
from voyant.security.secrets import seal, unseal
from voyant.services import uploads
from voyant.services.access import source_of, sources_among, sources_of
from voyant.services.locations import require_allowed, require_allowed_files
from voyant.services.texts import require_text
from voyant.services.wiring import artifact_store, lake
from voyant.store.locks import Lock, alone
from voyant.store.models import Source as SourceRow

if TYPE_CHECKING:
    from voyant.ingestion import Discovery


class SourceSummary(Struct, frozen=True, kw_only=True):
    """A source as lists show it; what its address holds of credentials was never stored.

    Attributes:
        fingerprint: Of the content that was read last.
        tables: In the lake, that it was read into.
        jobs: Made of it; only where asked for.
    """

    id: str
    kind: str
    name: str
    tables: tuple[str, ...]
    fingerprint: str
    created_at: datetime
    jobs: tuple[str, ...] = ()


def source_from(caller: Caller, hint: str, *, table: str | None = None, query: str | None = None) -> Source:
    """The source that a path, an address, a source id or the name of a table means; a path that exists goes first.

    Args:
        table: The one that is meant, of a source with several.
        query: A SELECT that the database runs, in place of a table.

    Raises:
        NotFound: There is nothing there.
        InvalidInput: It is of no kind that can be read, what was read once cannot be read again, or a text is none.
        NotPermitted: It is a place of this machine that is not the caller's to name.
    """
    require_text(source=hint, table=table, query=query)
    if not _is_path(caller, hint):
        if hint.startswith("src_"):
            return _source_again(caller, source_of(caller, hint), table, query)
        if _is_table(caller, hint):
            return _table_source(hint, table, query)
    return _source_at(caller, hint, table, query)


def source_beside(caller: Caller, hint: str) -> Source:
    """The source that a hint means, for a job to read beside its own, wherever it will run.

    Raises:
        NotFound: There is nothing there.
        InvalidInput: It is standard input, or reading it takes credentials.
        NotPermitted: As for ``source_from``.
    """
    source = source_from(caller, hint)
    if source.kind is SourceKind.STDIN:
        raise InvalidInput(
            "Standard input can be the source of a job, and not one that is read beside it.",
            remedy="Name a file, or a table that was taken in before.",
        )
    if source.public_location != source.location:
        raise InvalidInput(
            f"Reading {source.display_name} takes credentials, which are kept for the source of a job alone.",
            remedy="Take it in with voyant ingest, then name its table.",
        )
    if source.kind not in {SourceKind.FILE, SourceKind.FILES, SourceKind.FOLDER}:
        return source
    from voyant.ingestion.files import local_files

    local_files(source)
    return replace(source, location=os.path.abspath(os.path.expanduser(source.location)))  # noqa: PTH100, PTH111 - any text


def uploads_named(asked: Collection[tuple[Caller, str]]) -> list[Source | None]:
    """For each caller and hint the upload that it names by id; None where it names none.

    As ``source_from`` would find them, by one query for all; nothing is looked at that may be slow, such as a name in
    the network, a folder, or the catalog.
    """
    rows = sources_among(asked)
    return [_upload_again(caller, rows.get((caller.tenant, hint))) for caller, hint in asked]


def _upload_again(caller: Caller, row: SourceRow | None) -> Source | None:
    if row is None or row.kind != SourceKind.FILE or not uploads.holds(caller.tenant, row.location):
        return None
    try:
        return _source_again(caller, row, None, None)
    except VoyantError:
        return None


def register(caller: Caller, source: Source) -> SourceSummary:
    """A source that is named now and read later, whatever it takes to read it kept sealed."""
    return _summary(remember(caller, source, keep_secret=True))


def upload(caller: Caller, name: str, file: Path) -> SourceSummary:
    """A file that has arrived whole, as a source; it is moved, not copied."""
    kept = uploads.keep(caller.tenant, name, file)
    return register(caller, Source(kind=SourceKind.FILE, location=str(kept), display_name=kept.name))


def discover(caller: Caller, hint: str) -> Discovery:
    """What a path, an address, a source id or the name of a table is, told without reading it.

    Raises:
        NotFound: There is no such source, or no file can have such a name.
        InvalidInput: It is empty, or an address of a kind that cannot be read.
        NotPermitted: It is a place of this machine that is not the caller's to name.
    """
    from voyant.ingestion import Discovery
    from voyant.ingestion import discover as discover_at

    source = source_from(caller, hint)
    if source.kind is not SourceKind.TABLE:
        if hint.startswith("src_"):
            return replace(discover_at(source.location), hint=source.display_name)
        return discover_at(hint)
    files = lake().snapshot(caller.tenant, source.location).files
    return Discovery(
        hint=hint,
        kind=SourceKind.TABLE,
        format=Format.PARQUET,
        confidence=1.0,
        files=len(files),
        bytes=sum(path.stat().st_size for path in files),
    )


def _source_at(caller: Caller, location: str, table: str | None, query: str | None) -> Source:
    from voyant.ingestion import source_of as source_at

    require_allowed(caller, location)
    source = source_at(location, table=table, query=query)
    require_allowed_files(caller, source)
    return source


def _source_again(caller: Caller, row: SourceRow, table: str | None, query: str | None) -> Source:
    source = _source_at(caller, _location_again(row), table, query or (None if table else row.query or None))
    return replace(source, display_name=row.name)


def _is_path(caller: Caller, hint: str) -> bool:
    # To whom this machine's files are not told, none is there.
    return caller.may_read_files and os.path.exists(hint)  # noqa: PTH110 - any text may stand here, this refuses none


def _is_table(caller: Caller, hint: str) -> bool:
    # Opening the catalog takes a second: only what can be a table's name is looked up.
    return re.fullmatch(r"\w+", hint) is not None and hint in lake().tables(caller.tenant)


def _table_source(name: str, table: str | None, query: str | None) -> Source:
    if table not in {None, name}:
        raise NotFound(f"{name!r} is a table itself and has none called {table!r}.", code=Code.NO_TABLE)
    if query is not None:
        raise InvalidInput(
            f"Only a database answers a query; {name!r} is a table of the lake.",
            remedy="Leave the query out, or run it with: voyant sql",
        )
    return Source(kind=SourceKind.TABLE, location=name, display_name=name)


def _location_again(row: SourceRow) -> str:
    """Where the source stands, if it can be read a second time."""
    if row.kind == SourceKind.STDIN:
        tables = ", ".join(row.tables)
        raise InvalidInput(
            f"{row.id} was read from standard input, which cannot be read again.",
            code=Code.UNSUPPORTED,
            remedy=f"Name its table instead: {tables}." if tables else "Pipe the data in again.",
        )
    if row.secret:
        return unseal(row.secret)
    if row.kind == SourceKind.URL and LEFT_OUT in row.location:
        raise InvalidInput(
            f"The address of {row.id} held what may be secret, which is never stored: {row.location}",
            code=Code.MISSING_PARAMETER,
            remedy="Give the whole address again.",
        )
    return row.location


def known_source(caller: Caller, text: str) -> str:
    """The id of a source that was read, by its id, or by the path, address or table that was given.

    Raises:
        NotFound: It is none that Voyant knows.
    """
    if text.startswith("src_"):
        return source_of(caller, text).id
    if not _is_path(caller, text) and _is_table(caller, text):
        return lake().snapshot(caller.tenant, text).owner
    from voyant.ingestion import source_of as source_at

    row = sources_of(caller).filter(key=key_of(source_at(text))).first()
    if row is None:
        raise NotFound(f"{without_credentials(text)[:200]!r} was never read.")
    return row.id


def remember(caller: Caller, source: Source, *, keep_secret: bool = False) -> SourceRow:
    """The row of that source, made at its first use; of a table, the row of the source that it was read from.

    Args:
        keep_secret: Whether credentials in its address are kept, sealed, for a job that another process will run.
    """
    if source.kind is SourceKind.TABLE:
        return source_of(caller, lake().snapshot(caller.tenant, source.location).owner)
    location = _place_of(source)
    row, _ = SourceRow.objects.get_or_create(
        tenant=caller.tenant,
        key=key_of(source),
        defaults={
            "id": new_id("src"),
            "kind": source.kind,
            "location": without_credentials(location),
            "name": source.display_name,
            "query": source.query or "",
        },
    )
    if keep_secret and without_credentials(location) != location:
        row.secret = seal(location)
        row.save(update_fields=["secret", "updated_at"])
    return row


def key_of(source: Source) -> str:
    """What tells a source from the others of its tenant; a table has none of its own.

    Credentials are left out: a password that changes makes no other source, and no hash of one is kept to be guessed.
    """
    return sha256(f"{without_credentials(_place_of(source))}\n{source.query or ''}".encode()).hexdigest()


def _place_of(source: Source) -> str:
    if source.kind in {SourceKind.FILE, SourceKind.FILES, SourceKind.FOLDER}:
        return str(Path(source.location).absolute())
    return source.location


def list_sources(caller: Caller, *, limit: int = 20, cursor: str | None = None) -> Page[SourceSummary]:
    """The caller's sources, newest first, a page at a time."""
    rows = sources_of(caller)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    return page_of([_summary(row) for row in rows[: limit + 1]], limit, lambda source: source.id)


def show_source(caller: Caller, source_id: str) -> SourceSummary:
    """One source, with the tables it was read into and the jobs made of it."""
    row = source_of(caller, source_id)
    return _summary(row, jobs=tuple(row.job_set.order_by("id").values_list("id", flat=True)))


def remove_source(caller: Caller, source_id: str) -> SourceSummary:
    """Removes what is known of the source, its tables with their baselines and history, and the jobs and artifacts
    made of it; tells what that was."""
    removed = show_source(caller, source_id)
    with alone(Lock.SUBMISSION):  # no job of it is accepted meanwhile
        row = source_of(caller, source_id)
        location = row.location
        row.job_set.all().delete()
        baselines = list(row.baseline_set.values_list("id", flat=True))
        row.delete()
    for kept in (*removed.jobs, *baselines):
        artifact_store().remove(caller.tenant, kept)
    uploads.discard(caller.tenant, location)
    for table in set(removed.tables) & set(lake().tables(caller.tenant)):
        lake().drop(caller.tenant, table)
    return removed


def _summary(row: SourceRow, jobs: tuple[str, ...] = ()) -> SourceSummary:
    return SourceSummary(
        id=row.id,
        kind=row.kind,
        name=row.name,
        tables=tuple(row.tables),
        fingerprint=row.fingerprint,
        created_at=row.created_at,
        jobs=jobs,
    )
