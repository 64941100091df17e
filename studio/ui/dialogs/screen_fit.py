"""Dialogs that are no larger than the screen they open on."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

_FRAME = QSize(8, 40)
"""What a window manager adds around a window, as far as can be known before."""


def fit(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog this size, or as much of it as the screen has room for."""
    room = dialog.screen().availableSize() - _FRAME
    dialog.resize(QSize(width, height).boundedTo(room))
