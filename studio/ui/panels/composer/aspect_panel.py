"""All of a model's aspect ratios as rectangles of equal area, with their pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QGridLayout, QWidget

from studio.common.i18n import _
from studio.domain.drafts import MATCH
from studio.domain.entities import AspectRatio
from studio.ui.panels.composer.aspect_picker import label, spoken
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.widgets.rounded import RoundedCorners

COLUMNS = 5
AREA = 26 * 26  # of every rectangle, in logical pixels
CELL = QSize(84, 88)
Pixels = tuple[int, int] | None


class RatioCell(QAbstractButton):
    """One ratio: rectangle, name, pixels."""

    def __init__(self, value: str, pixels: Pixels, parent: QWidget) -> None:
        super().__init__(parent)
        self.ratio = value
        self.pixels = f"{pixels[0]} × {pixels[1]}" if pixels else ""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFixedSize(CELL.width(), theme().height(CELL.height()))
        self.setAccessibleName(f"{spoken(value)} {self.pixels}".strip())
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            painter.setPen(QPen(look.color("accent"), 1.5))
            painter.setBrush(look.color("tint"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 6, 6)
        elif self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        words = look.line("small") + look.line("micro") + 6
        field = QRectF(0, 0, self.width(), self.height() - words)
        if self.ratio == MATCH:
            glyph = look.pixmap("match", "text", 24, self.devicePixelRatioF())
            painter.drawPixmap(field.center().toPoint() - QPoint(12, 10), glyph)
        else:
            ratio = AspectRatio.parse(self.ratio).value
            width = min(math.sqrt(AREA * ratio), self.width() - 12.0)
            height = min(width / ratio, field.height() - 8)
            box = QRectF(0, 0, round(max(width, 4)), round(max(height, 4)))
            box.moveCenter(field.center())
            box.moveTopLeft(box.topLeft().toPoint().toPointF())
            painter.setPen(QPen(look.color("ink" if self.isChecked() else "text2"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 1.5, 1.5)
        centred = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(look.color("text"))
        painter.setFont(look.font("small"))
        name = QRectF(0, field.bottom(), self.width(), look.line("small"))
        painter.drawText(name, centred, label(self.ratio))
        painter.setPen(look.color("text2" if self.isChecked() else "text3"))
        painter.setFont(look.font("micro"))
        painter.drawText(name.translated(0, look.line("small")), centred, self.pixels)
        painter.end()


class AspectPanel(QFrame):
    """Opens above or below the picker; a choice or Esc closes it. Figures lead to a ratio.

    Signals:
        chosen(object): the ratio, or "match".
    """

    chosen = Signal(object)

    def __init__(self, sizes: Mapping[str, Pixels], value: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(_("All aspect ratios"))
        self._ground = RoundedCorners(self)
        self._cells: list[RatioCell] = []
        self._typed = ""
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setSpacing(2)
        for place, (ratio, pixels) in enumerate(sizes.items()):
            cell = RatioCell(ratio, pixels, self)
            cell.setChecked(ratio == value)
            cell.clicked.connect(self.on_clicked)
            grid.addWidget(cell, place // COLUMNS, place % COLUMNS)
            self._cells.append(cell)

    def cells(self) -> tuple[RatioCell, ...]:
        """Every ratio that is offered."""
        return tuple(self._cells)

    def open_at(self, anchor: QWidget) -> None:
        """Show it over the anchor, or under it where there is no room above."""
        self.adjustSize()
        above = anchor.mapToGlobal(QPoint(0, -self.height() - 4))
        if above.y() < anchor.screen().availableGeometry().top():
            above = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        room = anchor.screen().availableGeometry()
        above.setX(max(room.left(), min(above.x(), room.right() - self.width())))
        self.move(above)
        self.show()
        current = next((c for c in self._cells if c.isChecked()), None)
        if current is None and self._cells:
            current = self._cells[0]
        if current is not None:
            current.setFocus()

    def _go_to(self, figure: str) -> bool:
        """Go to the ratio that is typed; what leads nowhere begins anew."""
        figure = ":" if figure in "x/" else figure
        for typed in (self._typed + figure, figure):
            begun = [cell for cell in self._cells if cell.ratio.startswith(typed)]
            if begun:
                self._typed = typed
                next((c for c in begun if c.ratio == typed), begun[0]).setFocus()
                return True
        return False

    def on_clicked(self) -> None:
        """A ratio was chosen."""
        cell = self.sender()
        if isinstance(cell, RatioCell):
            self.chosen.emit(cell.ratio)
            self.close()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }
        at = next((i for i, cell in enumerate(self._cells) if cell.hasFocus()), 0)
        if step := steps.get(Qt.Key(event.key())):
            self._cells[max(0, min(at + step, len(self._cells) - 1))].setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cells:
            self._cells[at].click()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        elif not (event.text() and event.text() in "0123456789:x/" and self._go_to(event.text())):
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground.paint(painter)
        painter.end()
