"""Command palette: find an action or an earlier prompt by typing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.common.display_text import one_line
from studio.common.i18n import _, listed, ngettext, number
from studio.library.query import PromptUse
from studio.ui.style.theme import theme
from studio.ui.support import key_names
from studio.ui.support.layout_direction import elided
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import spawn
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.signs import paint_row_ground
from studio.ui.window.actions import Actions

WIDTH = 560
ROW = 30
TOP = 52
MOST_SEEN = 10
MOST_PROMPTS = 40
ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """One line: an action or a prompt.

    Attributes:
        note: text at the right: shortcut or menu.
        action: name of the action; empty for a prompt.
        prompt: the prompt as it was written.
    """

    text: str
    note: str = ""
    icon: str = ""
    action: str = ""
    prompt: str = ""

    def matches(self, words: Sequence[str]) -> bool:
        """Whether text and note contain every word."""
        text = f"{self.text} {self.note}".casefold()
        return all(word in text for word in words)


class CommandPalette(Popover):
    """Popover at the top of the window; closes after a choice.

    Attributes:
        words: the search field.
        list: the results.

    Signals:
        prompt_chosen: a prompt of the history was chosen (str).
    """

    prompt_chosen = Signal(str)

    def __init__(
        self,
        actions: Actions,
        prompts: Callable[[], Awaitable[list[PromptUse]]],
        parent: QWidget,
    ) -> None:
        super().__init__(_("Command palette"), parent)
        self._actions = actions
        self._find_prompts = prompts
        self._prompts: tuple[PaletteEntry, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        self._told = ""
        self.words = SearchField(
            _("Find an action or an earlier prompt"), "", self, name=_("Find an action or a prompt")
        )
        self.words.edited.connect(self.on_edited)
        self.words.submitted.connect(self.on_submitted)
        self.words.left.connect(self.close_it)
        self.words.field.installEventFilter(self)
        column.addWidget(self.words)
        self.list = QListWidget(self)
        self.list.setAccessibleName(_("Actions and prompts"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.itemClicked.connect(self.on_item)
        column.addWidget(self.list)

    def open(self) -> None:
        """Open with an empty, focused field."""
        self.words.set_text("")
        self._told = ""
        self._fill("")
        room = self.host.width()
        self.setFixedWidth(min(theme().px(WIDTH), room - 32))
        self.open_at(QPoint((room - self.width()) // 2, TOP), self.words.field)
        spawn(self._load())

    async def _load(self) -> None:
        self._prompts = tuple(
            PaletteEntry(
                text=" ".join(one_line(use.prompt).split()), icon="history", prompt=use.prompt
            )
            for use in await self._find_prompts()
        )
        if self.isVisible():
            self._fill(self.words.text, quiet=not self.words.text)

    def _entries(self, text: str) -> list[PaletteEntry]:
        words = text.casefold().split()
        found = [entry for entry in self._all_actions() if entry.matches(words)]
        # Entries that start with the words are first; otherwise in menu order.
        found.sort(key=lambda entry: not entry.text.casefold().startswith(text.casefold().strip()))
        prompts = [entry for entry in self._prompts if entry.matches(words)]
        return found + prompts[:MOST_PROMPTS]

    def _all_actions(self) -> list[PaletteEntry]:
        made = []
        for menu in self._actions.menus:
            for row in menu.rows:
                if row.name == "palette" or not self._actions.every[row.name].isEnabled():
                    continue
                keys = self._actions.keys_of(row.name)
                note = key_names.cap(keys[0]) if keys else menu.title
                made.append(PaletteEntry(text=row.text, note=note, icon=row.icon, action=row.name))
        return made

    def _fill(self, text: str, *, quiet: bool = False) -> None:
        self.list.clear()
        entries = self._entries(text)
        for entry in entries:
            item = QListWidgetItem(entry.text, self.list)
            item.setData(ENTRY, entry)
            spoken = listed(part for part in (entry.text, entry.note) if part)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        if entries:
            self.list.setCurrentRow(0)
        room = (self.host.height() - TOP - 80) // theme().height(ROW)
        seen = max(1, min(MOST_SEEN, room, len(entries)))
        self.list.setFixedHeight(seen * theme().height(ROW))
        self.list.setVisible(bool(entries))
        self.adjustSize()
        n = len(entries)
        count = ngettext("{n} result", "{n} results", n).format(n=number(n))
        if entries:
            # Translators: {results} such as "3 results", {first} the first of them, read aloud.
            count = _("{results}, {first}").format(results=count, first=self._spoken())
        # One more letter may give the same results.
        if count != self._told and not quiet:
            announce(self, count)
        self._told = count

    def _spoken(self) -> str:
        """Current entry, as screen readers say it."""
        return str(self.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole))

    def on_edited(self, words: str) -> None:
        self._fill(words)

    def on_submitted(self) -> None:
        """Run the current entry."""
        item = self.list.currentItem()
        if item is not None:
            self.on_item(item)

    def on_item(self, item: QListWidgetItem) -> None:
        """Run the action, or emit the prompt."""
        entry = item.data(ENTRY)
        assert isinstance(entry, PaletteEntry)
        self.close_it()
        if entry.action:
            self._actions.every[entry.action].trigger()
        else:
            self.prompt_chosen.emit(entry.prompt)

    @needs("list")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.words.field
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            and self.list.count()
        ):
            step = -1 if event.key() == Qt.Key.Key_Up else 1
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
            announce(self, self._spoken())
            return True
        return super().eventFilter(watched, event)


class EntryDelegate(QStyledItemDelegate):
    """Draws an entry: icon, text, and shortcut at the right."""

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(40, theme().height(ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        look = theme()
        entry = index.data(ENTRY)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        current = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        seen = partial(QStyle.visualRect, option.direction, rect)
        dpr = painter.device().devicePixelRatioF()
        glyph = look.pixmap(entry.icon, "text2", 16, dpr) if entry.icon else QPixmap()
        body, small = look.font("body"), look.font("small")
        note = QFontMetrics(small).horizontalAdvance(entry.note)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current or over:
            paint_row_ground(painter, rect, "press" if current else "hover")
        if not glyph.isNull():
            at = seen(QRect(rect.left() + 8, rect.center().y() - 7, 16, 16))
            painter.drawPixmap(at.topLeft(), glyph)
        left = rect.left() + 32
        right = rect.right() - 8
        painter.setFont(small)
        painter.setPen(look.color("text2"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            seen(QRect(right - note, rect.top(), note + 1, rect.height())), middle, entry.note
        )
        painter.setFont(body)
        painter.setPen(look.color("text"))
        room = right - note - 12 - left
        words = elided(QFontMetrics(body), entry.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(seen(QRect(left, rect.top(), room, rect.height())), middle, words)
        painter.restore()
