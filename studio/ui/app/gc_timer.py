"""Garbage is collected on the window's thread, between frames.

Python collects wherever an allocation happens to cross the limit, on any thread. A Qt object that
dies on a decoding thread takes the process with it. So the automatic collection is switched off and
a timer does the work: small ones often, full ones seldom. What start-up made is frozen, so that
even a full one looks only at what has come since.

Large blocks go back to the system as soon as they are free: the C library would learn from the rows
of a large library, which come and go, to keep as much for itself. Small ones that are free go back
at the start and with each full collection, from a thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import threading

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

_EVERY = 500
_YOUNG = 2000
_FULL_AFTER = 60
"""Rounds between full collections: half a minute."""

_MAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of <malloc.h>
_LARGE = 128 * 1024


class GcTimer(QObject):
    """Collects while it lives; the automatic collection is off as long."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        gc.freeze()
        self._automatic = gc.isenabled()
        gc.disable()
        _give_back()
        _trim_aside()
        self._round = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._on_round)
        self._timer.start()

    def _on_round(self) -> None:
        self._round += 1
        if self._round % _FULL_AFTER == 0:
            self.collect_all()
        elif gc.get_count()[0] > _YOUNG:
            gc.collect(1)

    def collect_all(self) -> None:
        """Collect everything, and give back what is free."""
        gc.collect()
        _trim_aside()

    def stop(self) -> None:
        """Give the automatic collection back, where there was one."""
        self._timer.stop()
        if self._automatic:
            gc.enable()


def _give_back() -> None:
    """Hold on to glibc's own limit, above which a block is the system's again once it is free."""
    if sys.platform == "linux":
        # musl has neither of these functions, and no need for them.
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_MAP_THRESHOLD, _LARGE)


def _trim_aside() -> None:
    threading.Thread(target=_trim, name="trim", daemon=True).start()


def _trim() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
