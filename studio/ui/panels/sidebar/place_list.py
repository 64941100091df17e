"""Rows of the sidebar: a list with icons, counts, a badge, and drop targets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.common.i18n import number
from studio.ui.panels.sidebar.row_reorder import RowReorder
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.style.theme import theme
from studio.ui.support import key_repeat, sidebar_items
from studio.ui.support.drop_area import Drag, DropArea, brings_own
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import elided, placed
from studio.ui.support.sidebar_items import SidebarItem
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.scroll_area import give_viewport
from studio.ui.widgets.signs import paint_chosen_bar, paint_row_ground

ROW = 28
GAP = 1
SIDE = 8
BEFORE_TEXT = 9
PLACE = Qt.ItemDataRole.UserRole
COUNT = PLACE + 1
NEW = PLACE + 2
_ASKS = {
    Qt.Key.Key_F2: "rename",
    Qt.Key.Key_Delete: "delete",
}
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_BRIEF = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class PlaceList(QListWidget):
    """List of places; one of them may be open in the gallery.

    Only the model highlights a row: the highlight follows the gallery, regardless of where the
    pointer was pressed, moved or released.

    Collections are renamed by a double click and reordered by a drag or Alt+Up and Alt+Down.

    Attributes:
        reorder: the drag of a collection.

    Signals:
        left: Up on the first row or Down on the last (-1 or 1).
    """

    left = Signal(int)

    def __init__(
        self, name: str, model: SidebarModel, rows: Sequence[SidebarItem], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._model = model
        give_viewport(self)
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self._area = DropArea(self.viewport(), brings_own)
        self._area.set_active(any(row.takes for row in rows))
        self._area.over.connect(self.on_drag)
        self._area.ended.connect(self.on_drag_ended)
        self._area.dropped.connect(self.on_dropped)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(_PlaceDelegate(self))
        self.by_key = False
        self.drop_row = -1
        self.reorder = RowReorder(self, self._collection)
        self.reorder.moved.connect(self.on_moved)
        self._fill(rows)
        self.setFixedHeight(len(rows) * (theme().height(ROW) + GAP))
        self._mark()
        model.counts_changed.connect(self._update_rows)
        model.shown_changed.connect(self._mark)
        self.itemPressed.connect(self.on_pressed)
        theme().changed.connect(self.on_theme_changed)

    def _fill(self, rows: Sequence[SidebarItem]) -> None:
        for row in rows:
            item = QListWidgetItem(row.label, self)
            item.setData(PLACE, row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, row.label)

    def set_rows(self, rows: Sequence[SidebarItem]) -> None:
        """Replace the rows; the list is as tall as its rows and scrolls if there is less room."""
        top = self.verticalScrollBar().value()
        if [self.place(n) for n in range(self.count())] != list(rows):
            self.clear()
            self._fill(rows)
            self._area.set_active(any(row.takes for row in rows))
            self._update_rows()
        # Tab skips an empty list.
        policy = Qt.FocusPolicy.StrongFocus if rows else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setMinimumHeight(0)
        self.setMaximumHeight(len(rows) * (theme().height(ROW) + GAP))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.verticalScrollBar().setValue(top)
        self._mark()

    def place(self, row: int) -> SidebarItem:
        """Place of a row."""
        found = self.item(row).data(PLACE)
        assert isinstance(found, SidebarItem)
        return found

    def _update_rows(self) -> None:
        for row in range(self.count()):
            item, place = self.item(row), self.place(row)
            new, count = self._model.new_of(place), self._model.count_of(place)
            counted = not place.collection or place.count is not None
            item.setData(COUNT, number(count) if counted else "…")
            item.setData(NEW, sidebar_items.new_words(new) if new else "")
            words = sidebar_items.spoken(place, count, new)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            set_tip(item, words if self._cut(item) else "")

    def _cut(self, item: QListWidgetItem) -> bool:
        metrics = QFontMetrics(theme().font("body", prose=True))
        return metrics.horizontalAdvance(item.text()) > self.viewport().width() - 90

    def _mark(self) -> None:
        """Mark the open place; no row if it is not in this list."""
        for row in range(self.count()):
            if self._model.is_shown(self.place(row)):
                if not self.item(row).isSelected():
                    index = self.indexFromItem(self.item(row))
                    select = QItemSelectionModel.SelectionFlag.ClearAndSelect
                    self.selectionModel().select(index, select)
                if self.hasFocus() and self.currentRow() != row:
                    self._set_current(row)
                return
        self.clearSelection()

    def _set_current(self, row: int) -> None:
        self.setCurrentRow(row, QItemSelectionModel.SelectionFlag.NoUpdate)

    def enter(self, *, at_end: bool) -> None:
        """Take the focus from the adjacent list and go to the nearest row."""
        self.by_key = True
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self._go(self.count() - 1 if at_end else 0)

    def on_pressed(self, item: QListWidgetItem) -> None:
        self.by_key = False
        self._choose(self.row(item))

    def _collection(self, row: int) -> str:
        return self.place(row).collection

    def _middle(self, row: int) -> QPoint:
        """Global position of a row's centre."""
        return self.viewport().mapToGlobal(self.visualItemRect(self.item(row)).center())

    def on_moved(self, row: int, gap: int) -> None:
        """Move a collection into the gap above a row, counted from 0."""
        following = self.place(gap).collection if gap < self.count() else ""
        if gap not in (row, row + 1):
            self._model.collection_moved.emit(self.place(row).collection, following)

    def on_theme_changed(self) -> None:
        self.viewport().update()

    def _go(self, row: int) -> None:
        self._set_current(row)
        # The prompt history opens a window, so moving past its row must not choose it.
        if self.place(row).view is not None:
            self._choose(row)

    def _choose(self, row: int) -> None:
        if row >= 0:
            self._model.choose(self.place(row))

    def on_drag(self, drag: Drag) -> None:
        """Mark the row under the drag if it takes pictures."""
        row = self._target(drag)
        self._show_target(row)
        if row < 0:
            drag.refuse()

    def on_drag_ended(self, _gone: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        self._show_target(-1)

    def on_dropped(self, drag: Drag) -> None:
        """Drop pictures on the row, if it accepts any."""
        row = self._target(drag)
        if row < 0:
            drag.refuse()
        else:
            self._model.drop(self.place(row), drag.ids)

    def _target(self, drag: Drag) -> int:
        row = self.indexAt(drag.at).row()
        return int(row) if row >= 0 and self.place(row).takes else -1

    def _show_target(self, row: int) -> None:
        if self.drop_row != row:
            self.drop_row = row
            self.viewport().update()

    def selectionCommand(
        self, _index: QModelIndex | QPersistentModelIndex, _event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        return QItemSelectionModel.SelectionFlag.NoUpdate

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Qt treats a row's context menu as a press too.
        if event.button() is not Qt.MouseButton.RightButton:
            super().mousePressEvent(event)
        self.reorder.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        # With a button held down, the pressed row stays chosen.
        if event.buttons() == Qt.MouseButton.NoButton:
            super().mouseMoveEvent(event)
        else:
            self.reorder.move(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        left = event.button() is Qt.MouseButton.LeftButton
        if left and item is not None and self.place(self.row(item)).collection:
            self._model.collection_asked.emit(self.place(self.row(item)), "rename")
        else:
            super().mouseDoubleClickEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.reorder.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.reorder.paint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.by_key = event.reason() in _BY_KEY or key_repeat.keyboard_used_last()
        if self.currentRow() < 0 and self.count():
            # Read before Qt makes the first row the current one.
            chosen = self.selectedIndexes()
            self._set_current(chosen[0].row() if chosen else 0)
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # To screen readers the current row of any list is the focused one.
        if event.reason() not in _BRIEF:
            self._set_current(-1)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            row, plain = self.currentRow(), not event.modifiers()
            if plain and event.key() in _ASKS and row >= 0 and self.place(row).collection:
                # These keys are for this collection, not for the selected pictures.
                event.accept()
                return True
        return super().event(event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, row = event.key(), self.currentRow()
        self.by_key = True
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and row >= 0 and self.place(row).collection and key in _MOVES:
            self._model.move_by(self.place(row).collection, _MOVES[Qt.Key(key)])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = -1 if key == Qt.Key.Key_Up else 1
            if 0 <= row + step < self.count():
                self._go(row + step)
            else:
                self.left.emit(step)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0 if key == Qt.Key.Key_Home else self.count() - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(row)
        elif key == Qt.Key.Key_Menu and row >= 0:
            self._model.menu_wanted.emit(self.place(row), self._middle(row))
        elif (what := _ASKS.get(Qt.Key(key))) and row >= 0 and self.place(row).collection:
            self._model.collection_asked.emit(self.place(row), what)
        else:
            # Letters are hotkeys of the window, not a search in this short list.
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The menu swallows the pointer's leave event, so the row would stay highlighted.
        QApplication.sendEvent(self.viewport(), QEvent(QEvent.Type.Leave))
        at, item = event.globalPos(), self.itemAt(event.pos())
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            item = self.currentItem()
            if item is not None:
                at = self._middle(self.row(item))
        self._model.menu_wanted.emit(None if item is None else self.place(self.row(item)), at)


class _PlaceDelegate(QStyledItemDelegate):
    """Draws a row: background, icon, label, and count or badge at the right."""

    def __init__(self, rows: PlaceList) -> None:
        super().__init__(rows)
        self._list = rows

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(40, theme().height(ROW) + GAP)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        look, rows = theme(), self._list
        place = rows.place(index.row())
        state: QStyle.StateFlag = option.state
        whole: QRect = option.rect
        rect = whole.adjusted(0, 0, 0, -GAP)
        current = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = rows.by_key and rows.hasFocus() and rows.currentRow() == index.row()
        target = rows.drop_row == index.row()
        dpr = rows.devicePixelRatioF()
        glyph = look.pixmap(place.icon, "text2" if current else "text3", 16, dpr)
        body, small = look.font("body", prose=True), look.font("small")
        new, count = str(index.data(NEW) or ""), str(index.data(COUNT) or "")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if current or over or target:
            paint_row_ground(painter, rect, "tint" if target else "hover")
        if current:
            paint_chosen_bar(painter, rect, mirrored=rows.isRightToLeft())
        if target or focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.color("accent" if target else "focus"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 6, 6)
        at = placed(rows, QRect(rect.left() + SIDE, rect.center().y() - 7, 16, 16))
        painter.drawPixmap(at.topLeft(), glyph)
        right = rect.right() - SIDE
        if new:
            right = self._badge(painter, new, rect, right)
        else:
            metrics = QFontMetrics(small)
            left = right - metrics.horizontalAdvance(count)
            painter.setFont(small)
            painter.setPen(look.color("text2" if current else "text3"))
            painter.drawText(
                placed(rows, QRect(left, rect.top(), right - left + 1, rect.height())),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                count,
            )
            right = left
        left = rect.left() + SIDE + 16 + BEFORE_TEXT
        room = right - SIDE - left
        painter.setFont(body)
        painter.setPen(look.color("text" if current else "text2"))
        label = elided(QFontMetrics(body), place.label, Qt.TextElideMode.ElideRight, room)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        if rows.isRightToLeft():
            # A collection's name has the direction of its letters, even after a leading number.
            label = f"\u2068{label}\u2069"
        line = placed(rows, QRect(left, rect.top(), room, rect.height()))
        painter.drawText(line, flags, label)
        painter.restore()

    def _badge(self, painter: QPainter, words: str, rect: QRect, right: int) -> int:
        look = theme()
        font = look.font("micro")
        width = max(18, QFontMetrics(font).horizontalAdvance(words) + 12)
        high = look.height(16)
        place = QRectF(right - width + 1, rect.center().y() - high / 2 + 1, width, high)
        place = placed(self._list, place)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("badbg"))
        painter.drawRoundedRect(place, high / 2, high / 2)
        painter.setPen(look.color("bad"))
        painter.setFont(font)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        return right - width
