"""Pixels of a region on the screen: equal to what is sent and composed, drawn once, bounded."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from studio.domain.markup import Point, Region, Stroke, StrokeKind
from studio.imaging.decoder import Pixels
from studio.imaging.masks import region_mask
from studio.ui.support.region_raster import MOST, RegionRaster, ground_of
from studio.ui.views.loupe.only_here.strip import SMALLEST

_RIM = 5
"""Side of the square around a pixel within which an edge may lie elsewhere, in pixels."""

_MOST_BYTES = 20_000_000

_shares = st.floats(0, 1, width=32)
_points = st.builds(Point, _shares, _shares)
_lines = st.builds(
    Stroke,
    kind=st.sampled_from([StrokeKind.BRUSH, StrokeKind.ERASER]),
    points=st.lists(_points, min_size=1, max_size=8).map(tuple),
    width=st.floats(SMALLEST, 160),  # pixels
)
_shapes = st.builds(
    Stroke,
    kind=st.sampled_from([StrokeKind.LASSO, StrokeKind.BOX]),
    points=st.lists(_points, min_size=3, max_size=8).map(tuple),
)
_strokes = st.lists(st.one_of(_lines, _shapes), max_size=6).map(tuple)


def box(left: float, top: float, right: float, bottom: float) -> Stroke:
    return Stroke(kind=StrokeKind.BOX, points=(Point(left, top), Point(right, bottom)))


def brush(*points: tuple[float, float], width: float = 0.1) -> Stroke:
    return Stroke(kind=StrokeKind.BRUSH, points=tuple(Point(x, y) for x, y in points), width=width)


def raster(width: int = 800, height: int = 600, shown: float = 0) -> RegionRaster:
    made = RegionRaster()
    made.set_sizes(QSize(width, height), shown)
    return made


def grey(image: QImage) -> Image.Image:
    """An image of one byte for each pixel."""
    size = image.width(), image.height()
    return Image.frombytes("L", size, bytes(image.constBits()), "raw", "L", image.bytesPerLine())


def pieces_of(stroke: Stroke) -> list[Stroke]:
    """The straight pieces of a line, which may end where another one begins; else the stroke."""
    if stroke.kind in (StrokeKind.BOX, StrokeKind.LASSO) or len(stroke.points) < 2:
        return [stroke]
    return [replace(stroke, points=each) for each in itertools.pairwise(stroke.points)]


def edge_of(stroke: Stroke, size: tuple[int, int]) -> Image.Image:
    """The pixels near the edge of a stroke."""
    if stroke.kind is StrokeKind.ERASER:
        stroke = replace(stroke, kind=StrokeKind.BRUSH)
    # What lies beyond the picture counts as nothing: an edge there is one too.
    mask = ImageOps.expand(region_mask(Region(strokes=(stroke,)), size), _RIM)
    inner, outer = ImageFilter.MinFilter(_RIM), ImageFilter.MaxFilter(_RIM)
    edge = ImageChops.subtract(mask.filter(outer), mask.filter(inner))
    edge = ImageOps.crop(edge, _RIM)
    if stroke.kind is StrokeKind.LASSO:
        places = [(x * size[0], y * size[1]) for x, y in (*stroke.points, stroke.points[0])]
        draw = ImageDraw.Draw(edge)
        draw.line(places, fill=255, width=_RIM)
        for place in places:
            draw.circle(place, _RIM / 2, fill=255)
    return edge


@settings(max_examples=40, deadline=None)
@given(strokes=_strokes, width=st.integers(40, 400), height=st.integers(40, 400))
def test_the_screen_shows_the_region_that_is_sent(
    strokes: tuple[Stroke, ...], width: int, height: int
) -> None:
    longer = max(width, height)
    strokes = tuple(replace(one, width=min(1.0, one.width / longer)) for one in strokes)
    drawn = raster(width, height)
    drawn.show_region(Region(strokes=strokes))
    found, sent = grey(drawn.image), region_mask(Region(strokes=strokes), (width, height))
    assert set(found.tobytes()) <= {0, 255}
    rim = Image.new("L", sent.size)
    for one in strokes:
        for piece in pieces_of(one):
            rim = ImageChops.lighter(rim, edge_of(piece, sent.size))
    elsewhere = ImageChops.subtract(ImageChops.difference(found, sent), rim)
    assert elsewhere.getbbox() is None, "differences are on the edges of strokes only"


@pytest.mark.parametrize("erased", [False, True])
def test_a_line_drawn_piece_by_piece_is_the_line_drawn_at_once(erased: bool) -> None:
    line = brush((0.1, 0.1), (0.5, 0.4), (0.3, 0.8), (0.9, 0.9))
    first = box(0.05, 0.05, 0.95, 0.95)
    if erased:
        line = Stroke(kind=StrokeKind.ERASER, points=line.points, width=line.width)
    pieces, once = raster(), raster()
    pieces.show_region(Region(strokes=(first,)))
    pieces.draw_line(line, line.points[:1])
    for start, end in itertools.pairwise(line.points):
        pieces.draw_line(line, (start, end))
    pieces.keep_strokes((first, line))
    once.show_region(Region(strokes=(first, line)))
    before = pieces.touched
    assert pieces.show_region(Region(strokes=(first, line))).isEmpty()
    assert (pieces.touched, pieces.rebuilds) == (before, 0), "nothing was drawn again"
    assert ImageChops.difference(grey(pieces.image), grey(once.image)).getbbox() is None


def test_only_new_strokes_are_drawn_and_steps_back_draw_all_again() -> None:
    drawn, strokes = raster(), (box(0.1, 0.1, 0.3, 0.3), box(0.5, 0.5, 0.6, 0.6))
    drawn.show_region(Region(strokes=strokes[:1]))
    before = drawn.touched
    changed = drawn.show_region(Region(strokes=strokes))
    assert drawn.touched - before == changed.width() * changed.height() == 80 * 60
    assert drawn.rebuilds == 0
    drawn.show_region(Region(strokes=strokes[:1]))
    assert drawn.rebuilds == 1
    assert drawn.share() == pytest.approx(0.04)
    drawn.show_region(None)
    assert drawn.share() == 0


@pytest.mark.parametrize("size", [(4096, 4096), (12_000, 9_000), (640, 480), (1, 8_000)])
@pytest.mark.parametrize("shown", [300.0, 3_840.0, 60_000.0])
def test_pixels_are_as_many_as_the_screen_shows_and_never_more_than_20_mb(
    size: tuple[int, int], shown: float
) -> None:
    drawn = raster(*size, shown=shown)
    longer = max(drawn.size.width(), drawn.size.height())
    assert drawn.image.sizeInBytes() <= _MOST_BYTES
    assert longer <= max(size)
    assert longer >= min(*[max(size)], shown, MOST)
    assert not drawn.set_sizes(QSize(*size), shown), "the same again changes nothing"


def test_facts_about_a_region() -> None:
    drawn = raster()
    drawn.show_region(Region(strokes=(box(0.0, 0.8, 0.25, 1.0),)))
    assert drawn.share() == pytest.approx(0.05)
    assert drawn.share(inverted=True) == pytest.approx(0.95)
    middle = drawn.middle()
    assert middle is not None
    assert middle == pytest.approx((0.125, 0.9), abs=0.02)
    assert raster().middle() is None
    small = drawn.thumbnail(80)
    assert (small.width(), small.height()) == (80, 60)
    assert small.pixelColor(5, 55).lightness() == 255
    assert small.pixelColor(70, 5).lightness() == 0
    assert drawn.thumbnail(80, inverted=True).pixelColor(5, 55).lightness() == 0


def test_the_smallest_dot_has_its_middle() -> None:
    drawn = raster(4096, 3072)
    drawn.set_sizes(QSize(4096, 3072), 4096)
    drawn.show_region(Region(strokes=(brush((0.25, 0.75), width=0.002),)))
    assert drawn.middle() == pytest.approx((0.25, 0.75), abs=0.001)
    assert drawn.middle(inverted=True) == pytest.approx((0.5, 0.5), abs=0.001)


def test_strokes_lie_on_the_picture_of_a_mask() -> None:
    picture = Image.new("RGBA", (100, 50), (255, 255, 255, 0))
    picture.paste((255, 255, 255, 255), (0, 0, 50, 50))
    pixels = Pixels(
        width=100, height=50, data=picture.tobytes(), full_width=100, full_height=50, alpha=True
    )
    drawn = raster(200, 100)
    drawn.set_ground(ground_of(pixels))
    drawn.show_region(Region(strokes=(box(0.5, 0.0, 0.75, 1.0),), mask="a" * 64))
    assert drawn.share() == pytest.approx(0.75, abs=0.01)
    drawn.set_ground(None)
    drawn.show_region(Region(strokes=(box(0.5, 0.0, 0.75, 1.0),)))
    assert drawn.share() == pytest.approx(0.25, abs=0.01)
