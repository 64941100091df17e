"""Changed shortcuts: which action has a key, what the user may choose, and its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from studio.common.errors import InputError
from studio.config import shortcut_file
from studio.ui.app.action_table import menus
from studio.ui.support import shortcuts
from studio.ui.support.key_positions import code_of

ROWS = [row for menu in menus() for row in menu.rows]
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def test_the_keys_of_the_table_have_one_owner_each() -> None:
    present = shortcuts.effective(ROWS, {})
    for row in ROWS:
        assert present[row.name] == row.keys
        for keys in row.keys:
            assert shortcuts.normal(keys), keys
            assert shortcuts.owner(shortcuts.normal(keys), present, row.name) == ""


def test_a_choice_of_the_user_goes_before_a_default() -> None:
    present = shortcuts.effective(ROWS, {"vary": ["R", "Ctrl+Alt+V"], "gone": ["Q"]})
    assert present["vary"] == ("R", "Ctrl+Alt+V")
    assert present["remix"] == ()
    assert "gone" not in present


@pytest.mark.parametrize("keys", ["", "Nonsense+", "Ctrl+A, Ctrl+B"])
def test_what_is_no_shortcut_is_ignored(keys: str) -> None:
    assert shortcuts.effective(ROWS, {"vary": [keys]})["vary"] == ()


def test_a_shortcut_that_is_taken_over_is_lost_by_the_other() -> None:
    made = shortcuts.with_change(ROWS, {}, "vary", ["R"])
    assert made == {"vary": ("R",), "remix": ()}
    back = shortcuts.with_change(ROWS, made, "remix", ["R"])
    assert back == {"vary": ()}
    assert shortcuts.with_change(ROWS, back, "vary", ["V"]) == {}, "all is as at first"


@pytest.mark.parametrize(
    ("key", "mods", "position", "typed", "expected"),
    [
        (Qt.Key.Key_Question, SHIFT, "/", "?", "?"),
        (Qt.Key.Key_E, SHIFT, "e", "E", "Shift+E"),
        (Qt.Key.Key_Shift, SHIFT, "", "", ""),
        (Qt.Key.Key_F5, SHIFT, "", "", "Shift+F5"),
        (ord("П"), NONE, "g", "п", "G"),
        (ord("&"), NONE, "1", "&", "1"),
    ],
)
def test_a_press_gives_the_same_shortcut_on_every_layout(
    key: int, mods: Qt.KeyboardModifier, position: str, typed: str, expected: str
) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, mods, code_of(position), 0, 0, typed)
    assert shortcuts.pressed(event) == expected


def test_keys_that_move_and_those_of_menus_are_refused() -> None:
    of_menus = {"Alt+F": "File"}
    assert "moving" in shortcuts.refusal("Left", of_menus)
    assert "moving" in shortcuts.refusal("Esc", of_menus)
    assert "File" in shortcuts.refusal("Alt+F", of_menus)
    for keys in ("Ctrl+Left", "F5", "Q", "Alt+Q"):
        assert shortcuts.refusal(keys, of_menus) == ""


def test_the_file_brings_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "shortcuts.json"
    shortcut_file.write(path, {"vary": ("Q",), "remix": ()})
    assert shortcut_file.read(path) == {"vary": ("Q",), "remix": ()}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", json.dumps({"kind": shortcut_file.KIND}).encode()]
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "shortcuts.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        shortcut_file.read(path)
