"""Shortcuts as the user has changed them: which keys an action has, and which it may get."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.common.i18n import _
from studio.ui.support import key_positions, mnemonics
from studio.ui.support.key_repeat import ENTER, MOVES, TABS


class HasKeys(Protocol):
    """An action, and the shortcuts it has at first."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...


class HasTitle(Protocol):
    """A menu."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...


Changes = Mapping[str, Sequence[str]]
"""Shortcuts of the changed actions by name, such as "Ctrl+K"; none for an action without one."""

MOST_KEYS = 2
"""Shortcuts per action that can be chosen: one, and an alternative."""

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
_MODIFIERS = (
    *(_Key.Key_Shift, _Key.Key_Control, _Key.Key_Alt, _Key.Key_Meta, _Key.Key_AltGr),
    *(_Key.Key_CapsLock, _Key.Key_NumLock, _Key.Key_ScrollLock, _Key.Key_unknown),
    *(_Key.Key_Super_L, _Key.Key_Super_R, _Key.Key_Hyper_L, _Key.Key_Hyper_R),
)
_KEPT = frozenset((*MOVES, *TABS, *ENTER, _Key.Key_Escape, _Key.Key_Backspace))
_LAST_CHARACTER = 0x10FFFF


def normal(keys: str) -> str:
    """A shortcut in Qt's spelling, of one press; "" if it is none."""
    sequence = QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1 or _first(sequence).key() == _Key.Key_unknown:
        return ""
    return str(sequence.toString(QKeySequence.SequenceFormat.PortableText))


def _first(sequence: QKeySequence) -> QKeyCombination:
    found: QKeyCombination = sequence[0]  # type: ignore[index]  # missing in Qt's stubs
    return found


def effective(rows: Iterable[HasKeys], changes: Changes) -> dict[str, tuple[str, ...]]:
    """The shortcuts of every action by name.

    Those of the user first: a default that the user gave to another action is dropped. Unknown
    actions, and what is not a shortcut, are ignored.
    """
    rows = list(rows)
    taken: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.name in changes:
            keys = [normal(one) for one in changes[row.name]]
            own = tuple(dict.fromkeys(one for one in keys if one and one not in taken))
            found[row.name] = own[:MOST_KEYS]
            taken.update(found[row.name])
    for row in rows:
        if row.name not in changes:
            found[row.name] = tuple(one for one in row.keys if normal(one) not in taken)
    return found


def replaced(rows: Iterable[HasKeys], changes: Changes) -> dict[str, str]:
    """By the usual shortcut of an action, the one it has now, where that is another; "" for none.

    Without changes the actions are not looked at.
    """
    if not changes:
        return {}
    rows = list(rows)
    present = effective(rows, changes)
    return {
        row.keys[0]: next(iter(present[row.name]), "")
        for row in rows
        if row.keys and present[row.name][:1] != row.keys[:1]
    }


def owner(keys: str, present: Mapping[str, Sequence[str]], but: str) -> str:
    """Name of the action that has a shortcut, other than `but`; "" for none."""
    for name, own in present.items():
        if name != but and keys in [normal(one) for one in own]:
            return name
    return ""


def with_change(
    rows: Iterable[HasKeys], changes: Changes, name: str, keys: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The changes with these shortcuts for an action, which others lose.

    An action with the shortcuts it had at first is not among them.
    """
    rows = list(rows)
    wanted = tuple(dict.fromkeys(filter(None, map(normal, keys))))
    present = effective(rows, changes)
    made = {one: tuple(own) for one, own in changes.items()}
    for row in rows:
        own = present[row.name]
        if row.name != name and any(normal(one) in wanted for one in own):
            made[row.name] = tuple(one for one in own if normal(one) not in wanted)
    made[name] = wanted
    for row in rows:
        first = [normal(one) for one in row.keys]
        if row.name in made and [normal(one) for one in made[row.name]] == first:
            del made[row.name]
    return made


def pressed(event: QKeyEvent) -> str:
    """The shortcut that a press gives, "" for a modifier alone; the same on every layout."""
    event = key_positions.by_position(event) or event
    key = _Key(event.key())
    if key in _MODIFIERS:
        return ""
    held = event.modifiers() & ~(_Mod.KeypadModifier | _Mod.GroupSwitchModifier)
    letter = _Key.Key_A <= key <= _Key.Key_Z
    if _Key.Key_Space < key <= _LAST_CHARACTER and not letter:
        held &= ~_Mod.ShiftModifier  # "?", however the layout types it
    return normal(QKeySequence(QKeyCombination(held, key)).toString())


def refusal(keys: str, menus: Mapping[str, str]) -> str:
    """Reason why no action can have a shortcut; "" if one can.

    `menus` are the shortcuts that open menus, and their titles.
    """
    combination = _first(QKeySequence(keys))
    held = combination.keyboardModifiers() & ~_Mod.ShiftModifier
    if combination.key() in _KEPT and not held:
        return _("This key moves, confirms or leaves everywhere. Hold Ctrl or Alt with it.")
    if keys in menus:
        # Translators: {menu} is the title of a menu.
        return _("This opens the menu {menu}.").format(menu=menus[keys])
    return ""


def menu_keys(menus: Sequence[HasTitle]) -> list[str]:
    """Shortcut of each menu, such as "Alt+F"; "" for none. macOS types characters with them."""
    if sys.platform == "darwin":
        return [""] * len(menus)
    else:
        found = mnemonics.letters([menu.title for menu in menus], [menu.name for menu in menus])
        return [_with_alt(letter) if letter else "" for letter in found]


def _with_alt(letter: str) -> str:
    key = QKeyCombination(Qt.KeyboardModifier.AltModifier, Qt.Key(ord(letter.upper())))
    return QKeySequence(key).toString()
