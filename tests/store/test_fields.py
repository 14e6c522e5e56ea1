"""What our tables hold, and in which order: the same on every database."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.job import Status
from voyant.domain.source import Source, SourceKind
from voyant.errors import InternalError, NotFound
from voyant.services.access import artifact_of
from voyant.services.analysis import parameters_of
from voyant.services.jobs import list_jobs, show_job
from voyant.services.recording import JobRecorder
from voyant.services.sources import list_sources, show_source
from voyant.services.submission import submit
from voyant.store.fields import Json, Name, Text
from voyant.store.models import Job, Worker

NO_TEXT = "a\0b\udcffc"
STORED = "a\ufffdb\ufffdc"


def test_every_text_is_of_ours() -> None:
    of_django = {models.CharField, models.TextField, models.JSONField}
    fields = [field for model in apps.get_app_config("store").get_models() for field in model._meta.get_fields()]
    shared = {"metadata_location", "previous_metadata_location", "iceberg_type"}  # addresses that no caller names
    assert {field.name for field in fields if type(field) in of_django} == shared
    assert {type(field) for field in fields} >= {Name, Text, Json}


def test_what_is_no_text_is_stored_all_the_same(caller: Caller) -> None:
    source = Source(kind=SourceKind.URL, location="https://example.com/a.csv", query="a\0b", display_name="a\0b")
    job = submit(caller, "analyze", parameters_of(source)).job
    assert show_job(caller, job.id).source == "a\ufffdb"
    recorder = JobRecorder(Job.objects.get(id=job.id), steps=1)
    recorder.started()
    recorder.step_started(0, "normalize")

    assert recorder.failed(InternalError(NO_TEXT, data={NO_TEXT: [NO_TEXT]}).as_dict())
    error = show_job(caller, job.id).error
    assert error is not None
    assert (error["message"], error["data"]) == (STORED, {STORED: [STORED]})


@pytest.mark.parametrize("name", ["\0", "job_\0", NO_TEXT])
def test_what_no_row_can_be_called_is_not_found(caller: Caller, name: str) -> None:
    job = Job.objects.create(id=new_id("job"), tenant=caller.tenant, status=Status.COMPLETED)
    with pytest.raises(NotFound):
        show_job(caller, name)
    with pytest.raises(NotFound):
        show_source(caller, name)
    with pytest.raises(NotFound):
        artifact_of(caller, job.id, name)
    assert list_sources(caller, cursor=name).items == ()


def test_order_is_that_of_bytes(caller: Caller) -> None:
    """In the language of the database that tests run on aa comes after z, and case hardly counts."""
    names = ["aa", "ab", "az", "b", "B", "z", "Z", "_", "-", "é", "å", "0", "😀", "\uffee"]
    ids = [f"{caller.tenant} {name}" for name in names]
    for id_ in ids:
        Job.objects.create(id=id_, tenant=caller.tenant, status=Status.COMPLETED)
    expected = sorted(ids, key=str.encode, reverse=True)

    first = list_jobs(caller, limit=5)
    rest = list_jobs(caller, limit=50, cursor=first.next_cursor)
    assert [job.id for job in (*first.items, *rest.items)] == expected
    assert list(Job.objects.filter(id__gt=expected[3], tenant=caller.tenant).order_by("id")) == list(
        Job.objects.filter(id__in=expected[:3]).order_by("id")
    )


def test_times_come_back_as_they_were(caller: Caller) -> None:
    job = Job.objects.create(id=new_id("job"), tenant=caller.tenant, status=Status.COMPLETED)
    kept = show_job(caller, job.id).created_at
    assert (kept, kept.utcoffset()) == (job.created_at, job.created_at.utcoffset())
    assert not Worker.objects.filter(seen_at__gt=kept, id=job.id).exists()
