"""Handles of a frame: sliders for the keyboard and screen readers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from studio.common.i18n import _, listed, ngettext, number
from studio.domain.pixel_frames import Handle, Room
from studio.ui.style.theme import theme
from studio.ui.support.frame_words import handle_name

CORNER = 12
LONG, THIN = 34, 10
REACH = 6  # clickable margin around the painted handle

MOST = 1_000_000  # pixels; more than any picture

_CURSORS = {
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
}


class FrameHandle(QAbstractSlider):
    """One of the eight handles; its value is the number of new pixels on its side.

    A corner has the value of its left or right side.

    Signals:
        pressed_at, dragged_to, released_at: position of the pointer in logical pixels of the
            canvas (QPointF).
        stepped: a screen reader moved it outward by this number of pixels (int).
    """

    pressed_at = Signal(QPointF)
    dragged_to = Signal(QPointF)
    released_at = Signal(QPointF)
    stepped = Signal(int)

    def __init__(self, handle: Handle, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.handle = handle
        self._quiet = False
        self._was = 0
        self._shown = True
        self.setRange(-MOST, MOST)
        self.setSingleStep(8)
        self.setPageStep(64)
        self.setOrientation(Qt.Orientation.Horizontal if handle.across else Qt.Orientation.Vertical)
        self.setProperty("radius", 4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(_CURSORS[handle.across, handle.down])
        size = self.painted_size
        self.setFixedSize(size.width() + 2 * REACH, size.height() + 2 * REACH)
        self.valueChanged.connect(self.on_value_changed)
        theme().changed.connect(self.update)

    @property
    def painted_size(self) -> QSize:
        """Painted size in logical pixels."""
        if self.handle.across and self.handle.down:
            return QSize(CORNER, CORNER)
        return QSize(THIN, LONG) if self.handle.across else QSize(LONG, THIN)

    def show_room(self, room: Room) -> None:
        """Show the new pixels on its side."""
        across = room.left if self.handle.across < 0 else room.right
        down = room.top if self.handle.down < 0 else room.bottom
        value = across if self.handle.across else down
        words = ngettext("{n} pixel", "{n} pixels", abs(value)).format(n=number(value))
        if self.handle.across and self.handle.down:
            # Translators: {across} and {down} are new pixels beside and below a picture.
            words = _("{across} by {down} pixels").format(across=number(across), down=number(down))
        self.setAccessibleName(listed((handle_name(self.handle), words)))
        self._quiet = True
        self.setValue(value)
        self._quiet = False
        self._was = value

    def set_shown(self, *, shown: bool) -> None:
        """Show or hide it without losing the focus."""
        if shown != self._shown:
            self._shown = shown
            self.update()

    def place_at(self, at: QPointF) -> None:
        """Centre it on a point, in logical pixels of the canvas."""
        self.move(round(at.x() - self.width() / 2), round(at.y() - self.height() / 2))

    def on_value_changed(self, value: int) -> None:
        """Emit a change made by a screen reader."""
        if not self._quiet:
            self.stepped.emit(value - self._was)

    # --- Qt -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed_at.emit(self._on_canvas(event))
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.dragged_to.emit(self._on_canvas(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.released_at.emit(self._on_canvas(event))

    def _on_canvas(self, event: QMouseEvent) -> QPointF:
        return QPointF(self.mapToParent(event.position()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # left to the canvas, which zooms

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self.painted_size
        box = QRectF(REACH, REACH, size.width(), size.height()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.setBrush(theme().color("onfill"))
        painter.drawRoundedRect(box, 3, 3)
        painter.end()
