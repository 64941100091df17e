"""Sending a job again: whether, after how long, and what it is called meanwhile.

By itself a job is sent again only where nothing was billed, a few times, after a delay that counts
down in sight and can be cut short or stopped; else the user says so.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from studio.common.errors import LONGEST_WAIT, StudioError
from studio.domain.entities import Job, JobState, new_id


def may_repeat(error: StudioError, repeats: int) -> bool:
    """Whether it is sent again by itself: not billed, not too often, and not after too long."""
    return (
        error.retryable
        and repeats < error.repeats
        and (error.retry_after is None or error.retry_after <= LONGEST_WAIT)
    )


def delay_of(error: StudioError, repeats: int, jitter: float) -> float:
    """Seconds before the next attempt: what the service asks for, else twice as long each time."""
    asked = error.retry_after
    return max(2.0 ** (repeats - 1) + jitter if asked is None else asked, 0.0)


def counting_down(job: Job, error: StudioError, repeats: int, delay: float) -> Job:
    """The job as it waits for its next attempt."""
    return replace(
        job,
        state=JobState.RETRYING,
        retry_at=time.time() + delay,
        retry_reason=error.title,
        attempts=job.attempt - repeats + 1 + error.repeats,
        started=None,
        received=0,
        late=False,
    )


def anew(job: Job) -> Job:
    """The job as it is queued when the user sends it again."""
    return replace(
        job,
        state=JobState.QUEUED,
        failure=None,
        started=None,
        finished=None,
        received=0,
        retry_at=None,
        retry_reason="",
        late=False,
        dismissed=False,
    )


def beside(job: Job) -> Job:
    """Another job that asks for the same, where the answer to this one waits to be read."""
    return replace(anew(job), id=new_id(), attempt=0, created=time.time())


class RetryTimers:
    """The jobs that wait for their next attempt."""

    def __init__(self) -> None:
        self._waits: dict[str, asyncio.Event] = {}
        self._stopped: set[str] = set()

    def cut_short(self, job: str) -> None:
        """Do not wait for the end; nothing happens where nothing counts down."""
        if (wait := self._waits.get(job)) is not None:
            wait.set()

    def stop(self, job: str) -> None:
        """Do not send it again; nothing happens where nothing counts down."""
        if job in self._waits:
            self._stopped.add(job)
            self.cut_short(job)

    async def wait_for(self, job: str, delay: float) -> bool:
        """Wait so many seconds, or less; whether it is to be sent again."""
        wait = self._waits[job] = asyncio.Event()
        try:
            async with asyncio.timeout(delay):
                await wait.wait()
        except TimeoutError:
            return True
        finally:
            del self._waits[job]
        stopped = job in self._stopped
        self._stopped.discard(job)
        return not stopped
