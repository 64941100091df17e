"""The sidebar: the library's shelves, the prompts, the trash, and what was spent."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain import budget
from studio.domain.spend import WARN_AT, Spend
from studio.library.query import Counts, View
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.style.theme import theme
from studio.ui.support import formatting, sidebar_items
from studio.ui.support.drop_area import Drag, DropArea
from studio.ui.support.formatting import about
from studio.ui.support.sidebar_items import SidebarItem, brings_own
from studio.ui.widgets import ElidedLabel, IconButton, Text

_METER = 4

WIDTH, NARROWEST, WIDEST = 224, 180, 360


class Sidebar(QFrame):
    """Shelves with counts; the one that is shown is marked.

    Attributes:
        lists: its lists from top to bottom, for the tab order.
        collections: the list of collections and saved searches.
        hint: stands where that list is empty.

    Signals:
        view_chosen: the user went to a shelf (View).
        history_requested: the user wants the prompts of the history.
        dropped: pictures of the gallery were dropped on a shelf (View, ids).
        collection_chosen: the user went to a collection (its id).
        collection_wanted: the user wants a new one.
        collection_asked: of a collection: "rename", "delete" or "menu" (the Place, what).
        collect_wanted: pictures were dropped where no collection is yet (their ids).
        collected: pictures of the gallery were dropped on a collection (its id, ids).
    """

    view_chosen = Signal(object)
    history_requested = Signal()
    dropped = Signal(object, object)
    collection_chosen = Signal(str)
    collection_wanted = Signal()
    collection_asked = Signal(object, str)
    collect_wanted = Signal(object)
    collected = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "side")
        self.setAccessibleName(_("Sidebar"))
        self.setMinimumWidth(NARROWEST)
        self.setMaximumWidth(WIDEST)
        self._library = PlaceList(_("Library"), sidebar_items.library(), self)
        self.collections = PlaceList(_("Collections"), (), self)
        self.collections.set_rows(())
        self._prompts = PlaceList(_("Prompts"), (sidebar_items.history(),), self)
        self._trash = PlaceList(_("Trash"), (sidebar_items.trash(),), self)
        self.lists = (self._library, self.collections, self._prompts, self._trash)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(0)
        whole.addLayout(column, 1)
        column.addWidget(_heading(_("Library"), 6, self))
        column.addWidget(self._library)
        self._new = IconButton("plus", _("New collection"), parent=self, size=22)
        self._new.clicked.connect(self.collection_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(0, 8, 2, 0)
        head.addWidget(_heading(_("Collections"), 6, self), 1)
        head.addWidget(self._new, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(head)
        column.addWidget(self.collections, 1000)
        self.hint = Hint(_("Collect pictures by dragging them here."), self)
        self.hint.dropped.connect(self.collect_wanted)
        self.hint.hide()
        column.addWidget(self.hint)
        column.addWidget(_heading(_("Prompts"), 14, self))
        column.addWidget(self._prompts)
        column.addStretch(1)
        column.addWidget(self._trash)
        self._spend = SpendBlock(self)
        whole.addWidget(self._spend)
        for each in self.lists:
            each.chosen.connect(self.on_chosen)
            each.dropped.connect(self.on_dropped)
        self._library.left.connect(self.on_library_left)
        self.collections.left.connect(self.on_collections_left)
        self.collections.asked.connect(self.collection_asked)
        self._prompts.left.connect(self.on_prompts_left)
        self._trash.left.connect(self.on_trash_left)
        self.set_view(View.ALL)

    def set_view(self, view: View, collection: str = "") -> None:
        """Mark the shelf that is shown, or the collection."""
        for each in self.lists:
            each.mark(view, collection)

    def show_collections(self, rows: Sequence[SidebarItem]) -> None:
        """Show these collections, each with its number."""
        self.collections.set_rows(rows)
        self.hint.setVisible(not rows)

    def show_counts(self, counts: Counts) -> None:
        """Show how many pictures, failed jobs and prompts there are."""
        for each in self.lists:
            each.show_counts(counts)

    def set_failed_new(self, new: int) -> None:
        """Show how many failed jobs the user has not seen; 0 takes the badge away."""
        self._library.set_new(new)

    def show_spend(self, spend: Spend) -> None:
        """Show what was spent today and this month."""
        self._spend.show_spend(spend)

    def set_limit(self, usd: float) -> None:
        """The month's budget is another one; 0 for none."""
        self._spend.set_limit(usd)

    def on_chosen(self, place: SidebarItem) -> None:
        """The user went to a row."""
        if place.view is None:
            self._prompts.clearSelection()
            self.history_requested.emit()
        elif place.collection:
            self.set_view(place.view, place.collection)
            self.collection_chosen.emit(place.collection)
        else:
            self.set_view(place.view)
            self.view_chosen.emit(place.view)

    def on_dropped(self, place: SidebarItem, ids: tuple[str, ...]) -> None:
        """Pictures were dropped on a row."""
        if place.collection:
            self.collected.emit(place.collection, ids)
        else:
            self.dropped.emit(place.view, ids)

    def on_library_left(self, step: int) -> None:
        """Down on the last shelf."""
        if step > 0:
            (self.collections if self.collections.count() else self._prompts).enter(at_end=False)

    def on_collections_left(self, step: int) -> None:
        """Up or Down on the collections."""
        (self._prompts if step > 0 else self._library).enter(at_end=step < 0)

    def on_prompts_left(self, step: int) -> None:
        """Up or Down on the history."""
        above = self.collections if self.collections.count() else self._library
        (self._trash if step > 0 else above).enter(at_end=step < 0)

    def on_trash_left(self, step: int) -> None:
        """Up on the trash."""
        if step < 0:
            self._prompts.enter(at_end=True)


