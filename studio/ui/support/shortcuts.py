"""Shortcuts with the user's changes: those in effect, and the rules for choosing others.

The rules apply both to actions and to the keys of views (`view_keys`).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.common.i18n import _
from studio.ui.support import key_names, key_positions, mnemonics
from studio.ui.support.key_repeat import ENTER, MOVES, TABS


class HasKeys(Protocol):
    """An action with its default shortcuts."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...


class HasTitle(Protocol):
    """A menu with a title, and a name in the code."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...


Changes = Mapping[str, Sequence[str]]
"""Shortcuts, such as "Ctrl+K", of the changed actions by name; empty for an action without any."""

Clash = Callable[[str, str], bool]
"""Whether two actions, by name, may not have the same shortcut."""

MOST_KEYS = 2
"""Maximum number of shortcuts per action: one, and an alternative."""

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
_MODIFIERS = (
    *(_Key.Key_Shift, _Key.Key_Control, _Key.Key_Alt, _Key.Key_Meta, _Key.Key_AltGr),
    *(_Key.Key_CapsLock, _Key.Key_NumLock, _Key.Key_ScrollLock, _Key.Key_unknown),
    *(_Key.Key_Super_L, _Key.Key_Super_R, _Key.Key_Hyper_L, _Key.Key_Hyper_R),
)
_KEPT = frozenset((*MOVES, *TABS, *ENTER, _Key.Key_Escape, _Key.Key_Backspace))
_LAST_CHARACTER = 0x10FFFF

if sys.platform == "win32":
    _ALTGR = _Mod.ControlModifier | _Mod.AltModifier
elif sys.platform == "darwin":
    _ALTGR = _Mod.AltModifier
else:
    _ALTGR = _Mod.NoModifier  # AltGr is a modifier of its own
"""Modifiers of key events for characters typed with AltGr or Option, on this system."""


def normal(keys: str) -> str:
    """A shortcut of a single key press in Qt's spelling; "" if it is invalid."""
    sequence = QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1 or _first(sequence).key() == _Key.Key_unknown:
        return ""
    return str(sequence.toString(QKeySequence.SequenceFormat.PortableText))


def combination(keys: str) -> QKeyCombination:
    """Key and modifiers of a shortcut in Qt's spelling."""
    return _first(QKeySequence(keys, QKeySequence.SequenceFormat.PortableText))


def _first(sequence: QKeySequence) -> QKeyCombination:
    found: QKeyCombination = sequence[0]  # type: ignore[index]  # missing in Qt's stubs
    return found


def always(_name: str, _other: str) -> bool:
    """Clash of actions of the window: no two may have the same shortcut."""
    return True


def effective(
    rows: Iterable[HasKeys], changes: Changes, clash: Clash = always
) -> dict[str, tuple[str, ...]]:
    """Shortcuts of every action by name.

    The user's come first: a default that the user gave to another action is dropped. Unknown
    actions and invalid shortcuts are ignored.
    """
    rows = list(rows)
    takers: defaultdict[str, list[str]] = defaultdict(list)
    found: dict[str, tuple[str, ...]] = {}

    def free(keys: str, name: str) -> bool:
        return not any(clash(name, other) for other in takers.get(keys, ()))

    for row in rows:
        if row.name in changes:
            wanted = dict.fromkeys(filter(None, map(normal, changes[row.name])))
            own = tuple(one for one in wanted if free(one, row.name))[:MOST_KEYS]
            found[row.name] = own
            for one in own:
                takers[one].append(row.name)
    for row in rows:
        if row.name not in changes:
            found[row.name] = tuple(one for one in row.keys if free(normal(one), row.name))
    return found


_changes: Changes = {}
_replaced: dict[str, tuple[str, ...]] = {}


def use(rows: Iterable[HasKeys], changes: Changes) -> None:
    """Use the shortcuts that the user chose for these actions and for views.

    Without changes the actions are not read. Widgets that read a key only when they are created
    show the new one after a restart.
    """
    global _changes
    _changes = dict(changes)
    _replaced.clear()
    if changes:
        rows = list(rows)
        present = effective(rows, changes)
        _replaced.update({row.keys[0]: present[row.name] for row in rows if row.keys})
    key_names.use({usual: next(iter(own), "") for usual, own in _replaced.items()})


