"""Round corners for what is a window of its own: menus, panels of the composer, offers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPen, QRegion
from PySide6.QtWidgets import QWidget

from studio.ui.style.theme import theme
from studio.ui.support.qt_overrides import needs

RADIUS = 8


class RoundedCorners(QObject):
    """Keeps the corners of a widget round whatever its size; `paint` draws its ground.

    X11 may have no compositor; there the corners are cut off instead of seen through.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        if QGuiApplication.platformName() == "xcb":
            widget.installEventFilter(self)
        else:
            widget.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def paint(self, painter: QPainter) -> None:
        """The ground with its edge."""
        look = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("edge"), 1))
        painter.setBrush(look.color("raise"))
        inner = QRectF(self._widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)

    @needs("_widget")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._widget and event.type() == QEvent.Type.Resize:
            path = QPainterPath()
            path.addRoundedRect(QRectF(self._widget.rect()), RADIUS, RADIUS)
            self._widget.setMask(QRegion(path.toFillPolygon().toPolygon()))
        return False
