"""Events of the core: small typed values, delivered on the loop's thread.

Subscribers are plain functions, called at once in the order of subscription; they must not block.
Exceptions of a subscriber are logged and do not affect the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec import Struct

from studio.common.errors import StudioError
from studio.domain.entities import Job

log = logging.getLogger(__name__)


class JobChanged(Struct, frozen=True):
    """A job changed; `job` is its new value."""

    job: Job


class JobsRemoved(Struct, frozen=True):
    """Jobs were removed: dismissed, or replaced by their pictures."""

    ids: tuple[str, ...]


class QueueChanged(Struct, frozen=True):
    """The queue was paused, resumed or reordered."""


class PicturesAdded(Struct, frozen=True):
    """Pictures were added to the library, in order of arrival.

    Attributes:
        job: the job whose tile they replace, if any.
    """

    ids: tuple[str, ...]
    rows: tuple[int, ...]
    job: str | None = None


class RecordsChanged(Struct, frozen=True):
    """Fields of pictures changed (rating, flag, title, trash ...), by the user or by undo."""

    ids: tuple[str, ...]
    fields: tuple[str, ...]


class ChangeRecorded(Struct, frozen=True):
    """A change entered the history, or one was undone or redone.

    Published right before the call that made the change returns its sentence.

    Attributes:
        id: id of its record, for `Library.undo`.
        sentence: description of the change.
    """

    id: str
    sentence: str


class ProgressEvent:
    """Progress of long work; base class of events defined beside the work."""

    __slots__ = ()


class IndexProgress(Struct, frozen=True):
    """Progress of a rebuild of the index of an open library.

    Attributes:
        part: share of the work that is done, 1 at the end.
        whole: False if the rebuild was cancelled, so that only part of the library is shown.
    """

    part: float
    whole: bool = True


class KeyChanged(Struct, frozen=True):
    """The key of a profile was stored, deleted, unlocked or refused."""

    profile: str


class SettingsChanged(Struct, frozen=True):
    """Settings with these names have new values."""

    names: tuple[str, ...]


class ProblemOccurred(Struct, frozen=True):
    """An error to show that does not belong to a job."""

    error: StudioError


class InfoPosted(Struct, frozen=True):
    """Success message to show once, in plain sentences."""

    title: str
    message: str


Event = (
    JobChanged
    | JobsRemoved
    | QueueChanged
    | PicturesAdded
    | RecordsChanged
    | ChangeRecorded
    | ProgressEvent
    | IndexProgress
    | KeyChanged
    | SettingsChanged
    | ProblemOccurred
    | InfoPosted
)


class EventBus:
    """Publishes events to subscribers."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Event], None]] = []

    def subscribe(self, on_event: Callable[[Event], None]) -> Callable[[], None]:
        """Call `on_event` with every event from now on; returns the function to unsubscribe."""
        self._subscribers.append(on_event)

        def unsubscribe() -> None:
            if on_event in self._subscribers:
                self._subscribers.remove(on_event)

        return unsubscribe

    def publish(self, event: Event) -> None:
        for on_event in tuple(self._subscribers):
            try:
                on_event(event)
            except Exception:
                log.exception("A listener failed on %s", type(event).__name__)
