"""Picking pictures from the disk, in a dialog that does not stop the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.common.i18n import _
from studio.ui.support.file_dialogs import pictures_dialog


class FilePicker(QObject):
    """The system's dialog for files, kept so that it opens in the folder of the last time.

    Signals:
        picked(object): paths of the files.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._dialog: QFileDialog | None = None

    def open(self) -> None:
        """Ask for files."""
        if self._dialog is None:
            self._dialog = pictures_dialog(self._parent, _("Add references"))
            self._dialog.filesSelected.connect(self.on_selected)
        self._dialog.open()

    def on_selected(self, files: list[str]) -> None:
        """Files were chosen."""
        self.picked.emit([Path(file) for file in files])
