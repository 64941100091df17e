"""What a narrow window lists in the sidebar's place: its collections, or its saved searches."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.support.key_repeat import once
from studio.ui.support.sidebar_items import SidebarItem
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
        chosen: id of a collection.
        wanted: a new one is.
        asked: a row is to be renamed or deleted, or its menu is wanted (Place, what).
        collected: pictures were dropped on a row (id, ids).
    """

    chosen = Signal(str)
    wanted = Signal()
    asked = Signal(object, str)
    collected = Signal(str, object)

    def __init__(self, places: Sequence[SidebarItem], parent: QWidget, *, searches: bool) -> None:
        name = _("Saved searches") if searches else _("Collections")
        super().__init__(name, parent)
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
            _("Saved searches fill themselves.") if searches else _("Manual collection")
        )
        column.addWidget(self._nothing)
        self.rows = _RailRows(name, (), self)
        column.addWidget(self.rows)
        self.more = Button(
            _("Save this search…") if searches else _("New collection…"),
            "quiet",
            self,
            size=26,
            icon="plus",
        )
        column.addWidget(self.more)
        self.rows.chosen.connect(self.on_chosen)
        self.rows.decided.connect(self.on_decided)
        self.rows.itemClicked.connect(self.on_decided)
        self.rows.asked.connect(self.asked)
        self.rows.dropped.connect(self.on_dropped)
        self.more.clicked.connect(self.on_more)
        self.closed.connect(self.deleteLater)
        self.show_places(places)

    def show_places(self, places: Sequence[SidebarItem]) -> None:
        """The collections and searches there are; those that belong here are listed."""
        found = [place for place in places if place.takes is not self._searches]
        self.rows.set_rows(found)
        self.rows.setVisible(bool(found))
        self.rows.setFixedHeight(min(self.rows.maximumHeight(), self._tallest()))
        self._nothing.setVisible(not found)
        self.adjustSize()

    def _tallest(self) -> int:
        return _MOST * self.rows.sizeHintForRow(0) if self.rows.count() else 0

    def on_chosen(self, place: SidebarItem) -> None:
        """The user went to a row."""
        self.rows.mark(place.view, place.collection)
        self.chosen.emit(place.collection)

    def on_decided(self, _item: object = None) -> None:
        """That was it."""
        self.close_it()

    def on_dropped(self, place: SidebarItem, ids: tuple[str, ...]) -> None:
        """Pictures were dropped on a row."""
        self.collected.emit(place.collection, ids)

    def on_more(self) -> None:
        """A new one is wanted."""
        self.close_it()
        self.wanted.emit()
