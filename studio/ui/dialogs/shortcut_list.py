"""List of actions and keys of views with their shortcuts, under headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from studio.common.i18n import _, left_to_right, listed
from studio.ui.dialogs.command_palette import ENTRY, EntryDelegate, PaletteEntry
from studio.ui.dialogs.shortcut_table import ShortcutEntry, ShortcutGroup
from studio.ui.style.theme import theme
from studio.ui.support import key_names


class ShortcutList(QListWidget):
    """One line per action or command; headings cannot be the current line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Actions"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(HeadingDelegate(self))

    @property
    def current_name(self) -> str:
        """Name of the current action or command; "" if none is listed."""
        item = self.currentItem()
        return str(item.data(ENTRY).action) if item is not None else ""

    def fill(
        self,
        groups: Sequence[ShortcutGroup],
        present: Mapping[str, Sequence[str]],
        words: Sequence[str],
        current: str,
    ) -> None:
        """List the entries that match every word by title, text or shortcut.

        The entry named `current` becomes the current one, or the first if it is not listed.
        """
        self.clear()
        for group in groups:
            entries = [_entry(row, present[row.name]) for row in group.rows]
            title = group.title.casefold()
            found = [one for one in entries if one.matches([w for w in words if w not in title])]
            if found:
                heading = QListWidgetItem(group.title, self)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for entry in found:
                item = QListWidgetItem(entry.text, self)
                item.setData(ENTRY, entry)
                spoken = listed(part for part in (entry.text, entry.note) if part)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
                if entry.action == current:
                    self.setCurrentItem(item)
        if self.count() and self.currentItem() is None:
            self.setCurrentRow(1)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, mods: Qt.KeyboardModifier
    ) -> QModelIndex:
        if action == QAbstractItemView.CursorAction.MoveHome:
            return self.model().index(1, 0)  # below the first heading
        return super().moveCursor(action, mods)


def _entry(row: ShortcutEntry, keys: Sequence[str]) -> PaletteEntry:
    shown = dict.fromkeys(key_names.spoken(one) for one in keys)
    return PaletteEntry(
        text=row.text, note=left_to_right(listed(shown)), icon=row.icon, action=row.name
    )


class HeadingDelegate(EntryDelegate):
    """Draws entries, and a heading as a word above them."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if index.data(ENTRY) is not None:
            super().paint(painter, option, index)
            return
        rect: QRect = option.rect
        place = QStyle.visualRect(option.direction, rect, rect.adjusted(8, 0, -8, -4))
        painter.save()
        painter.setFont(theme().font("micro", weight=600))
        painter.setPen(theme().color("text3"))
        aligned = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft)
        painter.drawText(place, aligned | Qt.AlignmentFlag.AlignBottom, index.data())
        painter.restore()
