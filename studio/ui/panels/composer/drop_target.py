"""The two halves a dragged picture may be dropped on: edit it, or use it as a reference."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from studio.domain import Role
from studio.ui.composer.intake import has_pictures
from studio.ui.theme import theme
from studio.words import _

LINGER = 120  # milliseconds


class DropTarget(QWidget):
    """Lies over the card while pictures are dragged over the window.

    Signals:
        dropped(object, object): Role.EDIT or Role.FREE, and the QMimeData (valid only now).
    """

    dropped = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._half: Role | None = None
        # A drag that moves from the window onto a part of it leaves the window first.
        self._away = QTimer(self)
        self._away.setSingleShot(True)
        self._away.setInterval(LINGER)
        self._away.timeout.connect(self.hide)
        self.setAcceptDrops(True)
        self.hide()

    def show_soon(self, *, on: bool) -> None:
        """Appear at once; vanish a moment later, unless the drag goes on over this."""
        if on:
            self._away.stop()
            self.show()
        else:
            self._away.start()

    def half_at(self, x: float) -> Role:
        """What a drop at `x` means."""
        return Role.EDIT if x < self.width() / 2 else Role.FREE

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not has_pictures(event.mimeData()):
            event.ignore()
            return
        self._away.stop()
        self._half = self.half_at(event.position().x())
        self.update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._half = None
        self.update()
        self._away.start()

    def dropEvent(self, event: QDropEvent) -> None:
        half = self.half_at(event.position().x())
        self._half = None
        self.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(half, event.mimeData())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("sunk"))
        painter.drawRoundedRect(box, 10, 10)
        middle = round(box.width() / 2)
        halves = (
            (Role.EDIT, _("Drop to edit this"), QRectF(0, 0, middle, box.height())),
            (
                Role.FREE,
                _("Add as reference"),
                QRectF(middle, 0, box.width() - middle, box.height()),
            ),
        )
        for role, words, half in halves:
            chosen = role is self._half
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.color("tint"))
                painter.drawRoundedRect(half.adjusted(4, 4, -4, -4), 8, 8)
            painter.setFont(look.font("title"))
            painter.setPen(look.color("ink" if chosen else "text2"))
            painter.drawText(half, Qt.AlignmentFlag.AlignCenter, words)
        pen = QPen(look.color("accent"), 2)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 10, 10)
        painter.drawLine(middle, 14, middle, self.height() - 14)
        painter.end()
