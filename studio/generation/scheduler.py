"""Scheduler: gives turns to waiting jobs as soon as turns are free, and publishes queue places.

Places are published at once while few jobs wait, and only now and then while many do: publishing
all of them after each answer would take more work than the answers.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Protocol

from studio.domain.entities import HoldReason, Job, JobState
from studio.generation.rate_limiter import RateLimiter

FEW = 12
"""Limit of waiting jobs up to which places are published at once."""

NOW_AND_THEN = 0.5
"""Seconds between two updates of places while more jobs wait."""

_SAME_MOMENT = 0.5
"""Change of the sending time, in seconds, that is too small to be published."""


class SchedulerQueue(Protocol):
    """Interface of the queue for the scheduler.

    Attributes:
        jobs: jobs by id, in order.
    """

    jobs: dict[str, Job]

    def waiting_for_turn(self) -> list[str]:
        """Ids of the jobs that wait for a turn, in order."""

    def may_be_sent(self, id: str) -> bool:
        """Whether the job is journalled."""

    def give_turn(self, job: Job) -> None:
        """Send a job."""

    def change(self, job: Job) -> None:
        """Publish the new state of a job."""


class Scheduler:
    """Gives turns, and publishes places.

    Attributes:
        turns: rate limiter.
    """

    def __init__(self, queue: SchedulerQueue, turns: RateLimiter) -> None:
        self.turns = turns
        self._queue = queue
        self._published = 0.0
        self._waking: asyncio.Task[None] | None = None
        self._wake_at = 0.0

    @property
    def under_way(self) -> set[asyncio.Task[None]]:
        """Running background tasks."""
        return set() if self._waking is None else {self._waking}

    def pump(self) -> None:
        """Give turns to jobs that may be sent, and publish the places of the others."""
        queue = self._queue
        waiting = queue.waiting_for_turn()
        if not waiting and self._waking is None:
            return
        left = self._published + NOW_AND_THEN - time.monotonic()
        if len(waiting) <= FEW or left <= 0:
            self._publish_places(waiting)
            return
        self._give_turns(waiting)
        if self._wakes_in() > left:
            self._pump_after(left)

    def _give_turns(self, waiting: list[str]) -> None:
        """Give turns in order: if a job must wait, later jobs of its profile wait too."""
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
        self._published = time.monotonic()
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
            self._publish_place(job, place, hold, seconds)
        self._pump_after(soonest)

    def _publish_place(self, job: Job, place: int, hold: HoldReason, seconds: float | None) -> None:
        at = None if seconds is None else time.time() + seconds
        if at is not None and abs((job.send_at or 0.0) - at) < _SAME_MOMENT:
            at = job.send_at
        state = JobState.QUEUED
        if (job.queue_place, job.hold, job.send_at, job.state) != (place, hold, at, state):
            self._queue.change(
                replace(job, state=state, queue_place=place, hold=hold, send_at=at, retry_at=None)
            )

    def _pump_after(self, seconds: float) -> None:
        """Replace the timer of the next pump."""
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
