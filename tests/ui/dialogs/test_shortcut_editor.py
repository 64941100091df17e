"""The dialog that changes shortcuts, on the real table of actions and a settings file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog

from studio.config import shortcut_file
from studio.ui.dialogs.shortcut_editor import ShortcutButton, ShortcutEditor
from studio.ui.window.top_bar import TopBar
from tests.ui import windows
from tests.ui.answers import Answering
from tests.ui.windows import OpenedWindow, until

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def editor_at(window: OpenedWindow, name: str) -> ShortcutEditor:
    editor = window.dialogs.change_shortcuts()
    editor.select(name)
    assert editor.current == name
    return editor


def choose(button: ShortcutButton, key: Qt.Key, mods: Qt.KeyboardModifier | None = None) -> None:
    button.click()
    QTest.keyClick(button, key, mods or Qt.KeyboardModifier.NoModifier)


class FileChooser:
    """Somebody who chooses a file in every dialog for files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def finished(self, dialog: QFileDialog) -> int:
        """Choose it."""
        dialog.setDirectory(str(self.path.parent))
        dialog.selectFile(self.path.name)
        return 1


def keys(window: OpenedWindow, name: str) -> list[str]:
    """What Qt itself has as the shortcuts of an action."""
    return [one.toString() for one in window.actions_of.every[name].shortcuts()]


async def test_a_free_key_works_at_once_and_is_saved(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "vary")
        choose(editor.first, Qt.Key.Key_7)
        assert keys(window, "vary") == ["7"]
        assert window.core.settings.value.shortcuts == {"vary": ("7",)}
        choose(editor.second, Qt.Key.Key_V, CTRL | ALT)
        assert keys(window, "vary") == ["7", "Ctrl+Alt+V"]
        editor.reject()
    async with windows.opened(tmp_path) as window:
        assert keys(window, "vary") == ["7", "Ctrl+Alt+V"], "also after the next start"


async def test_a_key_of_another_action_is_told_and_taken_only_if_wanted(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "vary")
        choose(editor.first, Qt.Key.Key_R)
        assert "Remix" in editor.note.text()
        assert editor.take.isVisible()
        assert keys(window, "vary") == ["V"]
        assert keys(window, "remix") == ["R"]
        editor.take.click()
        assert keys(window, "vary") == ["R"]
        assert keys(window, "remix") == []
        assert not editor.take.isVisible()


@pytest.mark.parametrize(
    ("key", "mods", "part"),
    [(Qt.Key.Key_Left, None, "moving"), (Qt.Key.Key_F, ALT, "File")],
)
async def test_a_key_with_a_meaning_everywhere_is_refused(
    tmp_path: Path, key: Qt.Key, mods: Qt.KeyboardModifier | None, part: str
) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "vary")
        choose(editor.first, key, mods)
        assert part in editor.note.text()
        assert not editor.take.isVisible()
        assert keys(window, "vary") == ["V"]


async def test_escape_keeps_and_backspace_takes_away(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "vary")
        choose(editor.first, Qt.Key.Key_Escape)
        assert editor.isVisible()
        assert keys(window, "vary") == ["V"]
        choose(editor.first, Qt.Key.Key_Backspace)
        assert keys(window, "vary") == []
        editor.reset.click()
        assert keys(window, "vary") == ["V"]
        assert window.core.settings.value.shortcuts == {}


async def test_all_changes_are_exported_reset_and_imported(
    tmp_path: Path, answering: Answering
) -> None:
    path = tmp_path / "shortcuts.json"
    answering(FileChooser(path).finished)
    async with windows.opened(tmp_path / "home") as window:
        window.core.settings.change(shortcuts={"vary": ("Q",)})
        editor = editor_at(window, "vary")
        editor.on_export()
        await until(window.core, path.exists, "written")
        assert shortcut_file.read(path) == {"vary": ("Q",)}
        editor.reset_all.click()
        assert keys(window, "vary") == ["V"]
        assert not editor.reset_all.isEnabled()
        editor.on_import()
        await until(window.core, lambda: keys(window, "vary") == ["Q"], "read")
        assert "shortcuts.json" in editor.note.text()
        editor.undo.click()
        assert keys(window, "vary") == ["V"], "before the import"
        editor.done(QDialog.DialogCode.Accepted)


