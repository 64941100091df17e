"""Sidebar of a narrow window: a column of icons, and popover lists for two of them."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolTip, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.library.query import View
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.style.theme import RAIL, theme
from studio.ui.support import sidebar_items
from studio.ui.support.drop_area import Drag, DropArea, brings_own
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import placed
from studio.ui.support.sidebar_items import SidebarItem
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.text import Text


class PlaceButton(IconButton):
    """Place as an icon with name and count in its tool tip. Accepts dropped pictures."""

    def __init__(self, model: SidebarModel, place: SidebarItem, parent: QWidget) -> None:
        super().__init__(
            place.icon,
            place.label,
            parent=parent,
            checkable=place.view is not None,
            spoken_role=QAccessible.Role.ListItem,
        )
        self.place = place
        self._model = model
        self._new = 0
        self._area: DropArea | None = None
        self.setFixedWidth(32)
        if place.takes:
            self._area = DropArea(self, brings_own)
            self._area.inside_changed.connect(self.update)
            self._area.dropped.connect(self.on_dropped)

    def show_count(self, count: int, new: int = 0) -> None:
        """Show the count in the name, and a dot for new items."""
        name = sidebar_items.spoken(self.place, count, new)
        if (name, new) != (self.accessibleName(), self._new):
            self._new = new
            self.set_name(name)
            self.update()

    def on_dropped(self, drag: Drag) -> None:
        self._model.drop(self.place, drag.ids)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._model.menu_wanted.emit(self.place, event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        target = self._area is not None and self._area.inside
        if not self._new and not target:
            return
        bad, accent = theme().color("bad"), theme().color("accent")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if target:
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        if self._new:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bad)
            painter.drawEllipse(placed(self, QRect(self.width() - 10, 3, 7, 7)))
        painter.end()


class Rail(QFrame):
    """The sidebar as icons.

    Attributes:
        spend: the button that shows what was spent.

    Signals:
        collections_wanted: open the list of collections, or of saved searches (True), at that
            button.
    """

    collections_wanted = Signal(bool, object)

    def __init__(self, model: SidebarModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        set_role(self, QAccessible.Role.List)
        self.setProperty("zone", "side")
        self.setAccessibleName(_("Sidebar"))
        self.setFixedWidth(RAIL)
        self._group = QButtonGroup(self)
        self._buttons: list[PlaceButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(2)
        for place in sidebar_items.library():
            self._add(column, place)
        rule = QFrame(self)
        rule.setProperty("zone", "rule")
        rule.setFixedSize(20, 1)
        column.addSpacing(4)
        column.addWidget(rule, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        self.collections = self._add_list(column, _("Collections"), "folder", takes=True)
        self.searches = self._add_list(column, _("Saved searches"), "smart-folder", takes=False)
        self._add(column, sidebar_items.history())
        column.addStretch(1)
        self._add(column, sidebar_items.trash())
        self.spend = IconButton("coin", _("Spend"), parent=self)
        self.spend.setFixedWidth(32)
        self.spend.clicked.connect(self.on_coin)
        column.addWidget(self.spend, 0, Qt.AlignmentFlag.AlignHCenter)
        model.shown_changed.connect(self._mark)
        model.collections_changed.connect(self._show_collections)
        model.counts_changed.connect(self._show_counts)
        model.spend_changed.connect(self._show_spend)
        self._mark()
        self._show_counts()
        self._show_spend()

    def _add(self, column: QVBoxLayout, place: SidebarItem) -> None:
        button = PlaceButton(self._model, place, self)
        if place.view is not None:
            self._group.addButton(button)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons.append(button)
        button.clicked.connect(self.on_clicked)

    def _add_list(self, column: QVBoxLayout, name: str, icon: str, *, takes: bool) -> PlaceButton:
        """Add a button that opens a list of places."""
        place = SidebarItem(label=name, icon=icon, takes=takes)
        button = PlaceButton(self._model, place, self)
        button.setCheckable(True)
        self._group.addButton(button)
        button.clicked.connect(self.on_list_wanted)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button

    def button(self, view: View | None) -> PlaceButton:
        """Button of a shelf, or of the prompt history for None."""
        return next(each for each in self._buttons if each.place.view is view)

    def _mark(self) -> None:
        """Mark the open shelf, or the button whose list has the open collection."""
        model = self._model
        if not model.collection:
            self.button(model.view).setChecked(True)
            return
        searches = {row.collection for row in model.collections if not row.takes}
        (self.searches if model.collection in searches else self.collections).setChecked(True)

    def _show_collections(self) -> None:
        rows = self._model.collections
        searches = sum(not row.takes for row in rows)
        self.searches.show_count(searches)
        self.collections.show_count(len(rows) - searches)
        self._mark()

    def _show_counts(self) -> None:
        for button in self._buttons:
            button.show_count(self._model.count_of(button.place), self._model.new_of(button.place))

    def _show_spend(self) -> None:
        month = time.localtime().tm_mon
        self.spend.set_name(sidebar_items.spend_words(self._model.spend, month, self._model.limit))

    def on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, PlaceButton):
            self._model.choose(button.place)

    def on_list_wanted(self) -> None:
        """Ask for the list of collections or saved searches."""
        button = self.sender()
        # The open place stays marked until another is chosen.
        self._mark()
        self.collections_wanted.emit(button is self.searches, button)

    def on_coin(self) -> None:
        """Show the tool tip with the sums at once."""
        at = self.spend.mapToGlobal(QPoint(self.spend.width(), 0))
        QToolTip.showText(at, self.spend.toolTip(), self.spend)


LIST_WIDTH = 240
_MOST = 12  # rows before it scrolls


class _RailRows(PlaceList):
    """Rows of the popover; Enter or a click also closes it.

    Signals:
        decided: a row was chosen by Enter or click, not by the arrow keys.
    """

    decided = Signal()

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.decided.emit()


class RailList(Popover):
    """Popover beside the rail; closes after a choice.

    Attributes:
        rows: the collections, or the saved searches.
        more: the button for a new one.

    Signals:
        wanted: create a new one.
    """

    wanted = Signal()

    def __init__(self, model: SidebarModel, parent: QWidget, *, searches: bool) -> None:
        name = _("Saved searches") if searches else _("Collections")
        super().__init__(name, parent)
        self._model = model
        self._searches = searches
        self.setFixedWidth(theme().px(LIST_WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 8, 8)
        column.setSpacing(6)
        head = Text(name, "micro", "text3", self, weight=600)
        head.setContentsMargins(8, 0, 8, 0)
        column.addWidget(head)
        self._nothing = Text("", "small", "text3", self, wrap=True)
        self._nothing.setContentsMargins(8, 0, 8, 0)
        self._nothing.setText(
            _("Saved searches update automatically.") if searches else _("Manual collection")
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
        """List the collections, or the saved searches."""
        found = [place for place in self._model.collections if place.takes is not self._searches]
        self.rows.set_rows(found)
        self.rows.setVisible(bool(found))
        self.rows.setFixedHeight(min(self.rows.maximumHeight(), self._tallest()))
        self._nothing.setVisible(not found)
        self.adjustSize()

    def _tallest(self) -> int:
        return _MOST * self.rows.sizeHintForRow(0) if self.rows.count() else 0

    def on_decided(self, _item: object = None) -> None:
        self.close_it()

    def on_more(self) -> None:
        self.close_it()
        self.wanted.emit()
