"""Field for the sentence of a mark under its pin, while the list of marks is not visible."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from studio.common.i18n import _, number
from studio.domain.markup import LONGEST_SENTENCE, Mark
from studio.ui.style.theme import theme
from studio.ui.support import mark_painter
from studio.ui.support.layout_direction import margins, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.edit_menu import EditMenu

WIDTH, HIGH = 264, 34
AWAY = 26  # distance from the middle of the pin
_DISC = 20.0
_LEFT = 32


class SentenceLine(QLineEdit):
    """The text of a sentence.

    Signals:
        left: it lost the focus.
    """

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # Its own menu takes the focus only for a moment.
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class PinnedSentence(QFrame):
    """Frame under a pin with its number and a field.

    Attributes:
        line: the field.
        index: index of its mark; None while hidden.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.index: int | None = None
        self._mark: Mark | None = None
        self.line = SentenceLine(self)
        self.line.setMaxLength(LONGEST_SENTENCE)
        self.line.setPlaceholderText(_("What should change here?"))
        EditMenu(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, _LEFT, 4, 5, 4))
        row.addWidget(self.line)
        self.setFixedSize(WIDTH, theme().height(HIGH))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        theme().changed.connect(self.update)
        self.hide()

    def open_for(self, index: int, mark: Mark) -> None:
        """Show the sentence of a mark and take the focus."""
        self.index, self._mark = index, mark
        self.line.setAccessibleName(_("Note of mark {n}").format(n=number(index + 1)))
        self.line.setText(mark.sentence)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.end(False)

    def show_mark(self, mark: Mark) -> None:
        """Show the disc of the mark, and a sentence changed elsewhere."""
        self._mark = mark
        if self.line.text() != mark.sentence:
            self.line.setText(mark.sentence)
        self.update()

    def close_field(self) -> None:
        """Hide the field."""
        self.index = None
        self.hide()

    def place_by(self, pin: QPointF, others: list[QRectF], room: QRect) -> None:
        """Move to the first position near a pin that covers no other mark. Logical pixels."""
        left = round(pin.x() - WIDTH / 3)
        below, above = round(pin.y() + AWAY), round(pin.y() - AWAY - self.height())
        wanted = [
            (left, below),
            (round(pin.x() - WIDTH + WIDTH / 3), below),
            (left, above),
            (round(pin.x() + AWAY), round(pin.y() - self.height() / 2)),
            (round(pin.x() - AWAY - WIDTH), round(pin.y() - self.height() / 2)),
        ]
        inside = [
            QRect(
                min(max(x, room.left() + 4), room.right() - WIDTH - 4),
                min(max(y, room.top() + 4), room.bottom() - self.height() - 4),
                WIDTH,
                self.height(),
            )
            for x, y in wanted
        ]
        free = [box for box in inside if not any(one.intersects(QRectF(box)) for one in others)]
        self.setGeometry((free or inside)[0])

    @needs("_mark")
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(theme().color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._mark is not None and self.index is not None:
            centre = placed(self, QPointF(_LEFT / 2 + 1, self.height() / 2))
            mark_painter.paint_disc(painter, centre, self.index, self._mark, _DISC, rim=0.0)
        painter.end()
