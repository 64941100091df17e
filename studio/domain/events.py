"""What the core tells its fronts: small typed events, delivered on the loop's thread.

A subscriber is a plain function; it is called at once, in the order of subscription, and must not
block. One that raises is reported and does not keep the others from hearing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from studio.common.errors import StudioError
from studio.domain.entities import Job

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job stands differently now; `job` is its whole new value."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobsRemoved:
    """Jobs that are gone from view: dismissed, or replaced by their pictures."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """The queue was paused, goes on, or has another order."""


@dataclass(frozen=True, slots=True)
class PicturesAdded:
    """Pictures that came into the library, in order of arrival.

    Attributes:
        job: the job whose tile they replace, if any.
    """

    ids: tuple[str, ...]
    rows: tuple[int, ...]
    job: str | None = None


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """Pictures whose rating, flag, title, trash or the like changed (by the user or by undo)."""

    ids: tuple[str, ...]
    fields: tuple[str, ...]


class ProgressEvent:
    """How far work is that takes long; its kinds are made where the work is done."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """The index of an open library is being made anew.

    Attributes:
        part: how much of the records was read, 1 when it is over.
        whole: False where it was stopped: then the library is shown as far as it is known.
    """

    part: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """The key of a profile was stored, deleted, unlocked or refused."""

    profile: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Settings with these names have new values."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemOccurred:
    """Something the user should hear of that belongs to no job."""

    error: StudioError


@dataclass(frozen=True, slots=True)
class InfoPosted:
    """Something good that the user should hear of once: plain sentences."""

    title: str
    message: str


Event = (
    JobChanged
    | JobsRemoved
    | QueueChanged
    | PicturesAdded
    | RecordsChanged
    | ProgressEvent
    | IndexProgress
    | KeyChanged
    | SettingsChanged
    | ProblemOccurred
    | InfoPosted
)


class EventBus:
    """Where events are published and heard."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Event], None]] = []

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event from now on; returns what ends it."""
        self._subscribers.append(hear)

        def unsubscribe() -> None:
            if hear in self._subscribers:
                self._subscribers.remove(hear)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell everybody."""
        for hear in tuple(self._subscribers):
            try:
                hear(event)
            except Exception:
                log.exception("A listener failed on %s", type(event).__name__)
