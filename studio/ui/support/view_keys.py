"""Keys of single views and modes, and the commands of key events.

Within its view such a key has priority over an action with the same shortcut. Keys that move,
confirm or leave (arrows, Home, End, Tab, Enter, Esc, Del) are fixed and not listed, except in
duels.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent

from studio.common.i18n import _, ngettext, number
from studio.ui.support import key_names, shortcuts
from studio.ui.support.key_repeat import is_repeat


class KeyGroup(StrEnum):
    """Views and modes with keys of their own."""

    PICTURE = "picture"
    LOUPE = "loupe"
    DRAWING = "drawing"
    MARK = "mark"
    ONLY_HERE = "only-here"
    COMPARE = "compare"
    TREE = "tree"
    PICK = "pick"
    DUEL = "duel"


class ViewCommand(StrEnum):
    """Command of a view's key: its group and its own name."""

    FIT = "picture.fit"
    HELD_ACTUAL = "picture.held-actual"
    ACTUAL = "picture.actual"
    ZOOM_IN = "picture.zoom-in"
    ZOOM_OUT = "picture.zoom-out"
    PAN = "picture.pan"

    LOUPE_ORIGINAL = "loupe.original"

    HIDE = "drawing.hide"

    MARK_PIN = "mark.pin"
    MARK_ARROW = "mark.arrow"
    MARK_BOX = "mark.box"
    MARK_PEN = "mark.pen"
    MARK_ERASER = "mark.eraser"
    MARK_PIN_TO_ARROW = "mark.pin-to-arrow"

    REGION_BRUSH = "only-here.brush"
    REGION_LASSO = "only-here.lasso"
    REGION_BOX = "only-here.box"
    REGION_ERASER = "only-here.eraser"
    REGION_SMALLER = "only-here.smaller"
    REGION_LARGER = "only-here.larger"

    COMPARE_MODE = "compare.mode"
    COMPARE_CHAMPION = "compare.champion"
    COMPARE_LEFT = "compare.left"
    COMPARE_RIGHT = "compare.right"

    TREE_FOLD = "tree.fold"
    TREE_FIT = "tree.fit"
    TREE_ZOOM_IN = "tree.zoom-in"
    TREE_ZOOM_OUT = "tree.zoom-out"
    TREE_NAME = "tree.name"

    PICK_PICK = "pick.pick"
    PICK_REJECT = "pick.reject"
    PICK_1 = "pick.stars-1"
    PICK_2 = "pick.stars-2"
    PICK_3 = "pick.stars-3"
    PICK_4 = "pick.stars-4"
    PICK_5 = "pick.stars-5"
    PICK_0 = "pick.stars-0"
    PICK_UNDO = "pick.undo"
    PICK_ORIGINAL = "pick.original"
    PICK_COLUMNS = "pick.columns"

    DUEL_LEFT = "duel.left"
    DUEL_RIGHT = "duel.right"
    DUEL_BOTH = "duel.both"
    DUEL_NEITHER = "duel.neither"
    DUEL_EARLIER = "duel.earlier"
    DUEL_LATER = "duel.later"
    DUEL_UNDO = "duel.undo"

    @property
    def group(self) -> KeyGroup:
        """View or mode in which the command works."""
        return KeyGroup(self.value.partition(".")[0])


@dataclass(frozen=True, slots=True)
class ViewKey:
    """A command of a view, with its default keys."""

    command: ViewCommand
    text: str
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name in the settings."""
        return self.command.value


@dataclass(frozen=True, slots=True)
class ViewKeys:
    """Keys of one view or mode under its title."""

    group: KeyGroup
    title: str
    rows: tuple[ViewKey, ...]


_PICTURES = frozenset({KeyGroup.PICTURE})
_BESIDE: dict[KeyGroup, frozenset[KeyGroup]] = {
    KeyGroup.LOUPE: _PICTURES,
    KeyGroup.DRAWING: _PICTURES | {KeyGroup.LOUPE, KeyGroup.MARK, KeyGroup.ONLY_HERE},
    KeyGroup.MARK: _PICTURES | {KeyGroup.LOUPE},
    KeyGroup.ONLY_HERE: _PICTURES | {KeyGroup.LOUPE},
    KeyGroup.COMPARE: _PICTURES,
    KeyGroup.PICK: _PICTURES,
    KeyGroup.DUEL: _PICTURES,
}
"""For each group, the groups whose keys work at the same time."""

WINDOW_KEYS: dict[KeyGroup, tuple[str, ...]] = {
    KeyGroup.PICK: (*"GLCDTKOW", "Shift+D", "?"),
    KeyGroup.DUEL: (*"GLTKOW", "?"),
}
"""Default shortcuts of the window's actions that work in each full-screen view."""

