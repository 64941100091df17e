"""Progress of one attempt, reported no more often than the eye can follow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from studio.domain.entities import Job, JobState

_EVERY = 0.1
"""Seconds between two reports of what arrived."""

Report = Callable[[Job], None]


class AttemptProgress:
    """Reports how an attempt goes on. The last bytes before a pause are reported as well."""

    def __init__(self, job: Job, report: Report) -> None:
        self._job = job
        self._report = report
        self._reported_at = 0.0
        self._total = 0
        self._pending: asyncio.TimerHandle | None = None

    def sent(self) -> None:
        """The request is on its way."""
        self.end()
        self._total = 0
        self._change(replace(self._job, state=JobState.WAITING, started=time.time(), received=0))

    def received(self, total: int) -> None:
        """So many bytes of the answer are here."""
        self._total = total
        wait = self._reported_at + _EVERY - time.monotonic()
        if self._job.state is not JobState.RECEIVING or wait <= 0:
            self._report_total()
        elif self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(wait, self._report_total)

    def stopped(self) -> None:
        """The answer came no further: what is reported of it is exact."""
        self.end()
        if self._total and self._total != self._job.received:
            self._change(replace(self._job, received=self._total))

    def late(self) -> None:
        """The answer is later than expected."""
        self._change(replace(self._job, late=True))

    def ingesting(self) -> None:
        """The answer is whole."""
        self.end()
        self._change(replace(self._job, state=JobState.INGESTING))

    def end(self) -> None:
        """Report nothing more by itself."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _report_total(self) -> None:
        self.end()
        self._reported_at = time.monotonic()
        self._change(replace(self._job, state=JobState.RECEIVING, received=self._total))

    def _change(self, job: Job) -> None:
        self._job = job
        self._report(job)
