"""Sidebar: shelves, collections, prompts, trash, and spending."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain import budget
from studio.domain.spend import WARN_AT
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.style.theme import theme
from studio.ui.support import formatting, sidebar_items
from studio.ui.support.drop_area import Drag, DropArea, brings_own
from studio.ui.support.formatting import about
from studio.ui.support.layout_direction import margins, placed
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.tab_order import order_tabs
from studio.ui.widgets.text import ElidedLabel, Text

_METER = 4

NARROWEST, WIDEST = 180, 360


class Sidebar(QFrame):
    """Lists of places with counts; the open place is marked.

    Attributes:
        model: the contents.
        lists: its lists from top to bottom, for the tab order.
        collections: the list of collections and saved searches.
        library, prompts, trash: the other lists.
        hint: shown in place of the collections while there are none.
        new: the button for a new collection.
        spend: the sums at the bottom.

    Signals:
        collection_wanted: the user wants a new collection.
    """

    collection_wanted = Signal()

    def __init__(self, model: SidebarModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.setProperty("zone", "side")
        self.setAccessibleName(_("Sidebar"))
        # Widened by half of the text's enlargement: the pictures need the rest.
        larger = 1 + (theme().scale - 1) / 2
        self.setMinimumWidth(round(NARROWEST * larger))
        self.setMaximumWidth(round(WIDEST * larger))
        self.library = PlaceList(_("Library"), model, sidebar_items.library(), self)
        self.collections = PlaceList(_("Collections"), model, (), self)
        self.collections.set_rows(())
        self.prompts = PlaceList(_("Prompts"), model, (sidebar_items.history(),), self)
        self.trash = PlaceList(_("Trash"), model, (sidebar_items.trash(),), self)
        self.lists = (self.library, self.collections, self.prompts, self.trash)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(0)
        whole.addLayout(column, 1)
        column.addWidget(_heading(_("Library"), 6, self))
        column.addWidget(self.library)
        self.new = IconButton("plus", _("New collection"), parent=self, size=22)
        self.new.clicked.connect(self.collection_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(margins(self, 0, 8, 2, 0))
        head.addWidget(_heading(_("Collections"), 6, self), 1)
        head.addWidget(self.new, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(head)
        column.addWidget(self.collections, 1000)
        self.hint = Hint(_("Drag pictures here to collect them."), model, self)
        self.hint.dropped.connect(model.collect_wanted)
        self.hint.hide()
        column.addWidget(self.hint)
        column.addWidget(_heading(_("Prompts"), 14, self))
        column.addWidget(self.prompts)
        column.addStretch(1)
        column.addWidget(self.trash)
        self.spend = SpendBlock(model, self)
        whole.addWidget(self.spend)
        order_tabs(self.library, self.new, self.collections, self.prompts, self.trash)
        model.collections_changed.connect(self._show_collections)
        self.library.left.connect(self.on_library_left)
        self.collections.left.connect(self.on_collections_left)
        self.prompts.left.connect(self.on_prompts_left)
        self.trash.left.connect(self.on_trash_left)

    def _show_collections(self) -> None:
        self.collections.set_rows(self.model.collections)
        self.hint.setVisible(not self.model.collections)

    def on_library_left(self, step: int) -> None:
        """Focus the list below."""
        if step > 0:
            (self.collections if self.collections.count() else self.prompts).enter(at_end=False)

    def on_collections_left(self, step: int) -> None:
        """Focus the list above or below."""
        (self.prompts if step > 0 else self.library).enter(at_end=step < 0)

    def on_prompts_left(self, step: int) -> None:
        """Focus the list above or below."""
        above = self.collections if self.collections.count() else self.library
        (self.trash if step > 0 else above).enter(at_end=step < 0)

    def on_trash_left(self, step: int) -> None:
        """Focus the list above."""
        if step < 0:
            self.prompts.enter(at_end=True)


class Hint(Text):
    """Explains an empty list, and accepts the first pictures.

    Signals:
        dropped: pictures of the gallery were dropped on it (their ids).
    """

    dropped = Signal(object)

    def __init__(self, words: str, model: SidebarModel, parent: QWidget) -> None:
        super().__init__(words, "small", "text3", parent, wrap=True)
        self.setContentsMargins(8, 2, 8, 6)
        self._area = DropArea(self, brings_own)
        self._area.inside_changed.connect(self.update)
        self._area.dropped.connect(self.on_dropped)
        self._model = model

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._model.menu_wanted.emit(None, event.globalPos())

    def on_dropped(self, drag: Drag) -> None:
        self.dropped.emit(drag.ids)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._area.inside:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme().color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.end()


class Meter(QWidget):
    """Part of the monthly budget that is spent, with a notch at the warning level."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part = 0.0
        self.setFixedHeight(_METER)
        theme().changed.connect(self.update)

    def show_part(self, part: float) -> None:
        """Set the spent part, from 0 to 1; more is capped."""
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
            painter.drawRoundedRect(placed(self, spent), radius, radius)
        notch = QRectF(box.width() * WARN_AT, 0, 2, _METER)
        painter.fillRect(placed(self, notch), look.color("panel"))
        painter.end()


class SpendBlock(QFrame):
    """Spending today and this month, the rest of the budget, and items missing from the sums.

    Attributes:
        today, month: the sums.
        limit: the monthly limit beside the sum of the month; hidden without one.
    """

    def __init__(self, model: SidebarModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.setProperty("zone", "section")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 10, 16, 12)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        self._month_name = ElidedLabel("", "small", "text3", self)
        self.today = Text("", "small", "text2", self)
        self.month = Text("", "small", "text", self)
        self.limit = ElidedLabel("", "small", "text3", self)
        self._meter: Meter | None = None
        # Rest of the budget, and items missing from the sums.
        self._lines = tuple(ElidedLabel("", "micro", "text3", self) for _line in range(3))
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(ElidedLabel(_("Today"), "small", "text3", self), 0, 0)
        grid.addWidget(self.today, 0, 1, 1, 2, right)
        grid.addWidget(self._month_name, 1, 0)
        grid.addWidget(self.limit, 1, 2, right)
        for place, line in enumerate(self._lines):
            grid.addWidget(line, 3 + place, 0, 1, 3)
        self._grid = grid
        self.refresh()
        model.spend_changed.connect(self.refresh)

    def _place_month(self, *, limited: bool) -> None:
        """Place this month's sum below today's, or before the limit it counts towards."""
        if limited and self._meter is None:
            self._meter = Meter(self)
            self._grid.addWidget(self._meter, 2, 0, 1, 3)
        if self._meter is not None:
            self._meter.setVisible(limited)
        self.limit.setVisible(limited)
        self._grid.removeWidget(self.month)
        columns = 1 if limited else 2
        self._grid.addWidget(self.month, 1, 1, 1, columns, Qt.AlignmentFlag.AlignRight)

    def refresh(self) -> None:
        """Show the current sums and budget."""
        spend, limit = self._model.spend, self._model.limit
        month = time.localtime().tm_mon
        self._place_month(limited=bool(limit))
        self.today.setText(about(spend.today))
        self.month.setText(about(spend.month))
        self.limit.setText(_("of {limit}").format(limit=budget.plain(limit)) if limit else "")
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
