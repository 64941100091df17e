"""Small interactions: highlight and view, headings and models, full screen and back."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.config.settings import OFFLINE, Profile, Settings
from studio.domain.models import Model
from studio.library.query import View
from studio.ui.panels.composer.choices import offered
from studio.ui.panels.search_completer import SearchCompleter
from studio.ui.panels.sidebar.place_list import PlaceList
from studio.ui.panels.sidebar.rail import RailList
from studio.ui.widgets.chip import ChipChoice
from studio.ui.widgets.search_field import SearchToken
from studio.ui.window import window_state
from tests.ui.windows import OpenedWindow, make, opened, until

LEFT = Qt.MouseButton.LeftButton

# --- the sidebar ----------------------------------------------------------------------------------


def lit(window: OpenedWindow) -> list[str]:
    """What the sidebar highlights."""
    lists = window.sidebar.findChildren(PlaceList)
    return [item.text() for rows in lists for item in rows.selectedItems()]


def middle(rows: PlaceList, row: int) -> QPoint:
    return rows.visualItemRect(rows.item(row)).center()


async def test_a_row_pressed_and_let_go_on_another_is_the_one_that_is_shown(
    tmp_path: Path,
) -> None:
    """The issue's own: the highlight went to the other row, the view did not."""
    async with opened(tmp_path) as window:
        await make(window)
        rows = window.sidebar.library
        view = rows.viewport()
        QTest.mousePress(view, LEFT, pos=middle(rows, 1))
        QTest.mouseMove(view, middle(rows, 2))
        QTest.mouseRelease(view, LEFT, pos=middle(rows, 2))
        assert window.library_view.query.view is View.SESSION
        assert lit(window) == ["This session"]
        assert rows.currentRow() == 1


async def test_the_place_of_a_relative_is_marked_though_it_was_not_chosen(tmp_path: Path) -> None:
    """A parent in the trash, clicked in the family strip of a picture in a collection."""
    async with opened(tmp_path) as window:
        one, other = await make(window, count=2)
        library = window.core.library
        await library.collections.collect([one.id], "Pier")
        await library.trash([other.id])
        (pier,) = await library.collections.every()
        window.built.library_navigation.show_collection(pier.id)
        await window.library_view.settled()
        await until(window.core, lambda: lit(window) == ["Pier"], "the collection")
        window.view_switch.on_relative_chosen(other.id)
        await until(window.core, lambda: lit(window) == ["Trash"], "the trash")
        assert window.library_view.query.collection == ""
        await until(
            window.core,
            lambda: [each.id for each in window.gallery.selected_items()] == [other.id],
            "selected once its rows are read",
        )
        await library.restore([other.id])
        window.show_shelf(View.ALL)
        await window.library_view.settled()
        window.built.library_navigation.show_collection(pier.id)
        await window.library_view.settled()
        window.view_switch.open_loupe(one)
        window.view_switch.on_relative_chosen(other.id)

        def shown() -> bool:
            return window.loupe.picture is not None and window.loupe.picture.id == other.id

        await until(window.core, shown, "shown in the loupe")
        assert window.view_switch.in_loupe
        assert lit(window) == ["All pictures"]


