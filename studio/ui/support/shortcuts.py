"""Shortcuts as the user has changed them: which keys an action has, and which it may get.

The rules hold for actions, and for the keys of views (`view_keys`) alike.
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

Clash = Callable[[str, str], bool]
"""Whether two actions, by name, may not have the same shortcut."""

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

if sys.platform == "win32":
    _ALTGR = _Mod.ControlModifier | _Mod.AltModifier
elif sys.platform == "darwin":
    _ALTGR = _Mod.AltModifier
else:
    _ALTGR = _Mod.NoModifier  # a modifier of its own
"""Modifiers with which this system reports what a layout types with AltGr or Option."""


def normal(keys: str) -> str:
    """A shortcut in Qt's spelling, of one press; "" if it is none."""
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
    """Actions of the window have a shortcut only once."""
    return True


def effective(
    rows: Iterable[HasKeys], changes: Changes, clash: Clash = always
) -> dict[str, tuple[str, ...]]:
    """The shortcuts of every action by name.

    Those of the user first: a default that the user gave to another action is dropped. Unknown
    actions, and what is not a shortcut, are ignored.
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
    """Use the shortcuts that the user chose, of these actions and of views.

    Without changes the actions are not looked at. Widgets that show a key when they are made show
    another at the next start.
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
    """The changes in use; another object after each `use`."""
    return _changes


def instead_of(*usual: str) -> tuple[str, ...]:
    """The shortcuts of the action that has these usually, in Qt's spelling."""
    return tuple(map(normal, _replaced.get(usual[0], usual)))


def owner(keys: str, present: Mapping[str, Sequence[str]], but: str, clash: Clash = always) -> str:
    """Name of the action that has a shortcut which `but` may not have too; "" for none."""
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
    """The changes with these shortcuts for an action, which those that clash with it lose.

    An action with the shortcuts it had at first is not among them.
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
    """The shortcut that a press gives, "" for a modifier alone; the same on every layout."""
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
    """Whether a key types a sign or digit of ASCII."""
    return len(typed) == 1 and "!" <= typed <= "~" and not typed.isalpha()


def same_key(event: QKeyEvent, keys: str) -> bool:
    """Whether an event is of the key of a shortcut, whatever else is held; for releases."""
    released = pressed(event)
    return bool(released and keys) and combination(released).key() == combination(keys).key()


def refusal(keys: str, menus: Mapping[str, str]) -> str:
    """Reason why no action can have a shortcut; "" if one can.

    `menus` are the shortcuts that open menus, and their titles.
    """
    first = combination(keys)
    held = first.keyboardModifiers() & ~_Mod.ShiftModifier
    if first.key() in _KEPT and not held:
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
