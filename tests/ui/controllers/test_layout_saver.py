"""The layout of the window is on disk a moment after it changed, not only once it was closed."""

from __future__ import annotations

from pathlib import Path

from studio.ui.controllers.layout_saver import LayoutSaver
from studio.ui.window import window_state
from tests.ui.windows import OpenedWindow, opened, until


async def saving(window: OpenedWindow) -> LayoutSaver:
    """What writes it, at rest and at once when something changes."""
    await until(window.core, lambda: window.findChildren(LayoutSaver), "watching")
    made: LayoutSaver = window.findChildren(LayoutSaver)[0]
    made.pause.setInterval(0)
    return made


def on_disk(window: OpenedWindow) -> window_state.WindowState:
    return window_state.load(window.core.paths.window_file)[0]


async def test_a_panel_that_was_closed_is_written_while_the_window_is_open(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await saving(window)
        window.zones.open_sidebar(False)
        await until(window.core, lambda: not on_disk(window).sidebar, "the sidebar")
        window.zones.open_sidebar(True)
        await until(window.core, lambda: on_disk(window).sidebar, "the sidebar again")


async def test_a_new_width_and_a_new_size_are_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await saving(window)
        window.zones.set_widths(300, 0)
        window.zones.on_moved()
        await until(window.core, lambda: on_disk(window).sidebar_width == 300, "the width")
        before = on_disk(window).geometry
        window.resize(1300, 820)
        await until(window.core, lambda: on_disk(window).geometry != before, "the size")


async def test_the_end_waits_for_what_is_being_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        made = await saving(window)
        window.zones.open_sidebar(False)
        made.on_pause()
        window.zones.open_sidebar(True)
        window.save_state_now()
        await window.settle()
        assert on_disk(window).sidebar
        assert not made.pause.isActive()


async def test_what_has_no_room_just_now_stays_wished(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1024) as window:
        assert not window.zones.inspector_open
        assert window.layout_now().inspector
    async with opened(tmp_path, width=1440) as window:
        window.zones.open_inspector(True)
        assert window.zones.inspector_wanted
        window.zones.open_inspector(False)
    async with opened(tmp_path, width=1024) as window:
        assert not window.layout_now().inspector
