"""List at the top of a mode's page: one row for each thing drawn on the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.style.theme import theme
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.text import Text

Row = TypeVar("Row", bound=QWidget)


class RowArea(QWidget):
    """The rows, with a line where a dragged one would be put."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._line: int | None = None
        set_role(self, QAccessible.Role.List)

    def show_line(self, height: int | None) -> None:
        """Show the line at this height; None for no line."""
        self._line = height
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._line is None:
            return
        painter = QPainter(self)
        painter.fillRect(8, max(0, self._line - 1), self.width() - 16, 2, theme().color("accent"))
        painter.end()


class RowList(Generic[Row]):
    """Heading, rows, and a sentence in their place while there are none.

    Attributes:
        part: the widget.
        head: layout of the heading's line, to which a button or a word may be added.
        column: layout of `part`.
        area: widget with the rows.
        rows: the rows, in order.
    """

    def __init__(
        self,
        make_row: Callable[[int, QWidget], Row],
        parent: QWidget,
        *,
        name: str,
        empty: str,
        top: int,
    ) -> None:
        """`make_row` makes the row of an index; `top` is the space above in pixels."""
        self._make_row = make_row
        self._rows: list[Row] = []
        self.part = QWidget(parent)
        self.column = QVBoxLayout(self.part)
        self.column.setContentsMargins(8, top, 8, 10)
        self.column.setSpacing(2)
        self._title = Text("", "micro", "text3", self.part, weight=600)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(8, 0, 8, 4)
        self.head.addWidget(self._title)
        self.head.addStretch(1)
        self.column.addLayout(self.head)
        self._empty = Text(empty, "small", "text2", self.part, wrap=True)
        self._empty.setContentsMargins(8, 4, 8, 8)
        self.column.addWidget(self._empty)
        self.area = RowArea(self.part)
        self.area.setAccessibleName(name)
        self._lines = QVBoxLayout(self.area)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(2)
        self.column.addWidget(self.area)

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    def set_count(self, n: int, title: str) -> bool:
        """Show `n` rows under a heading. True if a row with the focus was removed."""
        self._title.setText(title)
        self._empty.setVisible(n == 0)
        focused, keyboard = False, QApplication.focusWidget()
        while len(self._rows) > n:
            row = self._rows.pop()
            focused |= keyboard is not None and (row is keyboard or row.isAncestorOf(keyboard))
            row.hide()
            row.deleteLater()
        while len(self._rows) < n:
            row = self._make_row(len(self._rows), self.area)
            self._rows.append(row)
            self._lines.addWidget(row)
            row.show()
        return focused
