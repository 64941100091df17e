"""Comparing in other windows: with a large picture, in a wide and a narrow one, without motion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.domain.entities import Picture
from studio.ui.panels.inspector.comparison_page import ComparisonPage
from studio.ui.style.qt_style import set_motion
from studio.ui.views.canvas.zoom_slider import ZoomSlider
from studio.ui.views.compare.bar import CompareMode
from studio.ui.views.compare.side_chip import SideChip
from studio.ui.widgets.buttons import IconButton
from tests.ui.controllers.test_compare import compared, labels, press
from tests.ui.steps import Journey
from tests.ui.windows import OpenedWindow, make, opened, until

LARGE, WIDE, STILL = Journey(), Journey(), Journey()


@LARGE.step
async def the_same_place_is_shown_of_pictures_of_different_sizes(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    large, small = pictures
    assert large.width > small.width
    await compared(window, large, small)
    canvases = [pane.canvas for pane in window.compare.panes[:2]]
    for zoom, pan in ((0.8, (-300, 90)), (1.7, (200, -400)), (3.0, (-900, -900))):
        canvases[0].set_zoom(zoom)
        canvases[0].pan(*pan)
        one, other = (canvas.view for canvas in canvases)
        assert one.focus() == pytest.approx(other.focus(), abs=1e-2)
        shares = [view.view_width / view.rect.width for view in (one, other)]
        # They may line up by a scale that is not quite 1.
        assert shares[0] == pytest.approx(shares[1], rel=1e-2)
    canvases[1].pan(50, 50)
    assert canvases[0].view.focus() == pytest.approx(canvases[1].view.focus(), abs=1e-2)
    press(window, Qt.Key.Key_F)
    assert all(canvas.fitted for canvas in canvases)


@STILL.step
async def with_less_motion_pictures_take_turns_by_a_key_alone(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    set_motion("reduced")
    await compared(window, *pictures)
    view = window.compare
    view.set_mode(CompareMode.FLICKER)

    def flickering() -> bool:
        return view.group.flickering

    def covered() -> bool:
        return view.panes[0].is_covered

    assert not flickering()
    assert not covered()
    press(window, Qt.Key.Key_Period)
    assert covered()
    press(window, Qt.Key.Key_Comma)
    assert not covered()
    set_motion("full")
    view.set_mode(CompareMode.FLICKER)
    assert flickering()
    set_motion("reduced")
    view.group.on_flicker()
    assert not flickering()
    view.set_mode(CompareMode.SIDE_BY_SIDE)


async def test_a_narrow_window_shows_a_and_the_active_side(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1024) as window:
        await compared(window, *(await make(window, count=3)))
        panes = window.compare.panes
        assert [pane.isVisible() for pane in panes] == [True, True, False, False]
        QTest.keyClick(panes[0].canvas, Qt.Key.Key_Tab)
        assert [pane.isVisible() for pane in panes] == [True, False, True, False]
        assert panes[2].canvas.accessibleName().startswith("C, challenger")


@LARGE.step
async def held_z_shows_every_pixel_of_the_pane_under_the_pointer(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    large, small = pictures
    await compared(window, large, small)
    view = window.compare
    one, other = (pane.canvas for pane in view.panes[:2])
    one.set_zoom(0.4)
    before = [canvas.view for canvas in (one, other)]
    QTest.keyPress(one, Qt.Key.Key_Z)
    assert 1.0 in (one.zoom, other.zoom)
    assert one.view.focus() == pytest.approx(other.view.focus(), abs=1e-2)
    QTest.keyRelease(one, Qt.Key.Key_Z)
    for canvas, was in zip((one, other), before, strict=True):
        assert canvas.zoom == pytest.approx(was.zoom)
        assert canvas.view.focus() == pytest.approx(was.focus())


@LARGE.step
async def settings_that_differ_from_a_have_a_dot(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    large, small = pictures
    await compared(window, large, small)
    (page,) = window.inspector.findChildren(ComparisonPage)
    values = [one for one in page.findChildren(QWidget) if " of B: " in one.accessibleName()]
    dots = {one.accessibleName(): "•" in labels(one) for one in values}
    assert dots[f"Long edge of B: {small.width}, differs"]
    assert not dots["Model of B: sketch"]
    assert {name.endswith(", differs") for name, dot in dots.items() if dot} == {True}
    assert {name.endswith(", differs") for name, dot in dots.items() if not dot} == {False}


@WIDE.step
async def the_lock_is_in_the_chip_of_the_champion_and_the_slider_zooms(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures)
    view = window.compare
    first, second, *_hidden = view.findChildren(SideChip)
    await until(window.core, lambda: _several_colours(first), "a thumbnail")
    (lock,) = first.findChildren(IconButton)
    assert (lock.accessibleName(), lock.isChecked()) == ("A stays", True)
    lock.click()
    assert not view.comparison.locked
    second.click()
    assert view.active == 1
    first.click()
    assert view.active == 0
    (slider,) = view.findChildren(ZoomSlider)
    slider.setValue(slider.maximum())
    assert view.panes[0].canvas.zoom == pytest.approx(32)


@WIDE.step
async def the_surface_shows_each_pane_as_it_is_and_passes_the_mouse_on(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures)
    group = window.compare.group
    group.panes[0].canvas.set_zoom(1.5)
    assert group.keys.isVisible()
    shown = group.grab().toImage()
    scale = shown.width() / group.width()
    keys = group.keys.geometry()
    for pane in group.panes[:3]:
        place = pane.geometry()
        assert group.childAt(place.center()) is pane.canvas
        alone = pane.grab().toImage()
        above_keys = min(place.bottom() + 1, keys.top()) - place.top()
        device = QRect(QPoint(), QSize(pane.width(), above_keys) * scale)
        moved = device.translated(place.topLeft() * scale)
        assert shown.copy(moved) == alone.copy(device)
    assert group.childAt(keys.center()) is group.keys
    device = QRect(keys.topLeft() * scale, keys.size() * scale)
    assert shown.copy(device) != group.panes[0].grab().toImage().copy(device)


@STILL.step
async def a_button_shows_the_other_picture_while_they_take_turns(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    set_motion("reduced")
    await compared(window, *pictures)
    view = window.compare
    (button,) = (
        one
        for one in view.findChildren(IconButton)
        if one.accessibleName() == "Show the other picture"
    )
    assert not button.isVisible()
    view.set_mode(CompareMode.FLICKER)
    for covered in (True, False):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert view.panes[0].is_covered is covered
    view.set_mode(CompareMode.SLIDER)
    assert not button.isVisible()
    view.set_mode(CompareMode.SIDE_BY_SIDE)


def _several_colours(chip: SideChip) -> bool:
    """Whether there is a picture at the start of a chip."""
    shown = chip.grab().toImage()
    scale = shown.width() / chip.width()
    middle = shown.height() // 2
    row = {shown.pixelColor(round(x * scale), middle).rgb() for x in range(6, 22)}
    return len(row) > 2


async def test_comparing_with_a_large_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await make(window)
        await LARGE.walk(window, await make(window, "Harbour", size="1K"))


async def test_comparing_in_a_wide_window(tmp_path: Path) -> None:
    async with opened(tmp_path, width=1500) as window:
        await WIDE.walk(window, await make(window, count=3))


async def test_comparing_with_less_motion(
    tmp_path: Path, at_end: list[Callable[[], object]]
) -> None:
    at_end.append(lambda: set_motion("system"))
    set_motion("reduced")
    async with opened(tmp_path) as window:
        await STILL.walk(window, await make(window, count=2))
