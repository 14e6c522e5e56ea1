"""Handlers that ask a service together: each is told its own outcome, and none waits longer or fails for another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.client import Client
from voyant.errors import Busy
from voyant.services import threads
from voyant.services.threads import Together
from voyant.store.models import Job


class Doubling:
    """A service that doubles numbers, refuses negative ones, and can be kept at work."""

    def __init__(self) -> None:
        self.calls: list[Sequence[int]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.calls.append(numbers)
        self.may_go_on.wait(10)
        return [2 * number if number >= 0 else ValueError(number) for number in numbers]


def asked(scenario: Callable[[Doubling, Together[int, int]], Awaitable[None]]) -> Doubling:
    """The service, after the scenario has been played with it."""
    service = Doubling()

    async def play() -> None:
        await scenario(service, Together(service))

    asyncio.run(play())
    return service


async def begun(service: Doubling, together: Together[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """Tasks that ask for the numbers; the first is being answered, and the others wait."""
    service.may_go_on.clear()
    tasks = [asyncio.create_task(together.ask(number)) for number in numbers]
    while not service.calls:
        await asyncio.sleep(0.001)
    return tasks


def test_one_alone_is_answered_at_once() -> None:
    async def scenario(_: Doubling, together: Together[int, int]) -> None:
        assert [await together.ask(1), await together.ask(2)] == [2, 4]

    assert asked(scenario).calls == [[1], [2]]


def test_those_who_come_meanwhile_share_the_next_call() -> None:
    async def scenario(service: Doubling, together: Together[int, int]) -> None:
        first = await begun(service, together, 1)
        rest = [asyncio.create_task(together.ask(number)) for number in (2, 3, 4)]
        await asyncio.sleep(0.01)
        service.may_go_on.set()
        assert await asyncio.gather(*first, *rest) == [2, 4, 6, 8]

    assert asked(scenario).calls == [[1], [2, 3, 4]]


def test_a_refusal_is_told_to_whom_it_is_meant_for() -> None:
    async def scenario(_: Doubling, together: Together[int, int]) -> None:
        outcomes = await asyncio.gather(*map(together.ask, (1, -1, 3)), return_exceptions=True)
        assert [outcomes[0], repr(outcomes[1]), outcomes[2]] == [2, "ValueError(-1)", 6]

    asked(scenario)


def test_a_service_that_fails_fails_for_all_and_is_asked_again() -> None:
    async def scenario(service: Doubling, together: Together[int, int]) -> None:
        numbers: list[int] = [1, None]  # type: ignore[list-item]
        outcomes = await asyncio.gather(*map(together.ask, numbers), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [TypeError, TypeError]
        assert await together.ask(5) == 10

    asked(scenario)


def test_one_who_has_gone_disturbs_nobody() -> None:
    async def scenario(service: Doubling, together: Together[int, int]) -> None:
        leaving, staying = await begun(service, together, 1, 2)
        leaving.cancel()
        await asyncio.sleep(0.01)
        service.may_go_on.set()
        assert await staying == 4
        with pytest.raises(asyncio.CancelledError):
            await leaving

    asked(scenario)


def test_no_more_wait_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "MOST_WAITING", 2)

    async def scenario(service: Doubling, together: Together[int, int]) -> None:
        first = await begun(service, together, 1)
        waiting = [asyncio.create_task(together.ask(number)) for number in (2, 3)]
        await asyncio.sleep(0.01)
        with pytest.raises(Busy):
            await together.ask(4)
        service.may_go_on.set()
        assert await asyncio.gather(*first, *waiting) == [2, 4, 6]

    asked(scenario)


def test_loops_of_several_threads_keep_apart() -> None:
    service = Doubling()
    together = Together(service)

    async def ask_many() -> list[int]:
        return await asyncio.gather(*map(together.ask, range(100)))

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: asyncio.run(ask_many()), range(4)))
    assert told == [[2 * number for number in range(100)]] * 4


def test_requests_at_once_are_each_answered_with_what_they_asked_for(
    client: Client, other_client: Client, source: str
) -> None:
    theirs = other_client.upload("theirs.csv", "x\n1\n")
    wanted = [
        (client, "ingest", source, 202),
        (client, "profile", source, 202),
        (client, "dance", source, 422),
        (client, "ingest", theirs, 404),
        (other_client, "ingest", theirs, 202),
        (other_client, "ingest", source, 404),
        (client, "ingest", "src_none", 404),
        (client, "ingest", "/etc/passwd", 403),
    ] * 5
    with ThreadPoolExecutor(len(wanted)) as pool:
        answers = list(pool.map(lambda want: want[0].post(f"/v1/jobs/{want[1]}", {"source": want[2]}), wanted))
    assert [answer.status_code for answer in answers] == [status for *_, status in wanted]
    for (asker, kind, _, status), answer in zip(wanted, answers, strict=True):
        if status == 202:
            row = Job.objects.get(id=answer.json()["id"])
            assert (row.tenant, row.kind, row.status) == (asker.caller.tenant, kind, "queued")
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 15
