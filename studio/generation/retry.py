"""Retries of a job: conditions, delays and states.

A job is retried automatically only if nothing was billed, a few times, after a visible count-down
that can be skipped or stopped; otherwise the user retries it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from studio.common.errors import LONGEST_WAIT, Billed, StudioError
from studio.domain.entities import Job, JobState, new_id


def may_repeat(error: StudioError, repeats: int) -> bool:
    """Whether a job is retried automatically: not billed, not too often, without a long wait."""
    return (
        error.retryable
        and error.billed is Billed.NO
        and repeats < error.repeats
        and (error.retry_after is None or error.retry_after <= LONGEST_WAIT)
    )


def delay_of(error: StudioError, repeats: int, jitter: float) -> float:
    """Seconds before the next attempt: as requested by the service, else exponential backoff."""
    asked = error.retry_after
    return max(2.0 ** (repeats - 1) + jitter if asked is None else asked, 0.0)


def counting_down(job: Job, error: StudioError, repeats: int, delay: float) -> Job:
    """The job while it waits for its next attempt."""
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
    """The job queued again, for a retry by the user."""
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
    """A new job with the same request as one whose answer is kept."""
    return replace(anew(job), id=new_id(), attempt=0, created=time.time())


class RetryTimers:
    """Count-downs of jobs to their next attempt."""

    def __init__(self) -> None:
        self._waits: dict[str, asyncio.Event] = {}
        self._stopped: set[str] = set()

    def cut_short(self, job: str) -> None:
        """End a count-down now, if there is one."""
        if (wait := self._waits.get(job)) is not None:
            wait.set()

    def stop(self, job: str) -> None:
        """Cancel the retry of a job, if there is one."""
        if job in self._waits:
            self._stopped.add(job)
            self.cut_short(job)

    async def wait_for(self, job: str, delay: float) -> bool:
        """Wait for the delay or `cut_short`; False if the retry was cancelled."""
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
