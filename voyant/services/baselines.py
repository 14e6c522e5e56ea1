"""Baselines: states of tables pinned under a name, listed, shown, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import IntegrityError, transaction

from voyant.domain.baseline import LAST, NAME, Baseline
from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.manifest import ManifestInput
from voyant.domain.page import Page, page_of
from voyant.domain.serialization import from_builtins
from voyant.errors import Code, Conflict, InvalidInput
from voyant.services.access import baselines_of, source_of
from voyant.services.references import baseline_named, input_of, no_baseline
from voyant.services.wiring import lake
from voyant.store.models import Baseline as Row

if TYPE_CHECKING:
    pass


def pin(caller: Caller, name: str, of: str) -> Baseline:
    """Keeps a state of a table under a name, with its profile, for as long as nobody removes it.

    Args:
        of: A job's id, a table, or ``table@snapshot``.

    Raises:
        NotFound: There is no such job, table or snapshot.
        InvalidInput: It can be no name.
        Conflict: Another baseline has that name.
    """
    _check_name(name)
    pinned, job = input_of(caller, of)
    snapshot = lake().snapshot(caller.tenant, pinned.table, pinned.snapshot)
    source = source_of(caller, snapshot.owner)
    try:
        with transaction.atomic():
            row = Row.objects.create(
                id=new_id("bsl"),
                tenant=caller.tenant,
                name=name,
                source=source,
                table=pinned.table,
                snapshot=pinned.snapshot,
                pinned=msgspec.to_builtins(pinned),
                job=job.id if job else "",
                subject=caller.subject,
            )
    except IntegrityError:
        raise Conflict(f"There is a baseline {name!r} already.", code=Code.NAME_TAKEN, data={"name": name}) from None
    try:
        # Only from here on does retention leave the snapshot alone.
        lake().snapshot(caller.tenant, pinned.table, pinned.snapshot)
    except BaseException:
        row.delete()
        raise
    return _shown(row)


def list_baselines(caller: Caller, *, limit: int = 20, cursor: str | None = None) -> Page[Baseline]:
    """The caller's baselines, newest first, a page at a time."""
    rows = baselines_of(caller)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    return page_of([_shown(row) for row in rows[: limit + 1]], limit, lambda baseline: baseline.id)


def show_baseline(caller: Caller, baseline: str) -> Baseline:
    """One baseline, by its name or id.

    Raises:
        NotFound: There is none.
    """
    return _shown(_row(caller, baseline))


def remove_baseline(caller: Caller, baseline: str) -> Baseline:
    """Removes a baseline, by its name or id; its snapshot goes when nothing else needs it.

    Raises:
        NotFound: There is none.
    """
    row = _row(caller, baseline)
    removed = _shown(row)
    row.delete()
    return removed


def _check_name(name: str) -> None:
    if NAME.fullmatch(name) is None or name == LAST or name.startswith(("bsl_", "job_", "src_")):
        raise InvalidInput(
            f"{name[:200]!r} can be no baseline's name.",
            remedy=f"Use 1 to 100 letters, digits, - and _, such as january; not {LAST!r}, nor what looks like an id.",
            data={"name": name[:200]},
        )


def _row(caller: Caller, text: str) -> Row:
    row = baseline_named(caller, text)
    if row is None:
        raise no_baseline(caller, text)
    return row


def _shown(row: Row) -> Baseline:
    pinned = from_builtins(row.pinned, ManifestInput)
    return Baseline(
        id=row.id,
        name=row.name,
        source=pinned.source,
        source_id=row.source_id,
        table=pinned.table,
        snapshot=pinned.snapshot,
        rows=pinned.rows,
        columns=pinned.columns,
        job=row.job or None,
        created_at=row.created_at,
    )
