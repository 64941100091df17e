"""Progress and cancellation of a change of many pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from studio.domain.events import ProgressEvent
from studio.library.stopped import Stopped

LARGE = 20_000
"""Number of pictures from which progress is reported."""

_TELL_EVERY = 0.25
_READING = 0.4
"""Share of the work done by reading, before the change is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProgressed(ProgressEvent):
    """Progress of a change of many pictures.

    Attributes:
        pictures: number of pictures.
        part: share of the work that is done; 1 at the end.
        written: the change is recorded, so it can be undone but no longer cancelled. If it is
            False at the end, nothing was changed.
    """

    pictures: int
    part: float
    written: bool


class ChangeMonitor:
    """Monitor of one change, updated on the working thread; the loop's thread may stop it."""

    def __init__(self, tell: Callable[[ChangeProgressed], None]) -> None:
        self._stopped = False
        self._tell = tell
        self._pictures = 0
        self._done = 0
        self._written = False
        self._last_told = 0.0
        self._reported = False

    def stop(self) -> None:
        """Cancel the change, unless it is recorded already."""
        self._stopped = True

    def begin_change(self, pictures: int) -> None:
        """Set the number of pictures."""
        self._pictures = pictures

    def read(self, more: int) -> None:
        """Count further pictures read. Raises Stopped."""
        if self._stopped:
            raise Stopped
        self._done += more
        self._publish_progress(_READING * self._done / max(1, self._pictures))

    def write(self, pictures: int) -> None:
        """Report that a change of this number of pictures is being recorded.

        No later call raises Stopped."""
        if self._stopped:
            raise Stopped
        self._pictures, self._done, self._written, self._last_told = pictures, 0, True, 0.0
        self._publish_progress(_READING)

    def took(self, more: int) -> None:
        """Count further pictures updated in the index."""
        self._done += more
        self._publish_progress(_READING + (1 - _READING) * self._done / max(1, self._pictures))

    def end_change(self) -> ChangeProgressed | None:
        """Final progress, whatever the result; None if none was reported before."""
        return self._event(1.0) if self._reported else None

    def _publish_progress(self, part: float) -> None:
        if self._pictures >= LARGE and (now := time.monotonic()) - self._last_told >= _TELL_EVERY:
            self._last_told, self._reported = now, True
            self._tell(self._event(min(part, 0.99)))

    def _event(self, part: float) -> ChangeProgressed:
        return ChangeProgressed(pictures=self._pictures, part=part, written=self._written)
