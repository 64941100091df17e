"""Garbage is collected on the window's thread, between frames.

Python collects wherever an allocation happens to cross the limit, on any thread. A Qt object that
dies on a decoding thread takes the process with it. So the automatic collection is switched off and
a timer does the work: small ones often, full ones seldom. What start-up made is frozen, so that
even a full one looks only at what has come since.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

_EVERY = 500
_YOUNG = 2000
_FULL_AFTER = 60
"""Rounds between full collections: half a minute."""


class Garbage(QObject):
    """Collects while it lives; the automatic collection is off as long."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        gc.freeze()
        gc.disable()
        self._round = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._on_round)
        self._timer.start()

    def _on_round(self) -> None:
        self._round += 1
        if self._round % _FULL_AFTER == 0:
            gc.collect()
        elif gc.get_count()[0] > _YOUNG:
            gc.collect(1)

    def stop(self) -> None:
        """Give the automatic collection back."""
        self._timer.stop()
        gc.enable()
