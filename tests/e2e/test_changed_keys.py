"""Keys of a view and of the window, changed in the dialog and used after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, DesktopProgram
from tests.e2e.screen import wait_until

pytestmark = pytest.mark.desktop


def change(program: DesktopProgram, words: str, before: str, key: str) -> None:
    """Find a shortcut by these words, and give it another key by keyboard alone."""
    user = program.desktop
    user.reader.focus(program.wait_for("text", "Find a shortcut"))
    user.keys("ctrl+a")
    user.type(words)
    program.wait_for("push button", part=f"Shortcut, {before}")
    user.keys("Tab", "Tab", "Return", key)
    program.wait_for("push button", part=f"Shortcut, {key.upper()}")


def test_changed_keys_are_used_after_a_restart(user: Desktop, home: Path) -> None:
    user.generate("a {fox|hare} in the snow", "--size", "512", "--seed", "1", home=home)
    program = user.start(home=home)
    program.wait_for_items(2)
    user.keys("ctrl+k")
    user.type("Change shortcuts")
    user.keys("Return")
    program.wait_for("dialog", part="Change shortcuts")
    change(program, "pick mode reject", "X", "j")
    change(program, "sidebar", "F9", "F8")
    user.keys("Escape", "Escape")
    wait_until(lambda: not program.find("dialog"), what="the dialog to close")
    assert program.close() == 0
    program = user.start(home=home)
    program.wait_for_items(2)
    user.reader.focus(program.gallery)

    def folded() -> bool:
        return "checked" not in program.wait_for("check box", "Sidebar").states

    assert not folded()
    user.keys("F8")
    wait_until(folded, what="the sidebar to fold")
    user.keys("Home", "ctrl+a", "shift+p")
    program.wait_for("image", part="1 of 2, not picked")
    user.keys("x", "j")
    program.wait_for("image", part="2 of 2, not picked")
    user.keys("Escape")
    wait_until(
        lambda: sum("rejected" in one.name for one in program.items()) == 1,
        what=lambda: f"one rejected picture, not {[one.name for one in program.items()]}",
    )
    assert program.close() == 0
