"""Marks as they are drawn: bounds, what the pointer hits, colours, words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from studio.domain.markup import MARK_COLOURS, Mark, MarkKind, Point
from studio.ui.style.theme import install
from studio.ui.support import mark_painter
from studio.ui.support.mark_painter import MarkScale

SHARE = st.floats(0, 1, width=32)
POINTS = st.builds(Point, SHARE, SHARE)
LENGTHS = {MarkKind.PIN: (1, 1), MarkKind.ARROW: (2, 2), MarkKind.BOX: (2, 2), MarkKind.PEN: (2, 9)}


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    install(qapp, "dark")


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    kind = draw(st.sampled_from(list(MarkKind)))
    least, most = LENGTHS[kind]
    points = draw(st.lists(POINTS, min_size=least, max_size=most))
    return Mark(
        kind=kind,
        points=tuple(points),
        sentence=draw(st.sampled_from(["", "red"])),
        colour=draw(st.sampled_from(MARK_COLOURS)),
    )


def scale(unit: float = 1.0) -> MarkScale:
    return MarkScale(QRectF(60, 50, 200, 120), unit)


@settings(max_examples=120, deadline=None)
@given(marks(), st.booleans(), st.sampled_from([1.0, 1.5, 2.0]))
def test_nothing_is_drawn_outside_of_the_bounds(mark: Mark, selected: bool, unit: float) -> None:
    image = QImage(340, 240, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    mark_painter.paint_mark(painter, 8, mark, scale(unit), selected=selected)
    # All that is drawn within the bounds is taken away again.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    box = mark_painter.bounds(mark, scale(unit)).toAlignedRect()
    painter.fillRect(box, QColor(0, 0, 0))
    painter.end()
    assert not any(bytes(image.constBits()))


@settings(max_examples=150, deadline=None)
@given(marks(), st.floats(-2, 2), st.floats(-2, 2))
def test_a_dragged_mark_keeps_its_shape_and_stays_in_the_picture(
    mark: Mark, dx: float, dy: float
) -> None:
    moved = mark_painter.moved_mark(mark, dx, dy)
    assert all(-1e-9 <= p.x <= 1 + 1e-9 and -1e-9 <= p.y <= 1 + 1e-9 for p in moved)
    ways = {
        (round(after.x - before.x, 6), round(after.y - before.y, 6))
        for before, after in zip(mark.points, moved, strict=True)
    }
    assert len(ways) == 1


def test_the_pointer_hits_discs_before_lines_and_no_inside_of_a_box() -> None:
    box = Mark(kind=MarkKind.BOX, points=(Point(0.1, 0.1), Point(0.9, 0.9)))
    pin = Mark(kind=MarkKind.PIN, points=(Point(0.9, 0.5),))
    found = {
        place: mark_painter.mark_at((pin, box), scale(), scale().place(Point(*place)))
        for place in ((0.9, 0.5), (0.1, 0.1), (0.5, 0.9), (0.5, 0.5), (0.9, 0.8))
    }
    assert found == {(0.9, 0.5): 0, (0.1, 0.1): 1, (0.5, 0.9): 1, (0.5, 0.5): None, (0.9, 0.8): 1}


def test_a_hidden_mark_is_not_hit() -> None:
    pin = Mark(kind=MarkKind.PIN, points=(Point(0.5, 0.5),), hidden=True)
    assert mark_painter.mark_at((pin,), scale(), scale().place(Point(0.5, 0.5))) is None


def test_a_place_outside_is_taken_to_the_edge() -> None:
    assert scale().point(QPointF(-1000, 4000)) == Point(0.0, 1.0)


@pytest.mark.parametrize(
    ("average", "colour"),
    [(0x2266AA, 0), (0x808080, 0), (0x111111, 0), (0xFFFFFF, 0), (0xC83020, 2)],
)
def test_red_is_proposed_unless_the_picture_is_red(average: int, colour: int) -> None:
    assert mark_painter.proposed_colour(average) == MARK_COLOURS[colour]


def test_a_mark_is_described_in_words() -> None:
    boat = Mark(
        kind=MarkKind.ARROW, points=(Point(0.5, 0.1), Point(0.2, 0.8)), sentence="Make it red"
    )
    assert mark_painter.mark_words(0, boat) == "Mark 1, arrow, at left, lower half: Make it red"
    empty = Mark(kind=MarkKind.PIN, points=(Point(0.9, 0.1),))
    words = mark_painter.mark_words(4, empty)
    assert words == "Mark 5, pin, at right, upper half: no note yet, not sent"


@settings(max_examples=100, deadline=None)
@given(marks(), st.integers(8, 900), st.integers(8, 900))
def test_the_crop_lies_in_the_picture(mark: Mark, width: int, height: int) -> None:
    box = mark_painter.crop_rect(mark, width, height)
    assert QRectF(QRect(0, 0, width, height)).adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(box)
    assert abs(box.width() - box.height()) < 1e-6