class Hint(Text):
    """Says what an empty list is for, and takes the first pictures.

    Signals:
        dropped: pictures of the gallery were dropped on it (their ids).
    """

    dropped = Signal(object)

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(words, "small", "text3", parent, wrap=True)
        self.setContentsMargins(8, 2, 8, 6)
        self._target = False
        self._area = DropArea(self, brings_own)
        self._area.over.connect(self.on_drag)
        self._area.ended.connect(self.on_drag_ended)
        self._area.dropped.connect(self.on_dropped)

    def on_drag(self, _drag: Drag) -> None:
        """Pictures of the gallery are dragged over it."""
        self._aim(on=True)

    def on_drag_ended(self, _gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        """Not any more."""
        self._aim(on=False)

    def on_dropped(self, drag: Drag) -> None:
        """Pictures were dropped on it."""
        self.dropped.emit(sidebar_items.dropped_ids(drag.mime))

    def _aim(self, *, on: bool) -> None:
        self._target = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme().color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.end()


class Meter(QWidget):
    """How much of the month's budget is spent; a notch stands where it is said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part = 0.0
        self.setFixedHeight(_METER)
        theme().changed.connect(self.update)

    def show_part(self, part: float) -> None:
        """From 0 for nothing to 1 for everything and more."""
        self._part = min(1.0, part)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box, radius = QRectF(self.rect()), _METER / 2
        painter.setBrush(look.color("press"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(look.color("warn" if self._part >= WARN_AT else "text2"))
        spent = QRectF(0, 0, box.width() * self._part, box.height())
        if self._part > 0:
            painter.drawRoundedRect(spent, radius, radius)
        painter.fillRect(QRectF(box.width() * WARN_AT, 0, 2, _METER), look.color("panel"))
        painter.end()


class SpendBlock(QFrame):
    """Today and this month in dollars, what is left of the budget, and what is in no sum."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "section")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 10, 16, 12)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        self._limit = 0.0
        self._spend = Spend()
        self._month_name = ElidedLabel("", "small", "text3", self)
        self._today = Text("", "small", "text2", self)
        self._month = Text("", "small", "text", self)
        self._of = ElidedLabel("", "small", "text3", self)
        self._meter: Meter | None = None
        # What is left of the budget, and what is in no sum.
        self._lines = tuple(ElidedLabel("", "micro", "text3", self) for _line in range(3))
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(ElidedLabel(_("Today"), "small", "text3", self), 0, 0)
        grid.addWidget(self._today, 0, 1, 1, 2, right)
        grid.addWidget(self._month_name, 1, 0)
        grid.addWidget(self._of, 1, 2, right)
        for place, line in enumerate(self._lines):
            grid.addWidget(line, 3 + place, 0, 1, 3)
        self._grid = grid
        self._place_month()
        self.show_spend(Spend())

    def set_limit(self, usd: float) -> None:
        """The month's budget is another one; 0 for none."""
        self._limit = usd
        if usd and self._meter is None:
            self._meter = Meter(self)
            self._grid.addWidget(self._meter, 2, 0, 1, 3)
        if self._meter is not None:
            self._meter.setVisible(bool(usd))
        self._place_month()
        self.show_spend(self._spend)

    def _place_month(self) -> None:
        """The month stands under today, or before what it is a part of."""
        self._of.setVisible(bool(self._limit))
        self._grid.removeWidget(self._month)
        columns = 1 if self._limit else 2
        self._grid.addWidget(self._month, 1, 1, 1, columns, Qt.AlignmentFlag.AlignRight)

    def show_spend(self, spend: Spend) -> None:
        """Other sums."""
        self._spend = spend
        month, limit = time.localtime().tm_mon, self._limit
        self._today.setText(about(spend.today))
        self._month.setText(about(spend.month))
        self._of.setText(_("of {limit}").format(limit=budget.plain(limit)) if limit else "")
        self._month_name.setText(formatting.month_name(month))
        if self._meter is not None and limit:
            self._meter.show_part(spend.month / limit)
        said = (
            sidebar_items.budget_words(spend, limit, month),
            sidebar_items.unknown_words(spend.unknown),
            sidebar_items.maybe_words(spend.maybe),
        )
        for line, words in zip(self._lines, said, strict=True):
            line.setText(words)
            line.setVisible(bool(words))
        self.setAccessibleName(sidebar_items.spend_words(spend, month, limit))


def _heading(words: str, above: int, parent: QWidget) -> QWidget:
    label = Text(words, "micro", "text3", parent, weight=600)
    label.setContentsMargins(8, above, 8, 6)
    label.setFixedHeight(theme().line("micro") + above + 6)
    return label