_REPEATING = frozenset(
    {
        *(ViewCommand.ZOOM_IN, ViewCommand.ZOOM_OUT),
        *(ViewCommand.TREE_ZOOM_IN, ViewCommand.TREE_ZOOM_OUT),
    }
)
_SIGNS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "-": "−"}


def table() -> tuple[ViewKeys, ...]:
    """The keys of all views, under their titles."""
    c = ViewCommand
    return (
        ViewKeys(KeyGroup.PICTURE, _("Large pictures"), (
            ViewKey(c.FIT, _("Fit"), ("F", "Ctrl+0")),
            ViewKey(c.HELD_ACTUAL, _("100 %, while held"), ("Z",)),
            ViewKey(c.ACTUAL, _("100 %"), ("Ctrl+1",)),
            ViewKey(c.ZOOM_IN, _("Zoom in"), ("+", "=")),
            ViewKey(c.ZOOM_OUT, _("Zoom out"), ("-",)),
            ViewKey(c.PAN, _("Drag the picture, while held"), ("Space",)),
        )),
        ViewKeys(KeyGroup.LOUPE, _("Loupe"), (
            ViewKey(c.LOUPE_ORIGINAL, _("Original, while held"), ("\\",)),
        )),
        ViewKeys(KeyGroup.DRAWING, _("Marks, region and frame"), (
            ViewKey(c.HIDE, _("Hide the drawing, while held"), ("H",)),
        )),
        ViewKeys(KeyGroup.MARK, _("Mark"), (
            ViewKey(c.MARK_PIN, _("Pin"), ("N",)),
            ViewKey(c.MARK_ARROW, _("Arrow"), ("A",)),
            ViewKey(c.MARK_BOX, _("Box"), ("U",)),
            ViewKey(c.MARK_PEN, _("Pen"), ("B",)),
            ViewKey(c.MARK_ERASER, _("Eraser"), ("E",)),
            ViewKey(c.MARK_PIN_TO_ARROW, _("Make the pin an arrow"), ("Shift+N",)),
        )),
        ViewKeys(KeyGroup.ONLY_HERE, _("Only here"), (
            ViewKey(c.REGION_BRUSH, _("Brush"), ("B",)),
            ViewKey(c.REGION_LASSO, _("Lasso"), ("Q",)),
            ViewKey(c.REGION_BOX, _("Box"), ("U",)),
            ViewKey(c.REGION_ERASER, _("Eraser"), ("E",)),
            ViewKey(c.REGION_SMALLER, _("Smaller brush"), (",",)),
            ViewKey(c.REGION_LARGER, _("Larger brush"), (".",)),
        )),
        ViewKeys(KeyGroup.COMPARE, _("Compare"), (
            ViewKey(c.COMPARE_MODE, _("Next comparison mode"), ("M",)),
            ViewKey(c.COMPARE_CHAMPION, _("New champion"), ("S",)),
            ViewKey(c.COMPARE_LEFT, _("Slider to the left, or the other picture"), (",",)),
            ViewKey(c.COMPARE_RIGHT, _("Slider to the right, or the other picture"), (".",)),
        )),
        ViewKeys(KeyGroup.TREE, _("Family tree"), (
            ViewKey(c.TREE_FOLD, _("Fold or unfold the branch"), ("S",)),
            ViewKey(c.TREE_FIT, _("Fit"), ("F",)),
            ViewKey(c.TREE_ZOOM_IN, _("Zoom in"), ("+", "=")),
            ViewKey(c.TREE_ZOOM_OUT, _("Zoom out"), ("-",)),
            ViewKey(c.TREE_NAME, _("Name the branch"), ("Shift+F2",)),
        )),
        ViewKeys(KeyGroup.PICK, _("Pick mode"), (
            ViewKey(c.PICK_PICK, _("Pick"), ("P",)),
            ViewKey(c.PICK_REJECT, _("Reject"), ("X",)),
            *(ViewKey(command, _stars(n), (str(n),)) for command, n in STARS.items()),
            ViewKey(c.PICK_UNDO, _("Undo"), ("U",)),
            ViewKey(c.PICK_ORIGINAL, _("Original, while held"), ("\\",)),
            ViewKey(c.PICK_COLUMNS, _("Show or hide the columns, while held"), ("H",)),
        )),
        ViewKeys(KeyGroup.DUEL, _("Duel"), (
            ViewKey(c.DUEL_LEFT, _("Left wins"), ("Left",)),
            ViewKey(c.DUEL_RIGHT, _("Right wins"), ("Right",)),
            ViewKey(c.DUEL_BOTH, _("Both stay"), ("Up",)),
            ViewKey(c.DUEL_NEITHER, _("Neither"), ("Down",)),
            ViewKey(c.DUEL_EARLIER, _("Earlier pair"), ("PgUp",)),
            ViewKey(c.DUEL_LATER, _("Later pair"), ("PgDown",)),
            ViewKey(c.DUEL_UNDO, _("Undo"), ("U",)),
        )),
    )  # fmt: skip


