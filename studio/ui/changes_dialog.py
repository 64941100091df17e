"""The history of changes: what was done to the library, undone and done again step by step."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout

from studio.events import Event, RecordsChanged
from studio.ui.controls import Button, Text
from studio.ui.tasks import spawn
from studio.ui.theme import theme
from studio.words import _

if TYPE_CHECKING:
    from studio.ui.main_window import StudioWindow

MOST = 500


class ChangesDialog(QDialog):
    """Lists the last changes, the newest first; it is the log, so a restart forgets none.

    Attributes:
        list: a row for each.
    """

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self.setWindowTitle(_("History of changes"))
        self.resize(520, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Text(_("History of changes"), "title", weight=600))
        self.list = QListWidget(self)
        self.list.setAccessibleName(_("Changes, the last first"))
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        self.undo = Button(_("Undo"), parent=self, size=32, icon="undo")
        self.redo = Button(_("Redo"), parent=self, size=32, icon="redo")
        self.undo.clicked.connect(window.pictures.undo)
        self.redo.clicked.connect(window.pictures.redo)
        close = Button(_("Close"), "primary", self, size=32)
        close.clicked.connect(self.accept)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        self._end = window.core.events.subscribe(self._hear)
        self.finished.connect(self.on_finished)
        spawn(self._read())

    def _hear(self, event: Event) -> None:
        if isinstance(event, RecordsChanged):
            spawn(self._read())

    async def _read(self) -> None:
        changes = await self._window.core.library.collections.history(MOST)
        self.list.clear()
        for one in changes:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
            words = f"{when}   {one.sentence}"
            if one.undone:
                words = _("{change} (undone)").format(change=words)
            item = QListWidgetItem(words, self.list)
            item.setForeground(theme().color("text3" if one.undone else "text"))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.undo.setEnabled(any(not one.undone for one in changes))
        self.redo.setEnabled(bool(changes) and changes[0].undone)

    def on_finished(self) -> None:
        """It was closed: nothing is heard any more."""
        self._end()
