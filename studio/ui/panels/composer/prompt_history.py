"""Prompt history: Alt+Up and Alt+Down step through it, a popup lists it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.common.display_text import one_line
from studio.common.i18n import _
from studio.library.query import PromptUse
from studio.ui.style.theme import theme
from studio.ui.support.key_repeat import once
from studio.ui.support.layout_direction import aligned
from studio.ui.support.row_thumbnails import RowThumbnails
from studio.ui.support.screens import available_area
from studio.ui.support.tasks import spawn
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.popover import RoundedCorners
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.text import Text

if TYPE_CHECKING:
    from studio.library.facade import Library


WIDTH = 480
HEIGHT = 360
ROW = 34
THUMBNAIL = 28

Find = Callable[[str], Awaitable[Sequence[PromptUse]]]


class PromptDelegate(QStyledItemDelegate):
    """Draws a prompt beside a thumbnail of a picture made with it."""

    def __init__(self, popup: HistoryPopup) -> None:
        super().__init__(popup)
        self._popup = popup
        self._none = QPixmap(THUMBNAIL, THUMBNAIL)
        self._none.fill(Qt.GlobalColor.transparent)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), theme().height(ROW))

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        pixmap = self._popup.thumbnail(index.row()) or self._none
        # Typed as Any: the stubs lack these attributes of the option.
        shown: Any = option
        shown.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        shown.decorationSize = QSize(THUMBNAIL, THUMBNAIL)
        icon = QIcon()
        # Otherwise Qt would tint the thumbnail in these modes.
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected, QIcon.Mode.Active):
            icon.addPixmap(pixmap, mode)
        shown.icon = icon


class HistoryPopup(QFrame):
    """Popup above the composer; a choice or Esc closes it.

    Signals:
        chosen(object): the prompt as it was written.
        forget_wanted(object): a prompt to delete permanently.
    """

    chosen = Signal(object)
    forget_wanted = Signal(object)

    def __init__(
        self, find: Find, parent: QWidget, thumbnails: RowThumbnails | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(_("Prompt history"))
        self._ground = RoundedCorners(self)
        self._find = find
        self._asked = 0
        self._prompts: tuple[str, ...] = ()
        self._pictures: tuple[str, ...] = ()
        self._thumbnails = thumbnails
        self.search = SearchField(_("Search prompts"), "", self)
        self.list = QListView(self)
        self.list.setProperty("list", "rows")
        self.list.setAccessibleName(_("Prompts"))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._lines = QStringListModel(self)
        self.list.setModel(self._lines)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(PromptDelegate(self))
        if thumbnails is not None:
            thumbnails.ready.connect(self.list.viewport().update)
        self.empty = Text(_("No prompts yet. Your prompts appear here."), "small", "text3", self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(8)
        box.addWidget(self.search)
        box.addWidget(self.list, 1)
        box.addWidget(self.empty, 1)
        self.empty.hide()
        self.resize(theme().px(WIDTH), HEIGHT)
        self.search.edited.connect(self.on_edited)
        self.search.submitted.connect(self.on_submitted)
        self.search.left.connect(self.close)
        self.search.field.installEventFilter(self)
        self.list.activated.connect(self.on_activated)
        self.list.clicked.connect(self.on_activated)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self.on_menu_wanted)

    def open_at(self, anchor: QWidget) -> None:
        """Open above the anchor, with the trailing edges aligned."""
        left = aligned(anchor, self.width(), at_end=True)
        corner = anchor.mapToGlobal(QPoint(left, -self.height() - 4))
        room = available_area(anchor)
        corner.setX(max(room.left(), min(corner.x(), room.right() - self.width())))
        corner.setY(max(room.top(), corner.y()))
        self.move(corner)
        self.show()
        self.search.field.setFocus()
        spawn(self.read(""))

    def prompts(self) -> tuple[str, ...]:
        """The listed prompts."""
        return self._prompts

    def thumbnail(self, row: int) -> QPixmap | None:
        """Thumbnail of a row, once it has arrived."""
        picture = self._pictures[row] if row < len(self._pictures) else ""
        return self._thumbnails.picture(picture) if picture and self._thumbnails else None

    async def read(self, words: str) -> None:
        """List the prompts that match these words; outdated answers are dropped."""
        self._asked += 1
        mine = self._asked
        found = await self._find(words)
        if not shiboken6.isValid(self) or mine != self._asked:
            return
        self._prompts = tuple(use.prompt for use in found)
        self._pictures = tuple(use.picture for use in found)
        self._lines.setStringList([" ".join(one_line(p).split()) for p in self._prompts])
        self.list.setVisible(bool(found))
        self.empty.setVisible(not found)
        if words and not found:
            self.empty.setText(_("No matching prompts."))
        if found:
            self.list.setCurrentIndex(self._lines.index(0))
        if not words:
            self._fit(len(found))

    def _fit(self, rows: int) -> None:
        """Fit the height to the whole history, keeping the bottom edge in place."""
        foot = self.geometry().bottom()
        row, rest = theme().height(ROW) + 2, self.search.height() + 24
        # Whole rows only.
        rows = min(max(2, rows), (HEIGHT - rest) // row)
        self.setFixedHeight(rest + rows * row)
        self.move(self.x(), foot + 1 - self.height())

    def on_edited(self, words: str) -> None:
        spawn(self.read(words))

    def on_submitted(self, _words: str) -> None:
        """Choose the current prompt."""
        self.on_activated(self.list.currentIndex())

    def on_activated(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self._prompts):
            self.chosen.emit(self._prompts[index.row()])
            self.close()

    def on_menu_wanted(self, where: QPoint) -> None:
        """Open the context menu of a prompt."""
        index = self.list.indexAt(where)
        if not index.isValid():
            return
        self.list.setCurrentIndex(index)
        menu = self.menu()
        menu.popup_once(self.list.viewport().mapToGlobal(where))

    def menu(self) -> Menu:
        """Menu of the current prompt."""
        menu = Menu(parent=self)
        menu.entry(_("Delete prompt permanently…")).triggered.connect(self.on_forget)
        return menu

    def on_forget(self) -> None:
        """Close and emit the current prompt; the confirmation opens after this popup is gone."""
        index = self.list.currentIndex()
        if index.isValid() and index.row() < len(self._prompts):
            self.forget_wanted.emit(self._prompts[index.row()])
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
            if shift and event.key() == Qt.Key.Key_Delete:
                if not event.isAutoRepeat():
                    self.on_forget()
                return True
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step and self._prompts:
                row = self.list.currentIndex().row() + step
                row = max(0, min(row, len(self._prompts) - 1))
                self.list.setCurrentIndex(self._lines.index(row))
                return True
        return super().eventFilter(watched, event)

    @once
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground.paint(painter)
        painter.end()


class PromptHistoryCursor(QObject):
    """Position in the history; the unsent prompt is kept and follows the newest entry.

    Signals:
        walked(object): the next prompt to show.
        chosen(object): a prompt was chosen from the list.
        forget_wanted(object): a prompt to delete permanently.
    """

    walked = Signal(object)
    chosen = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, library: Library, parent: QWidget) -> None:
        super().__init__(parent)
        self._library = library
        self._parent = parent
        self._prompts: tuple[str, ...] = ()
        self._at = -1
        self._own = ""
        self._thumbnails = RowThumbnails(library, self)

    def step(self, way: int, written: str) -> None:
        """Step one prompt older (-1) or newer (1); `written` is the unsent prompt."""
        if self._at >= 0:
            self._go(way)
        elif way < 0:
            spawn(self._begin(written))

    async def _begin(self, written: str) -> None:
        found = await self._library.prompts()
        self._prompts = tuple(use.prompt for use in found if use.prompt != written)
        self._own, self._at = written, -1
        self._go(-1)

    def _go(self, way: int) -> None:
        to = self._at - way
        if -1 <= to < len(self._prompts):
            self._at = to
            self.walked.emit(self._own if to < 0 else self._prompts[to])

    def leave_history(self) -> None:
        """Leave the history, because the user typed or submitted."""
        self._at = -1
        self._prompts = ()

    def on_forget_wanted(self, prompt: object) -> None:
        self.leave_history()
        self.forget_wanted.emit(prompt)

    def open_list(self, anchor: QWidget) -> None:
        """Open the list above the anchor."""
        popup = HistoryPopup(self._library.prompts, self._parent, self._thumbnails)
        popup.chosen.connect(self.chosen)
        popup.forget_wanted.connect(self.on_forget_wanted)
        popup.open_at(anchor)
