"""Progress of reading the log, and the way to stop it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from studio.library.log.records import LogPosition, Record
from studio.library.stopped import Stopped

Reads = Iterator[tuple[Record, LogPosition, LogPosition]]

_TURN = 0.0005
"""Seconds a thread may keep Python to itself while the records are read."""

_TELL_EVERY = 0.25
_READING = 0.85
"""How much of the work is reading; what is left is putting in order what was read."""


def _nobody(_part: float) -> None:
    """Nobody wants to know."""


class ReadProgress:
    """Progress of one reading of the whole log, which another thread may stop.

    Attributes:
        tell: called on the reading thread with the part of the work that is done.
    """

    def __init__(self, size: int) -> None:
        """`size` is that of the log, in bytes."""
        self.tell: Callable[[float], None] = _nobody
        self._size = size
        self._stopped = False

    def stop(self) -> None:
        """Let it end now; the library is shown as far as it is known."""
        self._stopped = True

    def watched(self, read: Reads) -> Reads:
        """The same records, while it is told how far they are. Raises Stopped."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(min(before, _TURN))
        done, told = 0, 0.0
        former = ""
        try:
            for record, begin, end in read:
                if self._stopped:
                    raise Stopped
                done += end.offset - (begin.offset if end.file == former else 0)
                former = end.file
                if (now := time.monotonic()) - told > _TELL_EVERY:
                    told = now
                    self.tell(_READING * min(1.0, done / max(1, self._size)))
                yield record, begin, end
        finally:
            sys.setswitchinterval(before)
