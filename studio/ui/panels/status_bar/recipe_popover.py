"""Popover with the recipes for files dragged out of the window or copied to the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import aligned, elided, placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import PaintedRadio
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.signs import paint_row_ground
from studio.ui.widgets.text import KeyCap, Text

WIDTH = 280
ROW = 40
DOT = 14

_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)


@dataclass(frozen=True, slots=True)
class RecipeChoice:
    """A recipe to choose.

    Attributes:
        id: id of its preset; "" for the library's own recipe.
        line: its result in a few words.
    """

    id: str
    title: str
    line: str
    chosen: bool = False


class _RecipeRow(PaintedRadio):
    """A recipe: its title, with its result below."""

    def __init__(self, choice: RecipeChoice, parent: QWidget) -> None:
        super().__init__(parent)
        self.choice = choice
        self.setChecked(choice.chosen)
        self.setFixedHeight(theme().height(ROW))
        self.setAccessibleName(f"{choice.title}, {choice.line}" if choice.line else choice.title)
        set_tip(self, choice.title)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS:
            # Qt would also choose the next recipe; the popover only moves the focus.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(WIDTH) - 16, theme().height(ROW))

    @needs("choice")
    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self.isChecked() or self.underMouse():
            paint_row_ground(painter, box, "press" if self.isChecked() else "hover")
        dot = placed(self, QRectF(9, (box.height() - DOT) / 2, DOT, DOT))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.color("accent" if self.isChecked() else "text3"), 1.4))
        painter.drawEllipse(dot)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("accent"))
            painter.drawEllipse(dot.adjusted(4, 4, -4, -4))
        self._write(painter, placed(self, box.adjusted(34, 3, -8, -3)))
        painter.end()

    def _write(self, painter: QPainter, box: QRectF) -> None:
        look, flags = theme(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        halves = (
            (self.choice.title, "body", "text", 600 if self.isChecked() else None),
            (self.choice.line, "small", "text2", None),
        )
        for place, (words, font, role, weight) in enumerate(halves):
            high = box.height() / 2 if self.choice.line else box.height()
            part = QRectF(box.left(), box.top() + place * high, box.width(), high)
            painter.setFont(look.font("body" if font == "body" else "small", weight=weight))
            painter.setPen(look.color(role))
            shown = elided(
                painter.fontMetrics(),
                one_line(words),
                Qt.TextElideMode.ElideRight,
                int(part.width()),
            )
            painter.drawText(part, flags, shown)


class RecipePopover(Popover):
    """The recipes, one of them chosen; arrows move, Enter and Space choose.

    Attributes:
        rows: the rows, in order.
        state: note on the copies that are ready, and on dragging the original.

    Signals:
        chosen: id of the recipe's preset; "" for the library's own recipe.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget, key: str) -> None:
        title = _("Drag as")
        super().__init__(title, parent)
        self.setFixedWidth(theme().px(WIDTH))
        self.rows: list[_RecipeRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 8, 10)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 4)
        head.addWidget(Text(title, "small", "text2", self, weight=600), 1)
        head.addWidget(KeyCap(key_names.cap(key_names.current(key)), self))
        column.addLayout(head)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        column.addLayout(self._list)
        rule = QFrame(self)
        rule.setProperty("zone", "rule")
        rule.setFixedHeight(1)
        column.addSpacing(4)
        column.addWidget(rule)
        self.state = Text("", "small", "text2", self, wrap=True)
        self.state.setContentsMargins(8, 6, 8, 0)
        column.addWidget(self.state)

    def show_recipes(self, choices: Sequence[RecipeChoice]) -> None:
        """Show these recipes; does nothing if they are shown already."""
        if [row.choice for row in self.rows] == list(choices):
            return
        focus = next((n for n, row in enumerate(self.rows) if row.hasFocus()), None)
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [_RecipeRow(choice, self) for choice in choices]
        for row in self.rows:
            self._list.addWidget(row)
            row.clicked.connect(self.on_clicked)
            row.show()
        if focus is not None and self.rows:
            self.rows[min(focus, len(self.rows) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        self._fit()

    def show_state(self, words: str) -> None:
        """Show the note on the copies that are ready."""
        self.state.setText(words)
        self._fit()

    def open_over(self, anchor: QWidget) -> None:
        """Open above the chip or the bar, with the trailing edges aligned."""
        self._fit()
        left = aligned(anchor, self.width(), at_end=True)
        corner = anchor.mapTo(self.host, QPoint(left, -self.height() - 6))
        first = next((row for row in self.rows if row.isChecked()), None)
        self.open_at(corner, first, anchor if isinstance(anchor, QAbstractButton) else None)

    def _fit(self) -> None:
        bottom = self.geometry().bottom()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), layout.heightForWidth(self.width()))
        if self.isVisible():
            self.move(self.x(), bottom - self.height() + 1)

    def on_clicked(self) -> None:
        """Choose the recipe of a row."""
        row = self.sender()
        assert isinstance(row, _RecipeRow)
        self.close_it()
        self.chosen.emit(row.choice.id)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.focusWidget()
        if not isinstance(row, _RecipeRow):
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            row.click()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            following = self.rows[(self.rows.index(row) + step) % len(self.rows)]
            following.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
