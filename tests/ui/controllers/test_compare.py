"""Comparing in the window: keys, linked zoom, decisions."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio.domain.comparison import RelativePlacement
from studio.domain.entities import Flag, Picture
from studio.ui.panels.inspector.comparison_page import ComparisonPage
from studio.ui.support import formatting
from studio.ui.views.canvas.film_strip import FilmStrip
from studio.ui.views.compare.bar import CompareMode
from studio.ui.widgets.buttons import Button
from tests.ui.steps import Journey, only
from tests.ui.windows import OpenedWindow, make, opened, until

COMPARING = Journey()


async def compared(window: OpenedWindow, *pictures: Picture) -> None:
    """Select these pictures and press C."""
    window.gallery.setFocus()
    window.gallery.select_keys([one.row for one in pictures])
    action = window.actions_of.every["compare"]
    await until(window.core, action.isEnabled, "selected")
    action.trigger()
    await until(window.core, lambda: window.view_switch.in_compare, "open")
    wanted = {one.id for one in pictures}
    await until(window.core, lambda: {p.id for p in window.compare.pictures} == wanted, "read")
    await until(window.core, lambda: all_sharp(window), "pixels")


def all_sharp(window: OpenedWindow) -> bool:
    view = window.compare

    def sharp(side: int, id: str) -> bool:
        plate = view.panes[side].canvas.plate
        return plate is not None and plate.key == id and plate.raster is not None

    return all(sharp(side, one.id) for side, one in enumerate(view.pictures))


def press(window: OpenedWindow, key: Qt.Key) -> None:
    QTest.keyClick(window.compare.panes[0].canvas, key)


def shown_view(window: OpenedWindow) -> object:
    return window.top_bar.views.value


def mode(window: OpenedWindow) -> CompareMode:
    return window.compare.mode


async def flags(window: OpenedWindow, *pictures: Picture) -> list[Flag]:
    found = {one.id: one.flag for one in await window.core.library.find([p.id for p in pictures])}
    return [found[one.id] for one in pictures]


@COMPARING.step
async def two_keys_compare_two_pictures_and_esc_returns_to_them(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    first, second, third = pictures[:3]
    await compared(window, first, second)
    assert window.compare.comparison.sides == [first.row, second.row]
    assert shown_view(window) == "compare"
    press(window, Qt.Key.Key_Right)
    assert window.compare.comparison.sides == [first.row, third.row]
    press(window, Qt.Key.Key_Escape)
    assert not window.view_switch.in_compare
    assert set(window.gallery.selected_rows()) == {first.row, third.row}
    assert shown_view(window) == "grid"


@COMPARING.step
async def a_crowned_challenger_stays_while_others_come(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    await compared(window, *pictures[:2])
    press(window, Qt.Key.Key_S)
    await until(window.core, lambda: len(window.compare.pictures) == 2, "read")
    rows = [one.row for one in pictures]
    assert window.compare.comparison.sides == [rows[1], rows[2]]
    press(window, Qt.Key.Key_Right)
    assert window.compare.comparison.sides == [rows[1], rows[3]]


@COMPARING.step
async def a_decision_is_one_step_of_the_history(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:3]
    await compared(window, *pictures[:2])
    window.inspector.decided.emit("crown_b")
    await until(window.core, window.toast.isVisible, "said")
    assert await flags(window, *pictures) == [Flag.REJECT, Flag.PICK, Flag.NONE]
    window.pictures.undo()
    await until(window.core, lambda: window.compare.pictures[0].flag is Flag.NONE, "undone")
    assert await flags(window, *pictures) == [Flag.NONE] * 3


@COMPARING.step
async def marks_are_for_the_active_side(window: OpenedWindow, pictures: list[Picture]) -> None:
    pictures = pictures[:3]
    await compared(window, *pictures[:2])
    press(window, Qt.Key.Key_P)
    await until(window.core, lambda: window.compare.pictures[1].flag is Flag.PICK, "picked")
    press(window, Qt.Key.Key_4)
    await until(window.core, lambda: window.compare.pictures[1].rating == 4, "rated")
    assert await flags(window, *pictures) == [Flag.NONE, Flag.PICK, Flag.NONE]


async def test_slider_and_flicker_lay_the_challenger_over_the_champion(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        await compared(window, *pictures)
        view = window.compare
        assert [pane.isVisible() for pane in view.panes] == [True, True, False, False]
        press(window, Qt.Key.Key_M)
        assert mode(window) is CompareMode.SLIDER
        assert [pane.isVisible() for pane in view.panes] == [True, False, False, False]
        pane = view.panes[0]
        left, right = _halves(pane.grab().toImage())
        press(window, Qt.Key.Key_M)
        assert mode(window) is CompareMode.FLICKER
        view.group.on_flicker()
        other = _halves(pane.grab().toImage())
        assert _apart(other[1], right) <= 2
        assert _apart(other[0], left) > 8
        press(window, Qt.Key.Key_M)
        assert mode(window) is CompareMode.DIFFERENCE
        press(window, Qt.Key.Key_M)
        assert mode(window) is CompareMode.SIDE_BY_SIDE
        zoom = view.panes[0].canvas.zoom
        for _mode in range(4):
            press(window, Qt.Key.Key_M)
        assert view.panes[0].canvas.zoom == zoom


def _halves(image: QImage) -> tuple[QImage, QImage]:
    """Both halves beside the divider, below the label, as 8 by 8 pixels."""
    wide, high = image.width(), image.height()
    edge = wide // 2 - 4
    tall = high - 60
    smooth = Qt.TransformationMode.SmoothTransformation
    ignore = Qt.AspectRatioMode.IgnoreAspectRatio
    left, right = image.copy(0, 60, edge, tall), image.copy(wide - edge, 60, edge, tall)
    return left.scaled(8, 8, ignore, smooth), right.scaled(8, 8, ignore, smooth)


def _apart(one: QImage, other: QImage) -> int:
    """The largest difference of two small pictures, in levels of red."""
    spots = [(x, y) for x in range(8) for y in range(8)]
    return max(abs(one.pixelColor(*at).red() - other.pixelColor(*at).red()) for at in spots)


@COMPARING.step
async def four_pictures_show_a_large_beside_the_others(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures[:4])
    panes = window.compare.panes
    assert all(pane.isVisible() for pane in panes)
    assert panes[0].width() > 1.8 * panes[1].width()
    assert len({pane.width() for pane in panes[1:]}) == 1
    QTest.keyClick(panes[0].canvas, Qt.Key.Key_Tab)
    assert window.compare.active == 2
    press(window, Qt.Key.Key_Right)
    assert window.compare.comparison.sides[2] == pictures[4].row


async def test_an_edit_is_compared_with_its_original(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (parent,) = await make(window)
        child = await edited(window, parent)
        await make(window, "Another", count=1)
        window.gallery.setFocus()
        window.gallery.select_keys([child.row])
        await until(window.core, window.actions_of.every["compare_parent"].isEnabled, "selected")
        window.actions_of.every["compare_parent"].trigger()
        await until(window.core, lambda: window.view_switch.in_compare, "open")
        assert window.compare.comparison.sides == [parent.row, child.row]
        await until(window.core, lambda: len(window.compare.pictures) == 2, "read")
        page = window.inspector.findChild(ComparisonPage)
        assert page is not None
        assert page.isVisible()
        before = QApplication.focusWidget()
        for button in page.findChildren(Button):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            assert QApplication.focusWidget() is before, "the arrow keys stay with the comparison"


async def edited(window: OpenedWindow, parent: Picture) -> Picture:
    window.composer.edit(parent)
    window.composer.set_prompt("Lighthouse in heavy fog")
    before = len(window.library_view.order)
    window.composer.generate_now()
    await until(window.core, lambda: len(window.library_view.order) == before + 1, "edited")
    await window.core.queue.idle()
    found = await window.core.library.pictures(window.library_view.order)
    return next(one for one in found if one.parents)


@COMPARING.step
async def removed_pictures_leave_the_comparison(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:3]
    await only(window, pictures)
    await compared(window, *pictures[:2])
    await window.core.library.trash([pictures[1].id])
    await until(window.core, lambda: len(window.library_view.order) == 2, "gone")
    assert window.compare.comparison.sides == [pictures[0].row, pictures[2].row]
    await window.core.library.trash([pictures[2].id])
    await until(window.core, lambda: not window.view_switch.in_compare, "nothing to compare")


async def test_a_single_picture_cannot_be_compared(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        (only,) = await make(window)
        window.gallery.setFocus()
        window.gallery.select_keys([only.row])
        await until(window.core, window.actions_of.every["compare_parent"].isEnabled, "selected")
        window.actions_of.every["compare"].trigger()
        await until(window.core, window.toast.isVisible, "told")
        assert not window.view_switch.in_compare
        assert QApplication.focusWidget() is not None


async def test_the_difference_of_both_is_shown_and_reported_in_the_inspector(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as window:
        (parent,) = await make(window, "A lighthouse at dusk")
        child = await edited(window, parent)
        await compared(window, parent, child)
        view = window.compare

        def whole() -> bool:
            return all(one is not None and not one.preview for one in view.pixels[1:])

        await until(window.core, whole, "compared")
        (found,) = view.pixels[1:]
        assert found is not None
        assert found.placement is not None
        assert found.standing in labels(view)
        assert f"changed {formatting.percent(found.changed or 0)}" in " ".join(
            labels(window.inspector)
        )
        before = view.panes[0].grab().toImage()
        window.inspector.difference_wanted.emit()
        assert mode(window) is CompareMode.DIFFERENCE
        assert [pane.isVisible() for pane in view.panes] == [True, False, False, False]
        shown = _halves(view.panes[0].grab().toImage())[1]
        spots = [shown.pixelColor(x, y) for x in range(8) for y in range(8)]
        assert max(abs(one.red() - one.blue()) for one in spots) <= 2, "greys alone"
        assert _apart(shown, _halves(before)[1]) > 8


def labels(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisible()]


@COMPARING.step
async def a_challenger_that_lines_up_is_at_the_same_content(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    first, second = pictures[:2]
    await compared(window, first, second)
    view = window.compare
    placement = RelativePlacement(across=1.1, down=1.1, left=0.02, top=-0.03)
    view.group.set_placements([None, placement])
    one, other = (pane.canvas for pane in view.panes[:2])
    one.set_zoom(2.0)
    one.pan(-40, 60)
    assert other.view.focus() == pytest.approx(placement.place(*one.view.focus()))
    other.pan(30, -20)
    assert other.view.focus() == pytest.approx(placement.place(*one.view.focus()))


async def test_each_pane_gives_its_own_picture_to_a_drag(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await compared(window, *(await make(window, count=3)))
        view = window.compare
        taken: list[Picture] = []
        view.action.disconnect()
        view.action.connect(lambda _name, picture: taken.append(picture))
        for pane in view.panes[:3]:
            QApplication.sendEvent(pane.canvas, QEvent(QEvent.Type.Leave))
            at = QPointF(pane.canvas.rect().center())
            QApplication.sendEvent(pane.canvas, QEnterEvent(at, at, pane.canvas.mapToGlobal(at)))
            pane.canvas.drag_requested.emit()
        assert [one.id for one in taken] == [one.id for one in view.pictures]


@COMPARING.step
async def keys_move_the_divider_by_their_text(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures[:2])
    view = window.compare
    press(window, Qt.Key.Key_M)
    for text, key in ((",", Qt.Key.Key_Comma), (",", Qt.Key.Key_Odiaeresis), (".", 0), (".", 0)):
        before = view.divider
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)
        QApplication.sendEvent(view.panes[0].canvas, event)
        assert view.divider - before == pytest.approx(-0.01 if text == "," else 0.01)
    window.compare.set_mode(CompareMode.SIDE_BY_SIDE)


@COMPARING.step
async def a_rejected_champion_that_is_hidden_comes_back_with_undo(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    window.core.settings.change(hide_rejected=True)
    window.library_view.show(hide_rejected=True)
    await window.library_view.settled()
    first, second, *_others = pictures
    await compared(window, first, second)
    view = window.compare
    at = QPointF(view.panes[0].canvas.rect().center())
    enter = QEnterEvent(at, at, view.panes[0].canvas.mapToGlobal(at))
    QApplication.sendEvent(view.panes[0].canvas, enter)
    press(window, Qt.Key.Key_X)
    await until(window.core, lambda: first.row not in view.comparison.sides, "hidden")
    window.pictures.undo()
    await until(window.core, lambda: view.comparison.sides == [first.row, second.row], "as before")


@COMPARING.step
async def the_last_challenger_is_said_with_what_the_champion_has_outlasted(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    pictures = pictures[:4]
    await only(window, pictures)
    await window.core.library.entitle([pictures[0].id], "dusk 07")
    await compared(window, *pictures[:2])
    await until(window.core, lambda: window.compare.pictures[0].name == "dusk 07", "named")
    for _step in range(3):
        press(window, Qt.Key.Key_Right)
    said = "That was the last of 3. dusk 07 has won against 2."
    assert said in labels(window.toast)
    foot = window.compare.findChildren(FilmStrip)[0]
    bottom = window.toast.mapTo(window, QPoint(0, window.toast.height())).y()
    assert bottom <= foot.mapTo(window, QPoint(0, 0)).y(), "the film strip is clear"


@COMPARING.step
async def the_slider_has_a_handle_in_its_middle(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures[:2])
    press(window, Qt.Key.Key_M)
    assert mode(window) is CompareMode.SLIDER
    pane = window.compare.panes[0]
    shown = pane.grab().toImage()
    scale = shown.width() / pane.width()
    white = QColor("white")
    across, down = round(shown.width() / 2), round(shown.height() / 2)
    line = [shown.pixelColor(across, y) for y in (down // 2, down + down // 2)]
    assert line == [white, white]
    assert shown.pixelColor(across + round(11 * scale), down) == white, "the disc"
    assert shown.pixelColor(across + round(24 * scale), down) != white
    glyph = [shown.pixelColor(across + x, down + y) for x in range(-6, 7) for y in range(-6, 7)]
    assert any(one != white for one in glyph), "its icon"
    window.compare.set_mode(CompareMode.SIDE_BY_SIDE)


class PaintEvents(QObject):
    """Collects the kinds of widgets in a part of the window that are painted."""

    def __init__(self, part: QWidget) -> None:
        super().__init__(part)
        self.kinds: list[str] = []
        for widget in (part, *part.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's own name
        if event.type() == QEvent.Type.Paint:
            self.kinds.append(type(watched).__name__)
        return False


@COMPARING.step
async def a_step_that_moves_four_pictures_is_one_paint_event(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures[:4])
    group = window.compare.group
    canvases = [pane.canvas for pane in group.panes]
    canvases[0].set_zoom(3)
    QApplication.processEvents()
    before = [canvas.view for canvas in canvases]
    painted = PaintEvents(group)
    canvases[0].pan(-7, -7)
    assert all(one.view != was for one, was in zip(canvases, before, strict=True))
    QApplication.processEvents()
    assert painted.kinds == ["PaneSurface"]


@COMPARING.step
async def the_keyboard_stays_with_the_pictures_where_one_is_hidden(
    window: OpenedWindow, pictures: list[Picture]
) -> None:
    await compared(window, *pictures[:3])
    panes = window.compare.panes
    QTest.mouseClick(panes[2].canvas, Qt.MouseButton.LeftButton)
    panes[2].canvas.setFocus()
    assert panes[2].canvas.hasFocus()
    QTest.keyClick(panes[2].canvas, Qt.Key.Key_M)
    assert not panes[2].isVisible()
    assert panes[0].canvas.hasFocus()
    window.compare.set_mode(CompareMode.SIDE_BY_SIDE)


async def test_the_strip_of_keys_is_hidden_for_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=2)
        await compared(window, *pictures)
        keys = window.compare.group.keys
        assert keys.isVisible()
        menu = keys.open_menu(QPoint(10, 10))
        menu.actions()[0].trigger()
        menu.close()
        assert not keys.isVisible()
        assert not window.core.settings.value.compare_keys
    async with opened(tmp_path) as window:
        await until(window.core, lambda: window.model.rowCount() == 2, "tiles")
        await compared(window, *pictures)
        assert not window.compare.group.keys.isVisible()


async def test_comparing_in_one_window(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        await COMPARING.walk(window, await make(window, count=5))
