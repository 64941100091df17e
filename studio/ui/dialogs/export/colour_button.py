"""Button that shows a colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.style.theme import theme
from studio.ui.widgets.buttons import PaintedButton
from studio.ui.widgets.plain_text import set_tip

_SIDE = 24
_DISC = 14


class ColourButton(PaintedButton):
    """A disc in a colour; pressing it asks for another one."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, radius=12)
        self._colour = QColor()
        self._name = name
        self.setFixedSize(_SIDE, _SIDE)
        self.setAccessibleName(name)
        set_tip(self, name)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def set_rgb(self, rgb: int) -> None:
        """Show a colour, as 0xRRGGBB in sRGB."""
        self._colour = QColor(rgb)
        self.setAccessibleDescription(self._colour.name())
        set_tip(self, f"{self._name}: {self._colour.name()}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(self._colour)
        inset = (_SIDE - _DISC) / 2
        painter.drawEllipse(QRectF(inset, inset, _DISC, _DISC))
        painter.end()
