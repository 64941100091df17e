"""The collections of a narrow window: opened from the rail, chosen, filled, made."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.library.query import View
from studio.ui.panels.sidebar.rail import RailList
from tests.ui.user_actions import drop, mime, names
from tests.ui.windows import OpenedWindow, make, opened, until

NARROW = 1024


def listed(window: OpenedWindow) -> RailList:
    found = window.collections_controller.listed
    assert found is not None
    return found


async def test_collections_and_searches_are_reached_from_the_rail(tmp_path: Path) -> None:
    async with opened(tmp_path, width=NARROW) as window:
        pictures = await make(window, count=3, tiles=3)
        core, rail = window.core, window.rail
        collections = core.library.collections
        best = await collections.make("Best")
        icons = await collections.make("Icons")
        good = await collections.make("Good ones", "rating:>=4")
        await collections.add([pictures[0].id], best.id)
        counted = lambda: [one.pictures for one in window.collections_controller.every] == [1, 0, 0]  # noqa: E731
        await until(core, counted, "made")
        assert rail.isVisible()
        await until(core, lambda: rail.collections.toolTip() == "Collections, 2", "counted")
        rail.collections.click()
        shown = listed(window)
        assert names(shown.rows) == ["Best, 1", "Icons, 0"]
        assert shown.rows.hasFocus()
        assert rail.button(View.ALL).isChecked()

        # The arrows show a collection, Enter ends the choice.
        QTest.keyClick(shown.rows, Qt.Key.Key_Down)
        assert window.library_view.query.collection == icons.id
        QTest.keyClick(shown.rows, Qt.Key.Key_Up)
        QTest.keyClick(shown.rows, Qt.Key.Key_Return)
        assert window.collections_controller.listed is None
        await until(core, lambda: list(window.library_view.order) == [pictures[0].row], "shown")
        assert rail.collections.isChecked()

        rail.searches.click()
        shown = listed(window)
        at = shown.rows.visualItemRect(shown.rows.item(0)).center()
        QTest.mouseClick(shown.rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert window.collections_controller.listed is None
        assert window.library_view.query.collection == good.id
        assert rail.searches.isChecked()
        window.show_shelf(View.PICKS)
        assert rail.button(View.PICKS).isChecked()


async def test_esc_and_the_button_close_the_list(tmp_path: Path) -> None:
    async with opened(tmp_path, width=NARROW) as window:
        await make(window)
        window.rail.collections.click()
        assert listed(window).more.hasFocus()
        QTest.keyClick(listed(window).more, Qt.Key.Key_Escape)
        assert window.collections_controller.listed is None
        window.rail.collections.click()
        window.rail.collections.click()
        assert window.collections_controller.listed is None
        window.rail.collections.click()
        listed(window).more.click()
        assert window.collections_controller.naming is not None
        window.collections_controller.naming.close_it()


async def test_pictures_are_dropped_on_the_rail_and_into_the_list(tmp_path: Path) -> None:
    async with opened(tmp_path, width=NARROW) as window:
        (picture,) = await make(window)
        core, library = window.core, window.core.library
        made = await library.collections.make("Best")
        await until(core, lambda: bool(window.collections_controller.every), "made")
        window.rail.collections.click()
        rows = listed(window).rows
        at = rows.visualItemRect(rows.item(0)).center()
        assert drop(rows.viewport(), at, mime(picture.id))
        await until(core, lambda: window.collections_controller.every[0].pictures == 1, "dropped")
        listed(window).close_it()

        await library.undo()
        await until(core, lambda: window.collections_controller.every[0].pictures == 0, "undone")
        assert drop(window.rail.collections, QPoint(8, 8), mime(picture.id))
        await until(core, lambda: window.collections_controller.naming is not None, "asked")
        asked = window.collections_controller.naming
        assert asked is not None
        asked.field.setText("best")
        QTest.keyClick(asked.field, Qt.Key.Key_Return)
        await until(
            core, lambda: window.collections_controller.every[0].pictures == 1, "Manual collection"
        )
        (found,) = await library.find([picture.id])
        assert found.collections == (made.id,)
        assert not drop(window.rail.searches, QPoint(8, 8), mime(picture.id))
