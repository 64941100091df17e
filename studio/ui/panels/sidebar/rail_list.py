"""What a narrow window lists in the sidebar's place: its collections, or its saved searches."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.support.key_repeat import once
from studio.ui.widgets import Button, Text
from studio.ui.widgets.popover import Popover

WIDTH = 240
_MOST = 12  # rows before it scrolls


class _RailRows(PlaceList):
    """The rows; Enter and a click also end the choice.

    Signals:
        decided: a row was chosen for good; the arrows only show it.
    """

    decided = Signal()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.decided.emit()


class RailList(Popover):
    """Lies over the window beside the rail until something is chosen.

    Attributes:
        rows: the collections, or the searches.
        more: makes a further one.

    Signals:
        wanted: a new one is.
    """

    wanted = Signal()

    def __init__(self, model: SidebarModel, parent: QWidget, *, searches: bool) -> None:
        name = _("Saved searches") if searches else _("Collections")
        super().__init__(name, parent)
        self._model = model
        self._searches = searches
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 8, 8)
        column.setSpacing(6)
        head = Text(name, "micro", "text3", self, weight=600)
        head.setContentsMargins(8, 0, 8, 0)
        column.addWidget(head)
        self._nothing = Text("", "small", "text3", self, wrap=True)
        self._nothing.setContentsMargins(8, 0, 8, 0)
        self._nothing.setText(
            _("A search that was saved finds its pictures by itself.")
            if searches
            else _("Pictures of one purpose, put together by hand.")
        )
        column.addWidget(self._nothing)
        self.rows = _RailRows(name, model, (), self)
        column.addWidget(self.rows)
        self.more = Button(
            _("Save this search…") if searches else _("New collection…"),
            "quiet",
            self,
            size=26,
            icon="plus",
        )
        column.addWidget(self.more)
        self.rows.decided.connect(self.on_decided)
        self.rows.itemClicked.connect(self.on_decided)
        self.more.clicked.connect(self.on_more)
        self.closed.connect(self.deleteLater)
        model.collections_changed.connect(self._show_places)
        self._show_places()

    def _show_places(self) -> None:
        """List those of the collections and searches that belong here."""
        found = [place for place in self._model.collections if place.takes is not self._searches]
        self.rows.set_rows(found)
        self.rows.setVisible(bool(found))
        self.rows.setFixedHeight(min(self.rows.maximumHeight(), self._tallest()))
        self._nothing.setVisible(not found)
        self.adjustSize()

    def _tallest(self) -> int:
        return _MOST * self.rows.sizeHintForRow(0) if self.rows.count() else 0

    def on_decided(self, _item: object = None) -> None:
        """That was it."""
        self.close_it()

    def on_more(self) -> None:
        """A new one is wanted."""
        self.close_it()
        self.wanted.emit()
