"""Saves the window's layout soon after each change, so that a crash does not lose it.

The final save (`WindowSession.save_state`) waits for a write in progress here.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from studio.common.errors import StorageError
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import spawn
from studio.ui.window import window_state
from studio.ui.window.layout import WindowLayout
from studio.ui.window.window_state import WindowState

log = logging.getLogger(__name__)

PAUSE = 1000
"""Milliseconds without a change after which the layout is saved."""

_MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowStateChange)


class LaidOut(Protocol):
    """Window whose layout is saved."""

    @property
    def closing(self) -> bool:
        """Whether it is closing, in which case the final save is up to date."""

    def layout_now(self) -> WindowState:
        """Current layout of the window and its panels."""


class LayoutSaver(QObject):
    """Watches the layout of window and panels, and saves it.

    Attributes:
        pause: timer running while a change is unsaved.
    """

    def __init__(
        self, source: LaidOut, path: Path, *, zones: WindowLayout, parent: QWidget
    ) -> None:
        """Watches the geometry of the widget `parent`; saves to `path`."""
        super().__init__(parent)
        self._source = source
        self._path = path
        self._watched = parent
        self._written: WindowState = source.layout_now()
        self._writing: asyncio.Future[None] | None = None
        self.pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.pause.timeout.connect(self.on_pause)
        zones.panels_changed.connect(self.on_changed)
        zones.widths_changed.connect(self.on_changed)
        parent.installEventFilter(self)

    def on_changed(self) -> None:
        self.pause.start()

    def on_pause(self) -> None:
        """Save the layout after a pause."""
        if self._source.closing or self._writing is not None:
            return  # the final save follows, or the write in progress checks again
        state = self._source.layout_now()
        if state != self._written:
            self._written = state
            # Started here, so that `stop_saving` finds it.
            self._writing = asyncio.ensure_future(
                asyncio.to_thread(window_state.save, self._path, state)
            )
            spawn(self._follow(self._writing, state))

    async def stop_saving(self) -> None:
        """Stop saving; returns after the write in progress."""
        self.pause.stop()
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _follow(self, writing: asyncio.Future[None], state: WindowState) -> None:
        try:
            # The thread continues if the window closes meanwhile: `stop_saving` waits for it.
            await asyncio.shield(writing)
        except StorageError as error:
            log.warning("The window's layout was not kept: %s", error)
        self._writing = None
        if self._source.layout_now() != state:
            self.pause.start()

    @needs("pause")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._watched and event.type() in _MOVES:
            self.pause.start()
        return False
