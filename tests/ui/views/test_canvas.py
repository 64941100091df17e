"""Zoom, pan and painting of one picture."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMargins, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.domain.comparison import RelativePlacement
from studio.ui.style.theme import install, theme
from studio.ui.support import raster
from studio.ui.views.canvas import pan_cache
from studio.ui.views.canvas.canvas import PictureCanvas
from studio.ui.views.canvas.plates import Plate
from studio.ui.views.canvas.viewport import HIGHEST, DeviceRect, Viewport
from tests.ui import scripted_library
from tests.ui.scripted_library import raw


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    install(qapp, "dark")


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[PictureCanvas]:
    made = PictureCanvas()
    qtbot.addWidget(made)
    made.resize(420, 320)
    made.show()
    yield made
    made.close()


def plate(width: int = 800, height: int = 600, **changes: object) -> Plate:
    return Plate(key="a", name="dusk", width=width, height=height, **changes)  # type: ignore[arg-type]


def turn_wheel(canvas: PictureCanvas, at: QPointF, turn: int) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def mouse(
    canvas: PictureCanvas,
    kind: QEvent.Type,
    at: QPointF,
    *,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    left = Qt.MouseButton.LeftButton
    moving = kind == QEvent.Type.MouseMove
    event = QMouseEvent(
        kind,
        at,
        canvas.mapToGlobal(at),
        Qt.MouseButton.NoButton if moving else left,
        Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left,
        modifiers,
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas: PictureCanvas, start: QPointF, end: QPointF, **how: object) -> None:
    mouse(canvas, QEvent.Type.MouseButtonPress, start, **how)  # type: ignore[arg-type]
    mouse(canvas, QEvent.Type.MouseMove, end, **how)  # type: ignore[arg-type]
    mouse(canvas, QEvent.Type.MouseButtonRelease, end, **how)  # type: ignore[arg-type]


def painted(canvas: PictureCanvas) -> QImage:
    return canvas.grab().toImage()


# --- arithmetic -------------------------------------------------------------------------------

sides = st.integers(1, 8000)
views = st.floats(80, 4000)


@given(sides, sides, views, views, st.floats(0.05, 32), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_what_lies_under_the_cursor_stays_there(
    width: int, height: int, across: float, down: float, zoom: float, px: float, py: float
) -> None:
    frame = DeviceRect(10, 10, across - 20, down - 20)
    view = Viewport.fit(width, height, (across, down), frame).zoomed(4.0, across / 2, down / 2)
    rect = view.rect
    spot = (
        max(rect.x, 0) + px * (min(rect.right, across) - max(rect.x, 0)),
        max(rect.y, 0) + py * (min(rect.bottom, down) - max(rect.y, 0)),
    )
    before = view.to_picture(*spot)
    after = view.zoomed(zoom, *spot)
    if after.width * after.zoom > across:  # else the edge of the view decides
        low, high = sorted((0.0, across - after.width * after.zoom))
        wanted = spot[0] - before[0] * after.zoom
        assert after.x == pytest.approx(min(max(wanted, low), high), abs=0.01)
    if after.height * after.zoom > down:
        low, high = sorted((0.0, down - after.height * after.zoom))
        wanted = spot[1] - before[1] * after.zoom
        assert after.y == pytest.approx(min(max(wanted, low), high), abs=0.01)


@given(sides, sides, views, views, st.lists(st.tuples(st.floats(-9e4, 9e4), st.floats(0.05, 32))))
@settings(max_examples=150, deadline=None)
def test_no_way_of_moving_leaves_a_gap_at_an_edge(
    width: int, height: int, across: float, down: float, steps: list[tuple[float, float]]
) -> None:
    frame = DeviceRect(10, 10, across - 20, down - 20)
    view = Viewport.fit(width, height, (across, down), frame)
    for way, zoom in steps:
        view = view.zoomed(zoom, way % across, way % down).moved(way, -way)
        rect = view.rect
        if rect.width > across:
            assert rect.x <= 0.01
            assert rect.right >= across - 0.01
        else:
            assert rect.x >= -0.01
            assert rect.right <= across + 0.01
        if rect.height > down:
            assert rect.y <= 0.01
            assert rect.bottom >= down - 0.01


@given(sides, sides, views, views)
@settings(max_examples=100, deadline=None)
def test_fit_shows_the_whole_picture_and_never_enlarges_it(
    width: int, height: int, across: float, down: float
) -> None:
    view = Viewport.fit(width, height, (across, down), DeviceRect(10, 10, across - 20, down - 20))
    assert view.zoom <= 1
    assert view.rect.width <= across - 20 + 0.01
    assert view.rect.height <= down - 20 + 0.01


def test_steps_of_zoom_meet_100_percent_and_fit_and_end_at_the_limits() -> None:
    view = Viewport.fit(2048, 2048, (1000, 640), DeviceRect(10, 10, 980, 620))
    seen = [view.zoom]
    while view.zoom < HIGHEST:
        view = view.zoomed(view.step(1), 500, 320)
        seen.append(view.zoom)
    assert 1.0 in seen
    while view.zoom > view.lowest:
        view = view.zoomed(view.step(-1), 500, 320)
        seen.append(view.zoom)
    assert sum(zoom == pytest.approx(620 / 2048) for zoom in seen) == 2


def test_another_picture_shows_the_same_part() -> None:
    view = Viewport.fit(1000, 1000, (500, 500), DeviceRect(0, 0, 500, 500)).zoomed(2.0, 250, 250)
    view = view.moved(300, -120)
    other = view.of(2000, 2000)
    assert other.zoom == pytest.approx(1.0)
    x, y = view.to_picture(250, 250)
    assert other.to_picture(250, 250) == pytest.approx((2 * x, 2 * y))


# --- the widget -------------------------------------------------------------------------------


@given(
    scale=st.floats(0.8, 3.0),
    moved=st.tuples(st.floats(-40, 40), st.floats(-40, 40)),
    zoom=st.floats(0.6, 8.0),
    spot=st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)),
    sizes=st.tuples(st.integers(300, 3000), st.integers(300, 3000)),
)
def test_aligned_pictures_show_the_same_content_at_the_same_place(
    scale: float,
    moved: tuple[float, float],
    zoom: float,
    spot: tuple[float, float],
    sizes: tuple[int, int],
) -> None:
    frames = DeviceRect(10, 10, 740, 580), DeviceRect(10, 10, 360, 280)
    first = Viewport.fit(1600, 1200, (760, 600), frames[0]).focused(zoom, spot)
    placement = RelativePlacement(
        across=scale * 1600 / sizes[0],
        down=scale * 1200 / sizes[1],
        left=moved[0] / sizes[0],
        top=moved[1] / sizes[1],
    )
    other = Viewport.fit(*sizes, (380, 300), frames[1]).like(first, placement)
    u, v = first.focus()
    assert other.focus() == pytest.approx(placement.place(u, v), abs=1e-6)
    wanted = zoom * min(360 / 1600, 280 / 1200) / first.filling / scale
    if other.lowest < wanted < HIGHEST:
        assert other.zoom == pytest.approx(wanted)
    back = first.like(other, placement.inverse)
    assert back.focus() == pytest.approx(first.focus(), abs=1e-6)
    # Laid over the first, each point of the other is over the same content.
    over = first.laid_over(*sizes, placement)
    for x, y in ((0.0, 0.0), (1600.0, 1200.0), (500.0, 900.0)):
        there = placement.place(x / 1600, y / 1200)
        assert (
            over.x + there[0] * sizes[0] * over.zoom,
            over.y + there[1] * sizes[1] * over.zoom,
        ) == pytest.approx((first.x + x * first.zoom, first.y + y * first.zoom), abs=1e-6)


@given(sizes=st.tuples(st.integers(64, 5000), st.integers(64, 5000)))
def test_a_fitted_picture_is_as_large_beside_one_of_another_size(sizes: tuple[int, int]) -> None:
    """A 512 beside a 1024, or a 1K beside a 4K: neither looks better by its pixels."""
    frame = DeviceRect(10, 10, 700, 700)
    first, second = (Viewport.fit(side, side, (720, 720), frame) for side in sizes)
    beside = second.like(first)
    assert beside.fitted
    assert beside.rect.width == pytest.approx(first.rect.width)
    assert (beside.x, beside.y) == pytest.approx((first.x, first.y))
    assert first.like(beside).rect.width == pytest.approx(first.rect.width)


def test_the_wheel_zooms_to_the_cursor(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate())
    canvas.set_zoom(2.0)
    spot = QPointF(100, 80)
    before = canvas.view.to_picture(100, 80)
    turn_wheel(canvas, spot, 120)
    assert canvas.zoom == pytest.approx(2.4)
    assert canvas.view.to_picture(100, 80) == pytest.approx(before)


def test_a_double_click_goes_to_100_percent_and_back_to_fit(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate())
    assert canvas.fitted
    mouse(canvas, QEvent.Type.MouseButtonDblClick, QPointF(200, 150))
    assert canvas.zoom == 1.0
    mouse(canvas, QEvent.Type.MouseButtonDblClick, QPointF(200, 150))
    assert canvas.fitted


@pytest.mark.parametrize(
    ("key", "modifier", "zoom"),
    [
        (Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier, 1.0),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.NoModifier, 0.5),
        (Qt.Key.Key_Minus, Qt.KeyboardModifier.NoModifier, 1 / 3),
        (Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier, 0.475),
    ],
)
def test_keys_zoom(
    canvas: PictureCanvas, key: Qt.Key, modifier: Qt.KeyboardModifier, zoom: float
) -> None:
    canvas.resize(400, 305)
    canvas.show_plate(plate())
    QApplication.sendEvent(canvas, QKeyEvent(QEvent.Type.KeyPress, key, modifier))
    assert canvas.zoom == pytest.approx(zoom, abs=0.001)


def test_digits_are_left_to_the_rating(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate())
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_3, Qt.KeyboardModifier.NoModifier)
    canvas.keyPressEvent(event)
    assert not event.isAccepted()


def test_dragging_a_whole_picture_takes_it_out(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate())
    asked: list[bool] = []
    canvas.drag_requested.connect(lambda: asked.append(True))
    drag(canvas, QPointF(200, 150), QPointF(260, 150))
    assert asked == [True]
    drag(canvas, QPointF(3, 3), QPointF(60, 60))  # the mat is no picture
    assert asked == [True]


def test_dragging_a_zoomed_picture_moves_it(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate(4000, 4000))
    canvas.actual()
    asked: list[bool] = []
    canvas.drag_requested.connect(lambda: asked.append(True))
    before = canvas.view.x
    drag(canvas, QPointF(200, 150), QPointF(230, 150))
    assert asked == []
    assert canvas.view.x == pytest.approx(before + 30)
    drag(
        canvas,
        QPointF(200, 150),
        QPointF(260, 150),
        modifiers=Qt.KeyboardModifier.ControlModifier,
    )
    assert asked == [True]


def test_pixels_are_blocks_above_100_percent(canvas: PictureCanvas) -> None:
    data = bytes((0, 0, 0, 255, 255, 255, 255, 255)) * 8
    made = raster.build(scripted_library.Raw(4, 4, data))
    canvas.show_plate(plate(4, 4, raster=made))
    canvas.set_zoom(32.0)
    image, left = painted(canvas), round(canvas.view.x)
    middle = round(canvas.view.y) + 64
    tones = {QColor(image.pixel(left + x, middle)).red() for x in range(34, 94)}
    assert tones == {0, 255}


def test_a_smaller_picture_is_averaged_and_not_picked_from(canvas: PictureCanvas) -> None:
    data = (bytes((0, 0, 0, 255)) * 3 + bytes((255,) * 4)) * (1024 * 256)
    made = raster.build(scripted_library.Raw(1024, 1024, data))
    canvas.show_plate(plate(1024, 1024, raster=made))
    canvas.set_zoom(0.25)
    image = painted(canvas)
    centre = QColor(image.pixel(canvas.width() // 2, canvas.height() // 2))
    assert 55 < centre.red() < 75


@cache
def speckled(width: int, height: int) -> raster.Raster:
    """Squares of many colours, ready for painting."""
    image = QImage(width, height, QImage.Format.Format_RGBA8888)
    painter = QPainter(image)
    draw = random.Random(7)
    for x in range(0, width, 5):
        for y in range(0, height, 5):
            painter.fillRect(x, y, 5, 5, QColor.fromRgb(*(draw.randrange(256) for _ in range(3))))
    painter.end()
    return raster.build(scripted_library.Raw(width, height, bytes(image.constBits())))


def apart(one: QImage, other: QImage) -> int:
    """Greatest difference of any channel of any pixel."""
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return max(abs(first - second) for first, second in pairs)


@given(
    zoom=st.sampled_from((0.3, 0.45, 0.8)),
    steps=st.lists(st.tuples(st.integers(-90, 90), st.integers(-90, 90)), min_size=2, max_size=8),
)
@settings(deadline=None, max_examples=12)
def test_a_panned_picture_is_painted_as_one_that_was_there_all_along(
    zoom: float, steps: list[tuple[int, int]]
) -> None:
    moved, fresh = PictureCanvas(), PictureCanvas()
    for canvas in (moved, fresh):
        canvas.resize(260, 180)
        canvas.show_plate(plate(1600, 1200, raster=speckled(1600, 1200)))
    moved.set_zoom(zoom)
    for step in steps:
        painted(moved)
        moved.pan(*step)
    fresh._choose(moved.view)
    assert apart(painted(moved), painted(fresh)) <= 2


def test_only_what_comes_into_view_is_scaled_while_a_picture_is_panned(
    canvas: PictureCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    areas: list[int] = []
    scale = pan_cache.paint_part

    def counted(painter: QPainter, image: QImage, target: QRect, seen: QRect) -> None:
        areas.append(seen.width() * seen.height())
        scale(painter, image, target, seen)

    monkeypatch.setattr(pan_cache, "paint_part", counted)
    canvas.show_plate(plate(1600, 1200, raster=speckled(1600, 1200)))
    canvas.set_zoom(0.45)
    for _step in range(2):
        canvas.pan(3, 2)
        painted(canvas)
    areas.clear()
    for _step in range(40):
        canvas.pan(3, 2)
        painted(canvas)
    room = canvas.width() * canvas.height()
    assert 0 < sum(areas) < 2 * room
    assert len(areas) < 10
    areas.clear()
    canvas.set_zoom(0.5)
    painted(canvas)
    assert sum(areas) == room


def test_a_canvas_that_follows_a_zoom_is_fast_first_and_smooth_at_rest(
    canvas: PictureCanvas, qtbot: QtBot
) -> None:
    other = PictureCanvas()
    qtbot.addWidget(other)
    other.resize(canvas.size())
    for one in (canvas, other):
        one.show_plate(plate(1600, 1200, raster=speckled(1600, 1200)))
    for zoom in (0.6, 0.65, 0.7):
        other.set_zoom(zoom)
        canvas.follow_view(other.view)
    smooth = painted(other)
    assert apart(painted(canvas), smooth) > 20
    qtbot.waitUntil(lambda: apart(painted(canvas), smooth) <= 2)


def test_half_size_copies_keep_their_edges() -> None:
    made = raster.build(raw(1001, 601, (10, 20, 30, 255)))
    assert [level.width() for level in made.levels] == [1001, 501, 251]
    for level in made.levels:
        corners = {
            QColor(level.pixel(x, y)).name()
            for x in (0, level.width() - 1)
            for y in (0, level.height() - 1)
        }
        assert corners == {"#0a141e"}
    assert made.opaque


def test_what_shines_through_lies_on_a_chequered_ground(canvas: PictureCanvas) -> None:
    made = raster.build(raw(300, 200, (255, 0, 0, 0)))
    assert not made.opaque
    canvas.show_plate(plate(300, 200, raster=made))
    image, rect = painted(canvas), canvas.picture_rect().toRect()
    seen = {QColor(image.pixel(x, rect.center().y())).name() for x in range(rect.left() + 8, 200)}
    assert seen == {theme().color("raise").name(), theme().color("press").name()}


def test_the_preview_is_shown_until_the_pixels_are_there(canvas: PictureCanvas) -> None:
    small = QImage(8, 6, QImage.Format.Format_RGB32)
    small.fill(QColor("#00ff00"))
    shown = plate(preview=small)
    canvas.show_plate(shown)
    centre = canvas.rect().center()
    assert QColor(painted(canvas).pixel(centre)).name() == "#00ff00"
    shown.raster = raster.build(raw(800, 600, (255, 0, 0, 255)))
    canvas.refresh(shown)
    assert QColor(painted(canvas).pixel(centre)).name() == "#ff0000"


def test_news_of_a_picture_no_longer_shown_changes_nothing(canvas: PictureCanvas) -> None:
    first, second = plate(), plate(100, 50)
    canvas.show_plate(first)
    canvas.show_plate(second)
    view = canvas.view
    first.width = 4000
    canvas.refresh(first)
    assert canvas.view == view
    assert canvas.plate is second


def test_the_surround_is_the_one_chosen(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate(100, 50))
    for surround, colour in (("black", "#000000"), ("middle", "#6b6b6b"), ("bright", "#e2e2e2")):
        canvas.set_surround(surround)  # type: ignore[arg-type]
        assert QColor(painted(canvas).pixel(2, 2)).name() == colour


def test_an_inset_keeps_a_fitted_picture_to_the_right(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate(1000, 1000))
    canvas.reserve_room("column", QMargins(150, 0, 0, 0))
    assert canvas.picture_rect().left() >= 150
    assert canvas.picture_rect().right() <= canvas.width() - 10


def test_a_resized_canvas_keeps_fitting_or_keeps_the_middle(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate(4000, 3000))
    canvas.resize(640, 480)
    assert canvas.picture_rect().width() == pytest.approx(1840 / 3, abs=1)
    canvas.actual()
    middle = canvas.view.to_picture(320, 240)
    canvas.resize(500, 400)
    assert canvas.view.to_picture(250, 200) == pytest.approx(middle)


def test_words_stand_over_a_picture_that_cannot_be_shown(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate(colour=0xFF0000))
    plain = painted(canvas)
    canvas.show_plate(plate(colour=0xFF0000, trouble="This file cannot be read"))
    told = painted(canvas)
    spot = canvas.picture_rect().topLeft().toPoint() + QPoint(8, 8)
    assert QColor(told.pixel(spot)).red() < QColor(plain.pixel(spot)).red() / 2
    assert told.pixel(canvas.rect().center()) != plain.pixel(canvas.rect().center())


def test_overlays_are_painted_in_device_pixels_of_the_view(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate())
    heard: list[float] = []

    def overlay(painter: QPainter, view: Viewport) -> None:
        heard.append(view.zoom)
        painter.fillRect(0, 0, 4, 4, QColor("#ff00ff"))

    canvas.overlays.append(overlay)
    assert QColor(painted(canvas).pixel(1, 1)).name() == "#ff00ff"
    assert heard[-1] == canvas.zoom


def test_the_canvas_is_spoken_of_by_the_name_of_its_picture(canvas: PictureCanvas) -> None:
    canvas.show_plate(plate())
    assert canvas.accessibleName() == "dusk"
