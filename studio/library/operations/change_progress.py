"""Progress of a change of many pictures, and the way to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from studio.domain.events import ProgressEvent
from studio.library.stopped import Stopped

LARGE = 20_000
"""Pictures from which on it is told how far a change is."""

_TELL_EVERY = 0.25
_READING = 0.4
"""How much of the work is finding out what there is to change, before it is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProgressed(ProgressEvent):
    """A change of many pictures is being made.

    Attributes:
        pictures: how many it is of.
        part: how far it is, 1 when it is over.
        written: it is in the records: it can be undone, and not be stopped any more. Where it
            ends without that, nothing was changed.
    """

    pictures: int
    part: float
    written: bool


class ChangeMonitor:
    """How far one change is. A thread goes through it, the loop's hears of it and may stop it."""

    def __init__(self, tell: Callable[[ChangeProgressed], None]) -> None:
        self._stopped = False
        self._tell = tell
        self._pictures = 0
        self._done = 0
        self._written = False
        self._told = 0.0
        self._telling = False

    def stop(self) -> None:
        """Nobody wants it any more; what is written down by then is done all the same."""
        self._stopped = True

    def begin_change(self, pictures: int) -> None:
        """It is about these many."""
        self._pictures = pictures

    def read(self, more: int) -> None:
        """So many more were looked at. Raises Stopped."""
        if self._stopped:
            raise Stopped
        self._done += more
        self._publish_progress(_READING * self._done / max(1, self._pictures))

    def write(self, pictures: int) -> None:
        """It is written down now, for these many. Raises Stopped for the last time."""
        if self._stopped:
            raise Stopped
        self._pictures, self._done, self._written, self._told = pictures, 0, True, 0.0
        self._publish_progress(_READING)

    def took(self, more: int) -> None:
        """The index has it for so many more."""
        self._done += more
        self._publish_progress(_READING + (1 - _READING) * self._done / max(1, self._pictures))

    def end_change(self) -> ChangeProgressed | None:
        """What is to be told now that it ended, however it did; None where nothing was told."""
        return self._now(1.0) if self._telling else None

    def _publish_progress(self, part: float) -> None:
        if self._pictures >= LARGE and (now := time.monotonic()) - self._told >= _TELL_EVERY:
            self._told, self._telling = now, True
            self._tell(self._now(min(part, 0.99)))

    def _now(self, part: float) -> ChangeProgressed:
        return ChangeProgressed(pictures=self._pictures, part=part, written=self._written)
