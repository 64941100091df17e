"""A section of the settings: its title, and rows of a label beside a control."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from studio.ui.widgets import Text

LABEL = 148


class SettingsSection(QFrame):
    """One part of the dialog, between two hairlines.

    Attributes:
        column: what stands under the title.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "section")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 16, 20, 18)
        self.column.setSpacing(10)
        self.column.addWidget(Text(title, "title", "text", self))
        self._grid: QGridLayout | None = None

    def add_row(self, label: str, control: QWidget, hint: str = "") -> None:
        """A label, its control, and a quieter sentence under it."""
        if self._grid is None:
            self._grid = QGridLayout()
            self._grid.setHorizontalSpacing(12)
            self._grid.setVerticalSpacing(8)
            self._grid.setColumnMinimumWidth(0, LABEL)
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
            self._grid.addWidget(Text(hint, "small", "text3", self, wrap=True), row + 1, 1)
