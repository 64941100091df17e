"""The two halves a dragged picture may be dropped on: edit it, or use it as a reference."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.common.i18n import _
from studio.domain.entities import Role
from studio.ui.style.theme import theme
from studio.ui.support.drop_area import Drag, DropCover, brings_pictures


class DropTarget(DropCover):
    """Lies over the card while pictures are dragged over the window.

    Signals:
        dropped(object, object): Role.EDIT or Role.FREE, and the DropContents.
    """

    dropped = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, brings_pictures)
        self._half: Role | None = None
        self.area.dropped.connect(self.on_dropped)

    def half_at(self, x: float) -> Role:
        """What a drop at `x` means."""
        return Role.EDIT if x < self.width() / 2 else Role.FREE

    def on_over(self, drag: Drag) -> None:
        """The drag is over one of the halves."""
        self._half = self.half_at(drag.at.x())
        super().on_over(drag)

    def on_ended(self, gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """The drag is over, or goes on elsewhere."""
        self._half = None
        super().on_ended(gone)

    def on_dropped(self, drag: Drag) -> None:
        """Pictures were dropped on one of the halves."""
        self.dropped.emit(self.half_at(drag.at.x()), drag.contents)

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
