"""The one window shown when the library cannot be opened: what happened and what helps."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.errors import LibraryLocked, StudioError
from studio.ui.controls import Button, Text
from studio.words import _


class StartTrouble(QDialog):
    """Says why the program cannot start.

    Attributes:
        anyway: the user knows that the other computer has closed the library.
    """

    def __init__(self, error: StudioError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Gridbrush cannot start"))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(Text(error.title, "title", weight=600, wrap=True))
        for sentence in (error.message, error.hint):
            if sentence:
                column.addWidget(Text(sentence, "body", "text2", wrap=True))
        row = QHBoxLayout()
        row.setContentsMargins(0, 16, 0, 0)
        row.addStretch(1)
        close = Button(_("Quit"), "primary", size=32)
        close.setAutoDefault(True)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        self.anyway = False
        if isinstance(error, LibraryLocked) and error.elsewhere:
            self.open_anyway = Button(_("Open anyway"), size=32)
            # Enter presses the button that has the keyboard.
            self.open_anyway.setAutoDefault(True)
            self.open_anyway.clicked.connect(self.on_open_anyway)
            row.insertWidget(1, self.open_anyway)
        column.addLayout(row)

    def on_open_anyway(self) -> None:
        """The library is opened, whatever the other computer wrote."""
        self.anyway = True
        self.accept()
