"""The sidebar of a narrow window: its places as a column of icons, 48 px wide."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolTip, QVBoxLayout, QWidget

from studio.library.query import Counts, Spend, View
from studio.ui import places
from studio.ui.controls import IconButton
from studio.ui.places import Place
from studio.ui.theme import theme
from studio.ui.zones import RAIL
from studio.words import _

WIDTH = RAIL


class PlaceButton(IconButton):
    """One place as an icon; its name and count are the tool tip. Pictures may be dropped on it.

    Signals:
        dropped: pictures of the gallery were dropped on it (the Place, ids).
    """

    dropped = Signal(object, object)

    def __init__(self, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(place.icon, place.label, parent=parent, checkable=place.view is not None)
        self.place = place
        self._new = 0
        self._count = 0
        self._target = False
        self.setFixedWidth(32)
        self.setAcceptDrops(place.takes)

    def show_count(self, count: int) -> None:
        """How many things are there."""
        self._count = count
        self.set_name(places.spoken(self.place, self._count, self._new))

    def set_new(self, new: int) -> None:
        """How many of them are new; a dot says so."""
        self._new = new
        self.show_count(self._count)
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if places.dropped_ids(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._target = True
            self.update()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._target = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._target = False
        self.update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(self.place, places.dropped_ids(event.mimeData()))

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
    """

    view_chosen = Signal(object)
    history_requested = Signal()
    dropped = Signal(object, object)

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
        for place in places.library():
            self._add(column, place)
        rule = QFrame(self)
        rule.setProperty("zone", "rule")
        rule.setFixedSize(20, 1)
        column.addSpacing(4)
        column.addWidget(rule, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        self._add(column, places.history())
        column.addStretch(1)
        self._add(column, places.trash())
        self._coin = IconButton("coin", _("Spend"), parent=self)
        self._coin.setFixedWidth(32)
        self._coin.clicked.connect(self.on_coin)
        column.addWidget(self._coin, 0, Qt.AlignmentFlag.AlignHCenter)
        self.set_view(View.ALL)
        self.show_counts(Counts())
        self._limit = 0.0
        self.show_spend(Spend())

    def _add(self, column: QVBoxLayout, place: Place) -> None:
        button = PlaceButton(place, self)
        if place.view is None:
            button.clicked.connect(self.history_requested)
        else:
            self._group.addButton(button)
        button.dropped.connect(self.on_dropped)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons.append(button)
        button.clicked.connect(self.on_clicked)

    def button(self, view: View | None) -> PlaceButton:
        """The button of a shelf, of the history for None."""
        return next(each for each in self._buttons if each.place.view is view)

    def set_view(self, view: View) -> None:
        """Mark the shelf that is shown."""
        self.button(view).setChecked(True)

    def show_counts(self, counts: Counts) -> None:
        """Tell in the tool tips how many things there are."""
        for button in self._buttons:
            button.show_count(places.count_of(button.place, counts))

    def set_failed_new(self, new: int) -> None:
        """Show a dot while there are failed jobs the user has not seen."""
        self.button(View.FAILED).set_new(new)

    def show_spend(self, spend: Spend) -> None:
        """Tell in the coin's tool tip what was spent."""
        self._spend = spend
        self._coin.set_name(places.spend_words(spend, time.localtime().tm_mon, self._limit))

    def set_limit(self, usd: float) -> None:
        """The month's budget is another one; 0 for none."""
        self._limit = usd
        self.show_spend(self._spend)

    def on_clicked(self) -> None:
        """The user went to a place."""
        button = self.sender()
        if isinstance(button, PlaceButton) and button.place.view is not None:
            self.view_chosen.emit(button.place.view)

    def on_dropped(self, place: Place, ids: tuple[str, ...]) -> None:
        """Pictures were dropped on a place."""
        self.dropped.emit(place.view, ids)

    def on_coin(self) -> None:
        """The sums at once, without waiting for the tool tip."""
        at = self._coin.mapToGlobal(QPoint(self._coin.width(), 0))
        QToolTip.showText(at, self._coin.toolTip(), self._coin)
