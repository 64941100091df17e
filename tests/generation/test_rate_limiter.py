"""Rate limits of a provider: concurrent requests, and requests per minute."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from studio.config.settings import Profile, Settings
from studio.domain.entities import GenerationRequest, HoldReason, Job, JobState
from studio.generation.rate_limiter import RateLimiter
from studio.generation.scheduler import Scheduler
from tests.fake_service import FakeService, Reply
from tests.generation.harness import ANSWER, KEY, Studio, arrived, error, replies, studio

WINDOW = 0.5
"""Seconds that stand for a minute where the clock is the real one."""


def own(home: Path, service: FakeService, **limits: Any) -> None:
    """Settings of a user whose DGrid has limits."""
    profile = {"name": "dgrid", "title": "DGrid", "base_url": service.url, **limits}
    (home / "config").mkdir()
    settings = {"version": 1, "profiles": [profile], "profile": "dgrid", "at_once": 3}
    (home / "config/settings.json").write_text(json.dumps(settings))


def job(id: str, profile: str = "mine") -> Job:
    request = GenerationRequest(profile=profile, model="m", prompt=id)
    return Job(id=id, run="r", request=request, created=0.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def turns(clock: Clock, **limits: Any) -> RateLimiter:
    profile = Profile(name="mine", title="Mine", base_url="https://x", **limits)
    settings = Settings(profiles=(profile,), at_once=9)
    return RateLimiter(lambda: settings, clock=clock)


def test_the_pace_counts_what_was_sent_within_any_sixty_seconds() -> None:
    clock = Clock()
    made = turns(clock, per_minute=2)
    for id, at in (("a", 0), ("b", 25)):
        clock.now = 1000.0 + at
        assert made.request_turn(job(id), {}) is None
        made.sent(job(id))
        made.leave(id)
    clock.now = 1030.0
    ahead: dict[str, int] = {}
    waits = [made.request_turn(job(id), ahead) for id in "cde"]
    assert [wait and (wait.hold, wait.seconds) for wait in waits] == [
        (HoldReason.PACE, 30.0),
        (HoldReason.PACE, 55.0),
        (HoldReason.PACE, None),
    ]
    clock.now = 1059.9
    assert made.request_turn(job("c"), {}) is not None
    clock.now = 1060.0
    assert made.request_turn(job("c"), {}) is None


def test_a_turn_counts_from_the_moment_its_request_leaves() -> None:
    clock = Clock()
    made = turns(clock, per_minute=1)
    assert made.request_turn(job("a"), {}) is None
    clock.now += 50
    wait = made.request_turn(job("b"), {})
    assert wait is not None
    assert (wait.hold, wait.seconds) == (HoldReason.PACE, None)
    made.sent(job("a"))
    clock.now += 59
    assert made.request_turn(job("b"), {}) is not None
    clock.now += 1
    assert made.request_turn(job("b"), {}) is None


@pytest.mark.parametrize("end", ["leave", "back"])
def test_what_was_never_sent_does_not_count(end: str) -> None:
    made = turns(Clock(), per_minute=1)
    assert made.request_turn(job("a"), {}) is None
    getattr(made, end)("a")
    assert made.request_turn(job("b"), {}) is None


def test_each_provider_has_its_own_slots_and_a_late_job_has_none() -> None:
    made = turns(Clock(), at_once=1)
    assert made.request_turn(job("a"), {}) is None
    wait = made.request_turn(job("b"), {})
    assert wait is not None
    assert wait.hold is HoldReason.NONE
    assert made.request_turn(job("other", "dgrid"), {}) is None
    made.late("a")
    assert made.request_turn(job("b"), {}) is None
    # The late one, tried again, waits for a slot like everybody.
    assert made.request_turn(job("a"), {}) is not None


def stamped(counted: RateLimiter) -> list[float]:
    """When requests leave, by the clock that counts them."""
    stamps: list[float] = []
    sent = counted.sent

    def sent_and_noted(job: Job) -> None:
        sent(job)
        stamps.append(counted._sent[job.request.profile][-1])

    counted.sent = sent_and_noted  # type: ignore[method-assign]
    return stamps


async def held_for_pace(one: Studio, jobs: list[Job]) -> list[Job]:
    def held() -> list[Job]:
        return [one.last[j.id] for j in jobs if one.last[j.id].hold is HoldReason.PACE]

    await one.until(held)
    return held()


async def test_a_provider_with_a_pace_is_sent_no_more_than_that(tmp_path: Path) -> None:
    with replies() as service:
        own(tmp_path, service, per_minute=2)
        async with studio(tmp_path, key=KEY, provider=None) as one:
            one.core.queue.rate_limiter.minute = WINDOW
            sent = stamped(one.core.queue.rate_limiter)
            jobs = await one.submit("{a|b|c|d|e}")
            waiting = (await held_for_pace(one, jobs))[0]
            assert waiting.state is JobState.QUEUED
            assert one.core.queue.waiting
            # `idle` is for the command line, which must not end while jobs wait for the pace.
            await one.core.queue.idle()
            assert len(await one.pictures()) == 5
            assert len(service.requests) == len(sent) == 5
            assert all(sent[n + 2] >= sent[n] + WINDOW for n in range(3))


async def test_what_waits_for_the_pace_says_until_when(tmp_path: Path) -> None:
    with replies() as service:
        own(tmp_path, service, per_minute=1)
        async with studio(tmp_path, key=KEY, provider=None) as one:
            submitted = time.time()
            first, second = await one.submit("{a|b}")
            await one.gone(first)
            await one.until(lambda: one.last[second.id].send_at)
            held = one.last[second.id]
            assert held.hold is HoldReason.PACE
            assert held.send_at is not None
            # What it is told may differ by a moment from what is counted.
            assert submitted + 59 <= held.send_at <= time.time() + 61
            told = len(one.heard)
            one.core.queue.pump()
            assert len(one.heard) == told, "the same moment is not told again"
            # Without the limit it goes at once.
            own_now = one.core.settings.value.profiles[0]
            free = Profile(name="dgrid", title="DGrid", base_url=own_now.base_url)
            one.core.settings.change(profiles=(free,))
            await one.gone(second)
            assert len(service.requests) == 2


async def test_a_repetition_is_counted_like_everything_sent(tmp_path: Path) -> None:
    with replies() as service:
        own(tmp_path, service, per_minute=1)
        service.script(error(503))
        async with studio(tmp_path, key=KEY, provider=None) as one:
            (only,) = await one.submit()
            held = (await held_for_pace(one, [only]))[0]
            assert (held.state, held.attempt) == (JobState.QUEUED, 1)
            assert held.retry_reason == "The service is overloaded"
            assert len(service.requests) == 1
            one.core.queue.cancel(only.id)
            await one.core.queue.idle()
            assert one.failure(only).billed == "no"


async def test_a_second_request_of_the_same_attempt_is_counted_too(tmp_path: Path) -> None:
    refused = {"error": {"code": 400, "message": "Invalid value at 'image_config.image_size'"}}
    with replies() as service:
        own(tmp_path, service, per_minute=3, at_once=1)
        service.script(Reply(400, refused), Reply(body=ANSWER))
        async with studio(tmp_path, key=KEY, provider=None) as one:
            first, second, third = await one.submit("{a|b|c}", size="2K")
            await one.gone(first)
            await one.gone(second)
            held = (await held_for_pace(one, [third]))[0]
            assert held.id == third.id
            assert len(service.requests) == 3
            one.core.queue.cancel(third.id)
            await one.core.queue.idle()


class Waiting:
    """A queue as the rota sees it, with how often jobs were told something."""

    def __init__(self, number: int) -> None:
        self.jobs = {f"{n}": job(f"{n}") for n in range(number)}
        self.given: list[str] = []
        self.told = 0

    def waiting_for_turn(self) -> list[str]:
        return [id for id in self.jobs if id not in self.given]

    def may_be_sent(self, id: str) -> bool:
        return True

    def give_turn(self, job: Job) -> None:
        self.given.append(job.id)

    def change(self, job: Job) -> None:
        self.told += 1
        self.jobs[job.id] = job


async def test_a_long_queue_is_not_told_its_places_at_each_answer() -> None:
    waiting, made = Waiting(200), turns(Clock(), at_once=4)
    rota = Scheduler(waiting, made)
    rota.pump()
    assert waiting.given == ["0", "1", "2", "3"]
    assert waiting.told == 196
    for number in range(100):
        made.leave(f"{number}")
        rota.pump()
        assert waiting.given[-1] == f"{number + 4}", "turns do not wait for that"
    assert waiting.told < 196 * 12, "it would be fifteen thousand"
    while waiting.jobs["199"].queue_place != 96:
        (telling,) = rota.under_way
        await telling
    assert [waiting.jobs[f"{n}"].queue_place for n in (104, 150, 199)] == [1, 47, 96]
    assert not rota.under_way, "nothing goes on by itself when all is told"


async def test_a_short_queue_is_reported_at_once() -> None:
    waiting, made = Waiting(6), turns(Clock(), at_once=1)
    rota = Scheduler(waiting, made)
    places = []
    for number in range(5):
        rota.pump()
        places.append(waiting.jobs["5"].queue_place)
        made.leave(f"{number}")
    assert places == [5, 4, 3, 2, 1]


async def test_one_provider_without_a_slot_keeps_no_other_waiting() -> None:
    waiting, made = Waiting(60), turns(Clock(), at_once=1)
    rota = Scheduler(waiting, made)
    rota.pump()
    waiting.jobs["late"] = job("late", "dgrid")
    rota.pump()
    assert waiting.given == ["0", "late"]


async def test_a_provider_may_take_fewer_at_once_than_the_others(tmp_path: Path) -> None:
    go_on = threading.Event()
    with replies() as service:
        own(tmp_path, service, at_once=1)
        service.script(*[Reply(body=ANSWER, wait=go_on)] * 3)
        async with studio(tmp_path, key=KEY, provider=None) as one:
            jobs = await one.submit("{a|b|c}")
            await arrived(service, 1)
            go_on.set()
            for each in jobs:
                await one.gone(each)
            assert one.busiest == 1
