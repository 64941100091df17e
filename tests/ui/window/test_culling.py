"""Culling with real keys: zoom kept, the next picture after a mark, the star filter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain import prompt_variants, runs
from studio.domain.drafts import Draft
from studio.domain.entities import Flag, Picture
from studio.library.query import View
from tests.ui.windows import PATIENCE, OpenedWindow, make, opened, until

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


class Typist:
    """Presses keys where the focus is, and counts them."""

    def __init__(self, window: OpenedWindow) -> None:
        self.window = window
        self.count = 0

    def press(
        self, key: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.count += 1
        focus = QApplication.focusWidget() or self.window
        QTest.keyClick(focus, key, mods)


async def focused(window: OpenedWindow, widget: QWidget) -> Typist:
    """Somebody whose keys go to this widget."""
    window.activateWindow()
    await until(window.core, window.isActiveWindow, "active")
    widget.setFocus()
    assert widget.hasFocus()
    return Typist(window)


async def stored(window: OpenedWindow, rows: list[int]) -> list[Picture]:
    return await window.core.library.pictures(rows)


async def becomes(read: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Wait until the library has what is wanted."""
    async with asyncio.timeout(PATIENCE):
        while await read() != wanted:
            await asyncio.sleep(0.01)


async def in_loupe(window: OpenedWindow, count: int, size: str = "512") -> Typist:
    """The first picture of `count` in the loupe, opened by key."""
    core = window.core
    model = core.catalogue.find("sketch", "sketch")
    draft = Draft(prompt="a pier", size=size, count=count, seed=1)
    await core.submit(runs.plan(draft, model, prompt_variants.expand("a pier")))
    await core.queue.idle()
    await until(core, lambda: len(window.library_view.order) == count, "pictures")
    user = await focused(window, window.gallery)
    window.gallery.go_to_row(0)
    await until(core, lambda: isinstance(window.gallery.current_item(), Picture), "read")
    user.press(Qt.Key.Key_Return)
    await shown(window, 0)
    return user


async def shown(window: OpenedWindow, place: int) -> None:
    row = window.library_view.order[place]
    await until(
        window.core,
        lambda: window.loupe.picture is not None and window.loupe.picture.row == row,
        f"picture {place}",
    )


async def test_one_key_culls_a_picture_at_100_percent(tmp_path: Path) -> None:
    """Three before: X, →, Ctrl+1."""
    async with opened(tmp_path) as window:
        user = await in_loupe(window, 3, "1K")
        canvas = window.loupe.canvas
        user.press(Qt.Key.Key_1, CTRL)
        user.press(Qt.Key.Key_Up, SHIFT)
        view = canvas.view
        assert (view.zoom, view.fitted) == (1.0, False)
        user.press(Qt.Key.Key_A, SHIFT)
        user.count = 0
        user.press(Qt.Key.Key_X)
        assert user.count == 1
        await shown(window, 1)
        assert canvas.view == view, "the same spot at the same zoom"
        user.press(Qt.Key.Key_P)
        await shown(window, 2)
        assert canvas.view == view
        order = list(window.library_view.order)

        async def flags() -> list[Flag]:
            return [one.flag for one in await stored(window, order)]

        wanted = [Flag.REJECT, Flag.PICK, Flag.NONE]
        await becomes(flags, wanted)
        assert window.loupe.index == 2


async def test_without_the_switch_a_mark_stays_at_its_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        user = await in_loupe(window, 2)
        user.press(Qt.Key.Key_X)
        user.press(Qt.Key.Key_3)
        core, row = window.core, window.library_view.order[0]

        def there() -> bool:
            item = window.model.item_at(0)
            return isinstance(item, Picture) and item.rating == 3

        await until(core, there, "rated")
        assert window.loupe.index == 0
        assert [one.flag for one in await stored(window, [row])] == [Flag.REJECT]


