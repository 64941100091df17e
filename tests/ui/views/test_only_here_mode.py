"""Only here over a canvas, with mouse and keys: tools, sizes, boxes by the keyboard, repaints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.domain.markup import Markup, Region, StrokeKind
from studio.ui.app import action_table
from studio.ui.support import shortcuts
from studio.ui.support.region_editor import RegionEditor
from studio.ui.views.loupe.only_here.mode import RegionMode
from studio.ui.views.loupe.only_here.strip import LARGEST, SMALLEST
from tests.ui.views.drawing import DrawingBench, PaintedCanvas, canvas_of

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


class RegionBench(DrawingBench):
    """A canvas of 1200 x 700 in the mode, over a picture of 4096 x 4096."""

    def __init__(self, canvas: PaintedCanvas, editor: RegionEditor, mode: RegionMode) -> None:
        super().__init__(canvas)
        self.editor = editor
        self.mode = mode

    @property
    def faint(self) -> list[bool]:
        """Whether the strip is see-through."""
        return [self.mode.strip.faint]

    @property
    def tool(self) -> list[str | None]:
        """The chosen tool."""
        return [self.mode.tool.chosen]

    def colour(self, x: float, y: float) -> QColor:
        """Colour of a place of the picture on the screen."""
        return self.canvas.grab().toImage().pixelColor(self.at(x, y))

    @property
    def kinds(self) -> list[str]:
        return [stroke.kind.value for stroke in self.editor.strokes]


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication) -> Iterator[RegionBench]:
    canvas = canvas_of(qtbot, qapp, 4096, 4096)
    editor = RegionEditor()
    mode = RegionMode(canvas, editor, canvas)
    mode.begin_region("harbour", 4096)
    canvas.setFocus()
    QApplication.processEvents()
    yield RegionBench(canvas, editor, mode)
    canvas.close()


# --- the mouse --------------------------------------------------------------------------------


def test_each_tool_draws_its_stroke_in_coordinates_of_the_picture(bench: RegionBench) -> None:
    bench.mode.set_size(256)
    bench.key(_Key.Key_B)
    bench.drag((0.2, 0.6), (0.3, 0.65), (0.4, 0.6))
    bench.key(_Key.Key_Q)
    bench.drag((0.6, 0.2), (0.8, 0.2), (0.8, 0.4), (0.6, 0.4))
    bench.key(_Key.Key_U)
    bench.drag((0.1, 0.1), (0.2, 0.2), (0.3, 0.3))
    bench.key(_Key.Key_E)
    bench.drag((0.7, 0.3), (0.75, 0.3))
    assert bench.kinds == ["brush", "lasso", "box", "eraser"]
    brush, lasso, box, eraser = bench.editor.strokes
    assert brush.width == eraser.width == 256 / 4096
    assert brush.points[0] == pytest.approx((0.2, 0.6), abs=0.005)
    assert brush.points[-1] == pytest.approx((0.4, 0.6), abs=0.005)
    assert lasso.points[1] == pytest.approx((0.8, 0.2), abs=0.005)
    assert box.points[0] == pytest.approx((0.1, 0.1), abs=0.005)
    assert box.points[1] == pytest.approx((0.3, 0.3), abs=0.005)
    assert bench.mode.share == pytest.approx(0.04 + 0.04 + 0.0157 - 0.0031 - 0.003, abs=0.004)


def test_slips_and_erasing_nothing_leave_no_stroke(bench: RegionBench) -> None:
    bench.key(_Key.Key_E)
    bench.drag((0.5, 0.5), (0.6, 0.5))
    bench.key(_Key.Key_U)
    bench.drag((0.5, 0.5), (0.501, 0.501))
    bench.key(_Key.Key_Q)
    bench.drag((0.5, 0.5), (0.6, 0.501))
    assert bench.editor.markup == Markup()
    assert bench.mode.share == 0


def test_without_a_tool_the_canvas_keeps_the_mouse(bench: RegionBench) -> None:
    bench.mode.choose_tool(None)
    bench.drag((0.5, 0.5), (0.6, 0.6))
    assert bench.editor.strokes == ()


def test_the_strip_is_faint_while_the_button_is_down(bench: RegionBench) -> None:
    bench.key(_Key.Key_B)
    QTest.mousePress(bench.canvas, LEFT, pos=bench.at(0.5, 0.5))
    assert bench.faint == [True]
    QTest.mouseRelease(bench.canvas, LEFT, pos=bench.at(0.5, 0.5))
    assert bench.faint == [False]
    assert bench.kinds == ["brush"], "a click is a dot"


def test_tint_rim_and_outline_lie_over_the_region_only(bench: RegionBench) -> None:
    bench.editor.feather = 0.02
    bench.key(_Key.Key_U)
    before = bench.colour(0.5, 0.5)
    bench.drag((0.4, 0.4), (0.5, 0.5), (0.6, 0.6))
    inside, rim, outside = bench.colour(0.5, 0.5), bench.colour(0.41, 0.5), bench.colour(0.3, 0.5)
    assert outside == before
    red = QColor("#ff4438").red()
    assert inside.red() == pytest.approx(before.red() + 0.24 * (red - before.red()), abs=2)
    assert rim.red() == pytest.approx(before.red() + 0.34 * (red - before.red()), abs=3)
    bench.editor.set_inverted(inverted=True)
    assert bench.colour(0.5, 0.5) == before
    assert bench.colour(0.3, 0.5).red() == pytest.approx(inside.red(), abs=2)


def test_the_circle_is_as_large_as_the_brush_at_every_zoom(bench: RegionBench) -> None:
    bench.key(_Key.Key_B)
    QTest.mouseMove(bench.canvas, bench.at(0.4, 0.4))
    for zoom in (0.5, 8.0):
        bench.canvas.set_zoom(zoom)
        circle = bench.mode.overlay._circle
        assert circle is not None
        assert circle[1] == bench.mode.tool.size * zoom / bench.canvas.devicePixelRatioF() / 2


# --- the keyboard -----------------------------------------------------------------------------


def test_comma_and_full_stop_change_the_size_by_the_text_of_the_key(bench: RegionBench) -> None:
    sizes = []
    # On a layout on which these keys lie elsewhere.
    for text in (",", ".", "."):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, _Key.Key_unknown, _Mod.NoModifier, text)
            QApplication.sendEvent(bench.canvas, event)
        sizes.append(bench.mode.tool.size)
    assert sizes[0] < 96 < sizes[2]
    for _n in range(60):
        bench.key(_Key.Key_Period)
    assert bench.mode.tool.size == LARGEST
    for _n in range(60):
        bench.key(_Key.Key_Comma)
    assert bench.mode.tool.size == SMALLEST


def test_a_box_is_drawn_moved_and_sized_by_arrows(bench: RegionBench) -> None:
    bench.key(_Key.Key_U)
    bench.key(_Key.Key_Right)
    (start,) = bench.editor.strokes
    (left, top), (right, bottom) = start.points
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((0.5, 0.5), abs=0.01)
    bench.key(_Key.Key_Left)
    bench.key(_Key.Key_Left)
    bench.key(_Key.Key_Down)
    side = bench.canvas.picture_rect().width()
    (moved,) = bench.editor.strokes
    assert moved.points[0] == pytest.approx((left - 16 / side, top + 8 / side), abs=1e-6)
    bench.key(_Key.Key_Right, _Mod.ControlModifier)
    bench.key(_Key.Key_Up, _Mod.ControlModifier)
    (sized,) = bench.editor.strokes
    assert sized.points[0] == moved.points[0]
    assert sized.points[1] == pytest.approx((right - 8 / side, bottom), abs=1e-6)
    place = bench.canvas.view.x
    bench.canvas.set_zoom(1.0)
    place = bench.canvas.view.x
    bench.key(_Key.Key_Left, _Mod.ShiftModifier)
    assert bench.canvas.view.x != place, "Shift pans"
    assert bench.editor.strokes == (sized,)
    for _n in range(300):
        bench.key(_Key.Key_Right)
    assert bench.editor.strokes[0].points[1].x == 1.0, "within the picture"
    bench.key(_Key.Key_Return)
    bench.key(_Key.Key_Right)
    assert bench.kinds == ["box", "box"], "another one"
    bench.key(_Key.Key_Delete)
    assert bench.kinds == ["box"]


def test_esc_leads_from_the_box_to_the_tool_and_out(bench: RegionBench) -> None:
    left: list[int] = []
    bench.mode.left.connect(lambda: left.append(1))
    bench.key(_Key.Key_U)
    bench.key(_Key.Key_Up)
    bench.key(_Key.Key_Escape)
    assert bench.tool == [StrokeKind.BOX]
    bench.key(_Key.Key_Escape)
    assert bench.tool == [None]
    assert left == []
    bench.key(_Key.Key_Escape)
    assert left == [1]
    assert bench.kinds == ["box"], "nothing is thrown away"


def test_strokes_are_taken_back_and_brought_back(bench: RegionBench) -> None:
    bench.key(_Key.Key_B)
    bench.drag((0.2, 0.2), (0.3, 0.2))
    bench.drag((0.6, 0.6), (0.7, 0.6))
    both = bench.mode.share
    bench.key(_Key.Key_Z, _Mod.ControlModifier)
    assert len(bench.editor.strokes) == 1
    assert bench.mode.share == pytest.approx(both / 2, rel=0.05)
    bench.key(_Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
    assert bench.mode.share == pytest.approx(both)


def test_h_hides_the_region_while_it_is_held(bench: RegionBench) -> None:
    bench.key(_Key.Key_U)
    bare = bench.colour(0.5, 0.5)
    bench.drag((0.3, 0.3), (0.5, 0.5), (0.7, 0.7))
    tinted = bench.colour(0.5, 0.5)
    QTest.keyPress(bench.canvas, _Key.Key_H)
    assert bench.colour(0.5, 0.5) == bare
    QTest.keyRelease(bench.canvas, _Key.Key_H)
    assert bench.colour(0.5, 0.5) == tinted != bare


def test_chosen_keys_take_the_place_of_the_usual_ones(bench: RegionBench) -> None:
    changes = {"only-here.lasso": ("J",), "only-here.larger": ("Ctrl+G",), "drawing.hide": ("V",)}
    shortcuts.use((), changes)
    bench.key(_Key.Key_Q)
    assert bench.tool == [None]
    bench.key(_Key.Key_J)
    assert bench.tool == [StrokeKind.LASSO]
    before = bench.mode.tool.size
    bench.key(_Key.Key_G, _Mod.ControlModifier)
    assert bench.mode.tool.size > before
    QTest.keyPress(bench.canvas, _Key.Key_V)
    assert not bench.mode.overlay.shown
    QTest.keyRelease(bench.canvas, _Key.Key_V)
    assert bench.mode.overlay.shown


def test_undo_and_redo_follow_their_shortcuts(bench: RegionBench) -> None:
    actions = [row for menu in action_table.menus() for row in menu.rows]
    shortcuts.use(actions, {"undo": ("F7",), "redo": ("F8",)})
    bench.key(_Key.Key_B)
    bench.drag((0.2, 0.2), (0.3, 0.2))
    bench.key(_Key.Key_F7)
    assert bench.editor.strokes == ()
    bench.key(_Key.Key_F8)
    assert len(bench.editor.strokes) == 1


def test_a_held_key_changes_nothing_a_second_time(bench: RegionBench) -> None:
    bench.key(_Key.Key_U)
    bench.key(_Key.Key_U)
    assert bench.kinds == ["box"]
    for key, text in ((_Key.Key_U, "u"), (_Key.Key_Period, ".")):
        size = bench.mode.tool.size
        held = QKeyEvent(QEvent.Type.KeyPress, key, _Mod.NoModifier, text, True)
        QApplication.sendEvent(bench.canvas, held)
        assert bench.kinds == ["box"]
        assert bench.mode.tool.size == size


# --- screen reader ----------------------------------------------------------------------------


def test_the_canvas_says_how_much_is_marked_and_where(bench: RegionBench) -> None:
    assert bench.canvas.accessibleName() == "Region on harbour"
    assert bench.canvas.accessibleDescription() == "No region"
    bench.key(_Key.Key_U)
    bench.drag((0.0, 0.72), (0.1, 0.9), (0.25, 1.0))
    assert bench.canvas.accessibleDescription() == "Region, 7 percent of the picture, lower left"
    names = [button.accessibleName() for button in bench.mode.strip.tool_buttons()]
    assert names == ["Brush", "Lasso", "Box", "Eraser"]
    assert bench.mode.strip.button("box").isChecked()
    bench.mode.end_mode()
    assert bench.canvas.accessibleDescription() == ""
    assert bench.canvas.accessibleName() == "harbour"


# --- the strip --------------------------------------------------------------------------------


def test_sizes_and_inverting_by_the_strip(bench: RegionBench) -> None:
    strip = bench.mode.strip
    strip.slider.setValue(strip.slider.maximum())
    assert bench.mode.tool.size == LARGEST
    assert strip.slider.accessibleDescription() == "512 pixels"
    assert not strip.invert_button.isEnabled()
    bench.key(_Key.Key_U)
    bench.drag((0.2, 0.2), (0.3, 0.3), (0.4, 0.4))
    strip.invert_button.click()
    assert bench.editor.region is not None
    assert bench.editor.region.inverted
    assert bench.mode.share == pytest.approx(0.96, abs=0.01)


def test_a_narrow_strip_and_one_that_stands_have_no_slider(bench: RegionBench) -> None:
    strip = bench.mode.strip
    assert strip.slider.isVisible()
    strip.set_edge("left")
    assert not strip.slider.isVisible()
    strip.set_edge("top")
    bench.canvas.resize(500, 400)
    assert not strip.slider.isVisible()
    assert strip.geometry().right() < 500


# --- how much is drawn ------------------------------------------------------------------------


@pytest.mark.parametrize("zoom", [0.0, 1.0])
def test_a_move_of_a_large_brush_touches_little_more_than_the_brush(
    bench: RegionBench, zoom: float
) -> None:
    bench.mode.set_size(512)
    if zoom:
        bench.canvas.set_zoom(zoom)
    bench.key(_Key.Key_B)
    raster, overlay, middle = bench.mode.overlay.raster, bench.mode.overlay, QPoint(600, 350)
    QTest.mousePress(bench.canvas, LEFT, pos=middle)
    bench.canvas.area()
    wide = 512 * raster.size.width() / 4096
    brush = 512 * bench.canvas.zoom
    for n in range(1, 6):
        touched, painted = raster.touched, overlay.painted
        QTest.mouseMove(bench.canvas, middle + QPoint(8 * n, 0))
        repainted = bench.canvas.area()
        assert raster.touched - touched <= (wide + 16) ** 2
        assert 0 < repainted <= (brush + 64) ** 2
        assert overlay.painted - painted <= (brush + 64) ** 2
    assert raster.rebuilds == 0
    touched = raster.touched
    QTest.mouseRelease(bench.canvas, LEFT, pos=middle + QPoint(40, 0))
    assert raster.rebuilds == 0
    assert raster.touched == touched, "the stroke is kept as it was drawn"
    assert raster.image.sizeInBytes() <= 20_000_000


def test_a_box_repaints_its_lines_only(bench: RegionBench) -> None:
    bench.key(_Key.Key_U)
    QTest.mousePress(bench.canvas, LEFT, pos=bench.at(0.1, 0.1))
    QTest.mouseMove(bench.canvas, bench.at(0.8, 0.8))
    bench.canvas.area()
    painted = bench.mode.overlay.painted
    QTest.mouseMove(bench.canvas, bench.at(0.82, 0.82))
    side = 0.75 * bench.canvas.picture_rect().width()
    assert bench.canvas.area() <= 8 * 12 * side
    assert bench.mode.overlay.painted == painted, "there is no region yet"


def test_pixels_are_freed_with_the_mode_and_there_again_with_the_next(bench: RegionBench) -> None:
    bench.key(_Key.Key_U)
    bench.drag((0.2, 0.2), (0.3, 0.3), (0.4, 0.4))
    share = bench.mode.share
    bench.mode.end_mode()
    assert bench.mode.overlay.raster.image.isNull()
    bench.mode.begin_region("harbour", 4096)
    assert bench.mode.share == pytest.approx(share)
    bench.editor.open_markup(Markup(region=Region()))
    assert bench.mode.share == 0
