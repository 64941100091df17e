"""F11: nothing but the pictures, and back exactly as it was."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.entities import Picture
from tests.ui.windows import OpenedWindow, make, opened, until

MAX = Qt.WindowState.WindowMaximized


def zones(window: OpenedWindow) -> dict[str, QWidget]:
    return {
        "top": window.top_bar,
        "grid bar": window.grid_bar,
        "status": window.status_bar,
        "composer": window.composer,
        "sidebar": window.sidebar,
        "rail": window.rail,
        "inspector": window.inspector,
    }


def visible(window: OpenedWindow) -> set[str]:
    return {name for name, zone in zones(window).items() if zone.isVisible()}


async def focused(window: OpenedWindow, widget: QWidget) -> None:
    window.activateWindow()
    await until(window.core, window.isActiveWindow, "active")
    widget.setFocus()
    assert widget.hasFocus()


def press(key: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, mods)


async def test_f11_twice_brings_back_exactly_what_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window, count=2)
        for panels in itertools.product([False, True], repeat=2):
            await _there_and_back(window, *panels)
        window.showMaximized()
        for panels in itertools.product([False, True], repeat=2):
            await _there_and_back(window, *panels)


async def _there_and_back(window: OpenedWindow, sidebar: bool, inspector: bool) -> None:
    window.zones.open_sidebar(sidebar)
    window.zones.open_inspector(inspector)
    await focused(window, window.gallery)
    before, state = visible(window), window.windowState()
    assert ("sidebar" in before, "inspector" in before) == (sidebar, inspector)
    size, saved = window.size(), window.layout_now()
    press(Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert visible(window) == set()
    assert window.gallery.isVisible()
    # What is opened meanwhile is for this visit only.
    press(Qt.Key.Key_I)
    assert visible(window) == {"inspector"}
    press(Qt.Key.Key_F9)
    press(Qt.Key.Key_F11)
    assert window.windowState() == state
    assert visible(window) == before
    assert window.size() == size
    assert window.layout_now() == saved


@pytest.mark.parametrize("width", [1200, 1024])
@pytest.mark.parametrize("drawer", [False, True])
async def test_a_narrow_window_has_its_drawer_and_rail_back(
    tmp_path: Path, width: int, drawer: bool
) -> None:
    async with opened(tmp_path, width=width) as window:
        await make(window)
        window.zones.open_inspector(drawer)
        await focused(window, window.gallery)
        before = visible(window)
        press(Qt.Key.Key_F11)
        assert visible(window) == set()
        # A real screen is wider than the window, and the window shrinks after its state.
        window.zones.resize(1600, 800)
        press(Qt.Key.Key_F11)
        window.zones.resize(1600, 800)
        window.zones.resize(width, 800)
        assert visible(window) == before


async def test_esc_leaves_step_by_step_and_the_loupe_is_bare_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await focused(window, window.gallery)
        window.gallery.go_to_row(0)
        await until(window.core, lambda: isinstance(window.gallery.current_item(), Picture), "")
        press(Qt.Key.Key_F11)
        press(Qt.Key.Key_Return)
        loupe = window.loupe
        await until(window.core, lambda: loupe.picture is not None, "opened")
        assert loupe.canvas.isVisible()
        assert not loupe.bar.isVisible()
        assert not loupe.film.isVisible()
        assert visible(window) == set()
        press(Qt.Key.Key_Escape)
        assert not window.view_switch.in_loupe
        assert window.isFullScreen()
        press(Qt.Key.Key_Escape)
        assert not window.isFullScreen()
        assert {"top", "grid bar", "composer"} <= visible(window)
        press(Qt.Key.Key_Return)
        assert loupe.bar.isVisible()
        assert loupe.film.isVisible()


async def test_esc_in_the_loupe_first_ends_full_screen_that_was_begun_there(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await focused(window, window.gallery)
        window.gallery.go_to_row(0)
        await until(window.core, lambda: isinstance(window.gallery.current_item(), Picture), "")
        press(Qt.Key.Key_Return)
        await until(window.core, lambda: window.loupe.picture is not None, "opened")
        press(Qt.Key.Key_F11)
        assert window.isFullScreen()
        press(Qt.Key.Key_Escape)
        assert not window.isFullScreen()
        assert window.view_switch.in_loupe
        assert "top" in visible(window)
        press(Qt.Key.Key_Escape)
        assert not window.view_switch.in_loupe


async def test_keys_of_hidden_bars_bring_them_back_and_nothing_is_sent_unseen(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        ctrl = Qt.KeyboardModifier.ControlModifier
        for key in (Qt.Key.Key_L, Qt.Key.Key_F, Qt.Key.Key_Return):
            await focused(window, window.gallery)
            press(Qt.Key.Key_F11)
            assert window.isFullScreen()
            press(key, ctrl)
            assert not window.isFullScreen()
            assert "composer" in visible(window)
            assert not window.core.queue.jobs


async def test_the_desktop_may_end_full_screen_and_the_panels_are_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await focused(window, window.gallery)
        before = visible(window)
        press(Qt.Key.Key_F11)
        window.showNormal()
        assert visible(window) == before
        assert not window.built.presentation.active
        # Full screen by the desktop alone hides nothing.
        window.showFullScreen()
        assert visible(window) == before


async def test_the_caret_is_back_in_the_prompt(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        window.activateWindow()
        await until(window.core, window.isActiveWindow, "active")
        window.composer.focus_prompt()
        caret = QApplication.focusWidget()
        assert caret is not None
        press(Qt.Key.Key_F11)
        assert window.gallery.hasFocus()
        press(Qt.Key.Key_F11)
        assert QApplication.focusWidget() is caret
