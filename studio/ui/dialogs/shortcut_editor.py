"""Dialog that changes the shortcuts of actions and views, and exports, imports and resets them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.i18n import _, left_to_right, listed, pgettext, sentences
from studio.config import shortcut_file
from studio.ui.dialogs import shortcut_table
from studio.ui.dialogs.question import fit
from studio.ui.dialogs.shortcut_list import ShortcutList
from studio.ui.support import file_dialogs, key_names, shortcuts, view_keys
from studio.ui.support.ports import CoreProtocol, Messages
from studio.ui.support.tasks import spawn
from studio.ui.widgets.accessible import announce
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.plain_text import describe
from studio.ui.widgets.search_field import SearchField
from studio.ui.widgets.text import ElidedLabel, Text
from studio.ui.window.actions import Actions

WIDTH, HEIGHT = 600, 620
_PRESSES = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
_KEYS_WIDTH = 132


class ShortcutButton(Button):
    """Shows a shortcut; pressed, it waits for another: Esc keeps the old one, Backspace clears it.

    Signals:
        chosen: another shortcut was pressed, or "" (str).
    """

    chosen = Signal(str)
    wants_letter = False  # it would look like the shortcut

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__("", parent=parent)
        self._name = name
        self._keys = ""
        self._waiting = False
        self.setMinimumWidth(_KEYS_WIDTH)
        self.clicked.connect(self.on_clicked)
        self.set_keys("")

    @property
    def keys(self) -> str:
        """The shortcut, as `QKeySequence` writes it; "" for none."""
        return self._keys

    def set_keys(self, keys: str) -> None:
        """Show a shortcut; "" for none."""
        self._keys = keys
        self._wait(waiting=False)

    def on_clicked(self) -> None:
        self._wait(waiting=True)

    def _wait(self, *, waiting: bool) -> None:
        self._waiting = waiting
        shown = (
            left_to_right(key_names.spoken(self._keys))
            if self._keys
            else pgettext("shortcut", "None")
        )
        self.setText(_("Press a key…") if waiting else shown)
        self.setAccessibleName(listed((self._name, shown)))
        describe(self, _("Enter, then the new keys. Esc keeps the shortcut, Backspace removes it."))
        if waiting:
            announce(self, _("Press a key…"))

    def event(self, event: QEvent) -> bool:
        if (
            event.type() in _PRESSES
            and isinstance(event, QKeyEvent)
            and self.property("high") is not None
            and self._waiting
            and event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        ):
            # Handle the key before the shortcuts, of which it may be one.
            event.accept()
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._press(event)
            return True
        if event.type() == QEvent.Type.FocusOut and self.property("high") is not None:
            self._wait(waiting=False)
        return super().event(event)

    def _press(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self._wait(waiting=False)
            if event.key() == Qt.Key.Key_Backspace:
                self.chosen.emit("")
        elif keys := shortcuts.pressed(event):
            self._wait(waiting=False)
            self.chosen.emit(keys)


class ShortcutEditor(QDialog):
    """All actions and keys of views; below them the shortcuts of the current one.

    Attributes:
        filter: the search field.
        list: the actions by menu, and the keys by view.
        first, second: the shortcut of the current action, and its alternative.
        note: current use of the pressed shortcut, why no action can have it, or the result of a
            reset.
        take: gives the pressed shortcut to the current action anyway.
        undo: restores the changes before a reset or an import.
        reset, reset_all: remove the changes of the current action, or of all.
    """

    def __init__(
        self, core: CoreProtocol, actions: Actions, messages: Messages, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._actions = actions
        self._messages = messages
        self._groups = shortcut_table.groups(actions)
        self._rows = [row for group in self._groups for row in group.rows]
        self._wanted: tuple[str, ...] = ()
        self._before: Mapping[str, Sequence[str]] = {}
        self._menus = {
            keys: menu.title
            for keys, menu in zip(shortcuts.menu_keys(actions.menus), actions.menus, strict=True)
            if keys
        }
        self.setWindowTitle(_("Change shortcuts"))
        fit(self, WIDTH, HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        self.filter = SearchField(_("Find a shortcut"), "", self, name=_("Find a shortcut"))
        self.filter.edited.connect(self.on_edited)
        self.filter.left.connect(self.reject)
        column.addWidget(self.filter)
        self.list = ShortcutList(self)
        self.list.currentItemChanged.connect(self.on_current)
        self.list.itemActivated.connect(self.on_activated)
        column.addWidget(self.list, 1)
        fixed = _(
            "Keys that move, confirm or leave, such as arrows, Enter and Esc, are fixed. In a view,"
            " its own keys take precedence."
        )
        column.addWidget(Text(fixed, "small", "text3", self, wrap=True))
        column.addLayout(self._build_keys())
        column.addLayout(self._build_note())
        column.addLayout(self._build_foot())
        self._fill("")

    def _build_keys(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._title = ElidedLabel("", "body", "text", self, weight=600)
        row.addWidget(self._title, 1)
        self.first = ShortcutButton(_("Shortcut"), self)
        self.second = ShortcutButton(_("Alternative"), self)
        for button in (self.first, self.second):
            button.chosen.connect(partial(self.on_chosen, button))
        row.addWidget(self.first)
        row.addWidget(Text(_("or"), "micro", "text3", self))
        row.addWidget(self.second)
        self.reset = Button(_("Reset"), "quiet", self)
        self.reset.clicked.connect(self.on_reset)
        row.addWidget(self.reset)
        return row

    def _build_note(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.note = Text("", "small", "warn", self, wrap=True)
        self.take = Button(_("Reassign it"), parent=self, size=26)
        self.take.clicked.connect(self.on_take)
        self.undo = Button(_("Undo"), parent=self, size=26)
        self.undo.clicked.connect(self.on_undo)
        row.addWidget(self.note, 1)
        row.addWidget(self.take)
        row.addWidget(self.undo)
        return row

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for text, slot in (
            (_("Export…"), self.on_export),
            (_("Import…"), self.on_import),
        ):
            button = Button(text, parent=self, size=32)
            button.clicked.connect(slot)
            row.addWidget(button)
        self.reset_all = Button(_("Reset all"), parent=self, size=32)
        self.reset_all.clicked.connect(self.on_reset_all)
        row.addWidget(self.reset_all)
        row.addStretch(1)
        close = Button(_("Close"), parent=self, size=32)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        return row

    # --- content --------------------------------------------------------------------------

    @property
    def _changes(self) -> Mapping[str, Sequence[str]]:
        return self._core.settings.value.shortcuts

    @property
    def _present(self) -> dict[str, tuple[str, ...]]:
        return shortcuts.effective(self._rows, self._changes, view_keys.clash)

    def _fill(self, words: str, current: str = "") -> None:
        self.list.fill(self._groups, self._present, words.casefold().split(), current)
        self.reset_all.setEnabled(bool(self._changes))
        self._show_current()

    @property
    def current(self) -> str:
        """Name of the current action; "" if none is listed."""
        return self.list.current_name

    def select(self, name: str) -> None:
        """Make an action the current one."""
        self.filter.set_text("")
        self._fill("", name)

    def _show_current(self) -> None:
        name = self.current
        keys = self._present.get(name, ())
        self._title.setText(self._text_of(name))
        for place, button in enumerate((self.first, self.second)):
            button.set_keys(keys[place] if place < len(keys) else "")
            button.setEnabled(bool(name))
        self.second.setEnabled(bool(keys))
        self.reset.setEnabled(name in self._changes)
        self._show_note("")

    def _text_of(self, name: str) -> str:
        return next((row.text for row in self._rows if row.name == name), "")

    def _conflict(self, keys: str, action: str) -> str:
        # Translators: {action} is an entry of a menu, {keys} its shortcut.
        return _("{keys} is the shortcut of “{action}”.").format(
            keys=key_names.spoken(keys), action=self._text_of(action)
        )

    def _show_note(self, text: str, *, take: str = "", undo: bool = False) -> None:
        self.note.setText(text)
        self.take.setText(take)
        self.take.setVisible(bool(take))
        self.undo.setVisible(undo)
        if text:
            announce(self, text)

    def _change(self, changes: Mapping[str, Sequence[str]]) -> None:
        self._core.settings.change(shortcuts={name: tuple(own) for name, own in changes.items()})
        self._fill(self.filter.text, self.current)

    def _replace(self, changes: Mapping[str, Sequence[str]], told: str) -> None:
        """Replace the user's changes with these, and offer to restore the former ones."""
        self._before = self._changes
        self._change(changes)
        self._show_note(told, undo=True)
        self.undo.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- slots ----------------------------------------------------------------------------

    def on_edited(self, words: str) -> None:
        self._fill(words, self.current)

    def on_current(self) -> None:
        self._show_current()

    def on_activated(self) -> None:
        """Wait for a shortcut of the current action."""
        self.first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.first.click()

    def on_chosen(self, button: ShortcutButton, keys: str) -> None:
        """Change a shortcut of the current action, unless the new one is refused or has another
        use.
        """
        if keys == button.keys:
            return
        wanted = [keys if one is button else one.keys for one in (self.first, self.second)]
        self._wanted = tuple(filter(None, wanted))
        if keys and (reason := shortcuts.refusal(keys, self._menus)):
            self._show_note(reason)
            return
        if keys and self._has_use(keys):
            self.take.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self.on_take()

    def _has_use(self, keys: str) -> bool:
        """Whether a shortcut has another use; if so, say which, and offer to take it."""
        name, present = self.current, self._present
        other = shortcuts.owner(keys, present, name, view_keys.clash)
        conflict = self._conflict(keys, other) if other else ""
        beside = shortcut_table.other_use(keys, name, self._actions, present)
        if not conflict and not beside:
            return False
        take = _("Reassign it") if conflict else _("Use it anyway")
        self._show_note(sentences(conflict, beside), take=take)
        return True

    def on_take(self) -> None:
        """Give the current action the wanted shortcuts; others lose them."""
        self._change(
            shortcuts.with_change(
                self._rows, self._changes, self.current, self._wanted, view_keys.clash
            )
        )
        self.first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def on_reset(self) -> None:
        """Give the current action its default shortcuts."""
        name = self.current
        row = next(row for row in self._rows if row.name == name)
        present = self._present
        others = [
            shortcuts.owner(shortcuts.normal(one), present, name, view_keys.clash)
            for one in row.keys
        ]
        if taken := next(filter(None, others), ""):
            self._wanted = row.keys
            conflict = self._conflict(row.keys[others.index(taken)], taken)
            self._show_note(conflict, take=_("Reassign it"))
            return
        self._change({one: own for one, own in self._changes.items() if one != name})

    def on_reset_all(self) -> None:
        """Give all actions their default shortcuts, and offer to undo that."""
        self._replace({}, _("All shortcuts reset to defaults."))

    def on_undo(self) -> None:
        """Restore the changes before the last reset or import."""
        self._change(self._before)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_export(self) -> None:
        """Write the changed shortcuts to a file."""
        spawn(self._export())

    async def _export(self) -> None:
        dialog = file_dialogs.saving_dialog(self, _("Export shortcuts"), "shortcuts.json")
        if (path := await file_dialogs.chosen(dialog)) is not None:
            await asyncio.to_thread(shortcut_file.write, path, self._changes)
            # Translators: {name} is a file.
            self._messages.show_message(_("Shortcuts exported to {name}").format(name=path.name))

    def on_import(self) -> None:
        """Use the shortcuts of a file."""
        spawn(self._import())

    async def _import(self) -> None:
        dialog = file_dialogs.file_dialog(self, _("Import shortcuts"))
        # Translators: kind of file in a file dialog.
        shown, everything = _("Shortcuts"), _("All files")
        dialog.setNameFilters([f"{shown} (*.json)", f"{everything} (*)"])
        if (path := await file_dialogs.chosen(dialog)) is None:
            return
        found = await asyncio.to_thread(shortcut_file.read, path)
        if shiboken6.isValid(self):
            # Translators: {name} is a file.
            self._replace(found, _("Shortcuts imported from {name}.").format(name=path.name))