STARS = {
    ViewCommand.PICK_1: 1,
    ViewCommand.PICK_2: 2,
    ViewCommand.PICK_3: 3,
    ViewCommand.PICK_4: 4,
    ViewCommand.PICK_5: 5,
    ViewCommand.PICK_0: 0,
}
"""Stars given by pick mode's commands."""


def _stars(n: int) -> str:
    return ngettext("{n} star", "{n} stars", n).format(n=number(n)) if n else _("No stars")


_GROUPS = {one.value: one.group for one in ViewCommand}


def group_of(name: str) -> KeyGroup | None:
    """The group of a command, by its name in the settings; None for an action."""
    return _GROUPS.get(name)


def clash(name: str, other: str) -> bool:
    """Whether two commands or actions may not have the same key.

    Two actions always clash, two commands only if both work at the same time. A command and an
    action may share a key: within its view the command has priority.
    """
    mine, its = group_of(name), group_of(other)
    if mine is None or its is None:
        return mine is its
    return mine is its or its in _BESIDE.get(mine, ()) or mine in _BESIDE.get(its, ())


class _Lookup:
    """Commands and keys with the user's changes, computed once."""

    def __init__(self, changes: shortcuts.Changes) -> None:
        self.changes = changes
        rows = [row for view in table() for row in view.rows]
        present = shortcuts.effective(rows, changes, clash)
        self.keys = {row.command: tuple(map(shortcuts.normal, present[row.name])) for row in rows}
        self.commands: defaultdict[str, dict[KeyGroup, ViewCommand]] = defaultdict(dict)
        for view in table():
            for row in view.rows:
                for one in self.keys[row.command]:
                    self.commands[one][view.group] = row.command


_lookup: _Lookup | None = None


def _found() -> _Lookup:
    global _lookup
    if _lookup is None or _lookup.changes is not shortcuts.chosen():
        _lookup = _Lookup(shortcuts.chosen())
    return _lookup


def command(event: QKeyEvent, *groups: KeyGroup) -> ViewCommand | None:
    """Command of a key in these groups; earlier groups have priority.

    The repeat of a held key is not a command, unless it zooms.
    """
    by_group = _found().commands.get(shortcuts.pressed(event), {})
    found = next((by_group[group] for group in groups if group in by_group), None)
    press = event.type() == QEvent.Type.KeyPress
    return None if press and found not in _REPEATING and is_repeat(event) else found


def releases(event: QKeyEvent, which: ViewCommand) -> bool:
    """Whether a released key belongs to a command, regardless of modifiers."""
    return any(shortcuts.same_key(event, keys) for keys in _found().keys[which])


def cap(*commands: ViewCommand) -> str:
    """Text of a key cap with the first key of each of these commands; "" if they have none."""
    keys = _found().keys
    first = [next(iter(keys[one]), "") for one in commands]
    return " ".join(_SIGNS.get(one) or key_names.cap(one) for one in first if one)


def held_cap(which: ViewCommand) -> str:
    """First key of a command that works while the key is held: "hold Z"; "" if it has none."""
    key = cap(which)
    # Translators: {key} shows something for as long as it is held.
    return _("hold {key}").format(key=key) if key else ""


def spoken(which: ViewCommand) -> str:
    """First key of a command, for tool tips and screen readers; "" if it has none."""
    return key_names.spoken(next(iter(_found().keys[which]), ""))
