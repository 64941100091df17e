"""A bar over the window for work that takes long, which can be stopped."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from studio.common.i18n import _
from studio.library.stopped import Stopped
from studio.ui.dialogs.question import Question

_STEPS = 1000
_TELL_EVERY = 0.05
"""Seconds between two steps of a bar that a thread moves."""


class ProgressDialog(Question):
    """Says what is being done and how far it is; closing it stops the work.

    Signals:
        moved: how far it is, in thousandths; emitted by the thread that works.
    """

    moved = Signal(int)

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(title, (), parent)
        self.stopped = False
        self._total = 0
        self._told = 0.0
        self.text = self.add_text(text)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.column.addSpacing(4)
        self.column.addWidget(self.bar)
        self.cancel = self.add_button(_("Cancel"), self.reject)
        self.moved.connect(self.bar.setValue, Qt.ConnectionType.QueuedConnection)
        self.finished.connect(self.on_finished)

    def expect(self, total: int) -> None:
        """What `step` counts up to."""
        self._total = max(total, 1)

    def step(self, done: int) -> None:
        """How far it is; called by the thread that works. Raises Stopped when it should end."""
        if self.stopped:
            raise Stopped
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY or done >= self._total:
            self._told = now
            self.moved.emit(min(_STEPS, done * _STEPS // self._total))

    def on_finished(self) -> None:
        """Stop the work."""
        self.stopped = True
