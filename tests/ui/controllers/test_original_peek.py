"""The original of the current picture, shown over every view while its key is held."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.entities import Picture
from studio.ui.controllers.original_peek import OriginalPeek
from studio.ui.widgets.toast import Toast
from tests.ui.controllers import test_tree
from tests.ui.controllers.test_compare import compared, edited
from tests.ui.windows import OpenedWindow, make, opened, until

KEY = Qt.Key.Key_Backslash


def peek_of(window: OpenedWindow) -> OriginalPeek:
    return window.built.original_peek.get()


async def in_grid(window: OpenedWindow, picture: Picture) -> QWidget:
    window.gallery.setFocus()
    window.gallery.select_keys([picture.row])
    await until(window.core, window.actions_of.every["before"].isEnabled, "selected")
    return window.gallery


async def in_tree(window: OpenedWindow, picture: Picture) -> QWidget:
    await test_tree.show(window, picture)
    return window.tree.canvas


async def in_comparison(window: OpenedWindow, picture: Picture) -> QWidget:
    other = next(row for row in window.library_view.order if row != picture.row)
    (found,) = await window.core.library.pictures([other])
    await compared(window, found, picture)
    side = window.compare.comparison.sides.index(picture.row)
    window.compare.on_lock_chosen(False)
    window.compare.on_side_chosen(side)
    return window.compare.panes[0].canvas


@pytest.mark.parametrize("view", [in_grid, in_tree, in_comparison])
async def test_the_original_is_over_the_view_while_the_key_is_held(
    tmp_path: Path, view: Callable[[OpenedWindow, Picture], object]
) -> None:
    async with opened(tmp_path) as window:
        (parent,) = await make(window)
        child = await edited(window, parent)
        focused = await view(window, child)  # type: ignore[misc]
        QTest.keyPress(focused, KEY)
        peek = peek_of(window).peek
        await until(window.core, peek.isVisible, "shown")
        assert peek.picture is not None
        assert peek.picture.id == parent.id
        assert peek.size() == window.views.size()
        assert peek.canvas.accessibleName() == f"Original: {parent.name}"
        # A held key repeats.
        again = QKeyEvent(
            QEvent.Type.KeyRelease, KEY, Qt.KeyboardModifier.NoModifier, "\\", autorep=True
        )
        QApplication.sendEvent(focused, again)
        assert peek.isVisible()
        QTest.keyRelease(focused, KEY)
        assert not peek.isVisible()
        assert focused.isVisible()


async def test_a_key_released_before_the_original_is_read_shows_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (parent,) = await make(window)
        focused = await in_grid(window, await edited(window, parent))
        QTest.keyClick(focused, KEY)
        await window.core.library.counts(0.0)
        assert not peek_of(window).peek.isVisible()


async def test_chosen_in_a_menu_it_stays_until_the_next_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (parent,) = await make(window)
        focused = await in_grid(window, await edited(window, parent))
        window.actions_of.every["before"].trigger()
        peek = peek_of(window).peek
        await until(window.core, peek.isVisible, "shown")
        QTest.keyRelease(focused, Qt.Key.Key_Return)
        assert peek.isVisible()
        QTest.keyClick(focused, Qt.Key.Key_Shift)
        assert not peek.isVisible()


async def test_a_picture_without_an_original_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (only,) = await make(window)
        focused = await in_grid(window, only)
        QTest.keyPress(focused, KEY)
        toast = window.findChild(Toast)
        assert toast is not None
        await until(window.core, toast.isVisible, "told")
        assert not peek_of(window).peek.isVisible()
        QTest.keyRelease(focused, KEY)
