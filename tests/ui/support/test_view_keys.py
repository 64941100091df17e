"""The table of view keys: what a key does in a view, as usual and as the user chose."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from studio.ui.support import shortcuts, view_keys
from studio.ui.support.view_keys import KeyGroup, ViewCommand

ROWS = [row for view in view_keys.table() for row in view.rows]
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def event(
    key: Qt.Key,
    mods: Qt.KeyboardModifier = NONE,
    text: str = "",
    kind: QEvent.Type = QEvent.Type.KeyPress,
) -> QKeyEvent:
    return QKeyEvent(kind, key.value, mods, text)


def test_every_command_has_one_row_under_its_view() -> None:
    assert Counter(row.command for row in ROWS) == Counter(ViewCommand)
    for view in view_keys.table():
        assert {view_keys.group_of(row.name) for row in view.rows} == {view.group}


def test_no_two_commands_that_work_together_have_the_same_key() -> None:
    present = shortcuts.effective(ROWS, {}, view_keys.clash)
    for row in ROWS:
        assert present[row.name] == row.keys
        for keys in row.keys:
            assert shortcuts.normal(keys) == keys
            assert shortcuts.owner(keys, present, row.name, view_keys.clash) == ""


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("mark.pin", "loupe.original", True),
        ("picture.fit", "mark.pin", True),
        ("drawing.hide", "only-here.brush", True),
        ("mark.pin", "only-here.brush", False),
        ("compare.mode", "tree.fold", False),
        ("vary", "remix", True),
        ("vary", "mark.pin", False),
    ],
)
def test_keys_clash_where_both_work(name: str, other: str, *, expected: bool) -> None:
    assert view_keys.clash(name, other) is expected
    assert view_keys.clash(other, name) is expected


def test_a_key_is_looked_up_in_the_group_that_comes_first() -> None:
    shortcuts.use((), {"tree.fold": ("J",)})
    j = event(Qt.Key.Key_J)
    assert view_keys.command(j, KeyGroup.TREE) is ViewCommand.TREE_FOLD
    assert view_keys.command(j, KeyGroup.PICK, KeyGroup.PICTURE) is None
    assert view_keys.command(event(Qt.Key.Key_S), KeyGroup.TREE) is None
    assert view_keys.command(event(Qt.Key.Key_S), KeyGroup.COMPARE) is ViewCommand.COMPARE_CHAMPION


def test_a_chosen_key_takes_the_place_of_a_usual_one_of_its_view_alone() -> None:
    shortcuts.use((), {"mark.pin": ("Z",), "vary": ("N",)})
    groups = (KeyGroup.MARK, KeyGroup.LOUPE, KeyGroup.PICTURE)
    z = event(Qt.Key.Key_Z)
    assert view_keys.command(z, *groups) is ViewCommand.MARK_PIN
    assert view_keys.cap(ViewCommand.HELD_ACTUAL) == "", "taken by the pin"
    assert view_keys.command(event(Qt.Key.Key_N), *groups) is None
    shortcuts.use((), {"vary": ("N",)})
    assert view_keys.command(event(Qt.Key.Key_N), *groups) is ViewCommand.MARK_PIN, (
        "a shortcut of an action takes no key from a view"
    )


def test_a_release_is_known_whatever_else_is_held_by_then() -> None:
    shortcuts.use((), {"pick.original": ("Shift+F",)})
    released = event(Qt.Key.Key_F, CTRL, kind=QEvent.Type.KeyRelease)
    assert view_keys.releases(released, ViewCommand.PICK_ORIGINAL)
    assert not view_keys.releases(released, ViewCommand.PICK_COLUMNS)


def test_keys_are_shown_as_caps() -> None:
    assert view_keys.cap(ViewCommand.DUEL_LEFT) == "←"
    assert view_keys.cap(ViewCommand.ZOOM_OUT) == "−"
    assert view_keys.cap(ViewCommand.ACTUAL) == "Ctrl 1"
    assert view_keys.cap(ViewCommand.REGION_SMALLER, ViewCommand.REGION_LARGER) == ", ."
    shortcuts.use((), {"only-here.smaller": ()})
    assert view_keys.cap(ViewCommand.REGION_SMALLER, ViewCommand.REGION_LARGER) == "."
    assert view_keys.spoken(ViewCommand.REGION_SMALLER) == ""


def test_letters_that_work_in_full_screen_are_usual_shortcuts() -> None:
    """A misspelt one would be left to the view without a word."""
    for keys in {key for own in view_keys.WINDOW_KEYS.values() for key in own}:
        assert shortcuts.normal(keys) == keys
