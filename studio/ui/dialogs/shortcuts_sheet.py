"""Sheet of all shortcuts, opened with `?`; generated from the tables of actions and view keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.common.i18n import _, listed
from studio.ui.dialogs import shortcut_table
from studio.ui.dialogs.question import fit
from studio.ui.style.theme import theme
from studio.ui.support import key_names, shortcuts, view_keys
from studio.ui.support.layout_direction import margins
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.text import ElidedLabel, KeyCap, Text
from studio.ui.window.actions import Actions

WIDTH, HEIGHT = 560, 560


class ShortcutRow(QWidget):
    """An action and its keys."""

    def __init__(self, words: str, keys: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.ListItem)
        self.words = words
        said = (key_names.spoken(each) for each in keys)
        self.keys = tuple(dict.fromkeys(said))
        self.setAccessibleName(listed((words, *self.keys)))
        self.setFixedHeight(theme().height(28))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(ElidedLabel(words, "body", "text", self), 1)
        caps = dict.fromkeys(key_names.cap(each).replace("Return", "Enter") for each in keys)
        for place, each in enumerate(caps):
            if place:
                # Translators: between two shortcuts.
                row.addWidget(Text(_("or"), "micro", "text3", self))
            row.addWidget(KeyCap(each, self))

    def matches(self, words: str) -> bool:
        """Whether its name and keys contain all of these words."""
        text = " ".join((self.words, *self.keys)).casefold()
        return all(word in text for word in words.casefold().split())


class ShortcutsSheet(QDialog):
    """All actions with keys by menu, and the keys of views. Non-modal; Esc closes it.

    Attributes:
        filter: the search field.
        rows: all rows, visible or not.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("All shortcuts"))
        self.setModal(False)
        fit(self, theme().px(WIDTH), theme().px(HEIGHT))
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(self, 16, 16, 0, 0))
        column.setSpacing(12)
        top = QHBoxLayout()
        top.setContentsMargins(margins(self, 0, 0, 16, 0))
        self.filter = SearchField(_("Find a shortcut"), "", self, name=_("Find a shortcut"))
        self.filter.edited.connect(self.on_edited)
        self.filter.left.connect(self.reject)
        top.addWidget(self.filter)
        column.addLayout(top)
        scroll = QScrollArea(self)
        set_role(scroll, QAccessible.Role.Grouping)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(_("Shortcuts"))
        inside = QFrame()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(margins(self, 0, 0, 16, 16))
        self._column.setSpacing(0)
        self.rows: list[ShortcutRow] = []
        self._groups: list[tuple[Text, list[ShortcutRow]]] = []
        groups = shortcut_table.groups(actions)
        rows = [row for group in groups for row in group.rows]
        present = shortcuts.effective(rows, shortcuts.chosen(), view_keys.clash)
        for group in groups:
            found = [(row.text, own) for row in group.rows if (own := present[row.name])]
            self._add_group(group.title, found, inside)
        self._add_group(_("Not in the menus"), _elsewhere(), inside)
        self._none = Text("", "body", "text2", inside, wrap=True)
        self._none.hide()
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        scroll.setWidget(inside)
        column.addWidget(scroll, 1)

    def _add_group(
        self, title: str, found: list[tuple[str, tuple[str, ...]]], inside: QWidget
    ) -> None:
        if not found:
            return
        head = Text(title, "micro", "text3", inside, weight=600)
        head.setContentsMargins(0, 12 if self._groups else 0, 0, 4)
        self._column.addWidget(head)
        rows = [ShortcutRow(words, keys, inside) for words, keys in found]
        for row in rows:
            self._column.addWidget(row)
        self._groups.append((head, rows))
        self.rows += rows

    def on_edited(self, words: str) -> None:
        """Show the matching rows."""
        shown = 0
        for head, rows in self._groups:
            matching = [row for row in rows if row.matches(words)]
            for row in rows:
                row.setVisible(row in matching)
            head.setVisible(bool(matching))
            shown += len(matching)
        self._none.setText(_("No shortcuts match {words}.").format(words=f"“{words}”"))
        self._none.setVisible(not shown)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.filter.field.setFocus()


def _elsewhere() -> list[tuple[str, tuple[str, ...]]]:
    """Keys of the grid and the prompt that are in no menu."""
    return [
        (_("Move between pictures"), _arrows()),
        (_("Back"), ("Esc",)),
        (_("Previous or next prompt"), ("Alt+Up", "Alt+Down")),
        (_("Move a collection or a queued job"), ("Alt+Up", "Alt+Down")),
    ]


def _arrows() -> tuple[str, ...]:
    keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
    return tuple(QKeySequence(key).toString() for key in keys)
