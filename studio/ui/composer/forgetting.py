"""The question before a prompt is deleted for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.controls import Button, Text
from studio.ui.tasks import spawn
from studio.words import _

if TYPE_CHECKING:
    from studio.library.library import Library

_SHOWN = 160


class Forgetting(QDialog):
    """Asks, and deletes when it is accepted."""

    def __init__(self, library: Library, prompt: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Delete this prompt for good?"))
        self.setMinimumWidth(440)
        self._library = library
        self._prompt = prompt
        short = " ".join(prompt.split())
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(Text(self.windowTitle(), "title", weight=600, wrap=True))
        shown = short if len(short) <= _SHOWN else f"{short[:_SHOWN]}…"
        column.addWidget(Text(f"“{shown}”", "body", "text", wrap=True))
        column.addWidget(
            Text(
                _(
                    "It is taken out of the history, the records and their copies, and the names "
                    "of its files. Its pictures stay. This cannot be undone."
                ),
                "body",
                "text2",
                wrap=True,
            )
        )
        row = QHBoxLayout()
        row.setContentsMargins(0, 16, 0, 0)
        row.setSpacing(6)
        row.addStretch(1)
        self.keep = Button(_("Keep it"), "primary", size=32)
        self.keep.clicked.connect(self.reject)
        self.delete = Button(_("Delete"), size=32)
        self.delete.clicked.connect(self.accept)
        row.addWidget(self.delete)
        row.addWidget(self.keep)
        column.addLayout(row)
        self.keep.setDefault(True)
        self.keep.setFocus()
        self.accepted.connect(self.on_accepted)

    def on_accepted(self) -> None:
        """It shall be so."""
        from studio.library.forgetting import forget

        spawn(forget(self._library, self._prompt))