async def test_reset_all_is_undone_on_the_spot(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        changes = {"vary": ("Q",), "pick.reject": ("J",)}
        window.core.settings.change(shortcuts=changes)
        editor = editor_at(window, "vary")
        assert not editor.undo.isVisible()
        editor.reset_all.click()
        assert window.core.settings.value.shortcuts == {}
        assert editor.undo.isVisible()
        assert editor.focusWidget() is editor.undo
        editor.undo.click()
        assert window.core.settings.value.shortcuts == changes
        assert keys(window, "vary") == ["Q"]
        assert not editor.undo.isVisible()
        editor.reject()


def lines(editor: ShortcutEditor) -> list[str]:
    return [editor.list.item(n).text() for n in range(editor.list.count())]


async def test_keys_of_views_are_listed_and_found_under_the_title_of_their_view(
    tmp_path: Path,
) -> None:
    async with windows.opened(tmp_path) as window:
        editor = window.dialogs.change_shortcuts()
        assert {"File", "Pick mode", "Duel", "Loupe", "Family tree"} <= set(lines(editor))
        editor.filter.set_text("pick mode")
        editor.on_edited("pick mode reject")
        assert lines(editor) == ["Pick mode", "Reject"]
        assert editor.current == "pick.reject"
        QTest.keyClick(editor.list, Qt.Key.Key_Home)
        assert editor.current == "pick.reject", "no heading is an entry"
        editor.on_edited("zzz")
        assert editor.current == ""
        editor.reject()


async def test_a_key_of_the_same_view_is_told_and_taken_over(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "mark.pin")
        choose(editor.first, Qt.Key.Key_Z)
        assert "100 %" in editor.note.text()
        assert editor.take.text() == "Reassign it"
        editor.take.click()
        changes = window.core.settings.value.shortcuts
        assert changes == {"mark.pin": ("Z",), "picture.held-actual": ()}
        choose(editor.first, Qt.Key.Key_Q)
        assert not editor.take.isVisible(), "the lasso is a tool of another mode"
        editor.reject()


async def test_a_shortcut_that_works_in_the_view_is_told_and_stays(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "pick.reject")
        choose(editor.first, Qt.Key.Key_V)
        assert not editor.note.text(), "V does nothing in pick mode"
        choose(editor.first, Qt.Key.Key_G)
        assert "Grid" in editor.note.text()
        assert editor.take.text() == "Use it anyway"
        editor.take.click()
        assert window.core.settings.value.shortcuts == {"pick.reject": ("G",)}
        assert keys(window, "grid") == ["G"]
        editor.select("compare.mode")
        choose(editor.first, Qt.Key.Key_V)
        assert "Vary" in editor.note.text()
        editor.reject()


async def test_a_shortcut_that_views_use_themselves_is_told(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        editor = editor_at(window, "vary")
        choose(editor.first, Qt.Key.Key_B)
        assert "Mark" in editor.note.text()
        assert "Only here" in editor.note.text()
        editor.take.click()
        assert keys(window, "vary") == ["B"]
        choose(editor.first, Qt.Key.Key_H)
        assert "Pick mode" not in editor.note.text(), "Vary does not work there"
        editor.reject()


async def test_the_sheet_the_palette_and_the_buttons_show_the_chosen_key(tmp_path: Path) -> None:
    async with windows.opened(tmp_path) as window:
        window.core.settings.change(shortcuts={"sidebar": ("F8",)})
        assert window.actions_of.keys_of("sidebar") == ("F8",)
        bar = window.findChild(TopBar)
        assert bar is not None
        assert "F8" in bar.sidebar.toolTip()
