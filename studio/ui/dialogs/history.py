"""History of changes to the library, with undo and redo."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.app.core import Core
from studio.common.display_text import one_line
from studio.common.i18n import _, listed, number
from studio.domain.events import Event, RecordsChanged
from studio.library.query import HistoryEntry
from studio.ui.style.theme import theme
from studio.ui.support import formatting
from studio.ui.support.layout_direction import elided, flipped
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.support.tasks import spawn
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.menu import Menu, set_reason
from studio.ui.widgets.signs import paint_row_ground
from studio.ui.widgets.text import Text

MOST = 500
ROW = 44
THUMBNAIL = 28
SHOWN = 3
"""Maximum number of thumbnails in a row."""

UNDONE = Qt.ItemDataRole.UserRole
WHEN = Qt.ItemDataRole.UserRole + 1
PICTURES = Qt.ItemDataRole.UserRole + 2
NAMES = Qt.ItemDataRole.UserRole + 3


class HistoryDelegate(QStyledItemDelegate):
    """Draws a change: its pictures, description, and time at the right; struck out if undone."""

    def __init__(self, thumbnails: RowThumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, theme().height(ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        look = theme()
        whole: QRect = option.rect
        rect = whole.adjusted(8, 0, -8, 0)
        state: QStyle.StateFlag = option.state
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        pictures: tuple[str, ...] = index.data(PICTURES) or ()
        if pictures and state & (
            QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected
        ):
            paint_row_ground(painter, whole)
        undone, when = bool(index.data(UNDONE)), str(index.data(WHEN))
        font = look.font("small")
        painter.setFont(font)
        painter.setPen(look.color("text3"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, when)
        rect.setRight(rect.right() - QFontMetrics(font).horizontalAdvance(when) - 12)
        for place, id in enumerate(pictures[:SHOWN]):
            box = QRect(rect.left() + place * (THUMBNAIL + 2), 0, THUMBNAIL, THUMBNAIL)
            box.moveTop(rect.center().y() - THUMBNAIL // 2)
            pixmap = self._thumbnails.picture(id)
            if mirrored:
                box = flipped(box, whole)
            if pixmap is None:
                painter.fillRect(box, look.color("sunk"))
            else:
                painter.drawPixmap(box, pixmap)
        if pictures:
            rect.setLeft(rect.left() + min(SHOWN, len(pictures)) * (THUMBNAIL + 2) + 8)
        if mirrored:
            rect = flipped(rect, whole)
        names = str(index.data(NAMES) or "")
        upper, lower = QRect(rect), QRect(rect)
        if names:
            upper.setBottom(rect.center().y())
            lower.setTop(rect.center().y() + 1)
            small = look.font("small", prose=True)
            painter.setFont(small)
            painter.setPen(look.color("text3"))
            painter.drawText(lower, Qt.AlignmentFlag.AlignTop, _elided(names, small, rect))
        font = look.font("body", prose=True)
        font.setStrikeOut(undone)
        painter.setFont(font)
        painter.setPen(look.color("text3" if undone else "text"))
        words = one_line(str(index.data(Qt.ItemDataRole.DisplayRole)))
        painter.drawText(
            upper,
            Qt.AlignmentFlag.AlignBottom if names else middle,
            _elided(words, font, rect),
        )


def _elided(words: str, font: QFont, rect: QRect) -> str:
    return elided(QFontMetrics(font), words, Qt.TextElideMode.ElideRight, rect.width())


class HistoryDialog(QDialog):
    """Lists the latest changes, newest first; read from the log, so that they survive restarts.

    A click or Enter selects the pictures of a change in the gallery.

    Attributes:
        list: a row per change.

    Signals:
        undo_wanted: undo the last change.
        redo_wanted: redo the change undone last.
        pictures_chosen: select pictures (a tuple of ids).
    """

    undo_wanted = Signal()
    redo_wanted = Signal()
    pictures_chosen = Signal(object)

    def __init__(self, core: Core, parent: QWidget) -> None:
        super().__init__(parent)
        self._core = core
        self.setWindowTitle(_("History of changes"))
        self.resize(520, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Text(_("History of changes"), "title", weight=600))
        self.list = QListWidget(self)
        self.list.setAccessibleName(_("Changes, newest first"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # until the changes are read
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self._thumbnails = RowThumbnails(core.library, self)
        self._thumbnails.ready.connect(self.list.viewport().update)
        self.list.setItemDelegate(HistoryDelegate(self._thumbnails, self.list))
        self.list.itemClicked.connect(self.on_chosen)
        self.list.itemActivated.connect(self.on_chosen)
        self.list.setProperty("list", "plain")
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self.on_menu_wanted)
        column.addWidget(self.list, 1)
        self.empty = Text(_("No changes yet."), "small", "text3", self)
        self.empty.hide()
        column.addWidget(self.empty)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.undo = Button(_("Undo"), parent=self, size=32, icon="undo")
        self.redo = Button(_("Redo"), parent=self, size=32, icon="redo")
        self.undo.clicked.connect(self.undo_wanted)
        self.redo.clicked.connect(self.redo_wanted)
        for button in (self.undo, self.redo):
            button.setEnabled(False)  # until the changes are read
        close = Button(_("Close"), "primary", self, size=32)
        close.clicked.connect(self.accept)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        self._end = core.events.subscribe(self._on_core_event)
        self.finished.connect(self.on_finished)
        spawn(self._read())

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, RecordsChanged):
            spawn(self._read())

    async def _read(self) -> None:
        changes = await self._core.library.collections.history(MOST)
        self.list.clear()
        for one in changes:
            when = formatting.when(one.at)
            item = QListWidgetItem(one.sentence, self.list)
            item.setData(UNDONE, one.undone)
            item.setData(WHEN, when)
            item.setData(PICTURES, one.pictures)
            item.setData(NAMES, names_of(one))
            words = _("{change} (undone)") if one.undone else "{change}"
            parts = (words.format(change=one.sentence), names_of(one), when)
            spoken = listed(part for part in parts if part)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            selectable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(selectable if one.pictures else Qt.ItemFlag.ItemIsEnabled)
        self.empty.setVisible(not changes)
        # Tab skips an empty list.
        focus = Qt.FocusPolicy
        self.list.setFocusPolicy(focus.StrongFocus if changes else focus.NoFocus)
        self.undo.setEnabled(any(not one.undone for one in changes))
        self.redo.setEnabled(bool(changes) and changes[0].undone)

    def on_chosen(self, item: QListWidgetItem) -> None:
        """Select the pictures of a change; called on a click, and again on Enter."""
        pictures = item.data(PICTURES)
        if pictures:
            self.pictures_chosen.emit(tuple(pictures))

    def on_menu_wanted(self, where: QPoint) -> None:
        """Open the context menu of a change, or of the list below the last one."""
        menu = self.menu_of(self.list.itemAt(where))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(where))

    def menu_of(self, item: QListWidgetItem | None) -> Menu:
        """Menu of a change: its pictures, and undo and redo of the last one."""
        menu = Menu(parent=self)
        if item is not None:
            show = menu.entry(_("Reveal in gallery"))
            show.triggered.connect(partial(self.on_chosen, item))
            none = "" if item.data(PICTURES) else _("This change has no pictures")
            set_reason(show, none)
            menu.addSeparator()
        for button, nothing in (
            (self.undo, _("Nothing to undo")),
            (self.redo, _("Nothing to redo")),
        ):
            entry = menu.entry(button.text())
            entry.triggered.connect(button.click)
            set_reason(entry, "" if button.isEnabled() else nothing)
        return menu

    def on_finished(self) -> None:
        self._end()


def names_of(one: HistoryEntry) -> str:
    """Names of the pictures of a change: "Fog, Snow, Rain and 9 more"; empty if it has none."""
    names = listed(" ".join(one_line(name).split()) for name in one.names)
    left = len(one.pictures) - len(one.names)
    if names and left > 0:
        # Translators: {names} are pictures.
        names = _("{names} and {n} more").format(names=names, n=number(left))
    return names
