"""The tree view in the window: opening, walking by keys, editing from a node, naming branches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from studio.domain.entities import Flag, Picture
from tests.ui.windows import OpenedWindow, make, opened, until

_Key = Qt.Key


async def edited(window: OpenedWindow, parent: Picture, prompt: str) -> Picture:
    """A picture edited from another one, as the composer does it."""
    window.composer.edit(parent)
    window.composer.set_prompt(prompt)
    return await generated(window)


async def generated(window: OpenedWindow) -> Picture:
    before = set(window.library_view.order)
    window.composer.change_draft(replace(window.composer.draft(), size="512"))
    window.composer.generate_now()
    await until(window.core, lambda: len(window.library_view.order) == len(before) + 1, "made")
    await window.core.queue.idle()
    (row,) = set(window.library_view.order) - before
    return (await window.core.library.pictures([row]))[0]


async def family(window: OpenedWindow) -> tuple[Picture, Picture, Picture, Picture]:
    """A root with two children, and a child of the first."""
    (root,) = await make(window, "A lighthouse on an island at dawn")
    dusk = await edited(window, root, "A lighthouse on an island at dusk")
    night = await edited(window, root, "A lighthouse on an island at night")
    boat = await edited(window, dusk, "A lighthouse on an island at dusk with a boat")
    return root, dusk, night, boat


async def show(window: OpenedWindow, picture: Picture) -> None:
    """Select a picture in the grid and press T."""
    window.view_switch.show_grid()
    window.gallery.setFocus()
    window.gallery.select_keys([picture.row])
    await until(window.core, window.actions_of.every["tree"].isEnabled, "selected")
    QTest.keyClick(window.gallery, _Key.Key_T)
    await until(window.core, lambda: window.view_switch.in_tree, "open")
    await read(window, picture)


async def read(window: OpenedWindow, picture: Picture) -> None:
    def shown() -> bool:
        there = window.tree.picture
        return there is not None and there.id == picture.id

    await until(window.core, shown, "read")


def press(window: OpenedWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window.tree.canvas, key)


def selected(window: OpenedWindow) -> str:
    return window.tree.canvas.selected


async def test_t_shows_the_family_and_arrow_keys_walk_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        root, dusk, night, boat = await family(window)
        await show(window, boat)
        assert window.top_bar.views.value == "tree"
        assert set(window.tree.canvas.scene.layout.boxes) == {
            p.id for p in (root, dusk, night, boat)
        }
        for key, there in (
            (_Key.Key_Left, dusk),
            (_Key.Key_Down, night),
            (_Key.Key_Left, root),
            (_Key.Key_Right, night),  # the child visited last
            (_Key.Key_Up, dusk),
            (_Key.Key_Right, boat),
            (_Key.Key_Right, boat),
            (_Key.Key_Home, root),
            (_Key.Key_End, boat),
        ):
            press(window, key)
            assert selected(window) == there.id
        await read(window, boat)
        press(window, _Key.Key_Escape)
        assert not window.view_switch.in_tree
        assert list(window.gallery.selected_rows()) == [boat.row]


async def test_actions_are_for_the_selected_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        root, dusk, night, boat = await family(window)
        await show(window, boat)
        press(window, _Key.Key_Left)
        await read(window, dusk)
        press(window, _Key.Key_P)

        def picked() -> bool:
            return window.tree.tree.nodes[dusk.id].flag is Flag.PICK

        await until(window.core, picked, "picked")
        assert (await window.core.library.find([dusk.id]))[0].flag is Flag.PICK
        assert selected(window) == dusk.id
        press(window, _Key.Key_D)
        await until(window.core, lambda: window.view_switch.in_compare, "compared")
        assert window.compare.comparison.sides == [root.row, dusk.row]
        assert night.id in window.tree.tree.nodes


async def test_any_picture_of_the_tree_is_the_source_of_an_edit(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        root, _dusk, night, boat = await family(window)
        await show(window, boat)
        press(window, _Key.Key_Home, _Key.Key_Right, _Key.Key_Down)
        assert selected(window) == night.id
        await read(window, night)
        window.actions_of.every["edit"].trigger()

        def editing() -> bool:
            return [one.picture for one in window.composer.draft().references] == [night.id]

        await until(window.core, editing, "editing")
        window.composer.set_prompt("A lighthouse on an island at night in snow")
        snow = await generated(window)
        await until(window.core, lambda: snow.id in window.tree.tree.nodes, "in the tree")
        assert window.tree.tree.nodes[snow.id].parent == night.id
        assert snow.id in window.tree.canvas.scene.layout.boxes
        assert window.view_switch.in_tree
        assert window.tree.tree.root == root.id


async def test_a_branch_is_named_in_place_and_found_by_that_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _root, dusk, _night, boat = await family(window)
        await show(window, dusk)
        QTest.keyClick(window.tree.canvas, _Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
        field = window.tree.naming
        assert field.isVisible()
        QTest.keyClicks(field, "Quiet light")
        QTest.keyClick(field, _Key.Key_Return)
        await until(window.core, lambda: window.tree.tree.branches == [dusk.id], "named")
        assert not field.isVisible()
        assert "branch Quiet light" in window.tree.canvas.accessibleDescription()
        window.view_switch.show_grid()
        window.view_options.on_searched('branch:"Quiet light"')
        await until(
            window.core, lambda: set(window.library_view.order) == {dusk.row, boat.row}, "found"
        )


async def test_esc_leaves_the_name_of_a_branch_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (root,) = await make(window)
        await show(window, root)
        window.tree.name_branch()
        QTest.keyClicks(window.tree.naming, "Wrong")
        QTest.keyClick(window.tree.naming, _Key.Key_Escape)
        assert not window.tree.naming.isVisible()
        assert window.view_switch.in_tree
        assert window.tree.tree.branches == []


async def test_enter_opens_a_relative_that_the_grid_does_not_show(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        root, dusk, _night, _boat = await family(window)
        window.view_options.on_searched("dusk boat")
        await until(window.core, lambda: len(window.library_view.order) == 1, "searched")
        (found,) = await window.core.library.pictures(window.library_view.order)
        await show(window, found)
        press(window, _Key.Key_Left)
        await read(window, dusk)
        press(window, _Key.Key_Return)
        await until(window.core, lambda: window.view_switch.in_loupe, "loupe")
        picture = window.loupe.picture
        assert picture is None or picture.id == dusk.id
        assert root.row in window.library_view.order


async def test_a_trashed_parent_stays_as_an_empty_node(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _root, dusk, _night, boat = await family(window)
        await show(window, boat)
        await window.core.library.trash([dusk.id])

        def trashed() -> bool:
            return window.tree.tree.nodes[dusk.id].state.value == "trashed"

        await until(window.core, trashed, "trashed")
        assert selected(window) == boat.id
        assert window.tree.tree.nodes[boat.id].parent == dusk.id
        press(window, _Key.Key_Left)
        assert selected(window) == dusk.id


async def test_s_folds_a_branch_and_remembers_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _root, dusk, _night, boat = await family(window)
        await show(window, dusk)
        press(window, _Key.Key_S)
        assert boat.id not in window.tree.canvas.scene.layout.boxes
        press(window, _Key.Key_Escape)
        await show(window, dusk)
        assert boat.id not in window.tree.canvas.scene.layout.boxes
        press(window, _Key.Key_S)
        assert boat.id in window.tree.canvas.scene.layout.boxes


async def test_a_family_of_one_says_how_it_grows(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (only,) = await make(window)
        await show(window, only)
        hint = "Edit or vary it, and its family grows here."
        assert hint in [one.text() for one in window.tree.canvas.findChildren(QLabel)]
        await edited(window, only, "Another harbour")
        await until(window.core, lambda: len(window.tree.tree) == 2, "grown")


async def test_letters_of_the_tree_reach_it_before_shortcuts(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (only,) = await make(window)
        await show(window, only)
        for key in (_Key.Key_S, _Key.Key_F, _Key.Key_Left, _Key.Key_Return):
            event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
            event.ignore()
            window.tree.canvas.eventFilter(window.tree.canvas, event)
            assert event.isAccepted()


async def test_a_waiting_edit_is_a_node_of_its_source(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (root,) = await make(window)
        window.core.queue.pause(on=True)
        window.composer.edit(root)
        window.composer.set_prompt("A lighthouse in snow")
        window.composer.generate_now()
        await until(window.core, lambda: window.core.queue.jobs, "queued")
        (job,) = window.core.queue.jobs
        await show(window, root)
        assert window.tree.canvas.scene.layout.boxes[job].parent == root.id
        window.core.queue.pause(on=False)
        await until(window.core, lambda: len(window.tree.tree) == 2, "made")
        assert job not in window.tree.canvas.scene.layout.boxes
