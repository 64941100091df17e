"""Progress of one attempt, reported at most ten times a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from studio.domain.entities import Job, JobState

_EVERY = 0.1
"""Seconds between two reports of received bytes."""

Report = Callable[[Job], None]


class AttemptProgress:
    """Reports the progress of an attempt; the last bytes before a pause are reported too."""

    def __init__(
        self,
        job: Job,
        report: Report,
        *,
        every: float = _EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._every = every
        self._job = job
        self._report = report
        self._reported_at = 0.0
        self._total = 0
        self._pending: asyncio.TimerHandle | None = None

    def sent(self) -> None:
        """Report that the request is being sent."""
        self.end()
        self._total = 0
        self._change(replace(self._job, state=JobState.WAITING, started=time.time(), received=0))

    def received(self, total: int) -> None:
        """Report the number of bytes received."""
        self._total = total
        wait = self._reported_at + self._every - self._clock()
        if self._job.state is not JobState.RECEIVING or wait <= 0:
            self._report_total()
        elif self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(wait, self._report_total)

    def stopped(self) -> None:
        """Report the exact number of bytes of an answer that broke off."""
        self.end()
        if self._total and self._total != self._job.received:
            self._change(replace(self._job, received=self._total))

    def late(self) -> None:
        """Report that the answer is later than expected."""
        self._change(replace(self._job, late=True))

    def ingesting(self) -> None:
        """Report that the answer is complete."""
        self.end()
        self._change(replace(self._job, state=JobState.INGESTING))

    def end(self) -> None:
        """Cancel the pending report."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _report_total(self) -> None:
        self.end()
        self._reported_at = self._clock()
        self._change(replace(self._job, state=JobState.RECEIVING, received=self._total))

    def _change(self, job: Job) -> None:
        self._job = job
        self._report(job)