async def test_no_click_takes_the_highlight_from_what_is_shown(tmp_path: Path) -> None:
    names = {View.ALL: "All pictures", View.SESSION: "This session", View.PICKS: "Picks"}
    held = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    buttons = (LEFT, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
    async with opened(tmp_path) as window:
        await make(window)
        rows = window.sidebar.library
        for button, hold in itertools.product(buttons, held):
            window.show_shelf(View.ALL)
            assert lit(window) == ["All pictures"]
            for row in (1, 1, 2):
                QTest.mouseClick(rows.viewport(), button, hold, middle(rows, row))
                assert lit(window) == [names[window.library_view.query.view]], (button, hold)


async def test_the_history_is_a_list_that_opens_and_no_view(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        prompts = window.sidebar.prompts
        QTest.mouseClick(prompts.viewport(), LEFT, pos=middle(prompts, 0))
        assert lit(window) == ["All pictures"]
        prompts.enter(at_end=False)
        assert lit(window) == ["All pictures"]


async def test_the_narrow_list_highlights_what_was_chosen_in_it(tmp_path: Path) -> None:
    async with opened(tmp_path, width=900) as window:
        await make(window)
        for name in ("One", "Two"):
            await window.core.library.collections.make(name)
        await until(window.core, lambda: len(window.collections_controller.every) == 2, "made")
        window.rail.collections.click()
        (found,) = [one for one in window.findChildren(RailList) if one.isVisible()]
        rows = found.rows
        QTest.mousePress(rows.viewport(), LEFT, pos=middle(rows, 0))
        QTest.mouseMove(rows.viewport(), middle(rows, 1))
        QTest.mouseRelease(rows.viewport(), LEFT, pos=middle(rows, 1))
        shown = window.library_view.query.collection
        assert [rows.place(n).collection for n in range(2) if rows.item(n).isSelected()] == [shown]


# --- models under their providers -----------------------------------------------------------------

OWN = Profile(name="own", title="Own gateway", base_url="https://images.example.com", auth="bearer")


def model(id: str, *, offline: bool = False) -> Model:
    from studio.providers.catalogue import Catalogue

    if offline:
        return Catalogue().find(OFFLINE, id)
    return Catalogue().find("google", id)


def groups(choices: list[ChipChoice]) -> list[tuple[str, list[str]]]:
    """Heading and profiles of each group, as the menu shows them."""
    found: list[tuple[str, list[str]]] = []
    for choice in choices:
        assert isinstance(choice.value, tuple)
        if choice.section or not found:
            found.append((choice.section, []))
        found[-1][1].append(choice.value[0])
    return found


@pytest.mark.parametrize("current", ["dgrid", "google", OFFLINE, "own"])
@pytest.mark.parametrize("keys", [(), ("google",), ("google", "own", "dgrid")])
def test_every_model_stands_under_its_own_provider(current: str, keys: tuple[str, ...]) -> None:
    """The issue's own: "Offline sketch" stood under another provider."""
    profiles = Settings(profiles=(OWN,)).all_profiles
    titles = {profile.name: profile.title for profile in profiles}
    listed = {
        "dgrid": [model("gemini-nano-banana-2.1")],
        "google": [model("gemini-nano-banana-2.1"), model("gemini-3-pro-image")],
        OFFLINE: [model("sketch", offline=True)],
        "own": [],
    }
    chosen = (listed[current] or [model("gemini-3-pro-image")])[0]
    choices = offered(
        profiles, listed.__getitem__, lambda name: name not in keys, (current, chosen)
    )
    for place, (heading, names) in enumerate(groups(choices)):
        assert len(set(names)) == 1
        assert heading == titles[names[0]] or (place == 0 and names == [OFFLINE] and not heading)
    assert {choice.value[0] for choice in choices} >= {current, "google", OFFLINE}  # type: ignore[index]


# --- the window's size ----------------------------------------------------------------------------

FULL, MAX, MIN = (
    Qt.WindowState.WindowFullScreen,
    Qt.WindowState.WindowMaximized,
    Qt.WindowState.WindowMinimized,
)


async def test_full_screen_and_back_is_maximised_again_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        act = window.actions_of.every["full_screen"].trigger
        window.showMaximized()
        act()
        assert window.isFullScreen()
        act()
        assert not window.isFullScreen()
        assert window.isMaximized()
        act()
    async with opened(tmp_path) as window:
        assert window.windowState() & FULL
        window.actions_of.every["full_screen"].trigger()
        assert not window.windowState() & FULL
        assert window.windowState() & MAX
        window.actions_of.every["full_screen"].trigger()
        window.actions_of.every["full_screen"].trigger()
        assert window.windowState() & MAX


@pytest.mark.parametrize("before", [Qt.WindowState.WindowNoState, MAX, FULL, MAX | FULL])
def test_a_minimised_window_comes_back_as_it_was(
    qapp: QApplication, before: Qt.WindowState
) -> None:
    window = QWidget()
    window.setWindowState(before | MIN)
    window_state.open_again(window)
    assert window.windowState() == before
    assert window.isVisible()
    window.setWindowState(before | MIN)
    window_state.turn_full_screen(window)
    assert window.windowState() == before ^ FULL
    window_state.turn_full_screen(window)
    assert window.windowState() == before
    window.close()


async def test_where_full_screen_forgets_it_was_maximised_the_window_does_not(
    tmp_path: Path,
) -> None:
    """On X11 a window is told that it is full screen, and of nothing else."""
    async with opened(tmp_path) as window:
        await make(window)
        window.showMaximized()
        window.actions_of.every["full_screen"].trigger()
        window.setWindowState(FULL)
        assert window.layout_now().maximised
    async with opened(tmp_path) as window:
        window.setWindowState(FULL)
        window.actions_of.every["full_screen"].trigger()
        assert window.windowState() == MAX
        window.showNormal()
        window.actions_of.every["full_screen"].trigger()
        window.actions_of.every["full_screen"].trigger()
        assert window.windowState() == Qt.WindowState.WindowNoState
        assert not window.layout_now().maximised


async def test_a_second_start_leaves_a_maximised_window_maximised(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.setWindowState(MAX | MIN)
        window.raise_window()
        assert window.windowState() == MAX
        window.setWindowState(MAX | MIN)
        window.notifier.on_clicked()
        assert window.windowState() == MAX


# --- completing -----------------------------------------------------------------------------------


@asynccontextmanager
async def searching(home: Path) -> AsyncIterator[tuple[OpenedWindow, SearchCompleter]]:
    async with opened(home) as window:
        (picture,) = await make(window)
        await window.core.library.tag([picture.id], add=["kelp", "old town"])
        field = window.top_bar.search.field
        await until(
            window.core, lambda: isinstance(field.completer(), SearchCompleter), "completer"
        )
        completion = field.completer()
        assert isinstance(completion, SearchCompleter)
        window.activateWindow()
        field.setFocus()
        yield window, completion


def words(completion: SearchCompleter) -> list[str]:
    """What is offered in sight."""
    offered = completion.popup()
    assert offered is not None
    model = completion.completionModel()
    rows = range(model.rowCount()) if offered.isVisible() else ()
    return [str(model.index(row, 0).data()) for row in rows]


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Return])
@pytest.mark.parametrize("sign", ["", "-"])
async def test_a_key_that_is_taken_goes_on_to_its_values(
    tmp_path: Path, key: Qt.Key, sign: str
) -> None:
    """The issue's own: completing `rating:` ended there, and Tab left the field."""
    async with searching(tmp_path) as (window, completion):
        field = window.top_bar.search.field
        offered = completion.popup()
        assert offered is not None
        QTest.keyClicks(field, f"{sign}rat")
        await until(window.core, offered.isVisible, "keys")
        if key == Qt.Key.Key_Return:
            QTest.keyClick(offered, Qt.Key.Key_Down)
        QTest.keyClick(offered, key)
        await until(window.core, lambda: f"{sign}rating:>=4" in words(completion), "values")
        assert field.text() == f"{sign}rating:"
        assert window.focusWidget() is field
        QTest.keyClick(offered, Qt.Key.Key_Down)
        QTest.keyClick(offered, key)
        # The half typed word may be searched for first.
        await until(
            window.core,
            lambda: window.library_view.query.words.strip() == f"{sign}rating:>=4",
            "taken",
        )
        assert window.focusWidget() is field
        assert window.top_bar.search.findChildren(SearchToken)
        assert not offered.isVisible()


async def test_names_that_are_read_first_are_gone_on_to_as_well(tmp_path: Path) -> None:
    async with searching(tmp_path) as (window, completion):
        field = window.top_bar.search.field
        offered = completion.popup()
        assert offered is not None
        QTest.keyClicks(field, "ta")
        await until(window.core, offered.isVisible, "keys")
        QTest.keyClick(offered, Qt.Key.Key_Tab)
        await until(window.core, lambda: "tag:kelp" in words(completion), "names")
        QTest.keyClick(offered, Qt.Key.Key_Tab)
        assert window.focusWidget() is field
        await until(window.core, lambda: "tag:kelp" in window.library_view.query.words, "taken")


async def test_without_offers_tab_goes_on_to_the_next_field(tmp_path: Path) -> None:
    async with searching(tmp_path) as (window, _completion):
        field = window.top_bar.search.field
        QTest.keyClicks(field, "kelp ")
        QTest.keyClick(field, Qt.Key.Key_Tab)
        assert window.focusWidget() is not field
