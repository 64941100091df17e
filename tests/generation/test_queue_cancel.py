"""Cancelling on real sockets: the connection is closed at once, and billing is known."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from studio.common import files
from studio.domain.entities import JobState
from tests.fake_service import Reply, answer_with
from tests.generation.harness import ANSWER, NEVER, arrived, error, held_open, left, replies, studio


async def test_cancel_while_waiting_closes_the_connection_at_once(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.WAITING)
            one.core.queue.cancel(job.id)
            one.core.queue.cancel(job.id)
            assert await left(request)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert (one.failure(job).kind, one.failure(job).billed) == ("cancelled", "maybe")
            assert one.states(job).count(JobState.CANCELLED) == 1
            assert one.journal == []
            assert len(service.requests) == 1


async def test_cancel_while_receiving_closes_the_connection_at_once(tmp_path: Path) -> None:
    with replies() as service:
        body = json.dumps(answer_with(b"\x89PNG" + bytes(3_000_000))).encode()
        service.script(Reply(body=body, pieces=400, pause=0.02))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            request = await arrived(service, 1)
            await one.reaches(job, JobState.RECEIVING)
            one.core.queue.cancel(job.id)
            assert await left(request)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert await one.pictures() == []
            assert one.journal == []


async def test_cancelling_what_waits_in_the_queue_costs_nothing(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service, at_once=1) as one:
            first, second, *others = await one.submit("{a|b|c|d|e}")
            await arrived(service, 1)
            one.core.queue.cancel(second.id)
            await one.reaches(second, JobState.CANCELLED)
            assert one.failure(second).billed == "no"
            # All at once: what was free is not started while the others are being put away.
            one.core.queue.cancel_all()
            await one.core.queue.idle()
            assert {one.last[job.id].state for job in (first, *others)} == {JobState.CANCELLED}
            assert {one.failure(job).billed for job in others} == {"no"}
            assert len(service.requests) == 1
            assert one.journal == []


async def test_a_job_that_is_cancelled_before_its_first_step_is_never_sent(tmp_path: Path) -> None:
    with replies() as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            # Its turn has come, and nothing was done in it yet.
            assert job.id in one.core.queue._tasks
            one.core.queue.cancel(job.id)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert one.failure(job).billed == "no"
            assert service.requests == []
            assert one.journal == []


async def test_a_queued_job_that_is_being_cancelled_is_not_started(tmp_path: Path) -> None:
    with replies() as service:
        gate = threading.Event()
        service.script(Reply(body=ANSWER, wait=gate))
        async with studio(tmp_path, service, at_once=1) as one:
            first, second = await one.submit("{a|b}")
            await arrived(service, 1)
            held = threading.Event()
            stop = files.watch(lambda kind, path: _hold(held, kind, path))
            try:
                one.core.queue.cancel(second.id)
                one.core.queue.pump()
                one.core.settings.change(at_once=3)
                one.core.queue.pump()
                held.set()
                gate.set()
                await one.core.queue.idle()
            finally:
                held.set()
                stop()
            assert one.last[second.id].state is JobState.CANCELLED
            assert one.removed(first)
            assert len(service.requests) == 1


def _hold(held: threading.Event, kind: str, path: Path) -> None:
    if kind == "append" and path.suffix == ".jsonl":
        held.wait(60)


async def test_cancel_ends_a_count_down(tmp_path: Path) -> None:
    with replies() as service:
        service.script(error(503, **{"Retry-After": "60"}))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.reaches(job, JobState.RETRYING)
            one.core.queue.cancel(job.id)
            await one.reaches(job, JobState.CANCELLED)
            await one.core.queue.idle()
            assert one.failure(job).billed == "no"
            assert len(service.requests) == 1
            assert one.journal == []


async def test_cancelling_takes_no_answer_that_is_all_here(tmp_path: Path) -> None:
    with replies() as service:
        service.script(held_open(0.4))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.until(lambda: one.last[job.id].received >= len(json.dumps(ANSWER)))
            one.core.queue.cancel(job.id)
            await one.gone(job)
            assert len(await one.pictures()) == 1


async def test_failed_jobs_are_put_away_and_brought_back(tmp_path: Path) -> None:
    with replies() as service:
        service.script(error(400), error(400))
        async with studio(tmp_path, service) as one:
            jobs = await one.submit("{a|b}")
            for job in jobs:
                await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert {job.id for job in await one.core.library.failed()} == {j.id for j in jobs}
            await one.core.queue.dismiss([job.id for job in jobs])
            assert one.core.queue.jobs == {}
            assert all(one.removed(job) for job in jobs)
            assert await one.core.library.failed() == []
            await one.core.library.undo()
            assert len(await one.core.library.failed()) == 2


async def test_what_runs_is_not_put_away(tmp_path: Path) -> None:
    with replies() as service:
        service.script(Reply(wait=NEVER))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await arrived(service, 1)
            await one.core.queue.dismiss([job.id])
            assert job.id in one.core.queue.jobs
            one.core.queue.cancel_all()
            await one.core.queue.idle()
