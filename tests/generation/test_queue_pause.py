"""A paused queue sends nothing new, whatever is pressed; and jobs can change places."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from studio.domain.entities import HoldReason, Job, JobState
from studio.domain.events import QueueChanged
from tests.fake_service import FakeService, Reply
from tests.generation.harness import (
    ANSWER,
    NEVER,
    Studio,
    arrived,
    error,
    prompt_of,
    replies,
    studio,
)


def prompts_of(service: FakeService) -> list[str]:
    return [prompt_of(request) for request in service.requests]


def places(one: Studio, jobs: list[Job]) -> list[int]:
    return [one.last[job.id].queue_place for job in jobs]


async def test_a_paused_queue_sends_nothing_new_and_what_was_sent_goes_on(tmp_path: Path) -> None:
    go_on = threading.Event()
    with replies() as service:
        service.script(Reply(body=ANSWER, wait=go_on))
        async with studio(tmp_path, service, at_once=1) as one:
            first, second, third = await one.submit("{a|b|c}")
            await arrived(service, 1)
            one.core.queue.pause()
            assert one.core.queue.paused
            assert {one.last[job.id].hold for job in (second, third)} == {HoldReason.PAUSED}
            go_on.set()
            await one.gone(first)
            (more,) = await one.submit("d")
            await one.core.queue.idle()
            assert one.last[more.id].hold is HoldReason.PAUSED
            assert len(service.requests) == 1
            one.core.queue.pause(on=False)
            for job in (second, third, more):
                await one.gone(job)
            assert prompts_of(service) == ["a", "b", "c", "d"]
            told = [event for event in one.heard if isinstance(event, QueueChanged)]
            assert len(told) == 2


async def test_pausing_twice_is_pausing_once(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            assert not one.core.queue.paused
            one.core.queue.pause(on=False)
            one.core.queue.pause()
            one.core.queue.pause()
            assert [type(event) for event in one.heard].count(QueueChanged) == 1


async def test_a_start_is_never_paused(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            one.core.queue.pause()
        async with studio(tmp_path, service) as one:
            assert not one.core.queue.paused
            (job,) = await one.submit()
            await one.gone(job)


@pytest.mark.parametrize("now", [False, True], ids=["count-down over", "try now"])
async def test_what_is_tried_again_waits_for_the_end_of_the_pause(
    tmp_path: Path, *, now: bool
) -> None:
    busy = error(503, **{"Retry-After": "60" if now else "0.05"})
    with replies() as service:
        service.script(busy)
        async with studio(tmp_path, service) as one:
            one.core.events.subscribe(
                lambda _event: one.core.queue.pause() if len(service.requests) else None
            )
            (job,) = await one.submit()
            if now:
                await one.reaches(job, JobState.RETRYING)
                one.core.queue.retry_now(job.id)
            await one.until(lambda: one.last[job.id].hold is HoldReason.PAUSED)
            held = one.last[job.id]
            assert (held.state, held.queue_place) == (JobState.QUEUED, 1)
            assert held.retry_reason == "The service is overloaded"
            assert len(service.requests) == 1


async def test_in_a_paused_queue_a_count_down_can_be_stopped_and_a_job_cancelled(
    tmp_path: Path,
) -> None:
    busy = error(503, **{"Retry-After": "60"})
    with replies() as service:
        service.script(busy, busy, busy)
        async with studio(tmp_path, service, at_once=3) as one:
            stopped, cancelled, waiting = await one.submit("{a|b|c}")
            for job in (stopped, cancelled, waiting):
                await one.reaches(job, JobState.RETRYING)
            one.core.queue.pause()
            one.core.queue.stop_retrying(stopped.id)
            await one.reaches(stopped, JobState.FAILED)
            one.core.queue.retry_now(cancelled.id)
            one.core.queue.retry_now(waiting.id)
            await one.until(lambda: one.last[waiting.id].hold is HoldReason.PAUSED)
            await one.until(lambda: one.last[cancelled.id].hold is HoldReason.PAUSED)
            one.core.queue.cancel(cancelled.id)
            await one.reaches(cancelled, JobState.CANCELLED)
            assert one.failure(cancelled).billed == "no"
            assert len(service.requests) == 3
            one.core.queue.pause(on=False)
            await one.gone(waiting)
            await one.core.queue.idle()
            assert len(service.requests) == 4
            assert one.journal == []


async def test_jobs_change_places_and_are_sent_in_the_new_order(tmp_path: Path) -> None:
    go_on = threading.Event()
    with replies() as service:
        service.script(Reply(body=ANSWER, wait=go_on))
        async with studio(tmp_path, service, at_once=1) as one:
            jobs = await one.submit("{a|b|c|d|e}")
            a, b, c, d, e = jobs
            await arrived(service, 1)
            move = one.core.queue.move
            move(e.id, "first")
            assert places(one, [e, b, c, d]) == [1, 2, 3, 4]
            move(b.id, "later")
            move(d.id, "earlier")
            assert places(one, [e, c, d, b]) == [1, 2, 3, 4]
            # At the ends, and for what is sent already, nothing moves.
            move(e.id, "earlier")
            move(b.id, "later")
            move(a.id, "later")
            assert list(one.core.queue.jobs) == [job.id for job in (a, e, c, d, b)]
            go_on.set()
            for job in jobs:
                await one.gone(job)
            assert prompts_of(service) == ["a", "e", "c", "d", "b"]


async def test_the_order_survives_a_crash(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, at_once=1) as one:
            sent, b, c, d = await one.submit("{a|b|c|d}")
            await arrived(service, 1)
            one.core.queue.move(d.id, "first")
            one.core.queue.move(c.id, "earlier")
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            unsent = [j.id for j in one.core.queue.jobs.values() if j.state is JobState.UNSENT]
            assert unsent == [d.id, c.id, b.id]
            assert one.core.queue.jobs[sent.id].state is JobState.UNKNOWN


async def test_an_order_alone_gives_recovery_nothing_to_do(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service, at_once=1) as one:
            one.core.queue.pause()
            jobs = await one.submit("{a|b}")
            one.core.queue.move(jobs[1].id, "first")
            await one.core.queue.idle()
            one.core.queue.cancel_all()
            await one.core.queue.idle()
            assert [path.name for path in one.journal] == ["order.json"]
            assert not one.core.journal.has_entries()


async def test_an_order_that_cannot_be_read_is_that_of_queueing(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            one.core.queue.pause()
            jobs = await one.submit("{a|b|c}")
            (one.core.journal.folder / "order.json").write_text("not an order")
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            assert list(one.core.queue.jobs) == [job.id for job in jobs]
