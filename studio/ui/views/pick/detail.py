"""Small view of a picture at 100 %, at the pointer."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.views.canvas.plates import Plate

SIZE = QSize(200, 178)


class PixelDetail(QWidget):
    """Part of a plate, one pixel of the picture per device pixel."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plate: Plate | None = None
        self._place = (0.5, 0.5)
        self.setFixedSize(SIZE)
        self.setAccessibleName(_("100 % at the pointer"))
        theme().changed.connect(self.update)

    def show_plate(self, plate: Plate | None) -> None:
        """Show this plate at the same position."""
        self._plate = plate
        self.update()

    def show_place(self, across: float, down: float) -> None:
        """Show the part around this point (fractions of the picture's width and height)."""
        self._place = (min(max(across, 0.0), 1.0), min(max(down, 0.0), 1.0))
        self.update()

    def source(self) -> QRectF:
        """The part shown, in pixels of the picture; empty until they are loaded."""
        plate = self._plate
        if plate is None or plate.raster is None or plate.trouble:
            return QRectF()
        image, dpr = plate.raster.levels[0], self.devicePixelRatioF()
        wide = min(self.width() * dpr, image.width())
        high = min(self.height() * dpr, image.height())
        left = min(max(self._place[0] * image.width() - wide / 2, 0), image.width() - wide)
        top = min(max(self._place[1] * image.height() - high / 2, 0), image.height() - high)
        return QRectF(round(left), round(top), wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        part = self.source()
        painter.fillRect(event.rect(), theme().color("mat"))
        if part.isEmpty() or self._plate is None or self._plate.raster is None:
            return
        dpr = self.devicePixelRatioF()
        wide, high = part.width() / dpr, part.height() / dpr
        target = QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)
        painter.drawImage(target, self._plate.raster.levels[0], part)
