"""Collections in the window: made of the selection, filled by a drop, renamed, deleted, shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.library.query import View
from studio.ui.controllers.collections import CollectionsController
from studio.ui.dialogs.name_popover import NamePopover
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.sidebar import Sidebar
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.style import theme
from studio.ui.support import sidebar_items
from tests.ui.user_actions import drop, mime, names
from tests.ui.windows import OpenedWindow, make, opened, until


def named(shelving: CollectionsController, name: str) -> None:
    """Write a name into what asks for it."""
    asked = shelving.naming
    assert isinstance(asked, NamePopover)
    asked.field.setText(name)
    QTest.keyClick(asked.field, Qt.Key.Key_Return)


async def test_a_collection_lives_in_the_sidebar(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=3, tiles=3)
        shelving, core, side = window.collections_controller, window.core, window.sidebar
        window.gallery.select_everything()
        await until(core, lambda: bool(window.gallery.selected_items()), "selection")
        side.new.click()
        named(shelving, "Harbour posters")
        await until(core, lambda: [one.pictures for one in shelving.every] == [3], "made")
        assert names(side.collections) == ["Harbour posters, 3"]

        QTest.mouseClick(
            side.collections.viewport(),
            Qt.MouseButton.LeftButton,
            pos=side.collections.visualItemRect(side.collections.item(0)).center(),
        )
        assert shelving.naming is None
        await until(core, lambda: not window.findChildren(NamePopover), "put away")
        made = shelving.every[0]
        assert window.library_view.query.collection == made.id
        await until(core, lambda: window.library_view.shown == 3, "shown")

        place = side.collections.place(0)
        shelving.on_asked(place, "rename")
        named(shelving, "Posters")
        await until(core, lambda: shelving.every[0].name == "Posters", "renamed")
        side.model.collection_asked.emit(place, "delete")
        await until(core, lambda: not shelving.every, "deleted")
        await until(core, lambda: not window.library_view.query.collection, "left")
        assert window.library_view.query.view is View.ALL
        window.pictures.undo()
        await until(core, lambda: [one.name for one in shelving.every] == ["Posters"], "back")


async def test_pictures_are_dropped_into_a_collection(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        made = await window.core.library.collections.make("Best")
        await until(window.core, lambda: bool(window.collections_controller.every), "made")
        rows = window.sidebar.collections
        at = rows.visualItemRect(rows.item(0)).center()
        assert drop(rows.viewport(), at, mime(picture.id))
        await until(
            window.core, lambda: window.collections_controller.every[0].pictures == 1, "dropped"
        )
        (found,) = await window.core.library.find([picture.id])
        assert found.collections == (made.id,)


async def test_a_search_is_saved_and_takes_no_drops(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        window.top_bar.searched.emit("lighthouse rating:>=4")
        await until(window.core, lambda: window.library_view.shown == 0, "nothing yet")
        window.collections_controller.on_save_search()
        named(window.collections_controller, "Good")
        every = window.collections_controller
        await until(window.core, lambda: bool(every.every), "saved")
        await until(window.core, lambda: every.every[0].pictures == 0, "counted")
        await window.core.library.rate([picture.id], 5)
        await until(window.core, lambda: every.every[0].pictures == 1, "found")
        rows = window.sidebar.collections
        at = rows.visualItemRect(rows.item(0)).center()
        assert not drop(rows.viewport(), at, mime(picture.id))


async def test_a_name_that_is_taken_is_reported_where_it_was_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await window.core.library.collections.make("Best")
        window.collections_controller.on_new()
        asked = window.collections_controller.naming
        assert asked is not None
        named(window.collections_controller, "best")
        await until(window.core, lambda: bool(asked.trouble.text()), "told")
        assert "already" in asked.trouble.text()
        assert asked.isVisible()
        asked.close_it()


def test_the_arrows_pass_through_the_collections(qapp: QApplication) -> None:
    theme.install(qapp, "dark", scale=1.0)
    side = Sidebar(SidebarModel())
    chosen: list[str] = []
    side.model.collection_chosen.connect(chosen.append)
    rows = [
        sidebar_items.SidebarItem(label=x, icon="folder", view=View.ALL, collection=x) for x in "ab"
    ]
    side.model.show_collections(rows)
    side.resize(224, 700)
    side.show()
    side.activateWindow()
    library, collections, prompts, _trash = side.lists
    side.model.set_view(View.ALL)
    library.setFocus()
    QApplication.processEvents()
    for _step in range(4):
        QTest.keyClick(library, Qt.Key.Key_Down)
    assert collections.hasFocus()
    assert chosen == ["a"]
    QTest.keyClick(collections, Qt.Key.Key_Down)
    QTest.keyClick(collections, Qt.Key.Key_Down)
    assert prompts.hasFocus()
    assert chosen == ["a", "b"]
    side.model.set_view(View.ALL, "b")
    assert collections.selectedItems()[0].text() == "b"
    assert not library.selectedItems()
    side.deleteLater()


async def test_the_inspector_says_which_collections_a_picture_is_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        collections = window.core.library.collections
        made = await collections.make("Harbour")
        window.gallery.select_keys([picture.row])
        await collections.add([picture.id], made.id)

        def told() -> dict[str, str]:
            return {fact.label: fact.value for fact in window.inspector.page.facts.facts}

        await until(window.core, lambda: told().get("Collections") == "Harbour", "told")
        await collections.rename(made.id, "Harbour campaign")
        await until(window.core, lambda: told().get("Collections") == "Harbour campaign", "renamed")


def at(rows: PlaceList, row: int) -> QPoint:
    return rows.visualItemRect(rows.item(row)).center()


def drag(rows: PlaceList, start: QPoint, end: QPoint) -> None:
    """Take a row and let it go elsewhere, in steps as a hand makes them."""
    view, left = rows.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=start)
    for step in range(1, 9):
        where = QPointF(start + (end - start) * step / 8)
        moved = QMouseEvent(
            QEvent.Type.MouseMove,
            where,
            QPointF(view.mapToGlobal(where.toPoint())),
            Qt.MouseButton.NoButton,
            left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view, moved)
    QTest.mouseRelease(view, left, pos=end)


async def test_collections_are_reordered_by_drag_and_keys_and_stay_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (picture,) = await make(window)
        collections, every = window.core.library.collections, window.collections_controller
        for name in ("Ash", "Birch", "Cedar"):
            await collections.make(name)
        await until(window.core, lambda: listed(window) == ["Ash", "Birch", "Cedar"], "listed")
        rows = window.sidebar.collections
        drag(rows, at(rows, 2), at(rows, 0) - QPoint(0, 10))
        await until(window.core, lambda: listed(window) == ["Cedar", "Ash", "Birch"], "dragged")
        assert window.toast.text == "Collections reordered"
        drag(rows, at(rows, 0), at(rows, 0) + QPoint(0, 2))
        assert rows.reorder.gap == -1, "a small move is none"
        window.sidebar.model.choose(rows.place(0))
        rows.setCurrentRow(0)
        QTest.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        await until(window.core, lambda: listed(window) == ["Ash", "Cedar", "Birch"], "by key")
        window.toast.on_undo()
        await until(window.core, lambda: listed(window) == ["Cedar", "Ash", "Birch"], "undone")
        assert every.every[0].name == "Cedar"
        assert drop(rows.viewport(), at(rows, 0), mime(picture.id)), "pictures still drop on rows"
    async with opened(tmp_path) as window:
        await until(window.core, lambda: listed(window) == ["Cedar", "Ash", "Birch"], "remembered")


def listed(window: OpenedWindow) -> list[str]:
    return [row.label for row in window.sidebar.model.collections]


async def test_a_double_click_renames_a_collection(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await window.core.library.collections.make("Ash")
        await until(window.core, lambda: listed(window) == ["Ash"], "listed")
        rows = window.sidebar.collections
        QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at(rows, 0))
        named(window.collections_controller, "Birch")
        await until(window.core, lambda: listed(window) == ["Birch"], "renamed")


async def test_a_right_click_opens_the_menu_of_a_place_and_chooses_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        asked: list[object] = []
        places = window.sidebar.model
        places.menu_wanted.disconnect()
        places.menu_wanted.connect(lambda place, _where: asked.append(place))
        trash = window.sidebar.lists[-1]
        spot = at(trash, 0)
        right = Qt.MouseButton.RightButton
        QTest.mouseClick(trash.viewport(), right, pos=spot)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, spot, trash.viewport().mapToGlobal(spot)
        )
        QApplication.sendEvent(trash.viewport(), event)
        button = window.rail.button(View.TRASH)
        keyboard = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(button, QContextMenuEvent(keyboard, QPoint(), QPoint()))
        assert asked == [sidebar_items.trash(), sidebar_items.trash()]
        assert window.library_view.query.view is View.ALL
