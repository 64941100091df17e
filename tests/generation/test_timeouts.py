"""Answers that take longer than expected, and the outer limit."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from studio.common import files
from studio.domain.entities import JobState
from studio.domain.events import JobChanged
from studio.generation import timeouts
from tests.fake_service import Reply
from tests.generation.harness import (
    ANSWER,
    NEVER,
    Studio,
    arrived,
    error,
    held_open,
    left,
    prompt_of,
    replies,
    studio,
)


async def test_an_answer_that_trickles_is_given_up_at_the_outer_limit(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(body=ANSWER, pieces=1000, pause=0.1))
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=1.5)
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.FAILED)
            assert await left(request)
            assert (one.failure(job).kind, one.failure(job).billed) == ("incomplete", "maybe")
            assert one.failure(job).title == "No complete answer within 0 minutes"
            assert len(service.requests) == 1
            await one.core.queue.idle()
            (entry,) = one.journal
            kept = (entry / "answer").read_bytes()
            assert kept
            assert json.dumps(ANSWER).encode().startswith(kept)
            assert (entry / "cut.json").exists()


async def test_a_service_that_never_answers_is_given_up_at_the_outer_limit(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=1.5)
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.FAILED)
            assert await left(request)
            assert (one.failure(job).kind, one.failure(job).billed) == ("network", "maybe")
            await one.core.queue.idle()
            assert one.journal == []


async def test_the_outer_limit_takes_no_answer_that_is_all_here(tmp_path: Path) -> None:
    with replies() as service:
        service.script(held_open(1.0))
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=1.6)
            (job,) = await one.submit()
            await one.gone(job)
            assert len(await one.pictures()) == 1
            assert one.journal == []


async def test_the_outer_limit_is_the_services_not_the_disks(tmp_path: Path) -> None:
    late = threading.Event()
    loop = asyncio.get_running_loop()

    def slow(kind: str, path: Path) -> None:
        if kind == "create" and path.suffix == ".part":
            loop.call_soon_threadsafe(loop.call_later, 1.2, late.set)
            assert late.wait(60)

    with replies() as service:
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=1.0)
            end = files.watch(slow)
            try:
                (job,) = await one.submit()
                await one.gone(job)
            finally:
                end()
            assert len(await one.pictures()) == 1


def grant_time(one: Studio) -> None:
    """Let no answer be late that is asked for from now on, however busy this machine is."""
    one.core.settings.change(time_out=60.0)


async def test_a_late_answer_gives_its_slot_free_and_arrives_as_an_ordinary_picture(
    tmp_path: Path,
) -> None:
    go_on = threading.Event()
    with replies() as service:
        service.script(Reply(body=ANSWER, wait=go_on))
        async with studio(tmp_path, service, at_once=1, time_out=0.3) as one:
            first, second = await one.submit("{a|b}")
            request = await arrived(service, 1)
            grant_time(one)
            await one.until(lambda: one.last[first.id].late)
            late = one.last[first.id]
            assert (late.state, late.failure) == (JobState.WAITING, None)
            # The next one needs its slot, and the connection is still open.
            await one.gone(second)
            assert not request.gone.is_set()
            assert one.last[first.id].state is JobState.WAITING
            go_on.set()
            await one.gone(first)
            found = {picture.job: picture for picture in await one.pictures()}
            assert found[first.id].late
            assert not found[second.id].late
            assert len(service.requests) == 2
            assert one.journal == []
        async with studio(tmp_path, service) as one:
            assert {p.job: p.late for p in await one.pictures()} == {
                first.id: True,
                second.id: False,
            }


async def test_what_arrives_in_time_is_not_late(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service, time_out=30.0) as one:
            (job,) = await one.submit()
            await one.gone(job)
            assert not any(e.job.late for e in one.heard if isinstance(e, JobChanged))
            (picture,) = await one.pictures()
            assert not picture.late


async def test_a_late_answer_that_trickles_says_so_while_it_is_received(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(body=ANSWER, pieces=12, pause=0.06))
        async with studio(tmp_path, service, time_out=0.3) as one:
            (job,) = await one.submit()
            await one.gone(job)
            late = [e.job for e in one.heard if isinstance(e, JobChanged) and e.job.late]
            assert {each.state for each in late} >= {JobState.RECEIVING, JobState.INGESTING}
            assert len({each.received for each in late}) > 1
            (picture,) = await one.pictures()
            assert picture.late


async def test_cancelling_a_late_answer_closes_its_connection(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, time_out=0.2) as one:
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.until(lambda: one.last[job.id].late)
            one.core.queue.cancel(job.id)
            assert await left(request)
            await one.reaches(job, JobState.CANCELLED)
            assert one.failure(job).billed == "maybe"
            grant_time(one)
            one.core.queue.retry(job.id)
            await one.gone(job)
            (picture,) = await one.pictures()
            assert not picture.late


async def test_the_outer_limit_ends_a_late_answer_too(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, time_out=0.2) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=2.0)
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.FAILED)
            assert await left(request)
            states = [e.job for e in one.heard if isinstance(e, JobChanged) and e.job.late]
            assert JobState.WAITING in {each.state for each in states}


async def test_a_late_answer_that_is_refused_and_tried_again_waits_for_a_slot(
    tmp_path: Path,
) -> None:
    refuse, go_on = threading.Event(), threading.Event()
    with replies() as service:
        service.script(
            replace(error(503), wait=refuse), Reply(body=ANSWER, wait=go_on), Reply(body=ANSWER)
        )
        async with studio(tmp_path, service, at_once=1, time_out=0.2) as one:
            first, second = await one.submit("{a|b}")
            await arrived(service, 1)
            grant_time(one)
            await arrived(service, 2)
            refuse.set()
            held = await one.reaches(first, JobState.QUEUED)
            assert not held.late
            assert len(service.requests) == 2
            go_on.set()
            await one.gone(second)
            await one.gone(first)
            assert [prompt_of(request) for request in service.requests] == ["a", "b", "a"]


async def test_an_answer_that_was_late_is_late_after_a_crash_too(tmp_path: Path) -> None:
    def full(kind: str, path: Path) -> None:
        if path.suffix == ".part":
            raise OSError(28, "No space left on device")

    go_on = threading.Event()
    with replies() as service:
        service.script(Reply(body=ANSWER, wait=go_on))
        async with studio(tmp_path, service, time_out=0.2) as one:
            (job,) = await one.submit()
            await one.until(lambda: one.last[job.id].late)
            end = files.watch(full)
            try:
                go_on.set()
                await one.reaches(job, JobState.FAILED)
                await one.core.queue.idle()
            finally:
                end()
        async with studio(tmp_path, service) as one:
            await one.core.recover()
            (picture,) = await one.pictures()
            assert picture.late
            assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("size", "usual", "seconds"),
    [
        ("1K", None, 300),
        (None, None, 300),
        ("4K", None, 600),
        ("4k", None, 600),
        ("4096x4096", None, 600),
        ("1024x1024", None, 300),
        ("4K", 20.0, 120),
        ("1K", 5.0, 120),
        ("2K", 100.0, 400),
    ],
)
def test_the_time_out_follows_what_was_measured_and_has_a_floor(
    size: str | None, usual: float | None, seconds: float
) -> None:
    assert timeouts.seconds(size, usual) == seconds
