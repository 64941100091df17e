"""Base of the settings' sections: title and rows, and a cancellable call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from studio.ui.style.theme import theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets.text import Text

LABEL = 148


class SettingsSection(QFrame):
    """One section of the dialog, between two hairlines.

    Attributes:
        column: layout below the title.
    """

    def __init__(self, core: CoreProtocol, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.setProperty("zone", "section")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 16, 20, 18)
        self.column.setSpacing(10)
        self.column.addWidget(Text(title, "title", "text", self))
        self._grid: QGridLayout | None = None

    def refresh(self) -> None:
        """Show the current settings."""

    def saver(self, name: str) -> Callable[[object], None]:
        """Slot that saves a control's value as the setting of this name."""
        return partial(self._save, name)

    def _save(self, name: str, value: object) -> None:
        self._core.settings.change(**{name: value})

    def add_row(self, label: str, control: QWidget, hint: str = "") -> None:
        """Add a label, its control, and a dimmer hint below it."""
        if self._grid is None:
            self._grid = QGridLayout()
            self._grid.setHorizontalSpacing(12)
            self._grid.setVerticalSpacing(8)
            self._grid.setColumnMinimumWidth(0, theme().px(LABEL))
            self._grid.setColumnStretch(1, 1)
            self.column.addLayout(self._grid)
        row = self._grid.rowCount()
        words = Text(label, "body", "text2", self, wrap=True)
        words.setBuddy(control)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(words, row, 0, middle)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(control, row, 1, left)
        if hint:
            self.add_hint(Text(hint, "small", "text3", self, wrap=True))

    def add_hint(self, text: Text) -> None:
        """Add a text below the control of the last row."""
        assert self._grid is not None
        self._grid.addWidget(text, self._grid.rowCount(), 1)


class CancellableCall:
    """A single call at a time; connect the widget's `destroyed` to `cancel`."""

    def __init__(self) -> None:
        self._work: SpawnedTask | None = None

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start a call in place of the previous one."""
        self.cancel()
        self._work = spawn(coroutine)

    def cancel(self) -> None:
        """Cancel the call."""
        if self._work is not None:
            self._work.cancel()
            self._work = None
