"""List of export presets: add, rename in place, order by dragging, delete."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.domain.export import ORIGINALS, ExportPreset, title_of
from studio.ui.dialogs.export.export_words import summary
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import elided
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.menu import Menu, set_reason
from studio.ui.widgets.signs import paint_chosen_bar, paint_row_ground

_ROW = 44
_GLYPH = 16
ID = Qt.ItemDataRole.UserRole
SUMMARY = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class PresetDelegate(QStyledItemDelegate):
    """Draws a preset: icon, title and summary."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, theme().height(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme()
        whole: QRect = option.rect
        seen = partial(QStyle.visualRect, option.direction, whole)
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            row = whole.adjusted(0, 1, 0, -1)
            paint_row_ground(painter, row, "press" if chosen else "hover")
            if chosen:
                paint_chosen_bar(
                    painter, row, mirrored=option.direction is Qt.LayoutDirection.RightToLeft
                )
            painter.restore()
        icon = "picture" if index.data(ID) == ORIGINALS.id else "export"
        ratio = painter.device().devicePixelRatioF()
        at = QRect(whole.left() + 10, whole.center().y() - _GLYPH // 2, _GLYPH, _GLYPH)
        painter.drawPixmap(seen(at), look.pixmap(icon, "text2", _GLYPH, ratio))
        rect = seen(whole.adjusted(10 + _GLYPH + 9, 4, -8, -4))
        upper, lower = QRect(rect), QRect(rect)
        upper.setBottom(rect.center().y() + 1)
        lower.setTop(rect.center().y() + 2)
        bold = look.font("body", weight=600 if chosen else 400, prose=True)
        title = str(index.data(Qt.ItemDataRole.DisplayRole))
        self._line(painter, upper, title, bold, "text", Qt.AlignmentFlag.AlignBottom)
        quiet = "text2" if chosen else "text3"
        small = look.font("micro")
        self._line(
            painter, lower, str(index.data(SUMMARY)), small, quiet, Qt.AlignmentFlag.AlignTop
        )

    @staticmethod
    def _line(
        painter: QPainter,
        rect: QRect,
        words: str,
        font: QFont,
        role: str,
        upright: Qt.AlignmentFlag,
    ) -> None:
        painter.setFont(font)
        painter.setPen(theme().color(role))
        words = one_line(words)
        shown = elided(QFontMetrics(font), words, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, upright | Qt.AlignmentFlag.AlignLeft, shown)

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        field = QLineEdit(parent)
        field.setAccessibleName(_("Name of the preset"))
        EditMenu(field)
        return field

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        box: QRect = option.rect
        height = editor.sizeHint().height()
        top = box.center().y() - height // 2
        editor.setGeometry(QRect(box.left(), top, box.width(), height))


class PresetList(QListWidget):
    """The presets in the user's order; F2 renames, Del deletes, Alt+Up and Alt+Down move.

    Signals:
        chosen: another preset is current (its id).
        add_wanted: add a copy of the current preset.
        renamed: the user typed another title (id, title).
        delete_wanted: delete a preset (id).
        moved: the user changed the order (a tuple of ids).
    """

    chosen = Signal(str)
    add_wanted = Signal()
    renamed = Signal(str, str)
    delete_wanted = Signal(str)
    moved = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._filling = False
        self.setAccessibleName(_("Presets"))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setItemDelegate(PresetDelegate(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.on_menu_wanted)
        self.currentItemChanged.connect(self.on_current_changed)
        self.itemChanged.connect(self.on_item_changed)
        # Emitted after the drop: a listener may refill the list.
        self._moving = QTimer(self, singleShot=True, interval=0)
        self.model().rowsMoved.connect(self._moving.start)
        self._moving.timeout.connect(self.on_moved)

    @property
    def current(self) -> str:
        """Id of the current preset; "" if there is none."""
        item = self.currentItem()
        return str(item.data(ID)) if item is not None else ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the presets, in order."""
        return tuple(str(self.item(row).data(ID)) for row in range(self.count()))

    def show_presets(self, presets: Sequence[ExportPreset], current: str) -> None:
        """Show presets without emitting a signal; `current` is the id of the current one."""
        self._filling = True
        if self.ids != tuple(one.id for one in presets):
            self.clear()
            for one in presets:
                item = QListWidgetItem(self)
                item.setData(ID, one.id)
                flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                flags |= Qt.ItemFlag.ItemIsDragEnabled
                if one.id != ORIGINALS.id:
                    flags |= Qt.ItemFlag.ItemIsEditable
                item.setFlags(flags)
        for row, one in enumerate(presets):
            item = self.item(row)
            item.setText(title_of(one))
            item.setData(SUMMARY, summary(one))
            spoken = f"{title_of(one)}, {summary(one)}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            if one.id == current:
                self.setCurrentItem(item)
        self._filling = False

    def begin_renaming(self) -> None:
        """Open the field for the title of the current preset."""
        item = self.currentItem()
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
            self.editItem(item)

    def move_current(self, step: int) -> None:
        """Move the current preset up (-1) or down (1)."""
        row, ids = self.currentRow(), list(self.ids)
        if 0 <= row < len(ids) and 0 <= row + step < len(ids):
            ids.insert(row + step, ids.pop(row))
            self.moved.emit(tuple(ids))

    # --- slots ----------------------------------------------------------------------------

    def on_current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._filling:
            self.chosen.emit(str(item.data(ID)))

    def on_item_changed(self, item: QListWidgetItem) -> None:
        """Emit a title that was typed."""
        if not self._filling:
            self.renamed.emit(str(item.data(ID)), item.text())

    def on_moved(self) -> None:
        """Emit the order after a drag."""
        self.moved.emit(self.ids)

    def on_add(self) -> None:
        self.add_wanted.emit()

    def on_delete(self) -> None:
        if self.current and self.current != ORIGINALS.id:
            self.delete_wanted.emit(self.current)

    def on_up(self) -> None:
        self.move_current(-1)

    def on_down(self) -> None:
        self.move_current(1)

    def on_menu_wanted(self, where: QPoint) -> None:
        """Open the context menu."""
        menu = self.menu_of()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(where))

    def menu_of(self) -> Menu:
        """Menu of the current preset."""
        menu = Menu(parent=self)
        fixed = _("The originals cannot be changed") if self.current == ORIGINALS.id else ""
        row, last = self.currentRow(), self.count() - 1
        at_top = _("It is the first one") if row <= 0 else ""
        at_end = _("It is the last one") if row >= last else ""
        for text, key, slot, why in (
            (_("Duplicate"), "", self.on_add, ""),
            (_("Rename"), "F2", self.begin_renaming, fixed),
            (_("Move up"), "Alt+Up", self.on_up, at_top),
            (_("Move down"), "Alt+Down", self.on_down, at_end),
            (_("Delete"), "Del", self.on_delete, fixed),
        ):
            action = menu.entry(text, key)
            set_reason(action, why)
            action.triggered.connect(slot)
        return menu

    # --- Qt -------------------------------------------------------------------------------

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Delete:
            self.on_delete()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and (
            event.modifiers() & Qt.KeyboardModifier.AltModifier
        ):
            self.move_current(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # left to the dialog, where Enter exports
        else:
            super().keyPressEvent(event)
