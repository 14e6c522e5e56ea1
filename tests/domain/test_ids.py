"""Ids sort by when they were made, whoever makes them at once."""

from __future__ import annotations

import threading

import pytest

from voyant.domain import ids
from voyant.domain.ids import new_id


def test_ids_of_one_moment_are_in_the_order_in_which_they_were_made() -> None:
    made = [new_id("job") for _ in range(2000)]
    assert made == sorted(set(made))


def test_a_clock_that_is_set_back_turns_nothing_round(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id("job")
    monkeypatch.setattr(ids.time, "time", lambda: 1.0)
    assert new_id("job") > before


def test_threads_never_make_the_same_one() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id("job") for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4000
