"""Popovers that ask for a name or for tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.ui.style.theme import theme
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import Text

WIDTH = 280


class NamePopover(Popover):
    """Line edit for a name, with a button.

    Attributes:
        field: the line edit.
        trouble: why the name is invalid, while it is.

    Signals:
        named: Enter or the button was pressed (the text).
    """

    named = Signal(str)

    def __init__(
        self, title: str, button: str, parent: QWidget, *, name: str = "", empty: bool = False
    ) -> None:
        """`empty` allows an empty name."""
        super().__init__(title, parent)
        self._empty = empty
        self.setFixedWidth(theme().px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(Text(title, "small", "text2", self, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.field = QLineEdit(name, self)
        EditMenu(self.field)
        self.field.setAccessibleName(title)
        self.field.setMaxLength(120)
        self.field.selectAll()
        self.field.returnPressed.connect(self.on_taken)
        row.addWidget(self.field, 1)
        take = Button(button, "primary", self)
        take.clicked.connect(self.on_taken)
        row.addWidget(take)
        column.addLayout(row)
        self.trouble = Text("", "small", "bad", self)
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.closed.connect(self.deleteLater)

    def refuse(self, why: str) -> None:
        """Show why the name is invalid; stays open."""
        self.trouble.setText(why)
        self.trouble.show()
        self.adjustSize()
        self.field.setFocus()

    def on_taken(self) -> None:
        if self._empty or self.field.text().strip():
            self.named.emit(self.field.text())

    def sizeHint(self) -> QSize:
        # Height for its own width, not for the narrower width of the labels' size hint.
        wide, layout = self.maximumWidth(), self.layout()
        return QSize(wide, 0 if layout is None else layout.totalHeightForWidth(wide))


def ask_for_name(
    title: str, button: str, over: QWidget, at: QPoint, take: Callable[[str], None], name: str = ""
) -> NamePopover:
    """Ask at a point of the widget `over`; `take` is called with the text."""
    asked = NamePopover(title, button, over, name=name)
    asked.named.connect(take)
    asked.adjustSize()
    asked.open_at(over.mapTo(over.window(), at), asked.field)
    return asked


def ask_for_tags(
    view: QWidget,
    title: str,
    button: str,
    known: Sequence[str],
    *,
    text: str = "",
    empty: bool = True,
) -> NamePopover:
    """Ask for names over a view; the name after the last comma is completed."""
    window = view.window()
    asked = NamePopover(title, button, view, name=text, empty=empty)
    asked.setFixedWidth(420)
    asked.adjustSize()
    completer = LastWordCompleter(list(known), asked)
    offered = completer.popup()
    assert offered is not None
    offered.setProperty("zone", "offers")
    asked.field.setCompleter(completer)
    asked.open_at(view.mapTo(window, QPoint((view.width() - 420) // 2, 24)), asked.field)
    return asked


class LastWordCompleter(QCompleter):
    """Completes the name after the last comma."""

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(list(names), parent)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def pathFromIndex(self, index: object) -> str:
        found = super().pathFromIndex(index)  # type: ignore[arg-type]
        widget = self.widget()
        written = widget.property("text") if widget is not None else ""
        before, comma, _last = str(written or "").rpartition(",")
        return f"{before}{comma} {found}" if comma else found

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]
