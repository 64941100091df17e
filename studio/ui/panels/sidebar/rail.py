"""The sidebar of a narrow window: its places as a column of icons, 48 px wide."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolTip, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.spend import Spend
from studio.library.query import Counts, View
from studio.ui.style.metrics import RAIL
from studio.ui.style.theme import theme
from studio.ui.support import sidebar_items
from studio.ui.support.drop_area import Drag, DropArea
from studio.ui.support.sidebar_items import SidebarItem, brings_own
from studio.ui.widgets import IconButton

WIDTH = RAIL


class PlaceButton(IconButton):
    """One place as an icon; its name and count are the tool tip. Pictures may be dropped on it.

    Signals:
        dropped: pictures of the gallery were dropped on it (the Place, ids).
    """

    dropped = Signal(object, object)

    def __init__(self, place: SidebarItem, parent: QWidget | None = None) -> None:
        super().__init__(place.icon, place.label, parent=parent, checkable=place.view is not None)
        self.place = place
        self._new = 0
        self._count = 0
        self._target = False
        self.setFixedWidth(32)
        if place.takes:
            self._area = DropArea(self, brings_own)
            self._area.over.connect(self.on_drag)
            self._area.ended.connect(self.on_drag_ended)
            self._area.dropped.connect(self.on_pictures_dropped)

    def show_count(self, count: int) -> None:
        """How many things are there."""
        self._count = count
        self.set_name(sidebar_items.spoken(self.place, self._count, self._new))

    def set_new(self, new: int) -> None:
        """How many of them are new; a dot says so."""
        self._new = new
        self.show_count(self._count)
        self.update()

    def on_drag(self, _drag: Drag) -> None:
        """Pictures of the gallery are dragged over it."""
        self._target = True
        self.update()

    def on_drag_ended(self, _gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Not any more."""
        self._target = False
        self.update()

    def on_pictures_dropped(self, drag: Drag) -> None:
        """Pictures were dropped on it."""
        self.dropped.emit(self.place, sidebar_items.dropped_ids(drag.mime))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._new and not self._target:
            return
        bad, accent = theme().color("bad"), theme().color("accent")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._target:
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        if self._new:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bad)
            painter.drawEllipse(self.width() - 10, 3, 7, 7)
        painter.end()


class Rail(QFrame):
    """What the sidebar offers, as icons.

    Signals:
        view_chosen: the user went to a shelf (View).
        history_requested: the user wants the prompts of the history.
        dropped: pictures of the gallery were dropped on a shelf (View, ids).
        collections_wanted: the list of collections, or of saved searches (True), is wanted at
            that button.
        collect_wanted: pictures were dropped on the collections (ids).
    """

    view_chosen = Signal(object)
    history_requested = Signal()
    dropped = Signal(object, object)
    collections_wanted = Signal(bool, object)
    collect_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "side")
        self.setAccessibleName(_("Sidebar"))
        self.setFixedWidth(WIDTH)
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
        self._searches: set[str] = set()
        self._shown: tuple[View, str] = (View.ALL, "")
        self.collections = self._add_list(column, _("Collections"), "folder", takes=True)
        self.searches = self._add_list(column, _("Saved searches"), "smart-folder", takes=False)
        self._add(column, sidebar_items.history())
        column.addStretch(1)
        self._add(column, sidebar_items.trash())
        self._coin = IconButton("coin", _("Spend"), parent=self)
        self._coin.setFixedWidth(32)
        self._coin.clicked.connect(self.on_coin)
        column.addWidget(self._coin, 0, Qt.AlignmentFlag.AlignHCenter)
        self.set_view(View.ALL)
        self.show_counts(Counts())
        self._limit = 0.0
        self.show_spend(Spend())

    def _add(self, column: QVBoxLayout, place: SidebarItem) -> None:
        button = PlaceButton(place, self)
        if place.view is None:
            button.clicked.connect(self.history_requested)
        else:
            self._group.addButton(button)
        button.dropped.connect(self.on_dropped)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons.append(button)
        button.clicked.connect(self.on_clicked)

    def _add_list(self, column: QVBoxLayout, name: str, icon: str, *, takes: bool) -> PlaceButton:
        """A button that opens a list of places instead of going to one."""
        button = PlaceButton(SidebarItem(label=name, icon=icon, takes=takes), self)
        button.setCheckable(True)
        self._group.addButton(button)
        button.clicked.connect(self.on_list_wanted)
        button.dropped.connect(self.on_collected)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button

    def button(self, view: View | None) -> PlaceButton:
        """The button of a shelf, of the history for None."""
        return next(each for each in self._buttons if each.place.view is view)

    def set_view(self, view: View, collection: str = "") -> None:
        """Mark the shelf that is shown, or what has the collection that is."""
        self._shown = view, collection
        if collection:
            (self.searches if collection in self._searches else self.collections).setChecked(True)
        else:
            self.button(view).setChecked(True)

    def show_collections(self, rows: Sequence[SidebarItem]) -> None:
        """These are the collections and saved searches there are."""
        self._searches = {row.collection for row in rows if not row.takes}
        self.searches.show_count(len(self._searches))
        self.collections.show_count(len(rows) - len(self._searches))
        self.set_view(*self._shown)

    def show_counts(self, counts: Counts) -> None:
        """Tell in the tool tips how many things there are."""
        for button in self._buttons:
            button.show_count(sidebar_items.count_of(button.place, counts))

    def set_failed_new(self, new: int) -> None:
        """Show a dot while there are failed jobs the user has not seen."""
        self.button(View.FAILED).set_new(new)

    def show_spend(self, spend: Spend) -> None:
        """Tell in the coin's tool tip what was spent."""
        self._spend = spend
        self._coin.set_name(sidebar_items.spend_words(spend, time.localtime().tm_mon, self._limit))

    def set_limit(self, usd: float) -> None:
        """The month's budget is another one; 0 for none."""
        self._limit = usd
        self.show_spend(self._spend)

    def on_clicked(self) -> None:
        """The user went to a place."""
        button = self.sender()
        if isinstance(button, PlaceButton) and button.place.view is not None:
            self.view_chosen.emit(button.place.view)

    def on_list_wanted(self) -> None:
        """Collections, or saved searches, shall be chosen from."""
        button = self.sender()
        # What is shown stays marked until another place is chosen.
        self.set_view(*self._shown)
        self.collections_wanted.emit(button is self.searches, button)

    def on_collected(self, _place: SidebarItem, ids: tuple[str, ...]) -> None:
        """Pictures were dropped on the collections: which of them takes them is asked."""
        self.collect_wanted.emit(ids)

    def on_dropped(self, place: SidebarItem, ids: tuple[str, ...]) -> None:
        """Pictures were dropped on a place."""
        self.dropped.emit(place.view, ids)

    def on_coin(self) -> None:
        """The sums at once, without waiting for the tool tip."""
        at = self._coin.mapToGlobal(QPoint(self._coin.width(), 0))
        QToolTip.showText(at, self._coin.toolTip(), self._coin)
