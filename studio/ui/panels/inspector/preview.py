"""Preview of the picture in the inspector, or its palette if the view has the large picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QSizePolicy, QWidget

from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.ui.style.theme import FAINT, theme
from studio.ui.support import clipboard
from studio.ui.support.screen_colours import screen_colours
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.widgets.accessible import announce, set_role
from studio.ui.widgets.buttons import PressedByEnter
from studio.ui.widgets.plain_text import set_tip

HEIGHT = 212
PADDING = 10
FAN = 3  # pictures of a selection drawn behind one another


class Preview(QWidget):
    """One picture fitted, or the first few of several as a fan.

    Signals:
        opened: double click.
        drag_requested: the picture is dragged out; emitted within the mouse event.
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
        """Show these pictures; of several the first few."""
        self._pictures = pictures[:FAN]
        self.setAccessibleName(pictures[0].name if len(pictures) == 1 else "")
        self.update()

    def on_thumbnail(self, _picture: str) -> None:
        self.update()

    def wishes(self) -> list[ThumbnailRequest]:
        """Thumbnails it needs now."""
        dpr = self.devicePixelRatioF()
        return [
            ThumbnailRequest(
                picture, QSize(round(rect.width() * dpr), round(rect.height() * dpr)), 0
            )
            for picture, rect in self._places()
        ]

    def _places(self) -> list[tuple[Picture, QRect]]:
        """Pictures with their rectangles, the front one last."""
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
                painter.fillRect(rect, screen_colours().colour(picture.colour))
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


STRIP = 32
RADIUS = 4


class _Colour(PressedByEnter, QAbstractButton):
    def __init__(self, value: int, ends: tuple[bool, bool], parent: QWidget) -> None:
        super().__init__(parent)
        self.value = value
        self._ends = ends
        self.setText(hex_of(value))
        self.setAccessibleName(_("Copy {colour}").format(colour=hex_of(value)))
        set_tip(self, hex_of(value))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(STRIP)
        screen_colours().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        colour = screen_colours().colour(self.value)
        left, right = self._ends
        if self.isRightToLeft():
            left, right = right, left
        if left or right:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # Only the outer corners of the strip are rounded.
            path = QPainterPath()
            path.addRoundedRect(rect, RADIUS, RADIUS)
            inner = rect.adjusted(0 if not left else RADIUS, 0, 0 if not right else -RADIUS, 0)
            path.addRect(inner)
            path.setFillRule(Qt.FillRule.WindingFill)
            painter.fillPath(path, colour)
        else:
            painter.fillRect(rect, colour)
        if self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(theme().color("hairline"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class PaletteRow(QWidget):
    """Up to five colours side by side.

    Signals:
        copied: the colour put on the clipboard, as "#101d42".
    """

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.setAccessibleName(_("Palette"))
        self.setFixedHeight(STRIP)
        self.colours: tuple[int, ...] = ()

    def set_colours(self, colours: Sequence[int]) -> None:
        """Show these colours, 0xRRGGBB."""
        if tuple(colours) == self.colours:
            return
        self.colours = tuple(colours)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        last = len(self.colours) - 1
        for at, value in enumerate(self.colours):
            button = _Colour(value, (at == 0, at == last), self)
            button.clicked.connect(self.on_clicked)
            self._row.addWidget(button)

    def on_clicked(self) -> None:
        """Copy the clicked colour."""
        button = self.sender()
        if isinstance(button, _Colour):
            text = hex_of(button.value)
            clipboard.put_text(text, partial(self._on_held, text))

    def _on_held(self, text: str) -> None:
        announce(self, _("Copied {colour}").format(colour=text))
        self.copied.emit(text)


def hex_of(colour: int) -> str:
    """0x101d42 as "#101d42"."""
    return f"#{colour:06x}"
