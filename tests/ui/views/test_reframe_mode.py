"""Reframe mode over a canvas, with mouse and keys: handles, the picture, formats, safe areas."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.domain import pixel_frames
from studio.domain.markup import Markup
from studio.domain.pixel_frames import Handle, Room
from studio.ui.style.theme import install, theme
from studio.ui.support.frame_editor import FREE, FrameEditor
from studio.ui.support.frame_words import SAFE_AREAS
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.loupe.reframe.handle import FrameHandle
from studio.ui.views.loupe.reframe.mode import ReframeMode
from studio.ui.views.loupe.reframe.overlay import safe_lines
from tests.library.builders import a_picture

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
SQUARE = (2048, 2048)
ASPECTS = ("1:1", "16:9", "9:16", "4:5", "4:3")


@dataclass
class FrameBench:
    """A canvas of 1100 x 720 in reframe mode, over a square picture."""

    canvas: PictureCanvas
    editor: FrameEditor
    mode: ReframeMode

    @property
    def room(self) -> Room:
        return pixel_frames.room_of(self.editor.box, SQUARE)

    def handle(self, handle: Handle) -> FrameHandle:
        return next(one for one in self.mode.handles if one.handle is handle)

    def pull(self, handle: Handle, dx: int, dy: int) -> None:
        """Drag a handle by logical pixels; it follows the frame, the pointer goes its own way."""
        widget = self.handle(handle)
        start = widget.geometry().center()
        end = start + QPoint(dx, dy)
        QTest.mousePress(widget, LEFT, pos=widget.mapFromParent(start))
        for at in (start + QPoint(dx // 2, dy // 2), end):
            QTest.mouseMove(widget, widget.mapFromParent(at))
        QTest.mouseRelease(widget, LEFT, pos=widget.mapFromParent(end))

    def drag(self, start: QPointF, dx: int, dy: int) -> None:
        at = start.toPoint()
        QTest.mousePress(self.canvas, LEFT, pos=at)
        QTest.mouseMove(self.canvas, at + QPoint(dx // 2, dy // 2))
        QTest.mouseMove(self.canvas, at + QPoint(dx, dy))
        QTest.mouseRelease(self.canvas, LEFT, pos=at + QPoint(dx, dy))

    def key(self, key: Qt.Key, mods: Qt.KeyboardModifier = _Mod.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.canvas, key, mods)


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication) -> Iterator[FrameBench]:
    install(qapp, "dark")
    canvas = PictureCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1100, 720)
    canvas.show_plate(Plate(key="a", name="harbour", width=2048, height=2048, colour=0x336699))
    editor = FrameEditor()
    mode = ReframeMode(canvas, editor, canvas)
    editor.open_frames(Markup(), SQUARE, ASPECTS)
    mode.begin_mode(a_picture(title="harbour"))
    canvas.show()
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    yield FrameBench(canvas, editor, mode)
    mode.end_mode()


def test_the_whole_frame_is_in_sight_with_room_for_formats_and_sizes(bench: FrameBench) -> None:
    for aspect in ("16:9", "9:16", "4:5"):
        bench.editor.show_format(aspect)
        frame = bench.mode.overlay.frame_rect()
        assert frame.left() >= 79
        assert frame.right() <= 1100 - 79
        assert frame.top() >= 77
        assert frame.bottom() <= 720 - 83
        assert abs(frame.center().x() - 550) <= 1
    assert bench.canvas.picture_rect().width() < frame.height() + 1


def test_a_corner_and_an_edge_are_dragged_and_the_ratio_is_kept(bench: FrameBench) -> None:
    scale = bench.canvas.zoom / bench.canvas.devicePixelRatioF()
    bench.pull(Handle.LEFT, -40, 0)
    box = bench.editor.box
    assert abs(bench.room.left - 796 - 40 / scale) <= 1 / scale
    assert bench.room.right == 797
    assert box.height == round(box.width * 9 / 16)
    assert bench.editor.is_ticked("16:9")
    bench.editor.show_format(FREE)
    before = bench.room
    bench.pull(Handle.BOTTOM_RIGHT, 30, 20)
    assert bench.room.right > before.right
    assert bench.room.bottom > before.bottom
    assert (bench.room.left, bench.room.top) == (before.left, before.top)


def test_the_edge_of_the_picture_catches_a_dragged_edge(bench: FrameBench) -> None:
    bench.editor.show_format(FREE)
    frame, rect = bench.mode.overlay.frame_rect(), bench.canvas.picture_rect()
    away = round(rect.left() - frame.left()) - 3
    bench.pull(Handle.LEFT, away, 0)
    assert bench.room.left == 0


def test_the_line_of_the_frame_is_a_handle_too(bench: FrameBench) -> None:
    bench.editor.show_format(FREE)
    before = bench.room
    frame = bench.mode.overlay.frame_rect()
    bench.drag(QPointF(frame.left(), frame.top() + frame.height() / 4), -30, 0)
    assert bench.room.left > before.left
    assert bench.room[1:] == before[1:]


def test_the_picture_is_dragged_in_the_frame_which_stays_on_the_screen(bench: FrameBench) -> None:
    before = bench.mode.overlay.frame_rect()
    middle = bench.canvas.picture_rect().center()
    bench.drag(middle, 60, 0)
    after = bench.mode.overlay.frame_rect()
    assert abs(after.left() - before.left()) <= 1
    assert bench.canvas.picture_rect().center().x() == pytest.approx(middle.x() + 60, abs=2)
    room = bench.room
    assert room.left > room.right
    assert room.left + room.right == 1593
    assert (room.top, room.bottom) == (0, 0)


def test_esc_during_a_drag_puts_the_frame_back(bench: FrameBench) -> None:
    before = bench.editor.box
    middle = bench.canvas.picture_rect().center().toPoint()
    QTest.mousePress(bench.canvas, LEFT, pos=middle)
    QTest.mouseMove(bench.canvas, middle + QPoint(50, 0))
    assert bench.editor.box != before
    bench.key(_Key.Key_Escape)
    assert bench.editor.box == before
    assert bench.mode.active
    QTest.mouseRelease(bench.canvas, LEFT, pos=middle + QPoint(50, 0))
    assert bench.editor.box == before
    assert bench.editor.ticked == ()


def test_tab_goes_round_the_handles_and_arrows_move_them(bench: FrameBench) -> None:
    seen = []
    for _n in range(8):
        bench.key(_Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert isinstance(focused, FrameHandle)
        seen.append(focused.handle)
    assert seen == list(Handle)
    assert seen[-1] is Handle.LEFT
    bench.key(_Key.Key_Left)
    assert bench.room.left == 804
    bench.key(_Key.Key_Left, _Mod.ControlModifier)
    bench.key(_Key.Key_Right, _Mod.ControlModifier)
    bench.key(_Key.Key_Right)
    assert bench.room == Room(796, 797, 0, 0)
    bench.key(_Key.Key_Z, _Mod.ControlModifier)
    assert bench.editor.ticked == (), "the moves of one handle in a row are one step"
    bench.key(_Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
    assert bench.editor.is_ticked("16:9")


def test_handles_are_sliders_that_say_their_pixels(bench: FrameBench) -> None:
    handle = bench.handle(Handle.LEFT)
    made = QAccessible.queryAccessibleInterface(handle)
    assert made.role() == QAccessible.Role.Slider
    assert made.text(QAccessible.Text.Name) == "Left edge, 796 pixels"
    assert handle.value() == 796
    value = made.valueInterface()
    assert value is not None
    value.setCurrentValue(896)
    assert bench.room.left == 896
    assert handle.accessibleName() == "Left edge, 896 pixels"
    corner = bench.handle(Handle.BOTTOM_RIGHT)
    assert corner.accessibleName().startswith("Bottom right corner, 797 by ")


def test_esc_steps_out_one_by_one(bench: FrameBench) -> None:
    left: list[bool] = []
    bench.mode.left.connect(lambda: left.append(True))
    bench.key(_Key.Key_Tab)
    bench.key(_Key.Key_Escape)
    assert bench.canvas.hasFocus()
    assert left == []
    bench.mode.row.focus_format()
    bench.key(_Key.Key_Escape)
    assert bench.canvas.hasFocus()
    assert left == []
    bench.key(_Key.Key_Escape)
    assert left == [True]


def test_h_hides_everything_while_it_is_held(bench: FrameBench) -> None:
    def picture_only() -> bool:
        bench.canvas.grab()
        return not bench.mode.overlay.shown

    assert not picture_only()
    QTest.keyPress(bench.canvas, _Key.Key_H)
    painted = bench.mode.overlay.painted
    assert picture_only()
    assert bench.mode.overlay.painted == painted
    QApplication.sendEvent(
        bench.canvas, QKeyEvent(QEvent.Type.KeyRelease, _Key.Key_H, _Mod.NoModifier, "h")
    )
    assert not picture_only()


def test_chips_are_ticks_that_say_what_will_be_made(bench: FrameBench) -> None:
    chip = bench.mode.row.chips[0]
    assert [one.aspect for one in bench.mode.row.chips] == ["16:9", "9:16", "4:5", "4:3", FREE]
    assert chip.accessibleName() == "16 to 9, not ticked, 3641 by 2048, 44 percent new"
    assert QAccessible.queryAccessibleInterface(chip).role() == QAccessible.Role.CheckBox
    chip.setFocus()
    bench.key(_Key.Key_Space)
    assert chip.isChecked()
    assert chip.accessibleName() == "16 to 9, ticked, 3641 by 2048, 44 percent new"
    assert [one.aspect for one in bench.editor.ticked] == ["16:9"]
    other = bench.mode.row.chips[2]
    QTest.mouseClick(other, LEFT, pos=QPoint(other.width() - 12, 15))
    assert bench.editor.shown == "4:5", "a click on the word shows that frame"
    assert not other.isChecked()
    QTest.mouseClick(other, LEFT, pos=QPoint(16, 15))
    assert other.isChecked()
    QTest.mouseClick(other, LEFT, pos=QPoint(16, 15))
    assert [one.aspect for one in bench.editor.ticked] == ["16:9"]


def test_in_a_narrow_canvas_the_formats_scroll_to_the_one_with_the_keyboard(
    bench: FrameBench,
) -> None:
    bench.canvas.resize(420, 480)
    QApplication.processEvents()
    row = bench.mode.row
    assert row.width() <= 420 - 24
    bar = row.area.horizontalScrollBar()
    assert bar.maximum() > 0
    row.chips[-1].setFocus()
    end = bar.value()
    assert end > 0
    row.chips[0].setFocus()
    assert bar.value() < end
    assert row.chips[0].visibleRegion().boundingRect() == row.chips[0].rect()
    assert row.area_button.geometry().right() <= row.width()
    bench.canvas.grab()
    assert theme().color("mat").alpha() == 255, "colours are shared"


def test_in_a_narrow_canvas_the_formats_scroll_to_the_one_that_is_shown(
    bench: FrameBench,
) -> None:
    bench.canvas.resize(420, 480)
    QApplication.processEvents()
    row = bench.mode.row
    bar = row.area.horizontalScrollBar()
    bench.editor.show_format(FREE)
    assert bar.value() == bar.maximum()
    bench.editor.centre()
    bar.setValue(0)
    bench.editor.nudge(Handle.LEFT, -8, 0)
    assert bar.value() == 0, "only another format or picture is brought into sight"
    bar.setValue(bar.maximum())
    bench.editor.open_frames(Markup(), (1600, 900), ASPECTS)
    QApplication.processEvents()
    assert bench.editor.shown == "9:16"
    assert row.chips[0].visibleRegion().boundingRect() == row.chips[0].rect()


@pytest.mark.parametrize("area", SAFE_AREAS)
def test_safe_areas_lie_where_they_say(area: str) -> None:
    lines = safe_lines(area, QRectF(0, 0, 1000, 500))
    found = {
        "none": [],
        "action": [QLineF(35, 17.5, 965, 17.5)],
        "title": [QLineF(50, 25, 950, 25)],
        "stories": [QLineF(0, 70, 1000, 70), QLineF(0, 400, 1000, 400)],
        "thirds": [QLineF(1000 / 3, 0, 1000 / 3, 500)],
    }[area]
    assert lines[: len(found)] == found
    assert len(lines) == {"none": 0, "stories": 2}.get(area, 4)


def test_the_menu_tells_which_safe_area_was_chosen(bench: FrameBench) -> None:
    told: list[str] = []
    bench.mode.row.safe_area_chosen.connect(told.append)
    menu = bench.mode.row.area_menu()
    next(one for one in menu.actions() if one.data() == "stories").trigger()
    assert told == ["stories"]
    bench.mode.show_safe_area("stories")
    assert bench.mode.row.area_button.text().startswith("Stories")


def test_the_new_part_is_hatched_in_pixels_of_the_screen(bench: FrameBench) -> None:
    def period() -> int:
        """Distance of two lines on a row of the new part."""
        image = bench.canvas.grab().toImage()
        frame, rect = bench.mode.overlay.frame_rect(), bench.canvas.picture_rect()
        y = round(frame.center().y()) + 60
        ground = theme().color("panel").lightness()
        row = [
            abs(image.pixelColor(x, y).lightness() - ground) > 8
            for x in range(round(frame.left()) + 6, round(rect.left()) - 6)
        ]
        starts = [at for at in range(1, len(row)) if row[at] and not row[at - 1]]
        gaps = [b - a for a, b in itertools.pairwise(starts)]
        return round(sum(gaps) / len(gaps))

    assert period() == round(11 * 2**0.5)
    bench.canvas.set_zoom(bench.canvas.zoom * 1.1)
    assert period() == round(11 * 2**0.5), "the hatch does not scale"


def test_the_mode_leaves_the_canvas_as_it_was(bench: FrameBench) -> None:
    bench.mode.end_mode()
    bench.canvas.fit()
    assert bench.canvas.overlays == []
    rect = bench.canvas.picture_rect()
    assert rect.height() == pytest.approx(720 - 20, abs=1)
    assert not any(one.isVisible() for one in bench.mode.handles)
    assert bench.canvas.accessibleName() == "harbour"
