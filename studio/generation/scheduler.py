"""Who is sent next: turns are given as soon as they are free, and who waits is told its place.

A few that wait are told at once. Where many wait and answers come quickly, all of them at each
answer would be more work than the answers: they are told now and then.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Protocol

from studio.domain.entities import HoldReason, Job, JobState
from studio.generation.rate_limiter import RateLimiter

FEW = 24
"""As many as are told their places at once."""

NOW_AND_THEN = 0.25
"""Seconds between two tellings where more wait."""

_SAME_MOMENT = 0.5
"""Seconds by which a moment may be told wrong before it is told anew."""


class SchedulerQueue(Protocol):
    """Where the jobs are.

    Attributes:
        jobs: by their ids, in their order.
    """

    jobs: dict[str, Job]

    def waits_for_turn(self, id: str) -> bool:
        """Whether a job wants to be sent and has no turn yet."""

    def may_be_sent(self, id: str) -> bool:
        """Whether it is written down already."""

    def give_turn(self, job: Job) -> None:
        """Have it sent."""

    def change(self, job: Job) -> None:
        """Tell what is new about it."""


class Scheduler:
    """Gives turns, and tells places.

    Attributes:
        turns: the slots and the pace of each provider.
    """

    def __init__(self, queue: SchedulerQueue, turns: RateLimiter) -> None:
        self.turns = turns
        self._queue = queue
        self._told = 0.0
        self._waking: asyncio.Task[None] | None = None
        self._wake_at = 0.0

    @property
    def under_way(self) -> set[asyncio.Task[None]]:
        """What goes on by itself."""
        return set() if self._waking is None else {self._waking}

    def pump(self) -> None:
        """Give turns to those that may have one, and tell the others their place."""
        queue = self._queue
        waiting = [id for id in queue.jobs if queue.waits_for_turn(id)]
        if not waiting and self._waking is None:
            return
        left = self._told + NOW_AND_THEN - time.monotonic()
        if len(waiting) <= FEW or left <= 0:
            self._publish_places(waiting)
            return
        self._give(waiting)
        if self._wakes_in() > left:
            self._look_after(left)

    def _give(self, waiting: list[str]) -> None:
        """Give turns only: where one of a profile must wait, those behind it must too."""
        queue, full = self._queue, set[str]()
        for id in waiting:
            job = queue.jobs[id]
            profile = job.request.profile
            if (profile in full and not self.turns.has_slot(id)) or not queue.may_be_sent(id):
                continue
            if self.turns.request_turn(job, {}) is None:
                queue.give_turn(job)
            else:
                full.add(profile)

    def _publish_places(self, waiting: list[str]) -> None:
        self._told = time.monotonic()
        place, ahead, soonest = 0, dict[str, int](), float("inf")
        for id in waiting:
            job = self._queue.jobs[id]
            hold, seconds = HoldReason.NONE, None
            if self._queue.may_be_sent(id):
                if (wait := self.turns.request_turn(job, ahead)) is None:
                    self._queue.give_turn(job)
                    continue
                hold, seconds = wait.hold, wait.seconds
                soonest = min(soonest, float("inf") if seconds is None else seconds)
            place += 1
            self._tell_place(job, place, hold, seconds)
        self._look_after(soonest)

    def _tell_place(self, job: Job, place: int, hold: HoldReason, seconds: float | None) -> None:
        at = None if seconds is None else time.time() + seconds
        if at is not None and abs((job.send_at or 0.0) - at) < _SAME_MOMENT:
            at = job.send_at
        state = JobState.QUEUED
        if (job.queue_place, job.hold, job.send_at, job.state) != (place, hold, at, state):
            self._queue.change(
                replace(job, state=state, queue_place=place, hold=hold, send_at=at, retry_at=None)
            )

    def _look_after(self, seconds: float) -> None:
        """Look again then, and not when it was meant before."""
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        if seconds != float("inf"):
            self._wake_at = time.monotonic() + seconds
            self._waking = asyncio.get_running_loop().create_task(self._wake(seconds))

    def _wakes_in(self) -> float:
        return float("inf") if self._waking is None else self._wake_at - time.monotonic()

    async def _wake(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._waking = None
        self.pump()
