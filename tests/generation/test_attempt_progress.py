"""Progress reports of an arriving answer."""

from __future__ import annotations

import asyncio

import pytest

from studio.domain.entities import GenerationRequest, Job, JobState
from studio.generation.attempt_progress import AttemptProgress

JOB = Job(
    id="j",
    run="r",
    request=GenerationRequest(profile="p", model="m", prompt="a lamp"),
    created=0.0,
)


async def test_the_last_bytes_before_a_pause_are_reported() -> None:
    told: list[Job] = []
    exact = asyncio.Event()

    def report(job: Job) -> None:
        told.append(job)
        if job.received == 30:
            exact.set()

    # However long this machine takes from one piece to the next, they come at the same moment.
    one = AttemptProgress(JOB, report, every=0.02, clock=lambda: 1.0)
    one.sent()
    for total in (10, 20, 30):
        one.received(total)
    await exact.wait()
    assert [(job.state, job.received) for job in told] == [
        (JobState.WAITING, 0),
        (JobState.RECEIVING, 10),
        (JobState.RECEIVING, 30),
    ]


@pytest.mark.parametrize("over", ["stopped", "ingesting", "end", "sent"])
async def test_nothing_is_reported_once_it_is_over(over: str) -> None:
    told: list[Job] = []
    one = AttemptProgress(JOB, told.append)
    one.received(10)
    one.received(20)
    getattr(one, over)()
    before = list(told)
    assert one._pending is None
    await asyncio.sleep(0)
    assert told == before
