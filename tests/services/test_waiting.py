"""What the faces of a server share: threads for services, and the times at which to look at a job."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.errors import Busy
from voyant.services.threads import with_data
from voyant.services.waiting import LONGEST_PAUSE, looks


def test_who_is_cancelled_does_not_wait_for_the_thread() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        let_go.wait(10)

    async def give_up() -> None:
        asked = asyncio.create_task(with_data(work))
        await asyncio.to_thread(begun.wait, 10)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert not let_go.is_set()

    asyncio.run(give_up())
    let_go.set()


def test_what_waits_for_threads_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.services.threads.MOST_WAITING", 0)
    with pytest.raises(Busy, match="wait already"):
        asyncio.run(with_data(lambda: None))


@given(st.floats(min_value=0, max_value=300))
def test_a_job_is_looked_at_at_once_and_last_when_the_time_is_over(seconds: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        now = 0.0
        patch.setattr(time, "monotonic", lambda: now)
        for pause in looks(seconds):
            assert 0 <= pause <= LONGEST_PAUSE
            assert pause or not now
            now += pause
        assert now == pytest.approx(seconds)
