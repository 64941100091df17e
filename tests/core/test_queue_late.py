"""Answers that take longer than expected, and the outer limit."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path

from studio import files
from studio.domain import JobState
from tests.core.running import (
    ANSWER,
    NEVER,
    arrived,
    held_open,
    left,
    replies,
    studio,
)
from tests.fake_service import Reply


async def test_an_answer_that_trickles_is_given_up_at_the_outer_limit(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(body=ANSWER, pieces=1000, pause=0.1))
        async with studio(tmp_path, service) as one:
            one.core.settings.value = replace(one.core.settings.value, outer_limit=0.6)
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.FAILED)
            assert await left(request)
            assert (one.failure(job).kind, one.failure(job).billed) == ("incomplete", "maybe")
            assert one.failure(job).title == "No whole answer came within 0 minutes"
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
            one.core.settings.value = replace(one.core.settings.value, outer_limit=0.4)
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
            assert late.wait(10)

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