def chosen() -> Changes:
    """The changes in use; a new object after each `use`."""
    return _changes


def instead_of(*usual: str) -> tuple[str, ...]:
    """Current shortcuts of the action with these defaults, in Qt's spelling."""
    return tuple(map(normal, _replaced.get(usual[0], usual)))


def owner(keys: str, present: Mapping[str, Sequence[str]], but: str, clash: Clash = always) -> str:
    """Name of the action whose shortcut `but` may not share; "" for none."""
    for name, own in present.items():
        if name != but and keys in map(normal, own) and clash(but, name):
            return name
    return ""


def with_change(
    rows: Iterable[HasKeys],
    changes: Changes,
    name: str,
    keys: Sequence[str],
    clash: Clash = always,
) -> dict[str, tuple[str, ...]]:
    """The changes after giving an action these shortcuts; clashing actions lose them.

    Actions with their default shortcuts are left out.
    """
    rows = list(rows)
    wanted = tuple(dict.fromkeys(filter(None, map(normal, keys))))
    present = effective(rows, changes, clash)
    made = {one: tuple(own) for one, own in changes.items()}
    for row in rows:
        own = present[row.name]
        loses = row.name != name and clash(name, row.name)
        if loses and any(normal(one) in wanted for one in own):
            made[row.name] = tuple(one for one in own if normal(one) not in wanted)
    made[name] = wanted
    for row in rows:
        first = [normal(one) for one in row.keys]
        if row.name in made and [normal(one) for one in made[row.name]] == first:
            del made[row.name]
    return made


def pressed(event: QKeyEvent) -> str:
    """Shortcut of a key press, the same on every layout; "" for a modifier alone."""
    event = key_positions.by_position(event) or event
    key, typed = _Key(event.key()), event.text()
    held = event.modifiers() & ~(_Mod.KeypadModifier | _Mod.GroupSwitchModifier)
    if _is_sign(typed) and held & ~_Mod.ShiftModifier in (_Mod.NoModifier, _ALTGR):
        return normal(QKeySequence(_Key(ord(typed))).toString())  # however the layout types it
    if key in _MODIFIERS:
        return ""
    letter = _Key.Key_A <= key <= _Key.Key_Z
    if _Key.Key_Space < key <= _LAST_CHARACTER and not letter:
        held &= ~_Mod.ShiftModifier
    return normal(QKeySequence(QKeyCombination(held, key)).toString())


def _is_sign(typed: str) -> bool:
    """Whether a key types an ASCII digit or punctuation mark."""
    return len(typed) == 1 and "!" <= typed <= "~" and not typed.isalpha()


def same_key(event: QKeyEvent, keys: str) -> bool:
    """Whether an event is from a shortcut's key, regardless of modifiers; for releases."""
    released = pressed(event)
    return bool(released and keys) and combination(released).key() == combination(keys).key()


def refusal(keys: str, menus: Mapping[str, str]) -> str:
    """Reason why no action can have a shortcut; "" if it is allowed.

    `menus` are the titles of menus by the shortcuts that open them.
    """
    first = combination(keys)
    held = first.keyboardModifiers() & ~_Mod.ShiftModifier
    if first.key() in _KEPT and not held:
        return _(
            "This key is reserved for moving, confirming or leaving. Combine it with Ctrl or Alt."
        )
    if keys in menus:
        # Translators: {menu} is the title of a menu.
        return _("This opens the menu {menu}.").format(menu=menus[keys])
    return ""


def menu_keys(menus: Sequence[HasTitle]) -> list[str]:
    """Shortcut of each menu, such as "Alt+F"; "" for none. On macOS, Alt types characters."""
    if sys.platform == "darwin":
        return [""] * len(menus)
    else:
        found = mnemonics.letters([menu.title for menu in menus], [menu.name for menu in menus])
        return [_with_alt(letter) if letter else "" for letter in found]


def _with_alt(letter: str) -> str:
    key = QKeyCombination(Qt.KeyboardModifier.AltModifier, Qt.Key(ord(letter.upper())))
    return QKeySequence(key).toString()
