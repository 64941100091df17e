"""The queue on real sockets: order, limits, keys, and its state after closing."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from studio.common import files
from studio.domain.entities import JobState
from studio.domain.events import JobChanged
from tests.fake_service import Reply
from tests.generation.harness import (
    ANSWER,
    KEY,
    MODEL,
    NEVER,
    arrived,
    error,
    prompt_of,
    replies,
    studio,
)


async def test_jobs_are_sent_in_order_and_never_more_than_the_limit(tmp_path: Path) -> None:
    gates = [threading.Event() for _ in range(6)]
    with replies() as service:
        service.script(*(Reply(body=ANSWER, wait=gate) for gate in gates))
        async with studio(tmp_path, service, at_once=2) as one:
            jobs = await one.submit("{a|b|c|d|e|f}")
            for number, gate in enumerate(gates):
                await arrived(service, min(number + 2, 6))
                assert one.core.queue.running <= 2
                assert len(service.requests) <= number + 2
                assert one.core.queue.waiting == max(0, 4 - number)
                gate.set()
                # The first two may arrive in either order.
                answered = prompt_of(service.requests[number])
                await one.gone(jobs["abcdef".index(answered)])
            assert one.busiest == 2
            assert sorted(map(prompt_of, service.requests[:2])) == ["a", "b"]
            assert [prompt_of(r) for r in service.requests[2:]] == ["c", "d", "e", "f"]
            places = [
                e.job.queue_place
                for e in one.heard
                if isinstance(e, JobChanged) and e.job.id == jobs[5].id and e.job.queue_place
            ]
            assert places == [4, 3, 2, 1]
            assert len(await one.pictures()) == 6
            assert one.core.queue.jobs == {}
            assert one.journal == []


async def test_the_next_job_does_not_wait_for_the_journal_of_the_last_to_be_removed(
    tmp_path: Path,
) -> None:
    free = threading.Event()

    def held(kind: str, path: Path) -> None:
        if kind == "rename" and path.suffix == ".done":
            assert free.wait(60)

    with replies() as service:
        service.script(*(Reply(body=ANSWER) for _number in range(3)))
        async with studio(tmp_path, service, at_once=1) as one:
            stop = files.watch(held)
            try:
                jobs = await one.submit("{a|b|c}")
                await one.until(lambda: all(map(one.removed, jobs)))
                assert len(await one.pictures()) == 3
                assert len(one.journal) == 3
            finally:
                free.set()
            await one.core.queue.idle()
            stop()
            assert one.journal == []


async def test_a_job_tells_how_it_goes_on(tmp_path: Path) -> None:
    go_on = threading.Event()
    with replies() as service:
        service.script(Reply(body=ANSWER, wait=go_on, pieces=3))
        async with studio(tmp_path, service) as one:
            submitted = time.time()
            (job,) = await one.submit()
            waiting = await one.reaches(job, JobState.WAITING)
            assert (waiting.attempt, waiting.received) == (1, 0)
            assert waiting.started is not None
            assert submitted <= waiting.started <= time.time()
            go_on.set()
            await one.gone(job)
            receiving = [
                e.job.received
                for e in one.heard
                if isinstance(e, JobChanged) and e.job.state is JobState.RECEIVING
            ]
            assert 0 < receiving[0] <= len(json.dumps(ANSWER))
            assert one.states(job) == [
                *(JobState.QUEUED, JobState.WAITING, JobState.RECEIVING, JobState.INGESTING),
            ]


class Drawer:
    """A keyring that keeps what it is given."""

    name = "drawer"

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def door(self) -> Any:
        from studio.config.key_status import KeyState

        return KeyState.OK

    def get(self, service: str, profile: str) -> str | None:
        return self.kept.get(profile)

    def set(self, service: str, profile: str, key: str) -> None:
        self.kept[profile] = key

    def delete(self, service: str, profile: str) -> None:
        self.kept.pop(profile, None)


@pytest.mark.parametrize("refused", [False, True], ids=["no key", "refused key"])
async def test_without_a_key_the_jobs_of_its_profile_wait_for_one(
    tmp_path: Path, refused: bool
) -> None:
    with replies() as service:
        own = {"name": "mine", "title": "Mine", "base_url": service.url}
        (tmp_path / "config").mkdir()
        (tmp_path / "config/settings.json").write_text(
            json.dumps({"version": 1, "profiles": [own], "at_once": 1, "profile": "mine"})
        )
        async with studio(tmp_path, provider=None, key="") as one:
            drawer = one.core.keys._vault = Drawer()
            if refused:
                drawer.kept["mine"] = "sk-an-old-one-00000000"
                service.script(error(401, "Invalid token"))
            first, second, third = await one.submit("{a|b|c}", profile="mine")
            await one.reaches(first, JobState.FAILED)
            await one.core.queue.idle()
            assert one.failure(first).kind == "auth"
            assert one.core.queue.held("mine")
            assert {one.last[job.id].state for job in (second, third)} == {JobState.QUEUED}
            assert len(service.requests) == refused
            # Other profiles go on.
            (sketch,) = await one.submit("x", profile="sketch", model="sketch", size="512")
            await one.until(lambda: one.removed(sketch))
            await one.core.keys.store("mine", KEY)
            await one.until(lambda: one.removed(second) and one.removed(third))
            one.core.queue.retry(first.id)
            await one.until(lambda: one.removed(first))
            assert service.requests[-1].headers["authorization"] == f"Bearer {KEY}"
            assert len(await one.pictures()) == 4


async def test_closing_leaves_what_was_sent_to_be_told_at_the_next_start(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, at_once=1) as one:
            sent, queued = await one.submit("{a|b}")
            await arrived(service, 1)
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert one.core.queue.jobs[sent.id].state is JobState.UNKNOWN
            assert one.core.queue.jobs[queued.id].state is JobState.UNSENT
            assert len(service.requests) == 1


async def test_the_usual_time_is_known_after_a_few(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            assert one.core.queue.usual_seconds(MODEL, "1K") is None
            for job in await one.submit("{a|b|c}"):
                await one.gone(job)
            one.core.queue.usual_seconds(MODEL, "1K")
            await one.core.queue.idle()
            usual = one.core.queue.usual_seconds(MODEL, "1K")
            assert usual is not None
            assert 0 < usual < 10


async def test_idle_returns_when_nothing_is_left(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            await one.submit("{a|b|c|d}")
            async with asyncio.timeout(60):
                await one.core.queue.idle()
            assert len(await one.pictures()) == 4
