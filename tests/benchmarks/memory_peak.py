"""The most memory that a program and its processes take over a while."""

from __future__ import annotations

import os
import threading

from tests.benchmarks.startup import memory_of


class MemoryPeak:
    """The most memory of this process and its children in MB, looked at from time to time.

    Attributes:
        most: in MB, so far.
    """

    def __init__(self) -> None:
        self.most = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._end.wait(0.2):
            self.most = max(self.most, memory_of(os.getpid()))

    def __enter__(self) -> MemoryPeak:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()
