"""The mark beside the name: three tiles and the one being made."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.style.theme import theme

GRID = 18
# Left, top, radius and role of each tile, on a grid of 18.
_TILES = (
    (1, 1, 1.5, "text2"),
    (10, 1, 1.5, "text3"),
    (1, 10, 1.5, "text3"),
    (10, 10, 3.5, "accent"),
)


class Logo(QWidget):
    """The mark in the colours of the theme; `size` is its side in logical pixels."""

    def __init__(self, parent: QWidget | None = None, *, size: int = GRID) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / GRID, self.height() / GRID)
        painter.setPen(Qt.PenStyle.NoPen)
        for left, top, radius, role in _TILES:
            painter.setBrush(theme().color(role))
            painter.drawRoundedRect(QRectF(left, top, 7, 7), radius, radius)
        painter.end()