async def test_keys_typed_faster_than_pictures_load_mark_one_picture_each(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.core.settings.change(advance=True)
        user = await in_loupe(window, 6)
        # Nothing is read ahead, and nothing in between.
        window.loupe.book._known.clear()
        keys = Qt.Key
        for key in (keys.Key_1, keys.Key_2, keys.Key_3, keys.Key_4, keys.Key_5):
            user.press(key)
        order = list(window.library_view.order)

        async def ratings() -> list[int]:
            return [one.rating for one in await stored(window, order)]

        await becomes(ratings, [1, 2, 3, 4, 5, 0])
        await shown(window, 5)


async def test_a_picture_that_a_mark_takes_out_of_the_view_skips_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        window.core.settings.change(advance=True, hide_rejected=True)
        user = await in_loupe(window, 3)
        rows = list(window.library_view.order)
        user.press(Qt.Key.Key_X)
        await until(window.core, lambda: list(window.library_view.order) == rows[1:], "hidden")
        await shown(window, 0)
        assert window.loupe.row == rows[1]


async def test_in_the_grid_the_next_picture_is_selected_and_the_switch_is_remembered(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=3)
        core, gallery = window.core, window.gallery
        user = await focused(window, gallery)
        gallery.go_to_row(0)
        await until(core, window.actions_of.every["rate_4"].isEnabled, "one is selected")
        assert not core.settings.value.advance
        user.press(Qt.Key.Key_A, SHIFT)
        assert window.actions_of.every["advance"].isChecked()
        user.press(Qt.Key.Key_4)
        assert gallery.selection.spans() == [(1, 1)]
        user.press(Qt.Key.Key_P)
        assert gallery.selection.spans() == [(2, 2)]
        user.press(Qt.Key.Key_5)
        assert gallery.selection.spans() == [(2, 2)], "there is no next one"
        gallery.select_everything()
        user.press(Qt.Key.Key_1)
        assert gallery.selected_count() == 3, "several stay selected"
        order = list(window.library_view.order)

        async def ratings() -> list[int]:
            return [one.rating for one in await stored(window, order)]

        await becomes(ratings, [1, 1, 1])
    async with opened(tmp_path) as window:
        assert window.core.settings.value.advance
        assert window.actions_of.every["advance"].isChecked()


@pytest.mark.parametrize("way", ["bar", "inspector"])
async def test_a_mark_by_pointer_advances_too(tmp_path: Path, way: str) -> None:
    async with opened(tmp_path) as window:
        window.core.settings.change(advance=True)
        await in_loupe(window, 2)
        first = window.loupe.picture
        assert first is not None
        if way == "bar":
            window.loupe.bar.rated.emit(3)
        else:
            window.inspector.rated.emit([first.id], 3)
        await shown(window, 1)


# --- the star filter --------------------------------------------------------------------------


async def rated(window: OpenedWindow, *stars: int) -> list[Picture]:
    pictures = await make(window, count=len(stars))
    for picture, n in zip(pictures, stars, strict=True):
        if n:
            await window.core.library.rate([picture.id], n)
    return pictures


def hidden(window: OpenedWindow) -> str:
    return window.grid_bar.accessibleDescription()


async def test_a_star_shows_pictures_with_as_many_and_says_what_is_hidden(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await rated(window, 5, 0, 3, 2)
        rows = [picture.row for picture in pictures]
        stars = window.grid_bar.stars
        stars.button(3).click()
        order = lambda: list(window.library_view.order)  # noqa: E731
        await until(window.core, lambda: order() == [rows[0], rows[2]], "three and more")
        told = "All pictures, 2 of 4, 2 below ★ 3 hidden"
        await until(window.core, lambda: hidden(window) == told, "told")
        assert stars.button(3).accessibleName() == "3 stars or more"
        # A rating moves a picture in and out.
        await window.core.library.rate([pictures[3].id], 4)
        await until(window.core, lambda: order() == [rows[0], rows[2], rows[3]], "came in")
        stars.button(3).click()
        await until(window.core, lambda: order() == rows, "all again")
        await until(window.core, lambda: "hidden" not in hidden(window), "nothing hidden")


async def test_the_filter_and_the_search_work_together(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        first, second = await rated(window, 4, 0)
        (third,) = (await make(window, "a tram in fog"))[:1]
        await window.core.library.rate([third.id], 4)
        window.core.settings.change(least_stars=4)
        window.view_options.on_searched("lighthouse")
        order = lambda: list(window.library_view.order)  # noqa: E731
        await until(window.core, lambda: order() == [first.row], "both")
        await until(window.core, lambda: "1 below ★ 4 hidden" in hidden(window), "of the search")
        window.view_options.on_searched("tram")
        window.core.settings.change(least_stars=5)
        await until(window.core, lambda: not order(), "none")
        await until(window.core, window.nothing.isVisible, "told")
        assert window.nothing.title.text() == "No picture here has 5 stars or more"
        window.nothing.button.click()
        await until(window.core, lambda: order() == [third.row], "the search stays")
        assert second.row not in order()


async def test_the_filter_by_keys_is_remembered(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await rated(window, 5, 0)
        user = await focused(window, window.gallery)
        user.press(Qt.Key.Key_4, ALT)
        order = lambda: list(window.library_view.order)  # noqa: E731
        await until(window.core, lambda: order() == [pictures[0].row], "four and more")
        assert window.actions_of.every["stars_4"].isChecked()
        # The window sees Alt go down and up, and nothing of the digit: no menu for that.
        alone = window.alt_key_filter
        alone.on_window_event(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Alt, ALT))
        user.press(Qt.Key.Key_4, ALT)
        released = Qt.KeyboardModifier.NoModifier
        alone.on_window_event(QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Alt, released))
        assert not alone.waiting
        user.press(Qt.Key.Key_4, ALT)
        assert window.actions_of.every["stars_4"].isChecked(), "the same again changes nothing"
        before = order()
    async with opened(tmp_path) as window:
        assert window.grid_bar.stars.value == 4
        assert window.library_view.query.least_stars == 4
        await until(window.core, lambda: list(window.library_view.order) == before, "filtered")
        user = await focused(window, window.gallery)
        user.press(Qt.Key.Key_0, ALT)
        await until(window.core, lambda: len(window.library_view.order) == 2, "all")


async def test_the_stars_are_one_tab_stop_and_arrows_move_among_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        stars = window.grid_bar.stars
        tab = Qt.FocusPolicy.TabFocus
        stops = [n for n in range(1, 6) if stars.button(n).focusPolicy() & tab]
        assert stops == [1]
        user = await focused(window, stars.button(1))
        user.press(Qt.Key.Key_Right)
        assert QApplication.focusWidget() is stars.button(2)
        user.press(Qt.Key.Key_Space)
        assert window.core.settings.value.least_stars == 2
        user.press(Qt.Key.Key_Left)
        assert QApplication.focusWidget() is stars.button(1)


async def test_a_new_picture_under_the_filter_is_counted_as_hidden(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await rated(window, 5)
        window.core.settings.change(least_stars=5)
        core = window.core
        await until(core, lambda: len(window.library_view.order) == 1, "filtered")
        model = core.catalogue.find("sketch", "sketch")
        draft = Draft(prompt="a tram", size="512", seed=1)
        await core.submit(runs.plan(draft, model, prompt_variants.expand("a tram")))
        await core.queue.idle()
        await until(core, lambda: "1 below ★ 5 hidden" in hidden(window), "counted")
        assert window.model.rowCount() == 1


def test_settings_of_earlier_versions_open_unchanged(tmp_path: Path) -> None:
    from studio.config.settings import SettingsStore
    from studio.domain.events import EventBus

    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "tile": 200, "hide_rejected": True}))
    store = SettingsStore(path, EventBus())
    value = store.load()
    assert store.trouble is None
    assert (value.tile, value.hide_rejected, value.least_stars, value.advance) == (
        200,
        True,
        0,
        False,
    )


async def test_nothing_in_the_bar_is_cut_at_any_width(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await rated(window, 5, 0)
        window.core.settings.change(least_stars=5)
        await until(window.core, lambda: "hidden" in hidden(window), "filtered")
        bar = window.grid_bar
        window.show_shelf(View.ALL)
        parts = bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for width in (1440, 1300, 1100, 1024, 900):
            window.resize(width, 900)
            QApplication.sendPostedEvents()
            for part in parts:
                if part.isVisible() and part is not bar.name:
                    assert part.width() >= part.sizeHint().width(), (width, part)
                    assert part.geometry().right() <= bar.width(), width
