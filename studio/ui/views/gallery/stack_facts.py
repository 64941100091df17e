"""Facts of the stacks on screen, read when they are first painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from studio.domain.stacks import StackBy, StackFacts
from studio.ui.support.tasks import loop_runs, spawn

KEPT = 4096
BATCH = 256

ReadFacts = Callable[[Sequence[int], StackBy], Awaitable[dict[int, StackFacts]]]


class StackFactsCache(QObject):
    """The library's facts of stacks, by key.

    Signals:
        read: facts were read.
    """

    read = Signal()

    def __init__(self, source: ReadFacts, parent: QObject) -> None:
        super().__init__(parent)
        self._source = source
        self._by = StackBy.OFF
        self._known: OrderedDict[int, StackFacts] = OrderedDict()
        self._fresh: set[int] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._reading = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.on_wanted)

    def find(self, key: int, by: StackBy) -> StackFacts | None:
        """Facts of a stack; None until they are read. Outdated ones are read again."""
        if by is not self._by:
            self._by = by
            self._known.clear()
            self._fresh.clear()
        if key not in self._fresh and key not in self._wanted:
            self._wanted[key] = None
            if not self._reading and not self._timer.isActive():
                self._timer.start()
        return self._known.get(key)

    def read_again(self) -> None:
        """Mark all facts as outdated, to be read again when needed."""
        self._fresh.clear()

    def on_wanted(self) -> None:
        """Read the requested facts."""
        if not self._reading and self._wanted and loop_runs():
            self._reading = True
            spawn(self._read())

    async def _read(self) -> None:
        try:
            while self._wanted:
                by, keys = self._by, list(self._wanted)[-BATCH:]
                # Older requests are for tiles scrolled past; those are requested again when
                # painted.
                self._wanted.clear()
                self._fresh.update(keys)
                found = await self._source(keys, by)
                if by is not self._by:
                    continue
                self._known.update(found)
                while len(self._known) > KEPT:
                    self._fresh.discard(self._known.popitem(last=False)[0])
                self.read.emit()
        finally:
            self._reading = False
