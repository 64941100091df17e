"""Mark mode over a canvas, with mouse and keys: tools, selection, nudging, repaints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.domain.markup import MARK_COLOURS, Mark, MarkKind, Markup, Point
from studio.ui.support import mark_painter, shortcuts
from studio.ui.support.mark_editor import MarkEditor
from studio.ui.support.raster import Raster
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.loupe.mark.mode import MarkMode
from studio.ui.views.loupe.mark.tool import ERASER, MOST_POINTS, thinned
from tests.ui.views.drawing import DrawingBench, PaintedCanvas, canvas_of

_Key, _Mod = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


class MarkBench(DrawingBench):
    """A canvas of 1200 x 700 in mark mode, over a picture of 800 x 600."""

    def __init__(self, canvas: PaintedCanvas, editor: MarkEditor, mode: MarkMode) -> None:
        super().__init__(canvas)
        self.editor = editor
        self.mode = mode

    def write(self, words: str) -> None:
        """Write the sentence under the pin."""
        assert self.mode.field.isVisible()
        QTest.keyClicks(self.mode.field.line, words)
        QTest.keyClick(self.mode.field.line, _Key.Key_Return)


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication) -> Iterator[MarkBench]:
    canvas = canvas_of(qtbot, qapp, 800, 600)
    editor = MarkEditor()
    mode = MarkMode(canvas, editor, canvas)
    mode.begin_marks("harbour", 0x336699)
    canvas.setFocus()
    # Where the pointer of an earlier test was left does not count.
    QApplication.processEvents()
    canvas.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    yield MarkBench(canvas, editor, mode)
    canvas.close()


def kinds(editor: MarkEditor) -> list[str]:
    return [one.kind.value for one in editor.marks]


def near(point: Point, x: float, y: float) -> bool:
    return abs(point.x - x) < 0.005 and abs(point.y - y) < 0.005


# --- the mouse --------------------------------------------------------------------------------


def test_each_tool_draws_its_mark_in_coordinates_of_the_picture(bench: MarkBench) -> None:
    for key, *places in (
        (_Key.Key_A, (0.2, 0.2), (0.3, 0.3), (0.4, 0.5)),
        (_Key.Key_U, (0.6, 0.6), (0.7, 0.7), (0.8, 0.9)),
        (_Key.Key_B, (0.1, 0.8), (0.2, 0.75), (0.3, 0.8)),
    ):
        bench.mode.choose_tool(None)
        bench.key(key)
        bench.drag(*places)
        bench.write("red")
    bench.mode.choose_tool(MarkKind.PIN)
    bench.click(0.5, 0.1)
    assert kinds(bench.editor) == ["arrow", "box", "pen", "pin"]
    arrow, box, pen, pin = (one.points for one in bench.editor.marks)
    assert near(arrow[0], 0.2, 0.2)
    assert near(arrow[1], 0.4, 0.5)
    assert near(box[0], 0.6, 0.6)
    assert near(box[1], 0.8, 0.9)
    assert near(pen[0], 0.1, 0.8)
    assert near(pen[-1], 0.3, 0.8)
    assert near(pin[0], 0.5, 0.1)
    assert [one.sentence for one in bench.editor.marks] == ["red", "red", "red", ""]


def test_places_are_those_of_the_picture_at_any_zoom(bench: MarkBench) -> None:
    bench.canvas.set_zoom(3.0)
    bench.canvas.pan(-150, -90)
    bench.mode.choose_tool(MarkKind.PIN)
    QTest.mouseClick(bench.canvas, LEFT, pos=QPoint(300, 200))
    rect = bench.canvas.picture_rect()
    (mark,) = bench.editor.marks
    wanted = (300 - rect.x()) / rect.width(), (200 - rect.y()) / rect.height()
    assert mark.points[0] == pytest.approx(wanted, abs=1e-6)
    bench.canvas.fit()
    assert bench.editor.marks == (mark,)


def test_a_slip_of_the_hand_draws_nothing(bench: MarkBench) -> None:
    bench.mode.choose_tool(MarkKind.ARROW)
    bench.drag((0.5, 0.5), (0.503, 0.503))
    assert bench.editor.marks == ()
    assert bench.mode.overlay.moving is None


def test_a_mark_is_dragged_by_its_disc_with_or_without_a_tool(bench: MarkBench) -> None:
    bench.mode.choose_tool(MarkKind.PIN)
    bench.click(0.3, 0.3)
    bench.write("red")
    bench.drag((0.3, 0.3), (0.4, 0.4), (0.5, 0.6))
    assert near(bench.editor.marks[0].points[0], 0.5, 0.6)
    bench.mode.choose_tool(None)
    bench.drag((0.5, 0.6), (0.4, 0.4), (0.2, 0.2))
    (mark,) = bench.editor.marks
    assert near(mark.points[0], 0.2, 0.2)
    assert mark.sentence == "red"
    bench.editor.undo()
    assert near(bench.editor.marks[0].points[0], 0.5, 0.6), "one drag is one step"


def test_the_eraser_takes_whole_marks_and_the_numbers_move_up(bench: MarkBench) -> None:
    marks = [
        Mark(kind=MarkKind.PIN, points=(Point(x, 0.5),), sentence=str(x)) for x in (0.2, 0.5, 0.8)
    ]
    bench.editor.open_markup(Markup(marks=tuple(marks)))
    bench.key(_Key.Key_E)
    assert bench.mode.tool.chosen == ERASER
    bench.drag((0.1, 0.5), (0.2, 0.5), (0.3, 0.5))
    assert [one.sentence for one in bench.editor.marks] == ["0.5", "0.8"]


def test_without_a_tool_the_canvas_pans_and_drags_out_as_ever(bench: MarkBench) -> None:
    asked: list[bool] = []
    bench.canvas.drag_requested.connect(lambda: asked.append(True))
    bench.drag((0.3, 0.3), (0.6, 0.6))
    assert asked == [True]
    bench.canvas.set_zoom(4.0)
    before = bench.canvas.picture_rect().topLeft()
    QTest.mousePress(bench.canvas, LEFT, pos=QPoint(300, 300))
    QTest.mouseMove(bench.canvas, QPoint(340, 330))
    QTest.mouseRelease(bench.canvas, LEFT, pos=QPoint(340, 330))
    assert bench.canvas.picture_rect().topLeft() - before == QPoint(40, 30)
    assert bench.editor.marks == ()


def test_space_pans_with_a_tool_on(bench: MarkBench) -> None:
    bench.canvas.set_zoom(4.0)
    bench.mode.choose_tool(MarkKind.PEN)
    before = bench.canvas.picture_rect().topLeft()
    QTest.keyPress(bench.canvas, _Key.Key_Space)
    QTest.mousePress(bench.canvas, LEFT, pos=QPoint(300, 300))
    QTest.mouseMove(bench.canvas, QPoint(340, 330))
    QTest.mouseRelease(bench.canvas, LEFT, pos=QPoint(340, 330))
    QTest.keyRelease(bench.canvas, _Key.Key_Space)
    assert bench.canvas.picture_rect().topLeft() - before == QPoint(40, 30)
    assert bench.editor.marks == ()


def test_another_picture_ends_what_was_being_drawn(bench: MarkBench) -> None:
    bench.mode.choose_tool(MarkKind.ARROW)
    QTest.mousePress(bench.canvas, LEFT, pos=bench.at(0.2, 0.2))
    QTest.mouseMove(bench.canvas, bench.at(0.5, 0.5))
    bench.canvas.show_plate(Plate(key="b", name="dusk", width=600, height=600))
    QTest.mouseRelease(bench.canvas, LEFT, pos=bench.at(0.5, 0.5))
    assert bench.editor.marks == ()
    assert not bench.mode.strip.faint


def test_the_strip_is_faint_while_the_button_is_down(bench: MarkBench) -> None:
    bench.mode.choose_tool(MarkKind.BOX)
    QTest.mousePress(bench.canvas, LEFT, pos=bench.at(0.2, 0.2))
    assert bench.mode.strip.faint
    QTest.mouseRelease(bench.canvas, LEFT, pos=bench.at(0.6, 0.6))
    assert not bench.mode.strip.faint


@pytest.mark.parametrize(("x", "y", "edge"), [(0.02, 0.5, "left"), (0.98, 0.5, "right"),
                                              (0.5, 0.98, "bottom")])  # fmt: skip
def test_the_strip_is_dragged_to_another_edge(
    bench: MarkBench, x: float, y: float, edge: str
) -> None:
    told: list[str] = []
    bench.mode.edge_chosen.connect(told.append)
    strip = bench.mode.strip
    empty = QPoint(2, 2)
    QTest.mousePress(strip, LEFT, pos=empty)
    QTest.mouseMove(strip, strip.mapFrom(bench.canvas, bench.at(x, y)))
    QTest.mouseRelease(strip, LEFT, pos=empty)
    assert (strip.edge, told[-1]) == (edge, edge)
    assert bench.canvas.picture_rect().toAlignedRect().contains(strip.geometry())
    assert bench.editor.marks == ()


# --- keys -------------------------------------------------------------------------------------


def test_chosen_keys_choose_tools_and_turn_the_pin(bench: MarkBench) -> None:
    shortcuts.use((), {"mark.pen": ("J",), "mark.pin-to-arrow": ("F4",)})
    chosen = []
    for key in (_Key.Key_B, _Key.Key_J):
        bench.key(key)
        chosen.append(bench.mode.tool.chosen)
    assert chosen == [None, MarkKind.PEN]
    bench.mode.choose_tool(MarkKind.PIN)
    bench.click(0.2, 0.2)
    assert kinds(bench.editor) == ["pin"]
    bench.mode.close_field()
    bench.key(_Key.Key_F4)
    assert kinds(bench.editor) == ["arrow"]


def test_a_keyboard_alone_places_moves_and_takes_away_a_pin(bench: MarkBench) -> None:
    bench.key(_Key.Key_N)
    (mark,) = bench.editor.marks
    assert near(mark.points[0], 0.5, 0.5)
    rect = bench.canvas.picture_rect()
    bench.key(_Key.Key_Right)
    bench.key(_Key.Key_Down)
    moved = bench.editor.marks[0].points[0]
    assert moved == pytest.approx((0.5 + 8 / rect.width(), 0.5 + 8 / rect.height()), abs=1e-6)
    bench.key(_Key.Key_Left, _Mod.ControlModifier)
    assert bench.editor.marks[0].points[0].x == pytest.approx(0.5 + 7 / rect.width(), abs=1e-6)
    bench.key(_Key.Key_N, _Mod.ShiftModifier)
    (arrow,) = bench.editor.marks
    assert arrow.kind is MarkKind.ARROW
    assert abs(arrow.points[1].x - 0.5) <= 0.2
    bench.key(_Key.Key_Delete)
    assert bench.editor.marks == ()


def test_n_waits_for_a_click_while_the_pointer_is_over_the_picture(bench: MarkBench) -> None:
    bench.canvas.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    bench.key(_Key.Key_N)
    assert bench.editor.marks == ()
    assert bench.mode.tool.chosen is MarkKind.PIN
    bench.key(_Key.Key_N)
    assert len(bench.editor.marks) == 1, "pressed again, it does not wait"


def test_nudges_in_a_row_are_one_step(bench: MarkBench) -> None:
    bench.key(_Key.Key_N)
    placed = bench.editor.marks
    for _n in range(5):
        bench.key(_Key.Key_Up)
    bench.key(_Key.Key_Z, _Mod.ControlModifier)
    assert bench.editor.marks == placed
    bench.key(_Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier)
    assert bench.editor.marks != placed


def test_plain_arrows_are_left_to_the_loupe_while_no_mark_is_selected(bench: MarkBench) -> None:
    bench.key(_Key.Key_N)
    bench.editor.select(None)
    before = bench.editor.marks
    bench.key(_Key.Key_Left)
    assert bench.editor.marks == before


def test_esc_goes_out_by_one_step(bench: MarkBench) -> None:
    left: list[bool] = []
    bench.mode.left.connect(lambda: left.append(True))
    bench.mode.choose_tool(MarkKind.PIN)
    bench.click(0.5, 0.5)
    seen = []
    for widget in (bench.mode.field.line, *[bench.canvas] * 3):
        QTest.keyClick(widget, _Key.Key_Escape)
        field = bench.mode.field.isVisible()
        seen.append((field, bench.editor.selected, bench.mode.tool.chosen, len(left)))
    assert seen == [
        (False, 0, MarkKind.PIN, 0),
        (False, None, MarkKind.PIN, 0),
        (False, None, None, 0),
        (False, None, None, 1),
    ]
    assert len(bench.editor.marks) == 1


def test_the_field_keeps_every_letter_and_tab_goes_to_the_next_one(bench: MarkBench) -> None:
    marks = tuple(Mark(kind=MarkKind.PIN, points=(Point(x, 0.5),)) for x in (0.2, 0.8))
    bench.editor.open_markup(Markup(marks=marks))
    bench.key(_Key.Key_Tab)
    bench.key(_Key.Key_Return)
    QTest.keyClicks(bench.mode.field.line, "na, naueb")  # tools' letters are text here
    assert bench.editor.marks[0].sentence == "na, naueb"
    QTest.keyClick(bench.mode.field.line, _Key.Key_Tab)
    QTest.keyClicks(bench.mode.field.line, "two")
    QTest.keyClick(bench.mode.field.line, _Key.Key_Return)
    assert [one.sentence for one in bench.editor.marks] == ["na, naueb", "two"]
    assert bench.mode.tool.chosen is None


def test_the_field_covers_no_other_mark(bench: MarkBench) -> None:
    marks = (
        Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),)),
        Mark(kind=MarkKind.PIN, points=(Point(0.52, 0.58),)),
        Mark(kind=MarkKind.PIN, points=(Point(0.38, 0.58),)),
    )
    bench.editor.open_markup(Markup(marks=marks))
    bench.editor.select(0)
    bench.mode.write_selected()
    box = bench.mode.field.geometry()
    for other in marks[1:]:
        disc = mark_painter.bounds(other, bench.mode.overlay.scale).toAlignedRect()
        assert not disc.intersects(box)


def test_h_hides_the_marks_while_it_is_held(bench: MarkBench) -> None:
    bench.key(_Key.Key_N)
    bench.write("red") if bench.mode.field.isVisible() else None
    QTest.keyPress(bench.canvas, _Key.Key_H)
    assert bench.mode.overlay.marks() == {}
    QTest.keyRelease(bench.canvas, _Key.Key_H)
    assert len(bench.mode.overlay.marks()) == 1


@pytest.mark.parametrize(
    ("key", "mods"),
    [
        (_Key.Key_Delete, _Mod.NoModifier),
        (_Key.Key_Z, _Mod.ControlModifier),
        (_Key.Key_Z, _Mod.ControlModifier | _Mod.ShiftModifier),
        (_Key.Key_Y, _Mod.ControlModifier),
        (_Key.Key_Left, _Mod.ControlModifier),
    ],
)
def test_these_keys_never_reach_the_library(
    bench: MarkBench, key: Qt.Key, mods: Qt.KeyboardModifier
) -> None:
    bench.key(_Key.Key_N)
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, mods)
    assert bench.mode.keeps(event)
    bench.editor.clear_marks()
    bench.editor.select(None)
    undo = mods & _Mod.ControlModifier and key in (_Key.Key_Z, _Key.Key_Y)
    assert bench.mode.keeps(event) is bool(undo), "with nothing left it does nothing"


def test_letters_of_the_views_and_of_judging_are_left_to_the_window(bench: MarkBench) -> None:
    bench.key(_Key.Key_N)
    for letter in "GLCTPXVRDIFK0123456":
        event = QKeyEvent(QEvent.Type.KeyPress, ord(letter), _Mod.NoModifier)
        assert not bench.mode.keeps(event), letter
        assert not bench.mode.press_key(event), letter


# --- strip ------------------------------------------------------------------------------------


def test_tools_and_colours_are_radio_buttons_by_name(bench: MarkBench) -> None:
    strip = bench.mode.strip
    names = [button.accessibleName() for button in strip.tool_buttons()]
    assert names == ["Pin", "Arrow", "Box", "Pen", "Eraser"]
    QTest.mouseClick(strip.button(MarkKind.BOX), LEFT)
    assert bench.mode.tool.chosen is MarkKind.BOX
    yellow = next(one for one in strip.findChildren(QWidget) if one.accessibleName() == "Yellow")
    QTest.mouseClick(yellow, LEFT)
    bench.drag((0.2, 0.2), (0.4, 0.4), (0.6, 0.6))
    assert bench.editor.marks[0].colour == MARK_COLOURS[1]


def test_a_narrow_strip_has_icons_and_one_colour(bench: MarkBench) -> None:
    strip = bench.mode.strip
    wide = strip.width()
    bench.canvas.resize(700, 500)
    assert strip.width() < wide
    shown = [c.colour for c in strip._colours.buttons() if c.isVisible()]  # type: ignore[attr-defined]
    assert shown == [MARK_COLOURS[0]]
    assert not strip.redo_button.isVisible()
    assert strip.undo_button.isVisible()


def test_the_canvas_is_named_after_the_picture(bench: MarkBench) -> None:
    assert bench.canvas.accessibleName() == "Marks on harbour"
    bench.mode.end_mode()
    assert bench.canvas.accessibleName() == "harbour"


def test_a_hidden_mark_is_neither_drawn_nor_sent(bench: MarkBench) -> None:
    bench.key(_Key.Key_N)
    bench.editor.set_hidden(0, hidden=True)
    assert bench.mode.overlay.marks() == {}
    assert bench.editor.markup.sent_marks == ()


# --- repaints ---------------------------------------------------------------------------------


@pytest.fixture
def full(bench: MarkBench) -> MarkBench:
    """Twenty marks, drawn."""
    marks = [
        Mark(
            kind=list(MarkKind)[n % 4],
            points=tuple(
                Point(0.1 + n % 5 * 0.18 + 0.01 * k, 0.2 + n // 5 * 0.2)
                for k in range((1, 2, 2, 8)[n % 4])
            ),
            sentence="red",
        )
        for n in range(20)
    ]
    bench.editor.open_markup(Markup(marks=tuple(marks)))
    bench.canvas.area()
    return bench


def test_dragging_one_of_twenty_marks_repaints_its_surroundings_only(full: MarkBench) -> None:
    start = full.at(0.1, 0.2)
    QTest.mousePress(full.canvas, LEFT, pos=start)
    full.canvas.area()
    drawn = full.mode.overlay.painted
    steps = 10
    for n in range(1, steps + 1):
        QTest.mouseMove(full.canvas, start + QPoint(0, 2 * n))
        assert 0 < full.canvas.area() < 60 * 70
    assert full.mode.overlay.painted - drawn < 4 * steps
    QTest.mouseRelease(full.canvas, LEFT, pos=start + QPoint(0, 2 * steps))


def test_drawing_a_line_repaints_its_last_piece_only(full: MarkBench) -> None:
    full.mode.choose_tool(MarkKind.PEN)
    full.mode.strip.hide()
    start = full.at(0.05, 0.95)
    QTest.mousePress(full.canvas, LEFT, pos=start)
    full.canvas.area()
    for n in range(1, 60):
        QTest.mouseMove(full.canvas, start + QPoint(5 * n, n % 3))
        assert full.canvas.area() < 30 * 30
    QTest.mouseRelease(full.canvas, LEFT, pos=start + QPoint(300, 0))


def test_selecting_a_mark_repaints_two_discs_only(full: MarkBench) -> None:
    full.editor.select(0)
    full.canvas.area()
    full.editor.select(5)
    assert 0 < full.canvas.area() < 3 * 50 * 90


def test_a_line_drawn_bit_by_bit_looks_like_the_same_line_drawn_at_once(bench: MarkBench) -> None:
    bench.mode.choose_tool(MarkKind.PEN)
    bench.drag(*((0.2 + n * 0.02, 0.5 + (n % 5) * 0.03) for n in range(20)))
    bench.mode.close_field()
    bench.editor.select(None)
    bench.canvas.area()
    bit_by_bit = bench.canvas.grab().toImage()
    bench.mode.overlay._shapes.clear()
    bench.canvas.update()
    bench.canvas.area()
    assert _same(bit_by_bit, bench.canvas.grab().toImage())


def _same(one: QImage, other: QImage) -> bool:
    return bytes(one.constBits()) == bytes(other.constBits())


def test_a_long_line_is_thinned_and_keeps_its_ends() -> None:
    points = tuple(Point(n / 4000, 0.5) for n in range(4001))
    thin = thinned(points)
    assert (len(thin), thin[0], thin[-1]) == (MOST_POINTS, points[0], points[-1])
    assert thinned(points[:10]) == points[:10]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 2000), (2000, 1)])
def test_a_picture_of_one_pixel_is_marked_like_any_other(
    bench: MarkBench, width: int, height: int
) -> None:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    raster = Raster(levels=(image,), opaque=True)
    bench.canvas.show_plate(
        Plate(key="dot", name="dot", width=width, height=height, colour=0x336699, raster=raster)
    )
    bench.mode.begin_marks("dot", 0x336699)
    bench.key(_Key.Key_N)
    for key in (_Key.Key_Right, _Key.Key_Up, _Key.Key_Left, _Key.Key_Down):
        bench.key(key)
        bench.key(key, _Mod.ControlModifier)
    bench.key(_Key.Key_N, _Mod.ShiftModifier)
    assert kinds(bench.editor) == ["arrow"]
    bench.key(_Key.Key_Escape)
    for zoom in (1.0, 8.0):
        bench.canvas.set_zoom(zoom)
        for tool in (MarkKind.BOX, MarkKind.PEN, MarkKind.ARROW, MarkKind.PIN):
            bench.mode.choose_tool(tool)
            bench.drag((0.5, 0.5), (0.9, 0.9))
            bench.mode.close_field()
            bench.editor.select(None)
    assert not bench.canvas.grab().isNull()
    for mark in bench.editor.marks:
        assert all(0 <= p.x <= 1 and 0 <= p.y <= 1 for p in mark.points)
        crop = bench.mode.crop(mark, 44)
        assert crop is not None
        assert (crop.width(), crop.height()) == (44, 44)
    bench.key(_Key.Key_E)
    for _mark in range(len(bench.editor.marks)):
        bench.click(0.5, 0.5)
    bench.mode.end_mode()
