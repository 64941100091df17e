"""Actions and keys of views under their titles, for the dialogs of shortcuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt

from studio.common.i18n import _, listed
from studio.ui.support import key_names, shortcuts, view_keys
from studio.ui.support.view_keys import KeyGroup
from studio.ui.window.actions import Action, Actions, ShortcutScope


@dataclass(frozen=True, slots=True)
class ShortcutEntry:
    """An action or a command of a view, with its default shortcuts."""

    name: str
    text: str
    keys: tuple[str, ...]
    icon: str = ""


@dataclass(frozen=True, slots=True)
class ShortcutGroup:
    """The entries of a menu or a view."""

    title: str
    rows: tuple[ShortcutEntry, ...]


def groups(actions: Actions) -> tuple[ShortcutGroup, ...]:
    """The actions by menu, then the keys by view."""
    menus = [
        ShortcutGroup(
            menu.title,
            tuple(ShortcutEntry(row.name, row.text, row.keys, row.icon) for row in menu.rows),
        )
        for menu in actions.menus
    ]
    views = [
        ShortcutGroup(
            view.title, tuple(ShortcutEntry(row.name, row.text, row.keys) for row in view.rows)
        )
        for view in view_keys.table()
    ]
    return (*menus, *views)


def other_use(keys: str, name: str, actions: Actions, present: Mapping[str, Sequence[str]]) -> str:
    """Sentence about a shortcut's use other than this action or command; "" if it has none.

    In a view, the view's own keys take precedence over the shortcuts of actions.
    """
    group = view_keys.group_of(name)
    if group is None:
        row = next(row for row in actions.rows if row.name == name)
        views = [
            view.title
            for view in view_keys.table()
            if _works_in(row, view.group, keys)
            and any(keys in map(shortcuts.normal, present[one.name]) for one in view.rows)
        ]
        if not views:
            return ""
        # Translators: {keys} is a shortcut, {views} a list of views that use it for something else.
        return _("In {views}, {keys} still does something else.").format(
            keys=key_names.spoken(keys), views=listed(views)
        )
    for row in actions.rows:
        if keys in map(shortcuts.normal, present[row.name]) and _works_in(row, group, keys):
            # Translators: {action} is an entry of a menu, {keys} its shortcut.
            said = _("{keys} is the shortcut of “{action}”, which it replaces in this view.")
            return said.format(keys=key_names.spoken(keys), action=row.text)
    return ""


def _works_in(row: Action[object], group: KeyGroup, keys: str) -> bool:
    """Whether a shortcut of an action works in a view."""
    if row.where in (ShortcutScope.NOWHERE, ShortcutScope.GALLERY):
        return False
    if group in view_keys.WINDOW_KEYS and _is_plain(keys):
        return bool(row.keys) and row.keys[0] in view_keys.WINDOW_KEYS[group]
    return True


def _is_plain(keys: str) -> bool:
    """Whether a shortcut is a character or Del, with nothing but Shift."""
    first = shortcuts.combination(keys)
    held = first.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
    key = first.key()
    character = Qt.Key.Key_Space < key < Qt.Key.Key_AsciiTilde
    return not held and (character or key == Qt.Key.Key_Delete)
