"""The selected picture on its mat, at the top of the inspector."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from studio.domain.entities import Picture
from studio.ui.style.theme import FAINT, theme
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.widgets import set_role

HEIGHT = 212
PADDING = 10
FAN = 3  # pictures of a selection that are drawn behind one another


class Preview(QWidget):
    """One picture fitted, or the first few of several as a fan.

    Signals:
        opened: double click.
        drag_requested: the picture is dragged out; within the mouse event.
    """

    opened = Signal()
    drag_requested = Signal()

    def __init__(self, thumbnails: ThumbnailCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._pictures: tuple[Picture, ...] = ()
        self._press: QPointF | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_role(self, QAccessible.Role.Graphic)
        thumbnails.ready.connect(self.on_thumbnail)
        theme().changed.connect(self.update)

    def set_pictures(self, pictures: tuple[Picture, ...]) -> None:
        """Show these; of several the first few."""
        self._pictures = pictures[:FAN]
        self.setAccessibleName(pictures[0].name if len(pictures) == 1 else "")
        self.update()

    def on_thumbnail(self, _picture: str) -> None:
        """A thumbnail has come."""
        self.update()

    def wishes(self) -> list[ThumbnailRequest]:
        """The thumbnails it needs now."""
        dpr = self.devicePixelRatioF()
        return [
            ThumbnailRequest(
                picture, QSize(round(rect.width() * dpr), round(rect.height() * dpr)), 0
            )
            for picture, rect in self._places()
        ]

    def _places(self) -> list[tuple[Picture, QRect]]:
        """Pictures with their places, the front one last."""
        shift = 14 if len(self._pictures) > 1 else 0
        lost = shift * (len(self._pictures) - 1)
        across, down = self.width() - 2 * PADDING - lost, HEIGHT - 2 * PADDING - lost
        places = []
        for at, picture in enumerate(self._pictures):
            scale = min(across / max(1, picture.width), down / max(1, picture.height))
            size = QSize(
                max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
            )
            middle = self.rect().center()
            corner = QPoint(middle.x() - size.width() // 2, middle.y() - size.height() // 2)
            offset = round((at - (len(self._pictures) - 1) / 2) * shift)
            places.append((picture, QRect(corner + QPoint(offset, offset), size)))
        return list(reversed(places))

    # --- Qt -------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), look.color("mat"))
        for picture, rect in self._places():
            pixmap = self._thumbnails.pixmap(picture.id)
            painter.setOpacity(FAINT if picture.missing else 1.0)
            if pixmap is None or pixmap.isNull():
                painter.fillRect(rect, QColor.fromRgb(picture.colour))
            else:
                painter.drawPixmap(QRectF(rect), pixmap, QRectF(pixmap.rect()))
            painter.setOpacity(1.0)
            painter.setPen(QPen(look.color("hairline"), 1))
            painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and any(
            rect.contains(spot) for _picture, rect in self._places()
        ):
            self._press = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        way = (event.position() - self._press).manhattanLength()
        if way >= QApplication.startDragDistance():
            self._press = None
            self.drag_requested.emit()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._press = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()
