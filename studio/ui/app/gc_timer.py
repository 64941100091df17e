"""Garbage collection on the window's thread, between frames.

Python collects wherever an allocation crosses the threshold, on any thread. A Qt object destroyed
on a decoding thread crashes the process. So automatic collection is off and a timer collects: young
objects often, all objects rarely. Objects created at start-up are frozen, so that even a full
collection only scans later ones.

Large blocks are returned to the system as soon as they are freed: otherwise the C library would
adapt its threshold to a large library's rows, freed and reallocated, and keep that memory. Small
free blocks are returned at the start and with each full collection, on a thread.

Python keeps the source lines of every module imported since Qt was loaded, because PySide6 looks in
them for its name (`_mod_uses_pyside` in its `feature.py`). They are dropped as well; a traceback
reads the lines it shows again.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import linecache
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
    """Collects garbage while it exists; automatic collection is off meanwhile."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        gc.freeze()
        self._automatic = gc.isenabled()
        gc.disable()
        _give_back()
        _return_free()
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
        """Run a full collection, and return free memory."""
        gc.collect()
        _return_free()

    def stop(self) -> None:
        """Restore automatic collection, if it was on."""
        self._timer.stop()
        if self._automatic:
            gc.enable()


def _give_back() -> None:
    """Pin glibc's threshold above which freed blocks are returned to the system."""
    if sys.platform == "linux":
        # musl has neither of these functions, nor needs them.
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_MAP_THRESHOLD, _LARGE)


def _return_free() -> None:
    linecache.clearcache()
    threading.Thread(target=_trim, name="trim", daemon=True).start()


def _trim() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
