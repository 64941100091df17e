"""Rate limiter: slots and requests per minute of each provider, pause, and profiles without a key.

A job takes a slot when it may be sent, and frees it when it ends or is late. A request counts
towards the rate from the moment it is sent; until then, its granted turn counts.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.config.settings import Settings
from studio.domain.entities import HoldReason, Job

Place = Literal["first", "earlier", "later"]
"""Direction of a move in the queue."""


@dataclass(frozen=True, slots=True)
class WaitReason:
    """Reason for not sending a job now.

    Attributes:
        seconds: seconds until the rate allows it; None if unknown.
    """

    hold: HoldReason = HoldReason.NONE
    seconds: float | None = None


class RateLimiter:
    """Decides when each job may be sent.

    Attributes:
        paused: whether turns are withheld.
        held: profiles that wait for a key.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        minute: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`minute` is the window in seconds in which requests are counted."""
        self.paused = False
        self.held: set[str] = set()
        self._settings = settings
        self.minute = minute
        self._clock = clock
        self._slots: dict[str, str] = {}
        self._taken: Counter[str] = Counter()
        self._given: dict[str, str] = {}
        self._sent: dict[str, deque[float]] = {}

    def request_turn(self, job: Job, ahead: dict[str, int]) -> WaitReason | None:
        """Take a turn for a job: None if it may be sent now, else the reason to wait.

        `ahead` is the number of earlier jobs that wait for the rate, by profile; updated here.
        """
        profile = job.request.profile
        if self.paused:
            return WaitReason(HoldReason.PAUSED)
        if profile in self.held:
            return WaitReason(HoldReason.KEY)
        at_once, per_minute = self._limits(profile)
        before = ahead.get(profile, 0)
        if job.id not in self._slots and self._taken[profile] + before >= at_once:
            return WaitReason()
        if per_minute is not None and (wait := self._pace(profile, per_minute, before)):
            ahead[profile] = before + 1
            return wait
        self._take_slot(job.id, profile)
        self._given[job.id] = profile
        return None

    def _take_slot(self, id: str, profile: str) -> None:
        if id not in self._slots:
            self._slots[id] = profile
            self._taken[profile] += 1

    def _free_slot(self, id: str) -> None:
        if (profile := self._slots.pop(id, None)) is not None:
            self._taken[profile] -= 1

    def sent(self, job: Job) -> None:
        """Count a request of a job that is being sent."""
        self._given.pop(job.id, None)
        self._lately(job.request.profile).append(self._clock())

    def has_slot(self, id: str) -> bool:
        """Whether a job, by its id, has a slot."""
        return id in self._slots

    def late(self, id: str) -> None:
        """Free the slot of a late job, whose connection stays open."""
        self._free_slot(id)

    def back(self, id: str) -> None:
        """Revoke a turn; the job keeps its slot, so that fewer requests are sent meanwhile."""
        self._given.pop(id, None)

    def leave(self, id: str) -> None:
        """Free the slot and turn of a finished job."""
        self._free_slot(id)
        self._given.pop(id, None)

    def _limits(self, profile: str) -> tuple[int, int | None]:
        settings = self._settings()
        own = next((one for one in settings.profiles if one.name == profile), None)
        if own is None:
            return settings.at_once, None
        at_once = settings.at_once if own.at_once is None else own.at_once
        pace = own.per_minute
        return max(1, at_once), None if pace is None else max(1, pace)

    def _lately(self, profile: str) -> deque[float]:
        """Times of the requests within the current window."""
        sent = self._sent.setdefault(profile, deque())
        while sent and sent[0] <= self._clock() - self.minute:
            sent.popleft()
        return sent

    def _pace(self, profile: str, per_minute: int, before: int) -> WaitReason | None:
        now, sent = self._clock(), self._lately(profile)
        given = sum(one == profile for one in self._given.values())
        over = len(sent) + given + before + 1 - per_minute
        if over <= 0:
            return None
        known = over <= len(sent)
        return WaitReason(HoldReason.PACE, sent[over - 1] + self.minute - now if known else None)


def moved(ids: Sequence[str], movable: Sequence[str], id: str, place: Place) -> list[str]:
    """The ids after a move of `id`; those that are not `movable` keep their places."""
    if id not in movable:
        return list(ids)
    at = movable.index(id)
    others = [other for other in movable if other != id]
    others.insert({"first": 0, "earlier": max(0, at - 1), "later": at + 1}[place], id)
    order = iter(others)
    return [next(order) if one in movable else one for one in ids]
