"""Ways between the views: what each shows of the one before, and where Esc returns to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.entities import Picture
from studio.domain.stacks import StackBy
from tests.ui.windows import OpenedWindow, make, opened, until

_Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def press(key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, mods)


async def choose(window: OpenedWindow, *pictures: Picture) -> None:
    """Select pictures in the grid, until the actions are for them."""
    window.activateWindow()
    await until(window.core, window.isActiveWindow, "active")
    window.gallery.setFocus()
    window.gallery.select_keys([one.row for one in pictures])
    panel = window.inspector
    await until(
        window.core, lambda: {p.id for p in panel.pictures} == {p.id for p in pictures}, "told"
    )


async def viewed(window: OpenedWindow, picture: Picture, view: str) -> None:
    """Wait until a large view shows a picture."""

    def there() -> bool:
        large = window.view_switch.large
        shown = None if large is None else large.picture
        return (
            window.built.view_stack.current == view and shown is not None and shown.id == picture.id
        )

    await until(window.core, there, f"{picture.name} in {view}")


async def test_the_inspector_is_for_the_picture_of_the_loupe_also_within_a_closed_stack(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=4)
        window.view_options.on_stacks_chosen(StackBy.RUN)
        await until(window.core, lambda: window.gallery.rows.rowCount() == 1, "stacked")
        await window.library_view.settled()
        key = max(pictures, key=lambda one: one.row)
        await choose(window, key)
        press(_Key.Key_L)
        await viewed(window, key, "loupe")
        told: list[object] = []
        window.gallery.selection_changed.connect(told.append)
        press(_Key.Key_Left)
        other = window.loupe.picture
        assert other is not None
        assert other.id != key.id
        # The grid tells of its tile later.
        await until(window.core, lambda: told, "the grid has told of its stack")
        assert [one.id for one in window.inspector.pictures] == [other.id]
        assert not window.actions_of.every["unstack"].isEnabled()
