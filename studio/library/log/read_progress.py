"""Progress and cancellation of reading the log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from studio.library.log.records import LogPosition, Record
from studio.library.stopped import Stopped

Reads = Iterator[tuple[Record, LogPosition, LogPosition]]

_TURN = 0.0005
"""Switch interval of Python's threads in seconds while the records are read."""

_TELL_EVERY = 0.25
_READING = 0.85
"""Share of the work that is reading; the rest is building the indexes."""


def _ignore(_part: float) -> None:
    """Default callback."""


class ReadProgress:
    """Progress of reading the whole log, which another thread may stop.

    Attributes:
        tell: called on the reading thread with the share of the work that is done.
    """

    def __init__(self, size: int) -> None:
        """`size`: size of the log in bytes."""
        self.tell: Callable[[float], None] = _ignore
        self._size = size
        self._stopped = False

    def stop(self) -> None:
        """Cancel the reading; the library shows only the pictures read so far."""
        self._stopped = True

    def watched(self, read: Reads) -> Reads:
        """The records, with progress reported as they are read. Raises Stopped."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(min(before, _TURN))
        done, last_told = 0, 0.0
        last_file = ""
        try:
            for record, begin, end in read:
                if self._stopped:
                    raise Stopped
                done += end.offset - (begin.offset if end.file == last_file else 0)
                last_file = end.file
                if (now := time.monotonic()) - last_told > _TELL_EVERY:
                    last_told = now
                    self.tell(_READING * min(1.0, done / max(1, self._size)))
                yield record, begin, end
        finally:
            sys.setswitchinterval(before)
