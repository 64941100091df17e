"""Keys of views that the user changed, in the window and after the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.domain.choices import Verdict
from studio.ui.dialogs.shortcut_editor import ShortcutEditor
from studio.ui.widgets.text import KeyCap
from tests.ui.controllers import test_compare, test_duel
from tests.ui.controllers.test_pick import picking, press, saved, shown
from tests.ui.windows import OpenedWindow, make, opened, until

K = Qt.Key


def change(window: OpenedWindow, name: str, key: Qt.Key) -> None:
    """Give an action or a command of a view this key in the dialog, whatever else it does."""
    editor: ShortcutEditor = window.dialogs.change_shortcuts()
    editor.select(name)
    assert editor.current == name
    editor.first.click()
    QTest.keyClick(editor.first, key)
    if editor.take.isVisible():
        editor.take.click()
    editor.reject()


async def test_changed_keys_of_pick_mode_and_of_an_action_work_after_a_restart(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=4)
        change(window, "pick.reject", K.Key_J)
        change(window, "grid", K.Key_Q)
    async with opened(tmp_path) as window:
        pictures = await window.core.library.pictures(window.library_view.order)
        await picking(window, *pictures)
        press(window, K.Key_J)
        press(window, K.Key_X)
        assert [one.verdict for one in (await saved(window)).decisions] == [Verdict.REJECT]
        caps = [cap.text() for cap in window.pick.keys.findChildren(KeyCap)]
        assert "J" in caps
        assert "X" not in caps
        press(window, K.Key_G)
        assert window.view_switch.in_pick, "G is no shortcut any more"
        press(window, K.Key_Q)
        await until(window.core, lambda: not window.view_switch.in_pick, "left for the grid")


async def test_a_key_of_a_view_goes_before_a_shortcut_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=3)
        change(window, "pick.reject", K.Key_G)
        assert window.actions_of.keys_of("grid") == ("G",), "in other views as before"
        pictures = await window.core.library.pictures(window.library_view.order)
        await picking(window, *pictures)
        press(window, K.Key_G)
        assert window.view_switch.in_pick
        assert [one.verdict for one in (await saved(window)).decisions] == [Verdict.REJECT]


async def test_undo_of_a_view_follows_its_key_and_the_shortcut_of_undo(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        changed = {"pick.undo": ("B",), "undo": ("Ctrl+U",)}
        window.core.settings.change(shortcuts=changed)
        await picking(window, *pictures)
        for key, mods in ((K.Key_B, None), (K.Key_U, Qt.KeyboardModifier.ControlModifier)):
            press(window, K.Key_P)
            assert len((await saved(window)).decisions) == 1
            press(window, key, mods)
            assert not (await saved(window)).decisions
            await shown(window)


async def test_a_duel_is_decided_by_a_chosen_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        window.core.settings.change(shortcuts={"duel.left": ("A", "Left"), "duel.right": ("S",)})
        await test_duel.dueling(window, *pictures)
        test_duel.press(window, K.Key_A)
        assert len((await test_duel.saved(window)).decisions) == 1
        test_duel.press(window, K.Key_Right)
        assert len((await test_duel.saved(window)).decisions) == 1, "no longer a key"


async def test_a_comparison_changes_its_mode_and_zooms_by_chosen_keys(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, second = await make(window, count=2)
        changed = {"compare.mode": ("N",), "picture.held-actual": ("Q",), "compare.right": (";",)}
        window.core.settings.change(shortcuts=changed)
        await test_compare.compared(window, first, second)
        view, canvas = window.compare, window.compare.panes[0].canvas
        before = view.mode
        test_compare.press(window, K.Key_M)
        assert view.mode is before
        test_compare.press(window, K.Key_N)
        assert view.mode is not before
        QTest.keyPress(canvas, K.Key_Q)
        assert view._held_zoom.active
        QTest.keyRelease(canvas, K.Key_Q)
        await until(window.core, lambda: not view._held_zoom.active, "released")
