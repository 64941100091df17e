"""Switching between the views: their pictures, and where Esc returns to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain.entities import Flag, Picture
from studio.domain.stacks import StackBy
from studio.library.query import View
from studio.ui.support.loupe_modes import LoupeModeName
from tests.ui.controllers.test_tree import family, read, selected, show
from tests.ui.windows import OpenedWindow, make, opened, until


def in_marks(window: OpenedWindow) -> bool:
    return window.view_switch.loupe_mode is LoupeModeName.MARK


_Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def press(key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, mods)


def step_out_of_marks(window: OpenedWindow) -> None:
    """Esc puts the pin away, which is chosen at first; the next one ends the mode."""
    press(_Key.Key_Escape)
    assert in_marks(window)
    press(_Key.Key_Escape)
    assert not in_marks(window)


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


async def test_esc_returns_from_comparison_and_loupe_to_the_tree_they_were_opened_in(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        _root, dusk, _night, boat = await family(window)
        await show(window, dusk)
        press(_Key.Key_D)
        await viewed(window, dusk, "compare")
        press(_Key.Key_Escape)
        assert window.view_switch.in_tree
        assert selected(window) == dusk.id
        assert [one.id for one in window.inspector.pictures] == [dusk.id]
        press(_Key.Key_Return)
        await viewed(window, dusk, "loupe")
        # A way to the comparison leads back to the same tree.
        press(_Key.Key_D)
        await viewed(window, dusk, "compare")
        press(_Key.Key_L)
        await viewed(window, dusk, "loupe")
        window.loupe.show_pictures(
            window.library_view.order, window.library_view.order.index(boat.row)
        )
        await viewed(window, boat, "loupe")
        press(_Key.Key_Escape)
        assert window.view_switch.in_tree
        # At the picture that was looked at last.
        assert selected(window) == boat.id
        await read(window, boat)
        press(_Key.Key_Escape)
        assert window.view_switch.large is None
        await choose(window, boat)
        press(_Key.Key_L)
        await viewed(window, boat, "loupe")
        press(_Key.Key_Escape)
        assert window.view_switch.large is None


async def test_esc_returns_to_the_round_a_comparison_was_opened_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await choose(window, *pictures)
        press(_Key.Key_P, SHIFT)
        await viewed(window, pictures[0], "pick")
        press(_Key.Key_P)
        await viewed(window, pictures[1], "pick")
        await until(window.core, lambda: window.built.pick_rounds.idle, "recorded")
        press(_Key.Key_C)
        await viewed(window, pictures[2], "compare")
        press(_Key.Key_Escape)
        await viewed(window, pictures[1], "pick")
        assert len(window.pick.round.decisions) == 1
        press(_Key.Key_L)
        await viewed(window, pictures[1], "loupe")
        await window.core.library.choosing.delete_round(window.pick.round.id)
        press(_Key.Key_Escape)
        await until(window.core, lambda: window.view_switch.large is None, "the grid")


async def test_the_loupe_of_a_picture_the_shelf_does_not_have_shows_that_picture(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        root, dusk, _night, _boat = await family(window)
        await window.core.library.flag([dusk.id], Flag.PICK)
        window.show_shelf(View.PICKS)
        await until(window.core, lambda: list(window.library_view.order) == [dusk.row], "picks")
        await choose(window, (await window.core.library.find([dusk.id]))[0])
        press(_Key.Key_D)
        await viewed(window, (await window.core.library.find([dusk.id]))[0], "compare")
        window.compare.comparison.locked = False
        press(_Key.Key_Backtab, SHIFT)
        await viewed(window, root, "compare")
        press(_Key.Key_L)
        await viewed(window, root, "loupe")


async def test_marks_are_drawn_on_the_source_also_while_the_shelf_does_not_have_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        picked, source = await make(window, count=2)
        await window.core.library.flag([picked.id], Flag.PICK)
        window.show_shelf(View.PICKS)
        await until(window.core, lambda: list(window.library_view.order) == [picked.row], "picks")
        window.composer.edit(source)
        window.built.on_drawing_wanted(LoupeModeName.MARK, source.id)
        await viewed(window, source, "loupe")
        await until(window.core, lambda: in_marks(window), "marking")
        shown = window.loupe.picture
        assert shown is not None
        assert shown.id == source.id


async def test_undo_brings_a_picture_back_into_the_comparison(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, second, third = await make(window, count=3)
        await choose(window, first, second)
        press(_Key.Key_C)
        await viewed(window, second, "compare")
        press(_Key.Key_Delete)
        await viewed(window, third, "compare")
        await until(window.core, lambda: second.row not in window.library_view.order, "trashed")
        window.pictures.undo()
        await viewed(window, second, "compare")
        assert window.compare.comparison.sides == [first.row, second.row]


async def test_esc_returns_to_the_duel_and_from_there_to_its_round(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await choose(window, *pictures)
        press(_Key.Key_P, SHIFT)
        await viewed(window, pictures[0], "pick")
        press(_Key.Key_P)
        await viewed(window, pictures[1], "pick")
        press(_Key.Key_P)
        await viewed(window, pictures[2], "pick")
        await until(window.core, lambda: window.built.pick_rounds.idle, "recorded")
        press(_Key.Key_D, SHIFT)
        await until(window.core, lambda: window.view_switch.in_duel, "the duel")
        await until(window.core, lambda: window.duel.picture, "read")
        left = window.duel.picture
        assert left is not None
        press(_Key.Key_K)
        await viewed(window, left, "loupe")
        await until(window.core, lambda: in_marks(window), "marking")
        step_out_of_marks(window)
        press(_Key.Key_Escape)
        await until(window.core, lambda: window.view_switch.in_duel, "the duel again")
        press(_Key.Key_Escape)
        await until(window.core, lambda: window.view_switch.in_pick, "the round")


async def test_k_and_t_are_heard_in_pick_mode(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        await choose(window, *pictures)
        press(_Key.Key_P, SHIFT)
        await viewed(window, pictures[0], "pick")
        press(_Key.Key_K)
        await viewed(window, pictures[0], "loupe")
        await until(window.core, lambda: in_marks(window), "marking")
        step_out_of_marks(window)
        press(_Key.Key_Escape)
        await viewed(window, pictures[0], "pick")
        press(_Key.Key_T)
        await viewed(window, pictures[0], "tree")
